r"""A bound for problems whose tables are too large: more limits get prices.

Everybody's stretch is priced by a table that counts groups of dates alone. Hours, and
whatever else an agent has a range of, are charged at a price m of their own:

.. math:: L(p, m) = p \cdot w - \sum_a \Bigl[ \max_x \bigl( (p - m_a) \cdot x \bigr)
    + \sum_k \max(m_{ak} l_{ak}, m_{ak} u_{ak}) \Bigr]

is a bound at any prices p of the rows, between minus surplus and shortage, and any m.
Ascent: deflected subgradients with Polyak's step (Camerini, Fratta and Maffioli 1975,
doi:10.1007/BFb0120697).
"""

from dataclasses import dataclass
from math import prod

import numpy as np

from solver.columns.compile import AgentStretches, Stretches
from solver.columns.jobs import Job
from solver.columns.programme import fill_bounds, follow
from solver.columns.reach import window_of
from solver.columns.tables import StretchTables
from solver.worker import Emit
from wfm.domain.arrays import FloatArray, IntArray

JOB = "solver.columns.loose:run_job"
KEEP = 0.7
"""Part of the last direction in the next one."""
FIRST_PRICE = 0.5
"""Of a row, and of as many hours as a shift has, in parts of what a shortage costs."""
FIRST_STEP, LEAST_STEP, SHRINK, PATIENCE = 0.3, 0.002, 0.7, 12
"""Part of Polyak's step, its least; after so many rounds in vain it shrinks."""
REACH, GROW, BACK = (0.05, 0.0001, 1.0), 1.2, 0.5
"""First, least and greatest step of agents' own prices, in parts of a shortage; they
grow while signs stay the same (Riedmiller and Braun, doi:10.1109/icnn.1993.298623).
"""
TOLD_PART = 0.001
"""A bound is told of once it is better by such a part."""
QUIET_S, QUIET_PART, QUIET_ROUNDS = 5.0, 0.25, 150
"""So long, such a part of its time and so many rounds without news end the ascent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LooseAgent:
    """What the bound reads of one agent.

    *uses* ``[c, k]`` are in units of a shift; *least*, *most* ``[k]`` their ranges.
    """

    tables: StretchTables
    cost: FloatArray
    use: IntArray
    row_of: IntArray
    uses: FloatArray
    least: FloatArray
    most: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class LooseJob(Job):
    """A bound to raise, and a cost that it can't exceed."""

    agents: tuple[LooseAgent, ...]
    wanted: IntArray
    short: IntArray
    over: IntArray
    upper: float


@dataclass(frozen=True, slots=True, kw_only=True)
class LooseBound:
    """A better bound, without what agents cost who never work."""

    value: float


def job_of(
    stretches: Stretches, upper: float, max_time_s: float, max_rounds: int = 10**9
) -> LooseJob:
    """Return the job for a problem."""
    return LooseJob(
        agents=tuple(_loose(agent) for agent in stretches.agents),
        wanted=stretches.wanted,
        short=stretches.short,
        over=stretches.over,
        upper=upper,
        max_time_s=max_time_s,
        max_rounds=max_rounds,
    )


def _loose(agent: AgentStretches) -> LooseAgent:
    parts = agent.parts
    columns = [parts.hours, *(item.uses for item in parts.ranges)]
    least = [parts.least_hours, *(item.least for item in parts.ranges)]
    most = [parts.most_hours, *(item.most for item in parts.ranges)]
    unit = np.array([float(own[own > 0].mean()) if own.any() else 1 for own in columns])
    return LooseAgent(
        tables=parts.loose(),
        cost=agent.cost,
        use=np.repeat(np.arange(len(agent.cost)), np.diff(agent.first_row)),
        row_of=agent.row_of,
        uses=np.stack(columns, axis=1) / unit,
        least=np.array(least) / unit,
        most=np.array(most) / unit,
    )


