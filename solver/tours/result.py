"""What the tour planner returns, recomputed from the tours themselves."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from solver.outcome import Progress, StopReason
from solver.tours.instance import TourInstance
from solver.tours.linear import Optimum
from solver.tours.polish import Snapshot
from solver.tours.programme import Programme
from solver.tours.tables import NONE, TourState, TourTables
from wfm.domain.arrays import FloatArray, IntArray
from wfm.domain.errors import ModelError


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class TourShift:
    """One shift: its day of the week, first step, first step of each break."""

    day: int
    start_idx: int
    break_idx: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Tour:
    """One person's week."""

    region_id: str
    contract_id: str
    shifts: tuple[TourShift, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TourPrices:
    """Marginal prices of the relaxation, in prices of the instance.

    Attributes
    ----------
    need
        ``[t]`` what one more needed agent at step t would cost: between nothing
        (somebody is there anyway) and the price of a missing agent.
    guarantee
        ``[t]`` what one more guaranteed agent would cost beyond that.
    seats
        ``[r, t]`` what one more seat would save.
    """

    need: FloatArray
    guarantee: FloatArray
    seats: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class TourPlan:
    """Tours with their cost and a bound that holds for every plan of tours.

    ``below_floor[t]`` counts guaranteed agents who are not there; ``missing[t]``
    agents of the soft need who are not. *faults* counts heads below the floor or
    beyond the seats: a plan with faults is not to be published. With
    *is_banded_by_rest* the bound holds for tours in the narrower bands only.
    """

    tours: tuple[Tour, ...]
    objective: int
    bound: int
    terms: Mapping[str, int]
    missing: FloatArray
    below_floor: IntArray
    faults: int
    prices: TourPrices | None
    is_banded_by_rest: bool
    stop_reason: StopReason
    wall_s: float
    first_plan_s: float | None
    rounds: int
    trace: tuple[Progress, ...]

    @property
    def gap(self) -> float:
        """Distance to the bound as a fraction of the objective."""
        return max(0.0, (self.objective - self.bound) / max(self.objective, 1))


def prices_of(
    instance: TourInstance, programme: Programme, root: Optimum
) -> TourPrices:
    """Return the prices that the relaxation puts on need, guarantee and seats."""
    num_t = instance.num_steps
    need = root.prices[programme.need_rows : programme.need_rows + num_t]
    cover = root.reduced[programme.cover : programme.cover + num_t]
    seats = [root.reduced[first : first + num_t] for first in programme.present]
    return TourPrices(
        need=np.maximum(0.0, need),
        guarantee=np.where(instance.floor_agents > 0, np.maximum(0.0, cover), 0.0),
        seats=np.maximum(0.0, -np.array(seats)),
    )


def tours_of(instance: TourInstance, state: TourState) -> tuple[Tour, ...]:
    """Return the tours of *state*, sorted."""
    found = []
    for a in np.flatnonzero(state.place[:, 1] != NONE).tolist():
        r, k = state.place[a].tolist()
        number = len(instance.contracts[k].breaks)
        shifts = tuple(
            TourShift(
                day=d,
                start_idx=start,
                break_idx=tuple(state.breaks[a, d, :number].tolist()),
            )
            for d, start in enumerate(state.starts[a].tolist())
            if start != NONE
        )
        found.append(
            Tour(
                region_id=instance.regions[r].region_id,
                contract_id=instance.contracts[k].contract_id,
                shifts=shifts,
            )
        )
    return tuple(sorted(found))


def heads_at_work(instance: TourInstance, tours: tuple[Tour, ...]) -> IntArray:
    """Return ``[t]`` heads at work."""
    contracts = {c.contract_id: c for c in instance.contracts}
    heads = np.zeros(instance.num_steps, dtype=np.int64)
    for tour in tours:
        contract = contracts[tour.contract_id]
        for shift in tour.shifts:
            heads[shift.start_idx : shift.start_idx + contract.shift_steps] += 1
            for at, item in zip(shift.break_idx, contract.breaks, strict=True):
                heads[at : at + item.length_steps] -= 1
    return heads


def cost_terms(instance: TourInstance, tours: tuple[Tour, ...]) -> dict[str, float]:
    """Return pay, missing and idle agents of *tours*, priced."""
    contracts = {c.contract_id: c for c in instance.contracts}
    regions = {r.region_id: r for r in instance.regions}
    paid = 0
    for tour in tours:
        contract, pay = contracts[tour.contract_id], regions[tour.region_id].pay
        for shift in tour.shifts:
            paid += int(pay[shift.start_idx :][: contract.shift_steps].sum())
            for at, item in zip(shift.break_idx, contract.breaks, strict=True):
                if not item.paid:
                    paid -= int(pay[at : at + item.length_steps].sum())
    heads = heads_at_work(instance, tours)
    short = np.maximum(0.0, instance.need_agents - heads)
    missing = 0.0
    for (_, price), width in zip(instance.short_steps, instance.widths(), strict=True):
        part = np.minimum(short, width)
        missing += price * float(part.sum())
        short = short - part
    idle = np.maximum(0.0, heads - instance.need_agents).sum() * instance.idle_price
    return {"pay": float(paid), "missing": missing, "idle": float(idle)}


def finish(
    instance: TourInstance,
    tables: TourTables,
    best: Snapshot,
    *,
    bound: int,
    prices: TourPrices | None,
    stop_reason: StopReason,
    wall_s: float,
    first_plan_s: float | None,
    rounds: int,
    trace: tuple[Progress, ...],
) -> TourPlan:
    """Return the plan of *best*, recomputed from its tours.

    Raises
    ------
    ModelError
        If the search's own cost was another.
    """
    tours = tours_of(instance, best.state)
    terms = {name: round(value) for name, value in cost_terms(instance, tours).items()}
    objective = sum(terms.values())
    searched = best.cost - best.faults * tables.floor_price
    if abs(objective - searched) > 2.0 + 1e-9 * abs(objective):
        msg = f"tours cost {objective}, the search says {searched}"
        raise ModelError(msg)
    heads = heads_at_work(instance, tours)
    return TourPlan(
        tours=tours,
        objective=objective,
        bound=bound,
        terms=terms,
        missing=np.maximum(0.0, instance.need_agents - heads),
        below_floor=np.maximum(0, instance.floor_agents - heads),
        faults=best.faults,
        prices=prices,
        is_banded_by_rest=instance.is_banded_by_rest,
        stop_reason=stop_reason,
        wall_s=wall_s,
        first_plan_s=first_plan_s,
        rounds=rounds,
        trace=trace,
    )
