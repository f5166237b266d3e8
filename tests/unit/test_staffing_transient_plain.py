"""Compiled transient equations answer as their own plain Python does."""

import numpy as np
import pytest
from support.transient_plain import digest
from support.uncompiled import digest_of


def test_compiled_and_plain_answers_agree():
    compiled, plain = (digest_of(digest, plain=p) for p in (False, True))
    for one, other in zip(compiled, plain, strict=True):
        assert np.array(one) == pytest.approx(np.array(other), rel=1e-9, abs=1e-12)
