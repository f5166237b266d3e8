"""What rosters of one plan are worth, and what an edit does to that."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from solver.outcome import Allocation
from solver.problem import Problem, read_problem
from solver.reallocation import Allocated, allocated, reallocated
from wfm.domain.plan import PlanFolder
from wfm.domain.roster import Roster, RosterInstance, Violation
from wfm.domain.staffing import StaffingRequirement
from wfm.evaluation.certificate import Certificate, certify
from wfm.evaluation.service import ServiceReport, achieved
from wfm.pipeline.instance import roster_instance
from wfm.pipeline.judge import plan_rules

WAGES = ("paid_cost", "overtime")
"""Parts of the objective that are paid to people."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class JudgedRoster:
    """A roster with the checkers' certificate, its cheapest use, and the service.

    *terms* are the parts of the objective, thousandths of a minor unit.
    """

    roster: Roster
    certificate: Certificate
    allocated: Allocated
    terms: Mapping[str, int]
    service: ServiceReport

    @property
    def allocation(self) -> Allocation:
        """Shares of each group's time."""
        return self.allocated.served.allocation

    @property
    def objective(self) -> int:
        """Sum of all terms."""
        return sum(self.terms.values())

    @property
    def paid_steps(self) -> int:
        """Paid steps of all shifts."""
        return sum(shift.paid_steps for shift in self.roster.shifts)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Desk:
    """What every roster of a plan is judged by, read once."""

    folder: PlanFolder
    instance: RosterInstance
    requirement: StaffingRequirement
    problem: Problem

    def judged(self, roster: Roster, near: JudgedRoster | None = None) -> JudgedRoster:
        """Return *roster* judged by rules, guarantees, service and price.

        Work is shared over queues as cheaply as can be; of several ways, in one like
        that of *near*, so that figures move only where the rosters differ.
        """
        instance, problem = self.instance, self.problem
        if near is None:
            shared = allocated(instance, roster, problem.serves, problem.need)
        else:
            shared = reallocated(near.allocated, roster)
        allocation = shared.served.allocation
        return JudgedRoster(
            roster=roster,
            certificate=certify(
                instance, problem.rules, roster, hashes=self.folder.hashes
            ),
            allocated=shared,
            terms={
                name: term.value(instance, roster, allocation)
                for name, term in problem.terms.items()
            },
            service=achieved(instance, self.requirement, allocation.agents.sum(axis=0)),
        )


def desk_of(folder: PlanFolder, requirement: StaffingRequirement) -> Desk:
    """Return the desk at which rosters of *folder* are judged."""
    instance = roster_instance(folder, requirement)
    return Desk(
        folder=folder,
        instance=instance,
        requirement=requirement,
        problem=read_problem(instance, plan_rules(folder)),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueEffect:
    """One queue over the plan before and after: missing agent-hours, service level."""

    queue_id: str
    missing_hours: tuple[float, float]
    service_level: tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class EditEffect:
    """What changes from one roster to another of the same plan.

    Attributes
    ----------
    broken, cured
        Breaches that are new, and those that are gone.
    still
        Breaches of the same rule, by the same people at the same time, as they are
        now, where the amount differs.
    queues
        Every queue, in the plan's order.
    terms
        Part of the objective -> its change, thousandths of a minor unit.
    paid_hours
        Change of paid hours.
    """

    broken: tuple[Violation, ...]
    cured: tuple[Violation, ...]
    still: tuple[Violation, ...]
    queues: tuple[QueueEffect, ...]
    terms: Mapping[str, int]
    paid_hours: float

    @property
    def objective(self) -> int:
        """Change of the objective."""
        return sum(self.terms.values())

    @property
    def paid_cost(self) -> int:
        """Change of wages, premia included."""
        return sum(self.terms.get(name, 0) for name in WAGES)


def effect_between(desk: Desk, before: JudgedRoster, after: JudgedRoster) -> EditEffect:
    """Return what *after* does that *before* does not."""
    old = set(before.certificate.violations)
    new = set(after.certificate.violations)
    gone = {_key(violation): violation for violation in old - new}
    fresh = {_key(violation): violation for violation in new - old}
    hours = desk.instance.grid.interval_hours
    return EditEffect(
        broken=_ordered(v for key, v in fresh.items() if key not in gone),
        cured=_ordered(v for key, v in gone.items() if key not in fresh),
        still=_ordered(v for key, v in fresh.items() if key in gone),
        queues=tuple(
            QueueEffect(
                queue_id=a.queue_id,
                missing_hours=(a.missing_hours, b.missing_hours),
                service_level=(a.service_level, b.service_level),
            )
            for a, b in zip(before.service.queues, after.service.queues, strict=True)
        ),
        terms={name: after.terms[name] - before.terms[name] for name in before.terms},
        paid_hours=(after.paid_steps - before.paid_steps) * hours,
    )


def _key(violation: Violation) -> tuple[object, ...]:
    """Return what makes two breaches the same, whatever their amount."""
    return (
        violation.rule,
        violation.agent_id,
        violation.queue_id,
        violation.date_local,
        violation.start_idx,
        violation.end_idx,
    )


def _ordered(found: Iterable[Violation]) -> tuple[Violation, ...]:
    return tuple(sorted(found, key=lambda v: (v.start_idx, v.rule, v.agent_id)))
