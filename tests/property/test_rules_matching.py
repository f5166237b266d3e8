"""Integer matching against scipy's, and Hall rows against the matching."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array
from scipy.sparse.csgraph import maximum_bipartite_matching

from wfm.domain.matching import max_matching, relevant_subsets

NUM_QUEUES = 5
GROUPS = st.lists(
    st.tuples(
        st.integers(0, 3),
        st.frozensets(st.integers(0, NUM_QUEUES - 1), max_size=NUM_QUEUES),
    ),
    max_size=5,
)
FLOORS = st.lists(st.integers(0, 3), min_size=NUM_QUEUES, max_size=NUM_QUEUES)
Groups = list[tuple[int, frozenset[int]]]


def _matched_by_scipy(groups: Groups, floors: list[int]) -> int:
    people = [queues for heads, queues in groups for _ in range(heads)]
    seats = [q for q, floor in enumerate(floors) for _ in range(floor)]
    if not people or not seats:
        return 0
    able = np.array([[seat in queues for seat in seats] for queues in people])
    found = maximum_bipartite_matching(csr_array(able), perm_type="column")
    return int((found >= 0).sum())


@settings(max_examples=300, deadline=None)
@given(groups=GROUPS, floors=FLOORS)
def test_matching_is_as_large_as_scipys(groups: Groups, floors: list[int]) -> None:
    filled = max_matching([h for h, _ in groups], [s for _, s in groups], floors)
    assert all(0 <= have <= due for have, due in zip(filled, floors, strict=True))
    assert sum(filled) == _matched_by_scipy(groups, floors)


@settings(max_examples=300, deadline=None)
@given(groups=GROUPS, floors=FLOORS)
def test_relevant_subsets_decide_as_all_subsets_do(
    groups: Groups, floors: list[int]
) -> None:
    wanted = frozenset(q for q, floor in enumerate(floors) if floor)
    served = [queues & wanted for _, queues in groups]
    able = sum(floors) == _matched_by_scipy(groups, floors)
    unserved = wanted.difference(*served)
    rows = all(
        sum(heads for heads, queues in groups if queues & subset)
        >= sum(floors[q] for q in subset)
        for subset in relevant_subsets(served)
    )
    assert (rows and not unserved) == able


def test_components_are_judged_by_themselves() -> None:
    groups = [frozenset("ab"), frozenset("a"), frozenset("cd")]
    assert relevant_subsets(groups) == (
        frozenset("b"),
        frozenset("ab"),
        frozenset("cd"),
    )
    assert relevant_subsets([]) == ()
