"""Patches: inheritance, operations, months; what differs between scenarios."""

import numpy as np
import pytest

from scenarios.assumptions import Assumption, difference
from scenarios.digest import digest
from scenarios.months import Month, months_from
from scenarios.patch import (
    Patch,
    Provenance,
    Scenario,
    changed_value,
    inherited,
    lineage,
    matching,
    phases,
)
from wfm.domain.errors import UsageError

NOV, DEC, JAN = months_from(Month(2026, 11), 3)


def patch(path="a.b", value=1, operation="set", **more):
    return Patch(path=path, operation=operation, value=value, **more)


def family(**parents):
    return {
        name: Scenario(
            scenario_id=name, inherits=tuple(above), patches=(patch(path=name),)
        )
        for name, above in parents.items()
    }


def test_ancestors_come_first_and_once():
    tree = family(base=(), left=("base",), right=("base",), both=("left", "right"))
    assert lineage(tree, "both") == ("base", "left", "right", "both")
    assert [p.path for p in inherited(tree, "right")] == ["base", "right"]


def test_circles_and_unknown_parents_are_named():
    with pytest.raises(UsageError, match="a > b > a"):
        lineage(family(a=("b",), b=("a",)), "a")
    with pytest.raises(UsageError, match="a inherits from unknown 'z'"):
        lineage(family(a=("z",)), "a")


@pytest.mark.parametrize(
    ("operation", "before", "value", "after"),
    [
        ("set", "x", {"k": 1}, {"k": 1}),
        ("scale", "300", "1.1", 330),
        ("scale", 3, "0.5", 1.5),
        ("shift", "40", "-2", 38),
        ("shift", 0.1, "0.2", 0.3),
    ],
)
def test_operations(operation, before, value, after):
    assert changed_value(operation, before, value) == after


@pytest.mark.parametrize("before", [None, "24h", {"mon": 1}])
def test_what_is_no_number_is_not_scaled(before):
    with pytest.raises(UsageError, match="no number to scale or shift"):
        changed_value("scale", before, "2")


def test_stars_match_parts_of_one_key():
    keys = ("phone_en_east", "phone_de", "chat_en")
    assert matching("phone_*", keys) == ("phone_en_east", "phone_de")
    assert matching("*_en", keys) == ("chat_en",)
    assert matching("new", keys) == ("new",)


def test_months_with_equal_patches_are_one_phase():
    always, december = patch(), patch(first=DEC, last=DEC)
    found = phases([always, december], (NOV, DEC, JAN))
    assert found == (((always,), (NOV, JAN)), ((always, december), (DEC,)))


def assumption(path, before, after, **more):
    return Assumption(
        path=path,
        operation="set",
        before=before,
        after=after,
        origin="s",
        provenance=Provenance(owner="o", source="s"),
        **more,
    )


def test_the_difference_shows_only_what_is_not_alike():
    rows = difference(
        {
            "a": [assumption("x", 1, 2), assumption("y", 5, 6)],
            "b": [assumption("x", 1, 3), assumption("y", 5, 6)],
            "c": [assumption("y", 5, 6)],
        }
    )
    expected = {"path": "x", "months": "always", "base": 1, "a": 2, "b": 3, "c": 1}
    assert rows == (expected,)


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        (None, None, "always"),
        (NOV, None, "from 2026-11"),
        (None, DEC, "to 2026-12"),
        (NOV, DEC, "2026-11 to 2026-12"),
    ],
)
def test_an_assumption_says_when_and_on_whose_word(first, last, words):
    row = assumption("x", 1, 2, first=first, last=last).to_row()
    assert (row["months"], row["owner"], row["value"]) == (words, "o", 2)


def test_equal_values_have_equal_digests_whatever_their_order():
    assert digest({"a": 1, "b": frozenset("xyz")}) == digest(
        {"b": frozenset("zyx"), "a": 1}
    )
    assert digest([1, 2]) != digest([2, 1])
    assert digest(("a", "b")) != digest(("ab",))


def test_digests_stay_as_they_are():
    """They seed who is dropped or cloned: a new value would draw other people."""
    assert digest() == "e3b0c44298fc1c14"
    assert digest("lisbon") == "54c693bd01cf3155"
    value = {"b": [1, 2.5, None], "a": frozenset({"x", "y"}), (1, 2): {}}
    assert digest(value, np.arange(3.0), Month(2026, 11)) == "660e4d146aa7c281"
