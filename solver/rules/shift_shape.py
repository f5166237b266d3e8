"""Shifts look as the employment contract says: start, length and breaks."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import ClassVar

from solver.constraints import CatalogueShifts, Constraint
from solver.rule import RULES
from solver.walk import (
    agents_of,
    clock_text,
    hours_text,
    local_date,
    local_minute,
    planned_dates,
)
from wfm.calendar.local import to_instant, wall_minute
from wfm.domain.people import Agent, BreakRule, ShiftTemplate
from wfm.domain.roster import Roster, RosterInstance, Shift, Violation


@RULES.add("shift_shape")
@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftShape:
    """Each shift is one that the agent's contract allows on that date.

    Start times are read off the agent's wall clock, lengths are elapsed time, and the
    breaks are exactly those that the template asks for, each inside its window; duties
    off the queues are judged by ``activities``.
    Shifts of unknown agents or on dates that are not planned are reported here too. A
    locked shift may look as it likes: the planner has decided on it.
    """

    name: ClassVar[str] = "shift_shape"
    always: ClassVar[bool] = True
    example: ClassVar[str] = "on"
    agent_ids: frozenset[str] | None = None

    def constraints(self, instance: RosterInstance) -> Iterator[Constraint]:
        """Yield one record per agent."""
        for agent in agents_of(instance, self.agent_ids):
            yield CatalogueShifts(agent_id=agent.agent_id)

    def violations(self, instance: RosterInstance, roster: Roster) -> list[Violation]:
        """Return every shift that no template allows, with the first reason."""
        agents = {agent.agent_id: agent for agent in instance.agents}
        given = {*instance.locked, *instance.carry_over}
        found: list[Violation] = []
        dates: dict[str, frozenset[date]] = {}
        for shift in roster.shifts:
            if shift in given:
                continue
            if shift.agent_id not in dates:
                dates[shift.agent_id] = planned_dates(instance, shift.agent_id)
            agent, own = agents.get(shift.agent_id), dates[shift.agent_id]
            reason = self._reason(instance, agent, shift, own)
            if reason:
                found.append(
                    Violation(
                        rule=self.name,
                        agent_id=shift.agent_id,
                        date_local=shift.date_local,
                        start_idx=shift.start_idx,
                        end_idx=shift.end_idx,
                        message=reason,
                    )
                )
        return found

    def _reason(
        self,
        instance: RosterInstance,
        agent: Agent | None,
        shift: Shift,
        dates: frozenset[date],
    ) -> str:
        if agent is None:
            return "no agent of this name is in the plan"
        if self.agent_ids is not None and agent.agent_id not in self.agent_ids:
            return ""
        if shift.date_local not in dates:
            return "the agent may not start a shift on this date"
        return _misfit(instance, agent, shift)


def _misfit(instance: RosterInstance, agent: Agent, shift: Shift) -> str:
    """Return why no template of the agent fits, judged in the order of a reader."""
    starts = clock_text(instance, shift.start_idx, agent.zone)
    if local_date(instance, shift.start_idx, agent.zone) != shift.date_local:
        return f"the shift starts {starts}, not on its date {shift.date_local}"
    templates = instance.contracts[agent.contract_id].templates
    minute = local_minute(instance, shift.start_idx, agent.zone)
    right_start = [
        template
        for template in templates
        if _starts_right(instance, agent, shift, minute, template)
    ]
    if not right_start:
        return f"no shift of contract {agent.contract_id} starts {starts}"
    elapsed = (shift.end_idx - shift.start_idx) * instance.step_minutes
    right_length = [t for t in right_start if elapsed in t.elapsed_minutes]
    if not right_length:
        allowed = sorted({m for t in right_start for m in t.elapsed_minutes})
        words = ", ".join(hours_text(minutes) for minutes in allowed)
        return f"the shift lasts {hours_text(elapsed)}, allowed is {words}"
    reasons = [_wrong_breaks(instance, shift, t.breaks_of(elapsed), elapsed)
               for t in right_length]  # fmt: skip
    return "" if "" in reasons else reasons[0]


def _starts_right(
    instance: RosterInstance,
    agent: Agent,
    shift: Shift,
    minute: int,
    template: ShiftTemplate,
) -> bool:
    """Return whether one of the template's start times is the shift's start.

    *minute* is what the agent's clock shows then.
    """
    day = shift.date_local
    if day.weekday() not in template.weekdays:
        return False
    first, last = template.start_from_minute, template.start_to_minute
    minutes = range(first, last + 1, template.start_step_minutes)
    if _is_plain(day, agent.zone):
        return minute in minutes
    # What the clock shows is not always what was asked for: a skipped time.
    start = instance.grid.instant(shift.start_idx)
    asked = (minute, *minutes)
    return any(_starts_at(day, m, minutes, start, agent) for m in asked)


def _starts_at(
    day: date, minute: int, minutes: range, start: datetime, agent: Agent
) -> bool:
    """Return whether *minute* of *day* is one of *minutes*, and means *start*."""
    return minute in minutes and _instant(day, minute, agent.zone) == start


@lru_cache(maxsize=1 << 12)
def _is_plain(day: date, zone_name: str) -> bool:
    """Return whether no clock is changed on *day*: each minute exists once."""
    begin, end = (to_instant(wall_minute(day, m), zone_name) for m in (0, 1440))
    return end - begin == timedelta(days=1)


@lru_cache(maxsize=1 << 14)
def _instant(day: date, minute: int, zone_name: str) -> datetime:
    """Return when *minute* of *day* is; thousands of people start at the same times."""
    return to_instant(wall_minute(day, minute), zone_name)


def _wrong_breaks(
    instance: RosterInstance,
    shift: Shift,
    rules: tuple[BreakRule, ...],
    elapsed_minutes: int,
) -> str:
    """Return what is wrong with the breaks, or an empty text."""
    taken = [span for span in shift.spans if span.is_break]
    if [span.activity for span in taken] != [rule.kind for rule in rules]:
        have = ", ".join(span.activity for span in taken) or "none"
        want = ", ".join(rule.kind for rule in rules) or "none"
        return f"the shift has the breaks {have}; its length asks for {want}"
    if not all(span.paid for span in shift.working_spans):
        return "work is marked as unpaid"
    for span, rule in zip(taken, rules, strict=True):
        minutes = (span.end_idx - span.start_idx) * instance.step_minutes
        if minutes != rule.minutes or span.paid != rule.paid:
            return f"the {rule.kind} lasts {minutes} min, due are {rule.minutes} min"
        after = (span.start_idx - shift.start_idx) * instance.step_minutes
        first, last = _window_minutes(rule, elapsed_minutes)
        if not first <= after <= last:
            return (
                f"the {rule.kind} starts {hours_text(after)} into the shift, allowed "
                f"is {hours_text(first)} to {hours_text(last)}"
            )
    return ""


def _window_minutes(rule: BreakRule, elapsed_minutes: int) -> tuple[int, int]:
    """Return when the break may start, in minutes after the shift's start."""
    if rule.anchor == "start":
        return rule.earliest_minutes, rule.latest_minutes
    return (
        elapsed_minutes - rule.earliest_minutes,
        elapsed_minutes - rule.latest_minutes,
    )
