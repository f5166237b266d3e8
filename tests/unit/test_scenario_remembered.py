"""Answers kept by what they depend on."""

import numpy as np

from scenarios.remembered import Remembered


def test_an_answer_is_made_once_for_equal_causes():
    made = []
    remembered = Remembered()

    def make():
        made.append(1)
        return len(made)

    assert remembered.get(make, "a", np.arange(3)) == 1
    assert remembered.get(make, "a", np.arange(3)) == 1
    assert remembered.get(make, "a", np.arange(4)) == 2
    assert remembered.get(make, "a", np.arange(3.0)) == 3
    assert len(remembered) == 3


def test_what_was_asked_longest_ago_is_forgotten():
    remembered = Remembered(most=2)
    for cause in ("a", "b", "a", "c"):
        remembered.get(str, cause)
    assert len(remembered) == 2
    assert remembered.get(lambda: "new", "a") == ""
    assert remembered.get(lambda: "new", "b") == "new"
