"""Who is on shift and who is at work, step by step, as expressions."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from ortools.sat.python import cp_model

from solver.cpsat.options import AgentDay, Choices
from wfm.calendar.catalogue import ShiftOption
from wfm.domain.roster import HOME

Count: TypeAlias = cp_model.LinearExprT
Literals: TypeAlias = dict[AgentDay, list[tuple[ShiftOption, cp_model.IntVar]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakStart:
    """The *position*-th break of the agent's shift, of this length, starts at t."""

    position: int
    length_steps: int
    start_idx: int
    literal: cp_model.IntVar


@dataclass(slots=True)
class _Step:
    """What may put an agent on shift at one step, and what may take a break there."""

    shifts: list[cp_model.IntVar] = field(default_factory=list)
    sites: list[cp_model.IntVar] = field(default_factory=list)
    breaks: list[cp_model.IntVar] = field(default_factory=list)


class Presence:
    """Presence of free and of given agents.

    Parameters
    ----------
    model
        Receives the presence variables, one per agent and step, on first use.
    chosen
        Given shifts; they count as numbers.
    literals, breaks
        Open choices.
    serves
        Agent id -> queues that the agent may be counted for.
    """

    def __init__(
        self,
        model: cp_model.CpModel,
        chosen: Choices,
        literals: Literals,
        breaks: Mapping[AgentDay, list[BreakStart]],
        serves: Mapping[str, frozenset[str]],
    ) -> None:
        self.model = model
        self.serves = serves
        self._steps = _steps(literals, breaks)
        self._on: dict[tuple[str, int], cp_model.IntVar] = {}
        self._on_site: dict[tuple[str, int], cp_model.IntVar] = {}
        self._working: dict[tuple[str, int], cp_model.IntVar] = {}
        self._counts: dict[tuple[frozenset[str], str], dict[int, int]] = {}
        self._able: dict[frozenset[str], frozenset[str]] = {}
        self._given_on = [
            (name, shift.start_idx, shift.end_idx)
            for name, shifts in chosen.fixed.items()
            for shift in shifts
        ]
        self._given_on_site = [
            (name, shift.start_idx, shift.end_idx)
            for name, shifts in chosen.fixed.items()
            for shift in shifts
            if shift.where != HOME
        ]
        self._at_work = [
            (name, span.start_idx, span.end_idx, span.queue)
            for name, shifts in chosen.fixed.items()
            for shift in shifts
            for span in shift.working_spans
        ]
        self.free_agents = tuple(self._steps)
        self.touched = frozenset(t for steps in self._steps.values() for t in steps)

    def may_touch(self, agent_ids: Iterable[str], t: int) -> bool:
        """Return whether a choice of one of *agent_ids* can change step *t*."""
        return any(t in self._steps.get(name, ()) for name in agent_ids)

    def on_shift_variable(self, agent_id: str, t: int) -> cp_model.IntVar | None:
        """Return the literal that a choice has the agent on shift at *t*."""
        step = self._steps.get(agent_id, {}).get(t)
        if step is None:
            return None
        key = (agent_id, t)
        if key not in self._on:
            self._on[key] = self.model.new_bool_var("")
            self.model.add(cp_model.LinearExpr.sum(step.shifts) == self._on[key])
        return self._on[key]

    def on_site_variable(self, agent_id: str, t: int) -> cp_model.IntVar | None:
        """Return the literal that a choice has the agent on shift on site at *t*."""
        step = self._steps.get(agent_id, {}).get(t)
        if step is None or not step.sites:
            return None
        if len(step.sites) == len(step.shifts):
            return self.on_shift_variable(agent_id, t)
        key = (agent_id, t)
        if key not in self._on_site:
            self._on_site[key] = self.model.new_bool_var("")
            seated = cp_model.LinearExpr.sum(step.sites) == self._on_site[key]
            self.model.add(seated)
        return self._on_site[key]

    def working_variable(self, agent_id: str, t: int) -> cp_model.IntVar | None:
        """Return the literal that a choice has the agent at work at *t*."""
        step = self._steps.get(agent_id, {}).get(t)
        if step is None:
            return None
        if not step.breaks:
            return self.on_shift_variable(agent_id, t)
        key = (agent_id, t)
        if key not in self._working:
            self._working[key] = self.model.new_bool_var("")
            pauses = [self._working[key], *step.breaks]
            self.model.add(
                cp_model.LinearExpr.sum(step.shifts) == cp_model.LinearExpr.sum(pauses)
            )
        return self._working[key]

    def variables(
        self, agent_ids: Iterable[str], t: int, counting: str = "working"
    ) -> list[cp_model.IntVar]:
        """Return the presence literals of the free agents among *agent_ids*."""
        of = {
            "working": self.working_variable,
            "on_shift": self.on_shift_variable,
            "on_site": self.on_site_variable,
        }[counting]
        members = agent_ids if isinstance(agent_ids, frozenset) else set(agent_ids)
        found = (of(name, t) for name in self.free_agents if name in members)
        return [literal for literal in found if literal is not None]

    def given(
        self, agent_ids: frozenset[str], t: int, counting: str = "working"
    ) -> int:
        """Return how many of *agent_ids* are present by given shifts."""
        key = (agent_ids, counting)
        if key not in self._counts:
            spans = {
                "working": [span[:3] for span in self._at_work],
                "on_shift": self._given_on,
                "on_site": self._given_on_site,
            }[counting]
            self._counts[key] = _count(
                (start, end) for name, start, end in spans if name in agent_ids
            )
        return self._counts[key].get(t, 0)

    def given_serving(self, queue_ids: frozenset[str], t: int) -> int:
        """Return how many given agents at work may serve a queue of the set."""
        key = (queue_ids, "serving")
        if key not in self._counts:
            able = {n for n, served in self.serves.items() if served & queue_ids}
            self._counts[key] = _count(
                (start, end)
                for name, start, end, pin in self._at_work
                if (pin in queue_ids if pin else name in able)
            )
        return self._counts[key].get(t, 0)

    def serving_variables(
        self, queue_ids: frozenset[str], t: int
    ) -> list[cp_model.IntVar]:
        """Return the literals of free agents at work who may serve the set."""
        if queue_ids not in self._able:
            self._able[queue_ids] = frozenset(
                name
                for name in self.free_agents
                if not queue_ids.isdisjoint(self.serves.get(name, ()))
            )
        return self.variables(self._able[queue_ids], t)

    def created(self) -> Iterable[tuple[str, int, bool, cp_model.IntVar]]:
        """Yield agent, step, whether at work (or on shift), and variable."""
        for (name, t), variable in self._on.items():
            yield name, t, False, variable
        for (name, t), variable in self._working.items():
            yield name, t, True, variable


