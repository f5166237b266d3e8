"""From forecast to requirement: changes of demand, channel models, shrinkage."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from wfm.domain.arrays import BoolArray, FloatArray
from wfm.domain.demand import Queue, ShrinkageComponent, VolumeForecast
from wfm.domain.staffing import DeferredWork, StaffingRequirement
from wfm.staffing.blend_plan import with_blends
from wfm.staffing.channel import CHANNELS, QueueDemand, QueueStaffing
from wfm.staffing.demand_change import Demand, changed
from wfm.staffing.levelling import levelled_beside
from wfm.staffing.multi_skill.pool import Crew
from wfm.staffing.multi_skill.shared import sized_together
from wfm.staffing.planned_demand import planned_demand
from wfm.staffing.shrinkage import gross_up_factor


def sized_alone(queue: Queue, demand: QueueDemand) -> QueueStaffing:
    """Return what *queue* needs for *demand* by its channel's model."""
    return CHANNELS[queue.channel]().requirement(queue, demand)


def requirement(
    forecast: VolumeForecast,
    queues: Sequence[Queue],
    *,
    window: tuple[int, int],
    open_masks: Mapping[str, BoolArray],
    shrinkage: Iterable[ShrinkageComponent] = (),
    backlog: Iterable[tuple[str, int, float]] = (),
    promised: Iterable[tuple[str, int, float]] = (),
    level_together: bool = False,
    crews: Sequence[Crew] = (),
    sized: Callable[[Queue, QueueDemand], QueueStaffing] = sized_alone,
) -> StaffingRequirement:
    """Return the agents that *queues* take inside *window*, on the forecast's grid.

    Changes of demand, second-line work among them, come first. Live queues take nobody
    in closed time, and contacts forecast there do not count. Everything is 0 outside
    the window; what arrives in deferred queues before it belongs to the plan before,
    whose rest is the *backlog*. Agents are those for the demand that each queue is
    planned on; contacts are the expected ones. Agents stay fractional.

    Parameters
    ----------
    forecast
        Contacts and handle time; a queue fed by forwards only may be absent from it.
    window
        Half-open index range of the plan.
    open_masks
        Queue id -> ``[t]`` whether the queue is open.
    shrinkage
        The plan's; a queue's own replaces it.
    backlog
        ``(queue id, arrival index, contacts)`` waiting when the plan begins; arrival
        indices may be negative.
    promised
        ``(queue id, due index, contacts)`` promised for a time of their own.
    level_together
        Whether the profiles of deferred queues share the least common peak beside the
        live queues; otherwise each is the flattest by itself.
    crews
        People by the queues they know: live queues that share some are sized together,
        by simulation. Without crews each queue is sized by itself.
    sized
        How a queue is sized by itself; whoever asks often may remember answers.

    Raises
    ------
    ForwardError
        If second-line queues form a circle.
    UsageError
        If a queue names an unknown channel.
    """
    plan_shrinkage = tuple(shrinkage)
    waiting, due = tuple(backlog), tuple(promised)
    demand = _demand(forecast, queues, window, open_masks)
    results, demands = [], []
    for q, queue in enumerate(queues):
        planned = planned_demand(queue, forecast)
        one = QueueDemand(
            grid=forecast.grid,
            offered_contacts=demand.offered_contacts[q] * planned.factor,
            aht_s=demand.aht_s[q],
            open_mask=open_masks[queue.queue_id],
            window=window,
            backlog=tuple((t, n) for name, t, n in waiting if name == queue.queue_id),
            promised=tuple((t, n) for name, t, n in due if name == queue.queue_id),
            rate_cv=planned.cv,
        )
        result = sized(queue, one)
        remarks = (planned.remark,) if planned.remark else ()
        results.append(replace(result, warnings=(*remarks, *result.warnings)))
        demands.append(one)
    results = with_blends(queues, demands, results)
    results = sized_together(queues, demands, results, crews)
    if level_together:
        results = levelled_beside(demands, results)
    factors = [gross_up_factor(queue.shrinkage or plan_shrinkage) for queue in queues]
    return _assembled(forecast, queues, demand, results, factors)


