"""What a roster would give, contact by contact: requirement and roster, simulated.

The Erlang estimate of :mod:`wfm.evaluation.service` judges each interval by itself,
with the agents that the allocation promises each queue. Here contacts come one by one,
people work their own spans and are shared by all queues that they can serve, queues
carry over from interval to interval, and nobody counts twice.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from wfm.domain.demand import ShrinkageComponent, VolumeForecast
from wfm.domain.errors import ModelError
from wfm.domain.grid import IntervalGrid
from wfm.domain.roster import Roster, RosterInstance
from wfm.domain.staffing import StaffingRequirement
from wfm.evaluation.simulated_demand import DemandSide, day_variation
from wfm.evaluation.simulated_staffing import RosterGroups
from wfm.simulation.model import Routing, SimulationModel
from wfm.simulation.result import Estimate, Over, SimulationResult
from wfm.simulation.run import simulate
from wfm.staffing.shrinkage import gross_up_factor

MOST_CONTACTS = 50_000_000
"""Over all replications: half a minute's work."""

FIGURES = ("service_level", "asa_s", "abandonment", "occupancy")
"""What is reported: methods of :class:`wfm.simulation.result.SimulationResult`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulationSettings:
    """How a roster is simulated.

    Attributes
    ----------
    replications, seed
        Independent weeks; same seed, same bits.
    absence
        What shrinkage that the roster does not place does: ``"shift"`` calls whole
        shifts off, each with that chance; ``"none"`` lets everybody come.
    busyness
        Whether days are busier or calmer than forecast, by the forecast's quantiles.
    urgent_before_due_s
        Deferred work comes before live contacts this long before it is due.
    """

    replications: int = 100
    seed: int = 1
    absence: Literal["shift", "none"] = "shift"
    busyness: bool = False
    urgent_before_due_s: float = 3600.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SimulatedService:
    """The service of a roster by simulation, on the requirement's intervals.

    Attributes
    ----------
    grid
        The plan's window in intervals of the requirement.
    deferred
        ``[q]`` whether "in time" means finished when due.
    result
        Counts of every replication; estimates per queue or interval.
    """

    grid: IntervalGrid
    queue_ids: tuple[str, ...]
    deferred: tuple[bool, ...]
    settings: SimulationSettings
    result: SimulationResult

    def figure(self, name: str, over: Over = "queue") -> Estimate:
        """Return one of :data:`FIGURES` with 95 % intervals, ``[q]`` or ``[q, t]``."""
        found: Estimate = getattr(self.result, name)(over)
        return found


def simulate_roster(
    instance: RosterInstance,
    roster: Roster,
    requirement: StaffingRequirement,
    *,
    shrinkage: Iterable[ShrinkageComponent] = (),
    forecast: VolumeForecast | None = None,
    settings: SimulationSettings | None = None,
) -> SimulatedService:
    """Return the service that *roster* gives to the requirement's demand.

    Contacts are Poisson with the requirement's mean in each interval, handle times
    exponential with its mean (as the Erlang formulas assume), and the queue's patience.
    People work their spans, breaks included, for every queue that they are eligible
    for, or the one a span is pinned to. Specialists are asked first, then who knows
    more queues; a free agent takes who waits longest, and deferred work when nobody
    waits or it is nearly due. The plan's first instant begins empty but for the backlog
    and with the previous roster's shifts.

    Parameters
    ----------
    shrinkage
        The plan's; a queue's own replaces it. Only parts not rostered count.
    forecast
        For busyness, if the settings ask for it.

    Raises
    ------
    ModelError
        If there are more contacts than can be played one by one.
    """
    settings = settings or SimulationSettings()
    _check_size(requirement, settings)
    demand = _demand_side(instance, requirement, tuple(shrinkage), forecast, settings)
    groups = RosterGroups(instance)
    is_absent = settings.absence == "shift"
    staffing = groups.staffing(roster, demand.present, absent=is_absent)
    deferred = frozenset(work.queue_id for work in requirement.deferred)
    model = SimulationModel(
        interval_s=requirement.grid.interval_s,
        queues=demand.queues(),
        group_ids=groups.names,
        routing=Routing(routes=tuple(groups.routes(deferred))),
        busyness_day=demand.days,
    )
    return SimulatedService(
        grid=demand.grid,
        queue_ids=tuple(queue.queue_id for queue in instance.queues),
        deferred=tuple(queue.is_deferred for queue in model.queues),
        settings=settings,
        result=simulate(
            model, staffing, replications=settings.replications, seed=settings.seed
        ),
    )


def _check_size(requirement: StaffingRequirement, settings: SimulationSettings) -> None:
    contacts = float(requirement.offered_contacts.sum()) * settings.replications
    if contacts > MOST_CONTACTS:
        msg = (
            f"{contacts:.3g} contacts are too many to simulate one by one; at most "
            f"{MOST_CONTACTS:.0e} over all replications"
        )
        raise ModelError(msg)


def _demand_side(
    instance: RosterInstance,
    requirement: StaffingRequirement,
    shrinkage: tuple[ShrinkageComponent, ...],
    forecast: VolumeForecast | None,
    settings: SimulationSettings,
) -> DemandSide:
    grid, fine = requirement.grid, instance.grid
    first = max(0, grid.floor_index(fine.instant(instance.window_start_idx)))
    end = grid.floor_index(fine.instant(instance.window_end_idx))
    varies = settings.busyness and forecast is not None
    return DemandSide(
        instance=instance,
        requirement=requirement,
        first=first,
        size=min(end, grid.num_intervals) - first,
        present={
            queue.queue_id: 1.0 / gross_up_factor(queue.shrinkage or shrinkage)
            for queue in instance.queues
        },
        busyness_cv=day_variation(forecast) if forecast and varies else {},
        urgent_before_due_s=settings.urgent_before_due_s,
    )
