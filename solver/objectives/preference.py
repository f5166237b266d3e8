"""Preferences: a stated price for each paid hour at a time that people would avoid.

A paid step is priced at ``preference_per_hour`` times

- the weights of all *avoid* spans of the agent that cover it, and
- on a planned date on which one of the agent's *prefer* spans begins: the largest
  weight of these spans, for every step of that local date that no *prefer* span of
  the agent covers.

A *prefer* span that runs past midnight thus frees the hours of the next date that it
covers, but asks nothing of the rest of that date. Dates without a *prefer* span are
not priced, and a day off costs nothing. Each year of service adds
``preference_seniority`` of the price.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby, pairwise

import numpy as np

from solver.outcome import Allocation
from solver.term import TERMS, Price, StepPrice
from wfm.domain.arrays import FloatArray, IntArray
from wfm.domain.people import Preference as Wish
from wfm.domain.roster import Roster, RosterInstance, WorkSpan


@TERMS.add("preference")
@dataclass(frozen=True, slots=True, kw_only=True)
class Preference:
    """Paid steps in avoided time, or outside the preferred spans of their date."""

    def prices(self, instance: RosterInstance) -> Iterable[Price]:
        """Yield the price of every agent and step, rounded once."""
        if not (instance.preferences and instance.prices.preference_per_hour):
            return
        price = np.zeros(instance.pay.shape, dtype=np.int64)
        for a, wishes in _by_agent(instance):
            weight = _avoided(wishes, instance.grid.num_intervals)
            weight += _not_preferred(instance, a, wishes)
            hourly = _per_step(instance, instance.agents[a].seniority)
            price[a] = np.rint(weight * hourly).astype(np.int64)
        yield StepPrice(price=price)

    def value(
        self, instance: RosterInstance, roster: Roster, allocation: Allocation
    ) -> int:
        """Weigh the paid steps of every shift against its agent's wishes."""
        own = _by_name(instance)
        edges = {name: _edges(instance, name, own[name]) for name in own}
        years = {agent.agent_id: agent.seniority for agent in instance.agents}
        return sum(
            (end - first)
            * round(
                _weight_at(instance, shift.agent_id, own[shift.agent_id], first)
                * _per_step(instance, years[shift.agent_id])
            )
            for shift in roster.shifts
            if shift.agent_id in own
            for span in shift.spans
            if span.paid
            for first, end in _alike(span, edges[shift.agent_id])
        )


def _by_name(instance: RosterInstance) -> dict[str, list[Wish]]:
    wishes: dict[str, list[Wish]] = {}
    for wish in instance.preferences:
        wishes.setdefault(wish.agent_id, []).append(wish)
    return wishes


def _edges(instance: RosterInstance, agent_id: str, wishes: list[Wish]) -> list[int]:
    """Return the steps at which a wish or a date of the agent begins or ends."""
    days = instance.planned_days.get(agent_id, ())
    edges = {edge for wish in wishes for edge in (wish.start_idx, wish.end_idx)}
    edges |= {edge for day in days for edge in (day.start_idx, day.end_idx)}
    return sorted(edges)


def _alike(span: WorkSpan, edges: list[int]) -> Iterable[tuple[int, int]]:
    """Return the parts of *span* that lie between two *edges*."""
    low, high = bisect_right(edges, span.start_idx), bisect_left(edges, span.end_idx)
    return pairwise((span.start_idx, *edges[low:high], span.end_idx))


def _per_step(instance: RosterInstance, years: float) -> float:
    """Return the price of a step at weight 1 for somebody with *years* of service."""
    weight = 1.0 + instance.prices.preference_seniority * years
    return instance.prices.preference_per_hour * weight * instance.step_minutes / 60


def _by_agent(instance: RosterInstance) -> Iterable[tuple[int, list[Wish]]]:
    rows = instance.agent_index()
    known = (wish for wish in instance.preferences if wish.agent_id in rows)
    ordered = sorted(known, key=lambda wish: rows[wish.agent_id])
    for agent_id, wishes in groupby(ordered, key=lambda wish: wish.agent_id):
        yield rows[agent_id], list(wishes)


def _avoided(wishes: list[Wish], num_steps: int) -> FloatArray:
    weight = np.zeros(num_steps)
    for wish in wishes:
        if wish.kind == "avoid":
            weight[max(0, wish.start_idx) : max(0, wish.end_idx)] += wish.weight
    return weight


def _not_preferred(
    instance: RosterInstance, a: int, wishes: list[Wish]
) -> FloatArray | IntArray:
    preferred = [wish for wish in wishes if wish.kind == "prefer"]
    weight = np.zeros(instance.grid.num_intervals)
    for day in instance.planned_days.get(instance.agents[a].agent_id, ()):
        begun = [
            wish.weight
            for wish in preferred
            if day.start_idx <= wish.start_idx < day.end_idx
        ]
        if begun:
            weight[max(0, day.start_idx) : max(0, day.end_idx)] = max(begun)
    for wish in preferred:
        weight[max(0, wish.start_idx) : max(0, wish.end_idx)] = 0.0
    return weight


def _weight_at(
    instance: RosterInstance, agent_id: str, wishes: list[Wish], idx: int
) -> float:
    """Return the weight of working at step *idx*, straight from the definition."""
    avoided = sum(
        wish.weight
        for wish in wishes
        if wish.kind == "avoid" and wish.start_idx <= idx < wish.end_idx
    )
    preferred = [wish for wish in wishes if wish.kind == "prefer"]
    if any(wish.start_idx <= idx < wish.end_idx for wish in preferred):
        return avoided
    asked = [
        wish.weight
        for day in instance.planned_days.get(agent_id, ())
        if day.start_idx <= idx < day.end_idx
        for wish in preferred
        if day.start_idx <= wish.start_idx < day.end_idx
    ]
    return avoided + max(asked, default=0.0)