class Ascent:
    """Raises the bound, round by round."""

    def __init__(self, job: LooseJob) -> None:
        self.job = job
        self.windows = [window_of(agent.tables) for agent in job.agents]
        shapes = [agent.tables.shape for agent in job.agents]
        self._memory = np.zeros(max((prod(shape) for shape in shapes), default=0))
        unit = float(job.short.mean()) if len(job.short) else 1.0
        self.prices: FloatArray = np.zeros(len(job.short))
        self.own: list[FloatArray] = [np.zeros(len(o.least)) for o in job.agents]
        self.best, _, _ = self._value()
        self.prices = np.asarray(FIRST_PRICE * job.short, dtype=np.float64)
        for m in self.own:
            m[0] = FIRST_PRICE * unit
        self._reach = [part * unit for part in REACH]
        self._steps = [np.full(len(m), self._reach[0]) for m in self.own]
        self._signs = [np.zeros(len(m)) for m in self.own]
        self._direction = np.zeros(len(self.prices))
        self._step, self._in_vain = FIRST_STEP, 0

    def round(self) -> bool:
        """Take one step; return whether the bound is better."""
        value, slope, own = self._value()
        is_better = value > self.best + 1e-9 * abs(value)
        self._in_vain = 0 if is_better else self._in_vain + 1
        if self._in_vain >= PATIENCE:
            self._in_vain = 0
            self._step = max(self._step * SHRINK, LEAST_STEP)
        self.best = max(self.best, value)
        self._move(value, slope)
        for a, slopes in enumerate(own):
            self._move_own(a, np.sign(slopes))
        return is_better

    def _move_own(self, a: int, sign: FloatArray) -> None:
        """Move an agent's own prices, each by a step that learns from its signs."""
        _, least, most = self._reach
        same = sign * self._signs[a]
        factor = np.where(same > 0, GROW, np.where(same < 0, BACK, 1.0))
        self._steps[a] = np.clip(self._steps[a] * factor, least, most)
        self.own[a] = self.own[a] + sign * self._steps[a]
        self._signs[a] = sign

    def _value(self) -> tuple[float, FloatArray, list[FloatArray]]:
        """Return the bound at the prices, and its slope."""
        job = self.job
        value = float(self.prices @ job.wanted)
        slope, own = job.wanted.astype(float), []
        for a, agent in enumerate(job.agents):
            top, path = self._best_stretch(a)
            taken = path[path >= 0]
            chosen = np.isin(agent.use, taken)
            np.add.at(slope, agent.row_of[chosen], -1.0)
            m, used = self.own[a], agent.uses[taken].sum(axis=0)
            value -= top + float(np.maximum(m * agent.least, m * agent.most).sum())
            own.append(used - _nearest(used, m, agent.least, agent.most))
        return value, slope, own

    def _best_stretch(self, a: int) -> tuple[float, IntArray]:
        agent = self.job.agents[a]
        paid = np.bincount(
            agent.use, weights=self.prices[agent.row_of], minlength=len(agent.cost)
        )
        worth: FloatArray = paid - agent.cost - agent.uses @ self.own[a]
        shape = agent.tables.shape
        bound = self._memory[: prod(shape)].reshape(shape)
        scratch = np.empty(len(agent.tables.block_column))
        top = fill_bounds(agent.tables, self.windows[a], worth, scratch, bound)
        path = np.empty(agent.tables.num_days, dtype=np.int64)
        follow(agent.tables, worth, bound, path)
        return float(top), path

    def _move(self, value: float, slope: FloatArray) -> None:
        """Move the rows' prices along the slope, and some of the last direction."""
        job = self.job
        is_stuck = ((self.prices >= job.short) & (slope > 0)) | (
            (self.prices <= -job.over) & (slope < 0)
        )
        slope = np.where(is_stuck, 0.0, slope)
        self._direction = (1 - KEEP) * slope + KEEP * self._direction
        size = float(self._direction @ self._direction)
        if size > 0.0:
            far = self._step * max(job.upper - value, 1e-6 * abs(value)) / size
            self.prices = np.clip(
                self.prices + far * self._direction, -job.over, job.short
            )


def _nearest(
    used: FloatArray, price: FloatArray, least: FloatArray, most: FloatArray
) -> FloatArray:
    """Return where in the range each price is charged from."""
    inside = np.clip(used, least, most)
    return np.where(price > 0, most, np.where(price < 0, least, inside))


def raise_bound(job: LooseJob, emit: Emit) -> None:
    """Raise the bound until time or rounds are over, or nothing is gained."""
    clock, ascent = job.clock(), Ascent(job)
    told, told_s, told_at = ascent.best, 0.0, 0
    emit(LooseBound(value=told))
    for n in clock.rounds():
        ascent.round()
        if ascent.best > told + TOLD_PART * abs(told):
            told, told_s, told_at = ascent.best, clock.gone_s, n
            emit(LooseBound(value=told))
        is_quiet = clock.gone_s - told_s > max(QUIET_S, QUIET_PART * clock.gone_s)
        if told >= job.upper or (is_quiet and n - told_at > QUIET_ROUNDS):
            break
    emit(LooseBound(value=ascent.best))


def run_job(job: LooseJob, emit: Emit) -> None:
    """Raise the bound in the second process."""
    raise_bound(job, emit)
