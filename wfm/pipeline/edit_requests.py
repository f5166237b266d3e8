"""From what a planner asks to what the roster loses and gains."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from difflib import get_close_matches

from wfm.calendar.catalogue import ShiftOption, build_shift, shift_options
from wfm.domain.people import Agent
from wfm.domain.roster import WORK, Roster, RosterInstance, Shift, WorkSpan
from wfm.domain.roster_edits import (
    AddBreak,
    AddShift,
    BreakName,
    DropBreak,
    DropShift,
    EditError,
    EditRequest,
    MoveBreak,
    MoveShift,
    PinQueue,
    ReplaceAgent,
    ResizeShift,
    RosterChange,
    ShiftName,
    SwapShifts,
    change_between,
    changed,
)
from wfm.pipeline.spans import paid_kinds
from wfm.pipeline.window import local_date


def change_of(
    request: EditRequest, roster: Roster, instance: RosterInstance
) -> RosterChange:
    """Return what *request* changes in *roster*.

    Rules are not asked: an edit may break any of them.

    Raises
    ------
    EditError
        If an agent, shift, break or date is not there, or if spans of one agent would
        overlap.
    """
    raw = _raw_change(request, roster, instance)
    after = changed(roster, raw, instance.carry_over)
    return change_between(roster, after, raw.agent_ids)


def _raw_change(
    request: EditRequest, roster: Roster, instance: RosterInstance
) -> RosterChange:
    match request:
        case SwapShifts():
            return _swapped(request, roster, instance)
        case AddShift():
            return RosterChange(added=(_new_shift(request, instance),))
        case MoveBreak() | DropBreak():
            old = shift_named(roster, instance, request.name.shift)
        case _:
            old = shift_named(roster, instance, request.shift)
    if isinstance(request, DropShift):
        return RosterChange(removed=(old,))
    return RosterChange(removed=(old,), added=(_altered(old, request, instance),))


def _altered(old: Shift, request: EditRequest, instance: RosterInstance) -> Shift:
    """Return the shift that takes the place of *old*."""
    match request:
        case ReplaceAgent(agent_id=agent_id):
            return _given_to(old, agent_named(instance, agent_id), instance)
        case MoveShift(start_idx=start):
            return _moved(old, start, instance)
        case ResizeShift(end_idx=end):
            return _resized(old, end)
        case AddBreak(kind=kind, start_idx=start, end_idx=end):
            paid = _paid(instance, old.agent_id, kind)
            taken = WorkSpan(start_idx=start, end_idx=end, activity=kind, paid=paid)
            return _with_break(old, taken)
        case _:
            return _with_other_spans(old, request)


def _with_other_spans(old: Shift, request: EditRequest) -> Shift:
    """Return the shift with a break moved or worked through, or its work pinned."""
    match request:
        case PinQueue():
            return _pinned(old, request)
        case MoveBreak(name=name, start_idx=start):
            taken = break_named(old, name)
            return _with_break(_without_break(old, taken), _from(taken, start))
        case DropBreak(name=name):
            return _without_break(old, break_named(old, name))
        case _:
            msg = f"{type(request).__name__} is about no break"
            raise AssertionError(msg)


def shift_named(roster: Roster, instance: RosterInstance, name: ShiftName) -> Shift:
    """Return the shift called *name*.

    Raises
    ------
    EditError
        Naming what the agent does work, or whom the name may have meant.
    """
    agent_named(instance, name.agent_id)
    mine = [s for s in roster.shifts if s.agent_id == name.agent_id]
    of_day = [s for s in mine if s.date_local == name.date_local]
    if not 1 <= name.nth <= len(of_day):
        days = ", ".join(dict.fromkeys(f"{s.date_local:%a %m-%d}" for s in mine))
        msg = f"no shift {name} in the roster; {name.agent_id} works {days or 'never'}"
        raise EditError(msg)
    return of_day[name.nth - 1]


def break_named(shift: Shift, name: BreakName) -> WorkSpan:
    """Return the break called *name*.

    Raises
    ------
    EditError
        Naming the breaks that the shift has.
    """
    breaks = [span for span in shift.spans if span.activity != WORK]
    of_kind = [span for span in breaks if span.activity == name.kind]
    if not 1 <= name.nth <= len(of_kind):
        have = ", ".join(span.activity for span in breaks) or "none"
        msg = f"no break {name} in the roster; the shift has: {have}"
        raise EditError(msg)
    return of_kind[name.nth - 1]


def agent_named(instance: RosterInstance, agent_id: str) -> Agent:
    """Return the agent with this id.

    Raises
    ------
    EditError
        Naming whom it may have meant.
    """
    for agent in instance.agents:
        if agent.agent_id == agent_id:
            return agent
    hint = _near(agent_id, (agent.agent_id for agent in instance.agents))
    msg = f"unknown agent {agent_id!r}{hint}"
    raise EditError(msg)


def queue_named(instance: RosterInstance, queue_id: str) -> str:
    """Return the id of a queue of the plan.

    Raises
    ------
    EditError
        Naming which one it may have meant.
    """
    known = [queue.queue_id for queue in instance.queues]
    if queue_id not in known:
        msg = f"unknown queue {queue_id!r}{_near(queue_id, known)}"
        raise EditError(msg)
    return queue_id


def _near(name: str, known: Iterable[str]) -> str:
    near = get_close_matches(name, list(known), n=1)
    return f"; did you mean {near[0]!r}?" if near else ""


def _date_of(instance: RosterInstance, agent: Agent, start_idx: int) -> date:
    """Return the agent's date on which a shift from *start_idx* on would begin."""
    day = local_date(instance.grid.instant(start_idx), agent.zone)
    if all(day != d.date_local for d in instance.planned_days[agent.agent_id]):
        msg = f"{day} is no date of this plan for {agent.agent_id}"
        raise EditError(msg)
    return day