def _count(spans: Iterable[tuple[int, int]]) -> dict[int, int]:
    """Return how many of *spans* hold each step."""
    change: Counter[int] = Counter()
    for start, end in spans:
        change[start] += 1
        change[end] -= 1
    count: dict[int, int] = {}
    present, since = 0, 0
    for t in sorted(change):
        if present:
            count.update(dict.fromkeys(range(since, t), present))
        present, since = present + change[t], t
    return count


def _steps(
    literals: Literals, breaks: Mapping[AgentDay, list[BreakStart]]
) -> dict[str, dict[int, _Step]]:
    steps: dict[str, dict[int, _Step]] = {}
    for (name, _), shifts in literals.items():
        of_agent = steps.setdefault(name, {})
        for option, literal in shifts:
            for t in range(option.start_idx, option.end_idx):
                step = of_agent.setdefault(t, _Step())
                step.shifts.append(literal)
                if option.where != HOME:
                    step.sites.append(literal)
    for (name, _), starts in breaks.items():
        for start in starts:
            for t in range(start.start_idx, start.start_idx + start.length_steps):
                steps[name][t].breaks.append(start.literal)
    return steps


def total(literals: list[cp_model.IntVar], constant: int = 0) -> Count:
    """Return the sum as an expression, or as a number if nothing is open."""
    if not literals:
        return constant
    return cp_model.LinearExpr.sum(literals) + constant
