"""Agents of a telephone queue, interval by interval or over a day or week."""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from wfm.calendar.local import local_clock
from wfm.domain.arrays import FloatArray, IntArray
from wfm.domain.demand import Queue
from wfm.staffing import erlang
from wfm.staffing.carry_over import can_follow, opening_line
from wfm.staffing.channel import QueueDemand
from wfm.staffing.day_target import DayTarget, fewest_real
from wfm.staffing.live import safe_aht_s
from wfm.staffing.time_varying import Method, chosen_method, exact_agents, loads_by
from wfm.staffing.transient import TransientLoad
from wfm.staffing.uncertainty import (
    agents_for_expected_level,
    expected_service_level,
)

_SHORT_AHT = 0.05
_LEAST_SHARE_OF_GOAL = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class PhonePlan:
    """Agents ``[t]`` of one queue, what binds them, and how they came about."""

    agents: FloatArray
    binding: npt.NDArray[np.str_]
    load_erlangs: FloatArray
    method: Method
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneModel:
    """The waiting model of one queue: Erlang A or C, over uncertain rates if need be.

    All arrays are flat; ``[t]`` over the demand's intervals.
    """

    queue: Queue
    demand: QueueDemand

    @property
    def contacts(self) -> FloatArray:
        """Contacts that are work, ``[t]``."""
        return np.where(self.demand.aht_s > 0.0, self.demand.offered_contacts, 0.0)

    @property
    def aht_s(self) -> FloatArray:
        """Handle times, ``[t]``, positive."""
        return safe_aht_s(self.demand)

    @property
    def patience_s(self) -> float:
        """Mean patience, inf where it is unknown."""
        return self.queue.patience_s or np.inf

    @property
    def within_s(self) -> float:
        """The threshold of the service level, 20 s where there is none."""
        within_s = self.queue.target.answer_within_s
        return 20.0 if within_s is None else within_s

    def level(
        self, load: FloatArray, agents: FloatArray, aht_s: FloatArray
    ) -> FloatArray:
        """Return the service level expected of *agents* under *load*."""
        return expected_service_level(
            load,
            agents,
            aht_s,
            self.within_s,
            cv=self.demand.rate_cv,
            patience_s=self.patience_s,
        )

    def needed(self, load: FloatArray, level: float | None) -> erlang.Required:
        """Return the agents that meet every target under *load*, *level* among them."""
        target, mixed = self.queue.target, self.demand.rate_cv > 0.0
        plain = None if mixed else level
        needed = erlang.required_agents(
            load,
            self.aht_s,
            answer_within_s=None if plain is None else target.answer_within_s,
            service_level_fraction=plain,
            asa_s=target.asa_s,
            max_occupancy_fraction=target.max_occupancy_fraction,
            patience_s=self.patience_s,
            integer=False,
        )
        if not mixed or level is None:
            return needed
        agents = agents_for_expected_level(
            load,
            self.aht_s,
            answer_within_s=self.within_s,
            service_level_fraction=level,
            cv=self.demand.rate_cv,
            patience_s=self.patience_s,
            integer=False,
        )
        return _larger(agents, needed)


def phone_plan(queue: Queue, demand: QueueDemand) -> PhonePlan:
    """Return the real agents that meet the targets of *queue*.

    The method is the queue's, or the one its data ask for. A level promised over a day
    or week (of the queue's own clock) is met by the fewest agents in all; single
    intervals keep at least the queue's floor, half the promised level if it names none,
    and every other target.
    """
    model = PhoneModel(queue=queue, demand=demand)
    method, remarks = _method(model)
    load = _loads(model, method)
    level = queue.target.service_level_fraction
    needed = model.needed(load, level)
    if level is not None and queue.target.over != "interval":
        needed, remark = _over_days(model, load, level, needed)
        remarks = (*remarks, remark)
    elif level is not None and method == "exact":
        needed = _in_turn(model, load, level, needed)
    return PhonePlan(
        agents=needed.agents,
        binding=needed.binding,
        load_erlangs=load,
        method=method,
        remarks=remarks,
    )


def _loads(model: PhoneModel, method: Method) -> FloatArray:
    contacts, aht_s = model.contacts, model.aht_s
    seconds = model.demand.grid.interval_s
    before = contacts[0] * aht_s[0] / seconds if len(contacts) else 0.0
    loads = loads_by(method, contacts, aht_s, seconds, before_erlangs=before)
    return np.where(contacts > 0.0, loads, 0.0)


