"""Guaranteed agents per queue, and floors per site or skill."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, ClassVar

from solver.constraints import Constraint, Guarantee, Heads
from solver.rule import RULES
from solver.walk import all_shifts, local_date, runs
from wfm.calendar.local import local_clock, zone
from wfm.domain.matching import max_matching
from wfm.domain.people import Agent
from wfm.domain.roster import Roster, RosterInstance, Violation, is_eligible

ALWAYS = (((0, 1440),),) * 7
WHOM = ("queue", "site", "skill", "grade", "min_seniority")
ANY_NUMBER = 10**6


@RULES.add("min_cover")
@dataclass(frozen=True, slots=True, kw_only=True)
class MinCover:
    """Every guarantee of the instance, and *floors* of people at work.

    At each step an integer matching gives each working agent (not on a break) to at
    most one queue and fills ``instance.guaranteed_agents`` of every queue. A floor is
    a mapping with ``agents`` (at least) and perhaps ``max_agents``, and ``spans``: for
    each weekday the ``(from_minute, to_minute)`` in the site's zone (without one the
    queue's or the plan's), all day without it. It counts working agents who can serve
    its ``queue``, whatever they are used for, while that is open; of its ``site``,
    remote ones too, who hold its ``skill`` at its ``level`` or above, are of its
    ``grade`` and have at least ``min_seniority`` years of service, as far as it states
    these. People still on shift from the previous roster count. Only steps inside the
    plan's window are judged, and not those of a cold start.
    """

    name: ClassVar[str] = "min_cover"
    always: ClassVar[bool] = True
    example: ClassVar[str] = (
        '[{queue: phone, agents: 2, when: {weekdays: "09:00-17:00"}}]'
    )
    floors: tuple[Mapping[str, Any], ...] = ()
    agent_ids: frozenset[str] | None = None

    def __post_init__(self) -> None:
        for floor in self.floors:
            named = [key for key in WHOM if floor.get(key) is not None]
            known = {*WHOM, "level", "agents", "max_agents", "spans"}
            if not named or "agents" not in floor or not set(floor) <= known:
                msg = f"a floor names whom it counts, agents and spans; got {floor}"
                raise ValueError(msg)

    def constraints(self, instance: RosterInstance) -> Iterator[Constraint]:
        """Yield guarantees and floors in runs of equal numbers."""
        first = max(instance.window_start_idx, instance.cold_start_end_idx)
        for q, queue in enumerate(instance.queues):
            row = instance.guaranteed_agents[q].tolist()
            steps = {t: row[t] for t in range(first, instance.window_end_idx) if row[t]}
            for start, end, agents in runs(steps):
                yield Guarantee(
                    queue_id=queue.queue_id,
                    start_idx=start,
                    end_idx=end,
                    agents=agents,
                )
        for floor in self.floors:
            yield from _heads(instance, floor, first, self.agent_ids)

    def violations(self, instance: RosterInstance, roster: Roster) -> list[Violation]:
        """Return the runs of steps in which a queue, site or skill is short."""
        found = list(_unmatched(instance, roster))
        for floor in self.floors:
            found += _short(instance, roster, floor, self.agent_ids)
        return found


def _heads(
    instance: RosterInstance,
    floor: Mapping[str, Any],
    first: int,
    only: frozenset[str] | None,
) -> Iterator[Constraint]:
    clock = local_clock(instance.grid, _floor_zone(instance, floor))
    weekday, minute = clock.weekday.tolist(), clock.minute_of_day.tolist()
    opened = _open_steps(instance, floor)
    steps = {
        t: int(floor["agents"])
        for t in range(first, instance.window_end_idx)
        if opened[t]
        and any(low <= minute[t] < high for low, high in _spans(floor)[weekday[t]])
    }
    for start, end, agents in runs(steps):
        yield Heads(
            agent_ids=_floor_agents(instance, floor, only),
            start_idx=start,
            end_idx=end,
            low=agents,
            high=max(agents, int(floor.get("max_agents", ANY_NUMBER))),
            label=f"cover of {_floor_name(floor)}",
        )


def _queue_row(instance: RosterInstance, floor: Mapping[str, Any]) -> int | None:
    """Return the row of the queue that a floor names, if it names one."""
    ids = [queue.queue_id for queue in instance.queues]
    return ids.index(floor["queue"]) if floor.get("queue") in ids else None


def _open_steps(instance: RosterInstance, floor: Mapping[str, Any]) -> list[bool]:
    """Return by step whether the floor's queue is open (encoder)."""
    row = _queue_row(instance, floor)
    if row is None:
        return [True] * instance.grid.num_intervals
    return [bool(is_open) for is_open in instance.open_mask[row]]


def _floor_zone(instance: RosterInstance, floor: Mapping[str, Any]) -> str:
    if floor.get("site") is not None:
        return instance.sites[floor["site"]].zone
    row = _queue_row(instance, floor)
    return instance.zone if row is None else instance.queues[row].zone


def _spans(floor: Mapping[str, Any]) -> tuple[tuple[tuple[int, int], ...], ...]:
    spans: tuple[tuple[tuple[int, int], ...], ...] | None = floor.get("spans")
    return ALWAYS if spans is None else spans


def _floor_name(floor: Mapping[str, Any]) -> str:
    """Return whom a floor counts, in words."""
    level = f":{floor['level']}" if floor.get("level") else ""
    named = [str(floor[k]) for k in ("queue", "site", "grade") if floor.get(k)]
    if floor.get("skill"):
        named.append(f"{floor['skill']}{level}")
    if floor.get("min_seniority"):
        named.append(f"{floor['min_seniority']:g} years of service")
    return ", ".join(named)


