"""A roster problem with its rules and terms read once, and the score of a roster."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from solver.allocation import Served, allocate, serves_of
from solver.constraints import COUPLING, STRETCH, Constraint, Custom
from solver.core.cover import guaranteed_units
from solver.need import Need, build_need
from solver.rule import Rule
from solver.term import (
    TERMS,
    ChangePrice,
    CountPrice,
    Price,
    ShiftPrice,
    StepPrice,
    Term,
    WeekHoursPrice,
)
from wfm.domain.errors import ModelError
from wfm.domain.roster import WORK, Roster, RosterInstance, Shift, Violation


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """What is to be solved: instance, rules with their demands, terms, prices."""

    instance: RosterInstance
    rules: tuple[Rule, ...]
    terms: Mapping[str, Term]
    constraints: tuple[Constraint, ...]
    prices: tuple[Price, ...]
    need: Need
    serves: Mapping[str, frozenset[str]]

    def may_fail(self, rule: Rule) -> bool:
        """Return whether *rule* demands what not every search keeps by itself."""
        few = (Custom, *COUPLING, *STRETCH)
        return any(isinstance(c, few) for c in rule.constraints(self.instance))


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """A roster's exact worth: what it breaks comes first, then what it costs."""

    roster: Roster
    served: Served
    terms: Mapping[str, int]
    violations: tuple[Violation, ...]

    @property
    def objective(self) -> int:
        """Sum of all terms, thousandths of a minor unit."""
        return sum(self.terms.values())

    @property
    def key(self) -> tuple[int, int]:
        """What a better score has less of."""
        return (
            sum(max(1, v.end_idx - v.start_idx) for v in self.violations),
            self.objective,
        )


def read_problem(
    instance: RosterInstance,
    rules: Sequence[Rule],
    terms: Mapping[str, Term] | None = None,
) -> Problem:
    """Ask every rule and term what it demands; *terms* defaults to all registered."""
    chosen = dict(terms) if terms is not None else {n: TERMS[n]() for n in TERMS}
    constraints = tuple(c for rule in rules for c in rule.constraints(instance))
    prices = tuple(p for term in chosen.values() for p in term.prices(instance))
    return Problem(
        instance=instance,
        rules=tuple(rules),
        terms=chosen,
        constraints=constraints,
        prices=prices,
        need=replace(
            build_need(instance, prices), floor=guaranteed_units(instance, constraints)
        ),
        serves=serves_of(constraints),
    )


def score(problem: Problem, roster: Roster) -> Score:
    """Return the exact score of *roster*: cheapest allocation, terms, violations.

    Raises
    ------
    ModelError
        If the terms, recomputed on their own, contradict the prices that the search
        was given.
    """
    instance = problem.instance
    served = allocate(instance, roster, problem.serves, problem.need)
    terms = {
        name: term.value(instance, roster, served.allocation)
        for name, term in problem.terms.items()
    }
    priced = (
        served.cost
        + own_cost(problem, roster)
        + shift_cost(problem, roster)
        + change_cost(problem, roster)
    )
    if sum(terms.values()) != priced:
        msg = f"terms add up to {sum(terms.values())}, prices to {priced}: {terms}"
        raise ModelError(msg)
    found = tuple(
        v for rule in problem.rules for v in rule.violations(instance, roster)
    )
    return Score(roster=roster, served=served, terms=terms, violations=found)


def own_cost(problem: Problem, roster: Roster) -> int:
    """Return what shifts cost by their steps and by the hours of their weeks."""
    return step_cost(problem, roster) + hours_cost(problem, roster)


def hours_cost(problem: Problem, roster: Roster) -> int:
    """Return what the prices of paid time in weeks charge for *roster*."""
    prices = [price for price in problem.prices if isinstance(price, WeekHoursPrice)]
    if not prices:
        return 0
    planned = problem.instance.planned_days
    week_of = {
        (name, day.date_local): day.week for name, own in planned.items() for day in own
    }
    paid: dict[tuple[str, int], int] = {}
    for shift in roster.shifts:
        week = week_of.get((shift.agent_id, shift.date_local), -1)
        key = shift.agent_id, week
        paid[key] = paid.get(key, 0) + shift.paid_steps
    return sum(
        price.price * max(0, paid.get((price.agent_id, price.week), 0) - after)
        for price in prices
        for after in (price.after_steps,)
    )


def step_cost(problem: Problem, roster: Roster) -> int:
    """Return what the step prices charge for the shifts of *roster*."""
    row = problem.instance.agent_index()
    prices = [price for price in problem.prices if isinstance(price, StepPrice)]
    return sum(
        int(price.price[row[shift.agent_id], span.start_idx : span.end_idx].sum())
        for shift in roster.shifts
        for span in shift.spans
        for price in prices
        if (span.paid if price.counting == "paid" else span.activity == WORK)
    )


def change_cost(problem: Problem, roster: Roster) -> int:
    """Return what the change prices charge for *roster*, shifts and days off."""
    days = [
        (name, day.date_local)
        for name, own in problem.instance.planned_days.items()
        for day in own
    ]
    total = 0
    for price in problem.prices:
        if isinstance(price, ChangePrice):
            now = {(s.agent_id, s.date_local): s for s in roster.shifts}
            for key in days:
                shift = now.get(key)
                total += price.of_shift(shift) if shift else price.of_day_off(*key)
    return total


def shift_cost(problem: Problem, roster: Roster) -> int:
    """Return what the prices of whole shifts, and of their number, charge."""
    by_date: dict[date, list[Shift]] = {}
    for shift in roster.shifts:
        by_date.setdefault(shift.date_local, []).append(shift)
    total = 0
    for price in problem.prices:
        if isinstance(price, ShiftPrice):
            has = any(
                shift.agent_id == price.agent_id and price.shifts.holds(shift)
                for shift in by_date.get(price.date_local, ())
            )
            total += price.if_worked if has else price.if_not
        elif isinstance(price, CountPrice):
            total += _count_cost(price, by_date.get(price.date_local, ()))
    return total


def _count_cost(price: CountPrice, shifts: Iterable[Shift]) -> int:
    count = sum(
        shift.agent_id in price.shifts and price.shifts[shift.agent_id].holds(shift)
        for shift in shifts
    )
    if count > price.wanted:
        return price.over_price * (count - price.wanted)
    return price.short_price * (price.wanted - count)
