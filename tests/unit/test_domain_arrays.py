"""Arrays that nobody can write to: copied once, shared from then on."""

import numpy as np
import pytest

from wfm.domain.arrays import frozen, read_only


def test_what_others_can_write_to_is_copied():
    mine = np.arange(4.0)
    own = read_only(mine, shape=(4,))
    mine[0] = 9.0
    assert own[0] == 0.0
    with pytest.raises(ValueError, match="read-only"):
        own[0] = 1.0


def test_what_nobody_can_write_to_is_shared():
    own = read_only([1.0, 2.0], shape=(2,))
    assert read_only(own, shape=(2,)) is own
    given_up = frozen(np.ones(3))
    assert read_only(given_up, shape=(3,)) is given_up


def test_a_view_of_something_that_can_be_written_to_is_copied():
    mine = np.zeros((2, 3))
    own = read_only(frozen(mine[0]), shape=(3,))
    mine[0] = 5.0
    assert not own.any()


def test_another_type_is_converted():
    counts = frozen(np.ones(3, dtype=np.int64))
    assert read_only(counts, shape=(3,)).dtype == np.float64
    assert read_only(counts, shape=(3,), dtype=bool).dtype == np.bool_


@pytest.mark.parametrize("values", [np.zeros(3), np.array([0.0, np.nan])])
def test_a_wrong_shape_or_nan_is_refused(values):
    with pytest.raises(ValueError, match="array"):
        read_only(frozen(values), shape=(2,))
