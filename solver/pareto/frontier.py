"""Five to nine rosters of one problem that no other found is better than in all asked.

The problem's own prices say what a missing hour is worth against wages. Other prices
lead to other rosters: first those that lean to one measure, then, halfway between the
prices of two neighbours, whatever lies farthest from what is known (a weighted-sum
scheme that bisects the widest gap, after Aneja and Nair 1979, doi 10.1287/mnsc.25.1.73,
with neighbours in place of an order, for there may be four measures). Each search goes
on from the best roster so far at its prices. What another roster dominates is dropped
at once, so what is left is non-dominated whatever the searches missed; a second process
bounds what could be had at the same prices.
"""

from collections.abc import Sequence

from solver.pareto.measures import CHANGES, MEASURES
from solver.pareto.outcome import Frontier, FrontierLimits, OnPoint
from solver.pareto.survey import Survey
from solver.rule import Rule
from solver.trace import Stop
from wfm.domain.roster import Roster, RosterInstance

MOST_ASKED = 4


def frontier(
    instance: RosterInstance,
    rules: Sequence[Rule],
    asked: Sequence[str],
    start: Roster,
    *,
    start_bound: int | None = None,
    published: Roster | None = None,
    limits: FrontierLimits | None = None,
    on_point: OnPoint | None = None,
    stop: Stop = None,
) -> Frontier:
    """Return rosters of which none is better than another in all that is *asked*.

    Parameters
    ----------
    asked
        Two to four of ``cost``, ``service``, ``fairness``, ``changes``.
    start
        A roster to go on from, the first of the set; *start_bound* is what no roster
        can undercut at the plan's own prices, if that is known.
    published
        What changes are counted from; it is a start as well.
    on_point
        Told the set so far after each search.
    stop
        An event or function that is polled; the set so far is then returned.

    Raises
    ------
    ValueError
        If *asked* is not two to four known measures, or ``changes`` has nothing to be
        counted from.
    """
    check_asked(asked, has_published=published is not None)
    with Survey(
        instance, rules, asked, published, limits or FrontierLimits(), stop
    ) as survey:
        survey.run(start, start_bound, on_point or (lambda _: None))
    points = sorted(survey.points, key=lambda p: p.measures.of(asked[0]))
    return Frontier(
        asked=tuple(asked),
        points=tuple(points),
        searches=len(survey.tried),
        wall_s=survey.wall_s,
    )


def check_asked(asked: Sequence[str], *, has_published: bool) -> None:
    """Check the measures.

    Raises
    ------
    ValueError
        Saying what is wrong with them.
    """
    unknown = [name for name in asked if name not in MEASURES]
    if unknown:
        msg = f"unknown measure {unknown[0]!r}; known: {', '.join(MEASURES)}"
        raise ValueError(msg)
    if len(set(asked)) != len(asked) or not 2 <= len(asked) <= MOST_ASKED:
        msg = f"two to four different measures, got {', '.join(asked) or 'none'}"
        raise ValueError(msg)
    if CHANGES in asked and not has_published:
        msg = "changes need a published roster to be counted from"
        raise ValueError(msg)
