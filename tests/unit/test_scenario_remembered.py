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


def test_of_many_only_what_is_new_is_made():
    remembered, asked = Remembered(most=3), []

    def make(new):
        asked.append(new)
        return {key: key.upper() for key in new}

    names = {"a": "name of a", "b": "name of b"}
    assert remembered.all(names, make) == {"a": "A", "b": "B"}
    assert remembered.all({"c": "name of c", **names}, make) == {
        "c": "C",
        "a": "A",
        "b": "B",
    }
    assert remembered.all({"other": "name of a"}, make) == {"other": "A"}
    assert asked == [["a", "b"], ["c"], []]
    more = {key: f"name of {key}" for key in "defgh"}
    assert len(remembered.all(more, make)) == 5  # more than are kept
    assert len(remembered) == 3