def _method(model: PhoneModel) -> tuple[Method, tuple[str, ...]]:
    """Return the queue's method, or the one its data ask for and why."""
    choice, target = model.queue.staffing.method, model.queue.target
    if choice == "sipp":
        return "sipp", ()
    if choice != "auto":
        if choice == "exact" and not _exact_fits(model, _loads(model, "mol")):
            choice = "mol"
        return choice, (f"staffed by {_NAMES[choice]}, as the plan says",)
    level, contacts, aht_s = (
        target.service_level_fraction,
        model.contacts,
        model.aht_s,
    )
    busy = contacts > 0.0
    seconds = model.demand.grid.interval_s
    if level is None or not (busy & (aht_s > _SHORT_AHT * seconds)).any():
        return "sipp", ()
    own, loads = _loads(model, "sipp"), _loads(model, "mol")
    singly = model.needed(own, level).agents
    served = model.level(loads, singly, aht_s)
    method, worst = chosen_method(loads, served, level, contacts)
    if method == "sipp":
        return method, ()
    if method == "exact" and not _exact_fits(model, loads):
        method = "mol"
    mean_s = float((contacts * aht_s).sum() / contacts.sum())
    remark = (
        f"staffed by {_NAMES[method]}: with a handle time of {mean_s:.0f} s, planning "
        f"each interval of {seconds:.0f} s by itself would answer only {worst:.0%} in "
        "time in the worst one"
    )
    return method, (remark,)


def _exact_fits(model: PhoneModel, agents: FloatArray) -> bool:
    """Return whether the queue can be staffed interval by interval from its line."""
    by_interval = model.queue.target.over == "interval"
    plain = by_interval and model.demand.rate_cv == 0.0
    return plain and can_follow(_followed(model, agents), model.within_s)


def _followed(model: PhoneModel, agents: FloatArray) -> TransientLoad:
    return TransientLoad(
        arrivals_per_s=model.contacts / model.demand.grid.interval_s,
        aht_s=model.aht_s,
        agents=agents,
        interval_s=model.demand.grid.interval_s,
        patience_s=model.patience_s,
    )


_NAMES: dict[str, str] = {
    "lag": "the load one handle time earlier",
    "mol": "the modified offered load",
    "exact": "the transient equations",
}


def _in_turn(
    model: PhoneModel, load: FloatArray, level: float, needed: erlang.Required
) -> erlang.Required:
    """Return agents by the transient equations, other targets kept."""
    follow = _followed(model, np.where(np.isfinite(needed.agents), needed.agents, load))
    agents = exact_agents(follow, level, model.within_s, start=opening_line(follow))
    others = model.needed(load, None)
    stable = np.where(others.binding == "stability", 0.0, others.agents)
    return _larger(agents, replace(others, agents=stable))


def _larger(agents: FloatArray, others: erlang.Required) -> erlang.Required:
    """Return the larger of agents for the service level and for the *others*."""
    level_binds = agents >= others.agents
    binding = np.where(level_binds, "service_level", others.binding)
    return erlang.Required(
        agents=np.maximum(agents, others.agents),
        binding=np.where(np.maximum(agents, others.agents) > 0.0, binding, ""),
    )


def _over_days(
    model: PhoneModel, load: FloatArray, level: float, each: erlang.Required
) -> tuple[erlang.Required, str]:
    """Return the agents that meet *level* over each day or week, and a remark."""
    target = model.queue.target
    least = target.min_interval_level
    floor = model.needed(load, _LEAST_SHARE_OF_GOAL * level if least is None else least)
    agents = each.agents.copy()
    for rows in _groups(model):
        found = fewest_real(
            DayTarget(
                level=_level_of(model, load, rows),
                contacts=model.contacts[rows],
                goal=level,
                floor=floor.agents[rows],
                each=each.agents[rows],
            )
        )
        agents[rows] = found.agents
    busy = model.contacts > 0.0
    served = model.level(load[busy], agents[busy], model.aht_s[busy])
    saved = float((each.agents - agents)[busy].sum()) * model.demand.grid.interval_hours
    worst = f", {served.min():.0%} in the worst interval" if busy.any() else ""
    remark = (
        f"service level promised over the {target.over}{worst}; {saved:.1f} "
        "agent-hours fewer than interval by interval"
    )
    at_floor = agents <= floor.agents * (1.0 + 1e-9)
    binding = np.where(at_floor, floor.binding, each.binding)
    return erlang.Required(agents=agents, binding=binding), remark


def _level_of(model: PhoneModel, load: FloatArray, rows: IntArray) -> "_Level":
    return _Level(model=model, load=load[rows], aht_s=model.aht_s[rows])


@dataclass(frozen=True, slots=True, kw_only=True)
class _Level:
    """The service level of some intervals as :class:`DayTarget` asks for it."""

    model: PhoneModel
    load: FloatArray
    aht_s: FloatArray

    def __call__(self, agents: FloatArray, rows: IntArray) -> FloatArray:
        return self.model.level(self.load[rows], agents, self.aht_s[rows])


def _groups(model: PhoneModel) -> list[IntArray]:
    """Return the intervals of each day or week that have contacts."""
    demand = model.demand
    day = local_clock(demand.grid, model.queue.zone).day
    # 1970-01-01 was a Thursday: weeks begin on Mondays.
    unit = day if model.queue.target.over == "day" else (day + 3) // 7
    busy = np.flatnonzero(model.contacts > 0.0)
    return [busy[unit[busy] == u] for u in np.unique(unit[busy])]