def _counts(instance: RosterInstance, agent: Agent, floor: Mapping[str, Any]) -> bool:
    """Return whether a floor counts *agent*."""
    skill, row = floor.get("skill"), _queue_row(instance, floor)
    if floor.get("queue") is not None and (
        row is None or not is_eligible(agent, instance.queues[row])
    ):
        return False
    return (
        floor.get("site") in (None, agent.site_id)
        and floor.get("grade") in (None, agent.grade)
        and agent.seniority >= floor.get("min_seniority", 0)
        and (skill is None or agent.skills.get(skill, -1) >= floor.get("level", 0))
    )


def _floor_agents(
    instance: RosterInstance, floor: Mapping[str, Any], only: frozenset[str] | None
) -> frozenset[str]:
    return frozenset(
        agent.agent_id
        for agent in instance.agents
        if _counts(instance, agent, floor) and (only is None or agent.agent_id in only)
    )


def _judged(instance: RosterInstance) -> Iterator[int]:
    """Yield the steps in which cover is judged."""
    for t in range(instance.window_start_idx, instance.window_end_idx):
        if t >= instance.cold_start_end_idx:
            yield t


def _working(instance: RosterInstance, roster: Roster) -> dict[int, dict[str, str]]:
    """Return agent -> queue pinned to ("" if none) of those at work, by step."""
    working: dict[int, dict[str, str]] = {}
    for shift in all_shifts(instance, roster):
        for span in shift.working_spans:
            for t in range(span.start_idx, span.end_idx):
                working.setdefault(t, {})[shift.agent_id] = span.queue
    return working


def _unmatched(instance: RosterInstance, roster: Roster) -> Iterator[Violation]:
    for q, steps in _missing(instance, roster).items():
        queue = instance.queues[q]
        for start, end, heads in runs(steps):
            yield Violation(
                rule=MinCover.name,
                date_local=local_date(instance, start, queue.zone),
                queue_id=queue.queue_id,
                start_idx=start,
                end_idx=end,
                message=f"{heads} of {instance.guaranteed_agents[q, start]} guaranteed "
                "agents are missing",
                missing=heads,
            )


def _missing(instance: RosterInstance, roster: Roster) -> dict[int, dict[int, int]]:
    """Return queue row -> step -> guaranteed agents that no matching finds."""
    if not instance.queues:
        return {}
    serves = {
        agent.agent_id: frozenset(
            q for q, queue in enumerate(instance.queues) if is_eligible(agent, queue)
        )
        for agent in instance.agents
    }
    row = {queue.queue_id: q for q, queue in enumerate(instance.queues)}
    working = _working(instance, roster)
    missing: dict[int, dict[int, int]] = {q: {} for q in row.values()}
    for t in _judged(instance):
        floors = tuple(instance.guaranteed_agents[:, t].tolist())
        groups = Counter(
            serves[agent] & {row[queue]} if queue in row else serves[agent]
            for agent, queue in working.get(t, {}).items()
            if agent in serves
        )
        ordered = sorted(groups, key=sorted)
        filled = max_matching([groups[g] for g in ordered], ordered, floors)
        for q, (have, due) in enumerate(zip(filled, floors, strict=True)):
            if have < due:
                missing[q][t] = due - have
    return missing


def _short(
    instance: RosterInstance,
    roster: Roster,
    floor: Mapping[str, Any],
    only: frozenset[str] | None,
) -> Iterator[Violation]:
    zone_name = _floor_zone(instance, floor)
    missing, extra, most = _off_floor(instance, roster, floor, only)
    name = _floor_name(floor)
    for start, end, heads in runs(extra):
        yield Violation(
            rule=MinCover.name,
            date_local=local_date(instance, start, zone_name),
            start_idx=start,
            end_idx=end,
            message=f"{heads} people at work for {name}, {most} are allowed",
        )
    for start, end, heads in runs(missing):
        yield Violation(
            rule=MinCover.name,
            date_local=local_date(instance, start, zone_name),
            start_idx=start,
            end_idx=end,
            message=f"{heads} of {floor['agents']} people at work for {name} are "
            "missing",
            missing=heads,
        )


def _off_floor(
    instance: RosterInstance,
    roster: Roster,
    floor: Mapping[str, Any],
    only: frozenset[str] | None,
) -> tuple[dict[int, int], dict[int, int], int]:
    """Return step -> people missing, step -> people where too many are, the maximum."""
    zone_name = _floor_zone(instance, floor)
    counted = _floor_agents(instance, floor, only)
    working, row = _working(instance, roster), _queue_row(instance, floor)
    missing: dict[int, int] = {}
    extra: dict[int, int] = {}
    most = max(floor["agents"], floor.get("max_agents", ANY_NUMBER))
    for t in _judged(instance):
        local = instance.grid.instant(t).astimezone(zone(zone_name))
        if row is not None and not instance.open_mask[row, t]:
            continue
        since = timedelta(hours=local.hour, minutes=local.minute)
        spans = _spans(floor)[local.weekday()]
        if any(timedelta(minutes=a) <= since < timedelta(minutes=b) for a, b in spans):
            heads = len(counted & working.get(t, {}).keys())
            if heads < floor["agents"]:
                missing[t] = floor["agents"] - heads
            if heads > most:
                extra[t] = heads
    return missing, extra, most