def _moved(shift: Shift, start_idx: int, instance: RosterInstance) -> Shift:
    by = start_idx - shift.start_idx
    spans = tuple(
        replace(span, start_idx=span.start_idx + by, end_idx=span.end_idx + by)
        for span in shift.spans
    )
    day = _date_of(instance, agent_named(instance, shift.agent_id), start_idx)
    return replace(shift, date_local=day, spans=spans)


def _resized(shift: Shift, end_idx: int) -> Shift:
    if end_idx <= shift.start_idx:
        msg = f"the shift of {shift.agent_id} would end before it begins"
        raise EditError(msg)
    kept = [
        replace(span, end_idx=min(span.end_idx, end_idx))
        for span in shift.spans
        if span.start_idx < end_idx
    ]
    if end_idx > shift.end_idx:
        kept.append(_work(shift, shift.end_idx, end_idx))
    return replace(shift, spans=_joined(kept))


def _swapped(
    request: SwapShifts, roster: Roster, instance: RosterInstance
) -> RosterChange:
    first = shift_named(roster, instance, request.first)
    second = shift_named(roster, instance, request.second)
    if first.agent_id == second.agent_id:
        msg = f"{first.agent_id} can't swap shifts with nobody else"
        raise EditError(msg)
    added = (
        _given_to(first, agent_named(instance, second.agent_id), instance),
        _given_to(second, agent_named(instance, first.agent_id), instance),
    )
    return RosterChange(removed=(first, second), added=added)


def _given_to(shift: Shift, agent: Agent, instance: RosterInstance) -> Shift:
    """Return the shift as that of *agent*: same instants, own date, own paid breaks."""
    spans = tuple(
        span
        if span.duty
        else replace(span, paid=_paid(instance, agent.agent_id, span.activity))
        for span in shift.spans
    )
    day = _date_of(instance, agent, shift.start_idx)
    return Shift(agent_id=agent.agent_id, date_local=day, spans=spans)


def _paid(instance: RosterInstance, agent_id: str, activity: str) -> bool:
    """Return whether the agent's contract pays *activity*.

    A kind that the contract does not know, but another one does, is paid.
    """
    contract = instance.contracts[agent_named(instance, agent_id).contract_id]
    known = {k for c in instance.contracts.values() for k in paid_kinds(c)}
    if activity not in {WORK, *known}:
        msg = f"unknown kind of break {activity!r}{_near(activity, known)}"
        raise EditError(msg)
    return paid_kinds(contract).get(activity, True)