def _demand(
    forecast: VolumeForecast,
    queues: Sequence[Queue],
    window: tuple[int, int],
    open_masks: Mapping[str, BoolArray],
) -> Demand:
    """Return the demand of the window, all changes made."""
    whole = changed(_as_forecast(forecast, queues, window, open_masks))
    inside = np.zeros(forecast.grid.num_intervals, dtype=bool)
    inside[window[0] : window[1]] = True
    offered = np.where(inside, whole.offered_contacts, 0.0)
    return replace(
        whole,
        offered_contacts=offered,
        aht_s=np.where(offered > 0.0, whole.aht_s, 0.0),
    )


def _as_forecast(
    forecast: VolumeForecast,
    queues: Sequence[Queue],
    window: tuple[int, int],
    open_masks: Mapping[str, BoolArray],
) -> Demand:
    shape = (len(queues), forecast.grid.num_intervals)
    rows = {name: q for q, name in enumerate(forecast.queue_ids)}
    offered, aht_s = np.zeros(shape), np.zeros(shape)
    accepts = np.ones(shape, dtype=bool)
    for q, queue in enumerate(queues):
        if queue.queue_id in rows:
            offered[q] = forecast.mean[rows[queue.queue_id]]
            aht_s[q] = forecast.aht_s[rows[queue.queue_id]]
        aht_s[q][aht_s[q] <= 0.0] = queue.default_aht_s or 0.0
        if not CHANNELS[queue.channel].deferred:
            accepts[q] = open_masks[queue.queue_id]
    return Demand(
        grid=forecast.grid,
        queues=queues,
        offered_contacts=np.where(accepts, offered, 0.0),
        aht_s=aht_s,
        accepts=accepts,
        window=window,
    )


def _assembled(
    forecast: VolumeForecast,
    queues: Sequence[Queue],
    demand: Demand,
    results: Sequence[QueueStaffing],
    factors: Sequence[float],
) -> StaffingRequirement:
    base = _rows([result.base_agents for result in results], forecast)
    grossed = np.array(factors).reshape(-1, 1)
    shape = base.shape
    binding = np.array([r.binding for r in results], dtype=np.str_).reshape(shape)
    return StaffingRequirement(
        grid=forecast.grid,
        queue_ids=tuple(queue.queue_id for queue in queues),
        offered_contacts=demand.offered_contacts,
        aht_s=demand.aht_s,
        workload_erlangs=(
            demand.offered_contacts * demand.aht_s / forecast.grid.interval_s
        ),
        base_agents=base,
        scheduled_agents=base * grossed,
        binding=binding,
        deferred=tuple(
            _grossed_up(result.deferred, factor)
            for result, factor in zip(results, factors, strict=True)
            if result.deferred is not None
        ),
        warnings=_warnings(queues, demand, results),
        pools=tuple(dict.fromkeys(r.pool for r in results if r.pool)),
        pooled_worth=_worth(results, forecast),
    )


def _worth(
    results: Sequence[QueueStaffing], forecast: VolumeForecast
) -> FloatArray | None:
    if not any(result.pool for result in results):
        return None
    one = np.ones(forecast.grid.num_intervals)
    rows = [one if r.pooled_worth is None else r.pooled_worth for r in results]
    return _rows(rows, forecast)


def _rows(rows: Sequence[FloatArray], forecast: VolumeForecast) -> FloatArray:
    return np.array(rows).reshape(len(rows), forecast.grid.num_intervals)


def _grossed_up(work: DeferredWork, factor: float) -> DeferredWork:
    return DeferredWork(
        queue_id=work.queue_id,
        arrival_idx=work.arrival_idx,
        due_idx=work.due_idx,
        work_hours=work.work_hours * factor,
    )


def _warnings(
    queues: Sequence[Queue], demand: Demand, results: Sequence[QueueStaffing]
) -> dict[str, tuple[str, ...]]:
    remarks = {
        queue.queue_id: list(result.warnings)
        for queue, result in zip(queues, results, strict=True)
    }
    for queue_id, remark in demand.remarks:
        remarks[queue_id].append(remark)
    return {name: tuple(lines) for name, lines in remarks.items() if lines}
