"""A smallest set of demands that can't all hold, in a planner's words.

A *member* is one thing that a planner could give up: the guarantee of one queue on one
day, its hand-over, a rule for the people of one site and contract, one absence. A set
of members is a conflict if no roster keeps them all; it is minimal if, without any one
of them, there is a roster. People, skills and shift templates are given.

The part of the plan where most is missing is looked at (:mod:`solver.stage`), and the
conflict is closed in by halves. What is impossible on a part is impossible in the plan;
cures are what suffices on the part with everything else kept.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from time import monotonic

from ortools.sat.python import cp_model

from solver.constraints import (
    Constraint,
    ForbidTime,
    Guarantee,
    HandOver,
    Heads,
    WeighedHeads,
)
from solver.cpsat.cover import enforce_guarantees
from solver.cpsat.model import RosterModel
from solver.cpsat.soft import SoftCover
from solver.outcome import Shortfall, SolveLimits
from solver.rule import Rule
from solver.stage import Stage, is_cover, stage_constraints, stages
from solver.walk import local_date, runs
from wfm.domain.roster import RosterInstance, is_eligible

GIVEN = frozenset({"one_shift_a_day", "shift_shape", "skills"})
"""Rules that say what a shift is; they are not up for discussion."""
MAX_TIME_S = 25.0
_SHARE = 0.2
"""Of the time left that one question may take."""


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Member:
    """One demand: its rule, and whom, which queue or which day it is about."""

    rule: str
    site_id: str = ""
    contract_id: str = ""
    agent_id: str = ""
    queue_id: str = ""
    day: date | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConflictCure:
    """What would make the part possible, and what it costs.

    *member* is given up; without one, *shortfalls* say who would have to be there in
    addition. *cost* are thousandths of a minor unit: wages of the part's cheapest
    roster then, and for people who are missing the dearest price of understaffing (a
    guarantee given up) or the wage of those who know the queue (people added).
    """

    cost: int
    member: Member | None = None
    shortfalls: tuple[Shortfall, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """Demands that can't all hold, each needed for that.

    Attributes
    ----------
    people
        Queue of the conflict -> how many people know it.
    steps
        First step and the one after the last of the part that was judged.
    is_minimal
        Whether every question on the way was answered in time: then the members without
        any one of them can be kept together.
    cures
        Cheapest first.
    """

    members: tuple[Member, ...]
    people: Mapping[str, int]
    steps: tuple[int, int]
    is_minimal: bool
    cures: tuple[ConflictCure, ...] = ()


Demands = dict[Member, list[Constraint]]


def minimal_conflict(
    instance: RosterInstance,
    rules: Sequence[Rule],
    shortfalls: Sequence[Shortfall],
    limits: SolveLimits | None = None,
) -> Conflict | None:
    """Return a minimal conflict behind *shortfalls*, ``None`` if none is proven.

    Parameters
    ----------
    shortfalls
        What the best roster lacks; the day in which it lacks most is looked at.
    limits
        Seed and workers; the time is cut to 25 s.
    """
    limits = limits or SolveLimits()
    deadline = monotonic() + min(MAX_TIME_S, limits.max_time_s)
    for stage in stages(instance, rules, shortfalls, limits, deadline, None):
        found = _Part(stage).conflict()
        if found is not None:
            return found
        if monotonic() > deadline:
            break
    return None


class _Part:
    """The demands of one part of the plan, member by member."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.given: list[Constraint] = []
        self.demands: Demands = {}
        self.unknown = False
        for rule in stage.rules:
            own = replace(stage, rules=(rule,))
            for constraint in stage_constraints(own, frozenset()):
                self._note(rule.name, constraint)

    def _note(self, rule: str, constraint: Constraint) -> None:
        name = getattr(constraint, "agent_id", None)
        if rule in GIVEN or (name is not None and name not in self.stage.free):
            self.given.append(constraint)
        else:
            member = _member(self.stage.instance, rule, constraint)
            self.demands.setdefault(member, []).append(constraint)

    def conflict(self) -> Conflict | None:
        """Return a minimal conflict of this part, ``None`` if there is none."""
        everything = frozenset(self.demands)
        if self.is_possible(everything) is not False:
            return None
        members = tuple(
            sorted(self._needed(frozenset(), False, sorted(everything, key=_order)))
        )
        queues = {m.queue_id for m in members if m.queue_id}
        return Conflict(
            members=members,
            people={queue: self._knowing(queue) for queue in sorted(queues)},
            steps=(min(self.stage.part), max(self.stage.part) + 1),
            is_minimal=not self.unknown,
            cures=self.cures(members),
        )

    def _needed(
        self, kept: frozenset[Member], is_new: bool, members: Sequence[Member]
    ) -> list[Member]:
        """Return which of *members* it takes to be impossible together with *kept*.

        Junker's QuickXplain (AAAI 2004): halves are tried with the other half kept, so
        a small conflict among many members takes few questions. The first members are
        the preferred ones. *is_new* says that *kept* was not judged yet.
        """
        if is_new and self.is_possible(kept) is False:
            return []
        if len(members) == 1:
            return list(members)
        half = (len(members) + 1) // 2
        first, second = members[:half], members[half:]
        of_second = self._needed(kept | frozenset(first), True, second)
        of_first = self._needed(kept | frozenset(of_second), bool(of_second), first)
        return of_first + of_second

    def is_possible(self, members: frozenset[Member]) -> bool | None:
        """Return whether a roster keeps *members*; ``None`` if time was too short."""
        result = self.stage.run(self._model(members), _SHARE)
        if result.has_solution:
            return True
        self.unknown |= not result.is_infeasible
        return False if result.is_infeasible else None

    def _model(self, members: Iterable[Member]) -> RosterModel:
        demanded = [c for member in sorted(members) for c in self.demands[member]]
        model = self.stage.model([*self.given, *demanded])
        cover = [c for c in demanded if is_cover(c)]
        enforce_guarantees(model, [c for c in cover if isinstance(c, Guarantee)])
        for constraint in cover:
            if not isinstance(constraint, Guarantee):
                model.enforce(constraint)
        return model

    def cures(self, members: Sequence[Member]) -> tuple[ConflictCure, ...]:
        """Return what would cure the part, cheapest first."""
        found = [self._given_up(member) for member in members]
        found.append(self._people_added())
        return tuple(sorted((c for c in found if c is not None), key=lambda c: c.cost))

    def _given_up(self, member: Member) -> ConflictCure | None:
        """Return the cheapest roster of the part without *member*, as a cure."""
        rest = frozenset(self.demands) - {member}
        given_up = [c for c in self.demands[member] if isinstance(c, Guarantee)]
        if given_up:
            missing, wages = self._soft(rest, given_up)
            if missing is None:
                return None
            price = self._understaffing_price() * sum(missing.values())
            return ConflictCure(member=member, cost=wages + price)
        model = self._model(rest)
        self._minimise_wages(model)
        result = self.stage.run(model, _SHARE)
        if not result.has_solution:
            return None
        return ConflictCure(member=member, cost=round(result.solver.objective_value))

    def _people_added(self) -> ConflictCure | None:
        """Return who would have to be there beside all that there are."""
        guarantees = [
            c for own in self.demands.values() for c in own if isinstance(c, Guarantee)
        ]
        rest = frozenset(
            m
            for m, own in self.demands.items()
            if not any(isinstance(c, Guarantee) for c in own)
        )
        missing, wages = self._soft(rest, guarantees)
        if not missing:
            return None
        shortfalls = tuple(
            Shortfall(queue_id=queue, start_idx=start, end_idx=end, missing=agents)
            for queue in sorted({queue for queue, _ in missing})
            for start, end, agents in runs(
                {t: n for (name, t), n in missing.items() if name == queue}
            )
        )
        pay = sum(n * self._wage(queue, t) for (queue, t), n in missing.items())
        return ConflictCure(cost=wages + pay, shortfalls=shortfalls)

    def _soft(
        self, members: frozenset[Member], guarantees: Sequence[Guarantee]
    ) -> tuple[dict[tuple[str, int], int] | None, int]:
        """Return what *guarantees* miss at least with *members* kept, and wages."""
        model = self._model(members)
        soft = SoftCover(model)
        soft.add_guarantees(guarantees)
        soft.minimise()
        result = self.stage.run(model, _SHARE)
        if not result.has_solution:
            return None, 0
        short, _, _ = soft.missing(result.solver)
        return self.stage.spread(short), self._wages(model, result.solver)

    def _minimise_wages(self, model: RosterModel) -> None:
        literals, prices = self._priced(model)
        model.model.minimize(cp_model.LinearExpr.weighted_sum(literals, prices))

    def _wages(self, model: RosterModel, solver: cp_model.CpSolver) -> int:
        literals, prices = self._priced(model)
        return sum(
            price
            for literal, price in zip(literals, prices, strict=True)
            if solver.boolean_value(literal)
        )

    def _priced(self, model: RosterModel) -> tuple[list[cp_model.IntVar], list[int]]:
        pay = self.stage.instance.pay
        row = self.stage.instance.agent_index()
        literals: list[cp_model.IntVar] = []
        prices: list[int] = []
        for (name, _), options in model.literals.items():
            for option, literal in options:
                span = pay[row[name], option.start_idx : option.end_idx]
                literals.append(literal)
                prices.append(int(span.sum()))
        return literals, prices

    def _understaffing_price(self) -> int:
        """Return the dearest price of one missing agent-step."""
        prices = self.stage.instance.prices
        factor = max(f for _, f in prices.understaffing_steps)
        steps = 60 // self.stage.instance.step_minutes
        return round(prices.understaffing_per_hour * factor / steps)

    def _wage(self, queue_id: str, t: int) -> int:
        """Return the mean wage of a step of those who know the queue, else of all."""
        instance = self.stage.instance
        queue = next(q for q in instance.queues if q.queue_id == queue_id)
        able = [a for a, who in enumerate(instance.agents) if is_eligible(who, queue)]
        pay = instance.pay[able, t] if able else instance.pay[:, t]
        return int(pay.mean()) if pay.size else 0

    def _knowing(self, queue_id: str) -> int:
        instance = self.stage.instance
        queue = next((q for q in instance.queues if q.queue_id == queue_id), None)
        return sum(queue is not None and is_eligible(a, queue) for a in instance.agents)