def _new_shift(request: AddShift, instance: RosterInstance) -> Shift:
    agent = agent_named(instance, request.agent_id)
    if request.end_idx <= request.start_idx:
        msg = f"the shift of {agent.agent_id} would end before it begins"
        raise EditError(msg)
    day = _date_of(instance, agent, request.start_idx)
    option = _option(instance, agent, day, request)
    middles = [(b.first_idx + b.last_idx) // 2 for b in option.breaks]
    return build_shift(agent.agent_id, day, option, middles)


def _option(
    instance: RosterInstance, agent: Agent, day: date, request: AddShift
) -> ShiftOption:
    """Return the option of the agent's contract with these hours, or a bare one."""
    templates = instance.contracts[agent.contract_id].templates
    for option in shift_options(templates, day, agent.zone, instance.grid):
        if (option.start_idx, option.end_idx) == (request.start_idx, request.end_idx):
            return option
    return ShiftOption(start_idx=request.start_idx, end_idx=request.end_idx)


def usual_end(instance: RosterInstance, agent_id: str, start_idx: int) -> int:
    """Return where the longest shift ends that the contract lets begin there.

    Raises
    ------
    EditError
        If no template of the contract starts then: the hours must be told.
    """
    agent = agent_named(instance, agent_id)
    day = _date_of(instance, agent, start_idx)
    templates = instance.contracts[agent.contract_id].templates
    ends = [
        option.end_idx
        for option in shift_options(templates, day, agent.zone, instance.grid)
        if option.start_idx == start_idx
    ]
    if not ends:
        msg = f"no shift of contract {agent.contract_id} starts then; say its hours"
        raise EditError(msg)
    return max(ends)


def _from(span: WorkSpan, start_idx: int) -> WorkSpan:
    length = span.end_idx - span.start_idx
    return replace(span, start_idx=start_idx, end_idx=start_idx + length)


def _without_break(shift: Shift, taken: WorkSpan) -> Shift:
    work = _work(shift, taken.start_idx, taken.end_idx)
    spans = [work if span == taken else span for span in shift.spans]
    return replace(shift, spans=_joined(spans))


def _with_break(shift: Shift, taken: WorkSpan) -> Shift:
    low, high = taken.start_idx, taken.end_idx
    if not shift.start_idx <= low < high <= shift.end_idx:
        msg = f"the {taken.activity} lies outside the shift of {shift.agent_id}"
        raise EditError(msg)
    spans: list[WorkSpan] = []
    for span in shift.spans:
        if span.end_idx <= low or span.start_idx >= high:
            spans.append(span)
        elif span.activity != WORK:
            msg = f"the {taken.activity} overlaps the {span.activity}"
            raise EditError(msg)
        else:
            spans += [
                replace(span, start_idx=a, end_idx=b)
                for a, b in ((span.start_idx, low), (high, span.end_idx))
                if a < b
            ]
    return replace(shift, spans=tuple(sorted([*spans, taken])))


def _pinned(shift: Shift, request: PinQueue) -> Shift:
    """Return the shift with its work, within the steps asked, for one queue."""
    low, high = request.steps or (shift.start_idx, shift.end_idx)
    if not shift.start_idx <= low < high <= shift.end_idx:
        msg = f"these hours lie outside the shift of {shift.agent_id}"
        raise EditError(msg)
    spans: list[WorkSpan] = []
    for span in shift.spans:
        inside = max(span.start_idx, low), min(span.end_idx, high)
        if span.activity != WORK or inside[0] >= inside[1]:
            spans.append(span)
            continue
        edges = (span.start_idx, *inside, span.end_idx)
        queues = (span.queue, request.queue_id, span.queue)
        spans += [
            replace(span, start_idx=a, end_idx=b, queue=queue)
            for a, b, queue in zip(edges, edges[1:], queues, strict=False)
            if a < b
        ]
    return replace(shift, spans=_joined(spans))


def _work(shift: Shift, start_idx: int, end_idx: int) -> WorkSpan:
    """Return work that goes on as the work before it, or after it, is pinned."""
    before = [span for span in shift.working_spans if span.end_idx <= start_idx]
    after = [span for span in shift.working_spans if span.start_idx >= end_idx]
    pinned = before[-1].queue if before else after[0].queue if after else ""
    return WorkSpan(start_idx=start_idx, end_idx=end_idx, queue=pinned)


def _joined(spans: Iterable[WorkSpan]) -> tuple[WorkSpan, ...]:
    """Return the spans in order, work that goes on as one."""
    whole: list[WorkSpan] = []
    for span in sorted(spans):
        last = whole[-1] if whole else None
        if last is not None and _is_same_work(last, span):
            whole[-1] = replace(last, end_idx=span.end_idx)
        else:
            whole.append(span)
    return tuple(whole)


def _is_same_work(last: WorkSpan, span: WorkSpan) -> bool:
    is_work = last.activity == span.activity == WORK
    return is_work and last.queue == span.queue and last.paid == span.paid
