"""The stretch programme as plain Python: the same results, and its lines measured."""

import numpy as np
import pytest
from support.column_cases import random_case
from support.columns_plain import digest
from support.uncompiled import digest_of

from solver.columns.compile import compile_stretches
from solver.columns.pricer import Pricer
from solver.columns.programme import FULL


def test_kernels_give_the_same_results_when_they_are_not_compiled() -> None:
    assert digest_of(digest, plain=True) == digest_of(digest, plain=False)


def test_labels_that_do_not_fit_leave_a_valid_most(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    full = 0
    for seed in range(30):
        stretches = compile_stretches(random_case(seed).problem)
        worth = np.random.default_rng(seed).normal(0, 10, len(stretches.agents[0].cost))
        exact = Pricer(stretches).best(0, worth)
        monkeypatch.setattr("solver.columns.pricer.MOST_LABELS", 9)
        tight = Pricer(stretches)
        found = tight.best(0, worth)
        monkeypatch.undo()
        assert found.most >= exact.most - 1e-6
        memory = tight._memory.reshape(stretches.agents[0].tables.shape)
        count, _ = tight._search(0, worth, memory, 0.0, True)
        full += count == FULL
    assert full
