"""Hours of several weeks, shared out over the weeks.

The week programme adds up paid time week by week, so hours of a longer period reach it
as shares that imply them: their sum is within the limit, each is within the week's
own. The shares narrow what may be searched, never what the bound is about. Weeks that
get the rest of a period differ from person to person, so that no week is short of
people.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from solver.common_dates import chosen_dates
from solver.constraints import (
    Constraint,
    PaidStepsOnDates,
    PaidStepsPerWeek,
    ShapedShifts,
)
from solver.core.compile import Compiled, compile_problem
from solver.core.local_search import LocalSearch
from solver.core.options import agent_days
from solver.problem import Problem
from wfm.domain.roster import RosterInstance


@dataclass(slots=True)
class _Weeks:
    """An agent's plan weeks: their dates, and what each may hold so far."""

    dates: Mapping[int, frozenset[date]]
    low: dict[int, int] = field(default_factory=dict)
    high: dict[int, int] = field(default_factory=dict)


def tables_of(problem: Problem) -> tuple[Compiled, Compiled]:
    """Return the tables of *problem*, and those that are narrower for the search.

    There, hours of several weeks are shared out and dates that people have in common
    are chosen; they are the same where there is neither. People for whom that leaves no
    legal plan go without.
    """
    instance, prices = problem.instance, problem.prices
    whole = compile_problem(instance, problem.constraints, prices)
    shares = weekly_shares(instance, problem.constraints)
    chosen = chosen_dates(instance, problem.constraints)
    if not shares and not chosen:
        return whole, whole
    added: tuple[PaidStepsPerWeek | ShapedShifts, ...] = (*shares, *chosen)
    narrow = compile_problem(instance, (*problem.constraints, *added), prices)
    stuck = frozenset(LocalSearch(narrow).infeasible_agents())
    if stuck:
        kept = (record for record in added if record.agent_id not in stuck)
        narrow = compile_problem(instance, (*problem.constraints, *kept), prices)
    return whole, narrow


def weekly_shares(
    instance: RosterInstance, constraints: Iterable[Constraint]
) -> tuple[PaidStepsPerWeek, ...]:
    """Return weekly hours that imply the hours of longer periods.

    Periods of one week need none; of a period that ends within a week only the most
    is shared out.
    """
    listed = tuple(constraints)
    long = [
        item
        for item in listed
        if isinstance(item, PaidStepsOnDates) and item.agent_id in instance.planned_days
    ]
    weeks = {item.agent_id: _weeks(instance, item.agent_id) for item in long}
    long = [item for item in long if len(_touched(weeks[item.agent_id], item)) > 1]
    if not long:
        return ()
    _note_limits(instance, listed, weeks)
    turn = instance.agent_index()
    return tuple(
        share
        for item in long
        for share in _shares(item, weeks[item.agent_id], turn[item.agent_id])
    )


def _weeks(instance: RosterInstance, agent_id: str) -> _Weeks:
    dates: dict[int, set[date]] = {}
    for day in instance.planned_days[agent_id]:
        dates.setdefault(day.week, set()).add(day.date_local)
    return _Weeks({week: frozenset(found) for week, found in dates.items()})


def _touched(weeks: _Weeks, item: PaidStepsOnDates) -> list[int]:
    return [week for week, dates in weeks.dates.items() if dates & item.dates]


def _note_limits(
    instance: RosterInstance,
    constraints: Sequence[Constraint],
    weeks: Mapping[str, _Weeks],
) -> None:
    """Note what weeks may hold by their own limits, or else by their days."""
    for item in agent_days(instance, constraints):
        own = weeks.get(instance.agents[item.agent].agent_id)
        if own is not None:
            longest = max((option.paid_steps for option in item.options), default=0)
            own.high[item.day.week] = own.high.get(item.day.week, 0) + longest
            own.low.setdefault(item.day.week, 0)
    for record in constraints:
        if isinstance(record, PaidStepsPerWeek) and record.agent_id in weeks:
            own = weeks[record.agent_id]
            if record.week in own.high:
                low, high = own.low[record.week], own.high[record.week]
                own.low[record.week] = max(low, record.min_steps)
                own.high[record.week] = min(high, record.max_steps)


def _shares(
    item: PaidStepsOnDates, weeks: _Weeks, turn: int
) -> Iterator[PaidStepsPerWeek]:
    """Share out one period; what weeks may hold afterwards is noted in *weeks*."""
    touched = sorted(_touched(weeks, item))
    if any(weeks.low[week] > weeks.high[week] for week in touched):
        return
    left = item.max_steps - sum(weeks.low[week] for week in touched)
    if left < 0:
        return
    first = turn % len(touched)
    for week in [*touched[first:], *touched[:first]]:
        extra = min(left, weeks.high[week] - weeks.low[week])
        weeks.high[week] = weeks.low[week] + extra
        left -= extra
    whole = [week for week in touched if weeks.dates[week] <= item.dates]
    due = item.min_steps if whole == touched else 0
    for n, week in enumerate(sorted(touched, key=lambda w: weeks.high[w])):
        floor = min(weeks.high[week], -(-max(0, due) // (len(touched) - n)))
        weeks.low[week] = max(weeks.low[week], floor)
        due -= weeks.low[week]
    for week in touched:
        yield PaidStepsPerWeek(
            agent_id=item.agent_id,
            week=week,
            min_steps=weeks.low[week],
            max_steps=weeks.high[week],
        )
