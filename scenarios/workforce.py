"""How a workforce goes on under given decisions: plain arithmetic, no solver.

The same roll-forward checks a capacity plan (expected leavers) and stresses it (drawn
leavers, classes that don't fill). Axes: ``i`` path, ``p`` pool, ``k`` tenure band,
``r`` transfer, ``t`` month.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from scenarios.capacity import CapacityProblem, Pool
from wfm.domain.arrays import FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Decisions:
    """What a plan does to people.

    Trainees who start ``[p, t]``, classes ``[p, t]``, layoffs by tenure ``[p, k, t]``
    (bands that a pool lacks are 0), transfers ``[r, t]``.
    """

    hires: FloatArray
    classes: FloatArray
    layoffs: FloatArray
    moved: FloatArray


class Luck(Protocol):
    """What chance does to people."""

    def leavers(self, heads: FloatArray, fraction: float, t: int) -> FloatArray:
        """Return how many of *heads* ``[i]`` leave in month *t*."""
        ...

    def started(self, planned: float) -> FloatArray:
        """Return how many of *planned* trainees really start ``[i]``."""
        ...

    def taken(self, planned: float | FloatArray, there: FloatArray) -> FloatArray:
        """Return how many of *planned* can be taken from those who are *there*."""
        ...


@dataclass(frozen=True, slots=True)
class Expected:
    """No chance: expected leavers and full classes, one path."""

    def leavers(self, heads: FloatArray, fraction: float, t: int) -> FloatArray:  # noqa: ARG002 - as the protocol has it
        """Return the expected number."""
        return heads * fraction

    def started(self, planned: float) -> FloatArray:
        """Return the plan."""
        return np.array([planned])

    def taken(self, planned: float | FloatArray, there: FloatArray) -> FloatArray:
        """Return the plan, which knows who is there."""
        return np.broadcast_to(np.asarray(planned, dtype=np.float64), there.shape)


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """What came of the people.

    Heads by pool ``[i, k, t]``; trainees, leavers, starters and those laid off
    ``[i, p, t]``; those transferred ``[i, r, t]``.
    """

    heads: tuple[FloatArray, ...]
    trainees: FloatArray
    leavers: FloatArray
    started: FloatArray
    laid_off: FloatArray
    moved: FloatArray

    def num_heads(self) -> FloatArray:
        """Return heads of all tenures ``[i, p, t]``."""
        return np.stack([heads.sum(axis=1) for heads in self.heads], axis=1)

    def productive_hours(self, problem: CapacityProblem) -> FloatArray:
        """Return hours of experienced people's worth, trainers' off ``[i, p, t]``."""
        hours = [
            np.einsum("ikt,k->it", self.heads[p], pool.tenure.output())
            * pool.hours_per_head
            - pool.training.trainer_hours * self.trainees[:, p]
            for p, pool in enumerate(problem.pools)
        ]
        return np.stack(hours, axis=1)


def roll_forward(
    problem: CapacityProblem, decisions: Decisions, luck: Luck, num_paths: int = 1
) -> Course:
    """Return the course of the workforce under *decisions*."""
    state = _Course.empty(problem, num_paths)
    for t in range(problem.num_months):
        for p, pool in enumerate(problem.pools):
            state.grow_older(p, pool, luck, t)
            state.start_training(p, pool, luck, decisions, t)
            state.finish_training(p, pool, luck, t)
        for r in range(len(problem.transfers)):
            state.transfer(r, luck, decisions, t)
        for p in range(len(problem.pools)):
            state.lay_off(p, luck, decisions, t)
    return state.frozen()


@dataclass(slots=True)
class _Course:
    """A course under way."""

    problem: CapacityProblem
    heads: list[FloatArray]
    trainees: FloatArray
    leavers: FloatArray
    started: FloatArray
    laid_off: FloatArray
    moved: FloatArray

    @classmethod
    def empty(cls, problem: CapacityProblem, num_paths: int) -> "_Course":
        months = problem.num_months
        by_pool = (num_paths, len(problem.pools), months)
        by_transfer = (num_paths, len(problem.transfers), months)
        return cls(
            problem=problem,
            heads=[
                np.zeros((num_paths, pool.tenure.num_bands, months))
                for pool in problem.pools
            ],
            trainees=np.zeros(by_pool),
            leavers=np.zeros(by_pool),
            started=np.zeros(by_pool),
            laid_off=np.zeros(by_pool),
            moved=np.zeros(by_transfer),
        )

    def frozen(self) -> Course:
        return Course(
            heads=tuple(self.heads),
            trainees=self.trainees,
            leavers=self.leavers,
            started=self.started,
            laid_off=self.laid_off,
            moved=self.moved,
        )

    def grow_older(self, p: int, pool: Pool, luck: Luck, t: int) -> None:
        heads, last = self.heads[p], pool.tenure.num_bands - 1
        for k, fraction in enumerate(pool.tenure.attrition):
            before = (
                heads[:, k, t - 1] if t else np.full(len(heads), pool.heads_before[k])
            )
            gone = luck.leavers(before, fraction, t)
            heads[:, min(k + 1, last), t] += before - gone
            self.leavers[:, p, t] += gone

    def start_training(
        self, p: int, pool: Pool, luck: Luck, decisions: Decisions, t: int
    ) -> None:
        self.started[:, p, t] = luck.started(float(decisions.hires[p, t]))
        months = range(t, min(t + pool.training.months, self.problem.num_months))
        self.trainees[:, p, months] += self.started[:, p, t, None]

    def finish_training(self, p: int, pool: Pool, luck: Luck, t: int) -> None:
        if pool.arrivals is not None:
            self.heads[p][:, 0, t] += pool.arrivals[t]
        if t >= pool.training.months:
            done = self.started[:, p, t - pool.training.months]
            lost = luck.leavers(done, pool.training.loss_fraction, t)
            self.heads[p][:, 0, t] += done - lost
            self.leavers[:, p, t] += lost

    def transfer(self, r: int, luck: Luck, decisions: Decisions, t: int) -> None:
        transfer = self.problem.transfers[r]
        source = self.heads[self.problem.pool_index(transfer.source)]
        target = self.heads[self.problem.pool_index(transfer.target)]
        going = luck.taken(float(decisions.moved[r, t]), source[:, -1, t])
        source[:, -1, t] -= going
        self.moved[:, r, t] = going
        if t >= transfer.months:
            coming = self.moved[:, r, t - transfer.months]
            lost = luck.leavers(coming, transfer.loss_fraction, t)
            target[:, transfer.to_band, t] += coming - lost
            self.leavers[:, self.problem.pool_index(transfer.target), t] += lost

    def lay_off(self, p: int, luck: Luck, decisions: Decisions, t: int) -> None:
        heads = self.heads[p]
        bands = range(heads.shape[1])
        planned = decisions.layoffs[p, bands, t]
        gone = luck.taken(planned, heads[:, :, t])
        heads[:, :, t] -= gone
        self.laid_off[:, p, t] = gone.sum(axis=1)


def people_cost(
    problem: CapacityProblem, course: Course, decisions: Decisions
) -> FloatArray:
    """Return cost of people by pool and month ``[i, p, t]``, in minor units.

    Wages (also of those away to be retrained), trainees, recruiting, classes,
    severance, transfers (charged to their source); not overtime, short time and
    idleness, which depend on the work.
    """
    cost = np.zeros_like(course.trainees)
    heads = course.num_heads()
    for p, pool in enumerate(problem.pools):
        cost[:, p] += heads[:, p] * pool.wage_minor
        cost[:, p] += course.trainees[:, p] * pool.training.wage_minor
        if pool.recruiting is not None:
            cost[:, p] += course.started[:, p] * pool.recruiting.hire_minor
            cost[:, p] += decisions.classes[p] * pool.recruiting.class_minor
        if pool.layoffs is not None:
            cost[:, p] += course.laid_off[:, p] * pool.layoffs.severance_minor
    for r, transfer in enumerate(problem.transfers):
        source = problem.pool_index(transfer.source)
        cost[:, source] += course.moved[:, r] * transfer.cost_minor
        for t in range(problem.num_months):
            away = slice(
                max(0, t - transfer.months + 1), t + 1 if transfer.months else 0
            )
            absent = course.moved[:, r, away].sum(axis=1)
            cost[:, source, t] += absent * problem.pools[source].wage_minor[t]
    return cost
