"""The structure of a plan: what the factors of fast staffing depend on."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from scenarios.demand_rules import DemandRule
from scenarios.digest import digest
from scenarios.fast_staffing import Structure, load_of
from scenarios.month_need import DemandQuestion, month_need, week_requirement
from scenarios.roster_response import LoadPoint, pools_of, solve_load
from wfm.domain.demand import Queue
from wfm.domain.drivers import DemandDrivers
from wfm.domain.plan import Plan, PlanFolder
from wfm.domain.roster import is_eligible
from wfm.domain.staffing import StaffingRequirement


@dataclass(frozen=True, kw_only=True)
class StructuredPlan:
    """A structure with the plan folder and the requirement that its weeks are of."""

    structure: Structure
    folder: PlanFolder
    requirement: StaffingRequirement

    @cached_property
    def week(self) -> str:
        """A name for all that the weeks of the load grid depend on."""
        folder = replace(self.folder, history=None, history_log=(), hashes={})
        return digest(folder, self.requirement)

    def solve(self, step: int) -> LoadPoint:
        """Return the relaxed week at *step* of the load grid."""
        return solve_load(self.folder, self.requirement, load_of(step))


def structure_key(folder: PlanFolder, rules: Mapping[str, DemandRule]) -> str:
    """Return a name for the structure of *folder*, one with :func:`structural` plan."""
    plan = folder.plan
    return digest(
        [replace(q, drivers=DemandDrivers()) for q in plan.queues],
        plan.sites,
        plan.contracts,
        plan.rules,
        plan.queue_floors,
        plan.prices,
        plan.zone,
        plan.shrinkage,
        folder.agents,
        folder.availability,
        at_own_handle_time(rules),
    )


def structural(plan: Plan, base: Plan) -> Plan:
    """Return *plan* with what only moves the load taken from *base*.

    Volumes, handle times, targets and shrinkage say how much is needed; hours, skills
    and guarantees say when and from whom.
    """
    before = {queue.queue_id: queue for queue in base.queues}
    queues = tuple(
        _at_base_load(queue, before.get(queue.queue_id, queue)) for queue in plan.queues
    )
    return replace(plan, queues=queues, shrinkage=base.shrinkage)


def _at_base_load(queue: Queue, before: Queue) -> Queue:
    return replace(
        queue,
        drivers=before.drivers,
        volume_scale=before.volume_scale,
        default_aht_s=before.default_aht_s,
        target=before.target,
        patience_s=before.patience_s,
        chat=before.chat,
        shrinkage=before.shrinkage,
        staffing=before.staffing,
    )


def at_own_handle_time(rules: Mapping[str, DemandRule]) -> dict[str, DemandRule]:
    """Return *rules* without factors on handle times, which only move the load."""
    plain = {name: replace(rule, aht_factor=1.0) for name, rule in rules.items()}
    return {name: rule for name, rule in plain.items() if rule != DemandRule()}


def structured(
    folder: PlanFolder, question: DemandQuestion, rules: Mapping[str, DemandRule]
) -> StructuredPlan:
    """Return the structure of *folder*, whose plan is :func:`structural` already.

    Its own week is the week of *question*, the run's first typical week.
    """
    rules = at_own_handle_time(rules)
    plan = replace(folder.plan, first_date=question.week.first_date, weeks=1)
    own = replace(folder, plan=plan, history=None)
    need = month_need(question, plan, rules)
    sets = {
        frozenset(q for q, queue in enumerate(plan.queues) if is_eligible(agent, queue))
        for agent in folder.agents
    }
    structure = Structure(
        key=structure_key(folder, rules),
        queue_ids=tuple(queue.queue_id for queue in plan.queues),
        site_ids=tuple(plan.sites),
        pool_of_queue=tuple(pools_of(sorted(sets, key=sorted), len(plan.queues))),
        base_hours=need.hours,
    )
    return StructuredPlan(
        structure=structure,
        folder=own,
        requirement=week_requirement(question, plan, rules),
    )