def _order(member: Member) -> tuple[int, Member]:
    """Order members by how a conflict is best told: cover, rules, single absences."""
    is_cover_member = bool(member.queue_id) or member.rule == "min_cover"
    return (0 if is_cover_member else 2 if member.agent_id else 1), member


def _member(instance: RosterInstance, rule: str, constraint: Constraint) -> Member:
    """Return the member that *constraint* belongs to."""
    match constraint:
        case Guarantee(queue_id=queue):
            zone = next(q.zone for q in instance.queues if q.queue_id == queue)
            day = local_date(instance, constraint.start_idx, zone)
            return Member(rule=rule, queue_id=queue, day=day)
        case HandOver(queue_id=queue):
            return Member(rule=rule, queue_id=queue, detail="hand-over")
        case Heads() | WeighedHeads():
            return Member(rule=rule, detail=constraint.label)
        case ForbidTime():
            return _absence(instance, rule, constraint)
        case _:
            name = getattr(constraint, "agent_id", "")
            own = [agent for agent in instance.agents if agent.agent_id == name]
            site, contract = (own[0].site_id, own[0].contract_id) if own else ("", "")
            return Member(rule=rule, site_id=site, contract_id=contract)


def _absence(instance: RosterInstance, rule: str, constraint: ForbidTime) -> Member:
    span = constraint.agent_id, constraint.start_idx, constraint.end_idx
    labels = [
        block.label
        for block in instance.blocked
        if (block.agent_id, block.start_idx, block.end_idx) == span
    ]
    return Member(rule=rule, agent_id=constraint.agent_id, detail=", ".join(labels))


def member_words(member: Member) -> str:
    """Return a member in a planner's words."""
    if member.queue_id and member.day is not None:
        return f"the guarantee of {member.queue_id} on {member.day:%a %Y-%m-%d}"
    if member.queue_id:
        return f"the hand-over of {member.queue_id}"
    if member.agent_id:
        return f"{member.rule} of {member.agent_id} ({member.detail})"
    if member.site_id:
        return f"{member.rule} for {member.contract_id} at {member.site_id}"
    return f"{member.rule} ({member.detail})" if member.detail else member.rule
