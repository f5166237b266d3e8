"""Who would be on duty when, were shifts put anywhere they may be."""

import numpy as np

from wfm.calendar.local import local_clock
from wfm.domain.arrays import FloatArray
from wfm.domain.demand import MINUTES_PER_DAY
from wfm.domain.grid import IntervalGrid
from wfm.domain.people import EmploymentContract, ShiftTemplate
from wfm.domain.plan import PlanFolder
from wfm.domain.roster import is_eligible
from wfm.staffing.multi_skill.pool import Crew

_WEEK = 7 * MINUTES_PER_DAY
_STEP = 5


def crews_of(folder: PlanFolder, grid: IntervalGrid) -> tuple[Crew, ...]:
    """Return the agents by the queues they know, with their likely presence ``[t]``.

    Each weekday, start and length that an employment contract allows is as likely as
    any other; leave and availability are left out.
    """
    presence: dict[tuple[str, str], FloatArray] = {}
    people: dict[frozenset[str], FloatArray] = {}
    for agent in folder.agents:
        able = frozenset(
            queue.queue_id for queue in folder.plan.queues if is_eligible(agent, queue)
        )
        key = agent.contract_id, agent.zone
        if key not in presence:
            contract = folder.plan.contracts[agent.contract_id]
            presence[key] = _presence(contract, grid, agent.zone)
        if able:
            before = people.get(able, np.zeros(grid.num_intervals))
            people[able] = before + presence[key]
    return tuple(
        Crew(queue_ids=able, on_duty=on_duty) for able, on_duty in people.items()
    )


def _presence(
    contract: EmploymentContract, grid: IntervalGrid, zone_name: str
) -> FloatArray:
    clock = local_clock(grid, zone_name)
    minute = clock.weekday * MINUTES_PER_DAY + clock.minute_of_day
    profile = sum(map(_profile, contract.templates), np.zeros(_WEEK // _STEP))
    found: FloatArray = profile[minute // _STEP] / max(1, len(contract.templates))
    return found


def _profile(template: ShiftTemplate) -> FloatArray:
    """Return the mean presence by minute of the week, steps of five minutes."""
    change = np.zeros(2 * _WEEK // _STEP + 1)
    starts = range(
        template.start_from_minute,
        template.start_to_minute + 1,
        max(1, template.start_step_minutes),
    )
    for weekday in template.weekdays:
        for start in starts:
            for elapsed in template.elapsed_minutes:
                first = weekday * MINUTES_PER_DAY + start
                change[first // _STEP] += 1.0
                change[(first + elapsed) // _STEP] -= 1.0
    there = np.cumsum(change)[:-1].reshape(2, -1).sum(axis=0)
    found: FloatArray = there / max(1, len(starts) * len(template.elapsed_minutes))
    return found
