r"""The cheapest headcounts that keep every queue's promise, by simulation.

.. math:: \min c^\top x \quad\text{s.t.}\quad s_q(x) \ge \tau_q,\; x \in \mathbb{Z}^G_+

where :math:`s_q` is the lower confidence bound of queue q's service level on common
random numbers. Three stages:

1. **Cuts** (Atlason, Epelman, Henderson 2004, doi:10.1023/B:ANOR.0000019095.91642.bb;
   Cezik and L'Ecuyer 2008, doi:10.1287/mnsc.1070.0824). An integer programme over valid
   floors proposes headcounts; a queue that misses its target adds the cut of its
   discrete subgradient, until all hold. As service levels are not concave in few
   agents, cuts may cut too much, hence
2. **Local search**: fewer agents, or cheaper exchanges, as long as anything cheaper
   holds. More agents than a headcount known to fail are needed in some group, so most
   candidates fall without being simulated. First by the estimates of short runs, then,
   for what these don't rule out, by the bounds of longer ones.
3. **Verification** on fresh random numbers, longer still; where a bound misses, the
   agent is added who gains most per cost.

The floors: queue q by itself needs its Erlang number of agents even if all who know it
do nothing else; a set of queues needs the agents whom its promises keep busy.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import combinations, combinations_with_replacement
from typing import Any

import numpy as np

from wfm.domain.arrays import FloatArray, IntArray
from wfm.domain.errors import ModelError
from wfm.simulation.result import Estimate
from wfm.staffing import erlang
from wfm.staffing.multi_skill.problem import (
    Judge,
    Sample,
    SkillDesign,
    SkillQueue,
)

_MOST_CUT_ROUNDS = 60
_LEAST_GAIN = 1e-4
_MOST_SUBSETS_OF = 8
_WIDTH = {1: 6, 2: 6, 3: 6, 4: 4, 5: 3}
"""Agents that one exchange takes on at most, by the number of groups; 2 for more."""
_ROUGHLY = 0.01
"""A short run that misses by more is believed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchSettings:
    """How long to simulate: while searching, to settle what is close, to verify."""

    sample: Sample = field(default_factory=lambda: Sample(confidence=0.5))
    settle: Sample = field(default_factory=lambda: Sample(contacts=400_000.0, seed=2))
    verify: Sample = field(default_factory=lambda: Sample(contacts=1.6e6, seed=3))


@dataclass(frozen=True, slots=True, kw_only=True)
class SkillStaffing:
    """Agents per group, and the service that fresh random numbers confirm.

    Attributes
    ----------
    agents
        Group id -> agents.
    service_level
        Queue id -> value, and one-sided lower bound, of the verification.
    runs
        Simulations in all.
    """

    agents: Mapping[str, int]
    cost: float
    service_level: Mapping[str, tuple[float, float]]
    runs: int


def cheapest_staffing(
    design: SkillDesign, settings: SearchSettings | None = None
) -> SkillStaffing:
    """Return the cheapest headcounts found; every target holds at its lower bound.

    Raises
    ------
    ModelError
        If the agents there are can't meet the targets.
    """
    settings = settings or SearchSettings()
    judge = Judge(design=design, sample=settings.sample)
    wide = _WIDTH.get(len(design.groups), 2)
    heads = local_search(judge, by_cuts(judge), width=wide)
    close = Judge(design=design, sample=settings.settle)
    heads = local_search(close, raised(close, heads), width=wide, rough=judge)
    fresh = Judge(design=design, sample=settings.verify)
    heads = raised(fresh, heads)
    level = fresh.level(heads)
    return SkillStaffing(
        agents=fresh.named(heads),
        cost=float(design.costs @ heads),
        service_level=_named_levels(design, level),
        runs=judge.runs + close.runs + fresh.runs,
    )


def _named_levels(
    design: SkillDesign, level: Estimate
) -> dict[str, tuple[float, float]]:
    pairs = zip(level.value.tolist(), level.low.tolist(), strict=True)
    return {q.queue_id: pair for q, pair in zip(design.queues, pairs, strict=True)}


def floors(design: SkillDesign) -> tuple[FloatArray, FloatArray]:
    """Return rows ``[i, g]`` and least sums ``[i]`` that every answer fulfils."""
    serves = design.serves > 0.0
    rows, least = [], []
    for q, queue in enumerate(design.queues):
        alone = erlang.required_agents(
            queue.workload_erlangs,
            queue.aht_s,
            answer_within_s=queue.answer_within_s,
            service_level_fraction=queue.service_level_fraction,
            patience_s=queue.patience_s,
        )
        rows.append(serves[q])
        least.append(float(alone.agents))
    busy = [_least_busy(queue) for queue in design.queues]
    for subset in _subsets(len(busy)):
        rows.append(serves[list(subset)].any(axis=0))
        least.append(float(np.ceil(sum(busy[q] for q in subset) - 1e-9)))
    return np.array(rows, dtype=np.float64), np.array(least)


def _least_busy(queue: SkillQueue) -> float:
    """Return the agents whom the promise keeps busy; all work, if nobody gives up."""
    is_patient = np.isinf(queue.patience_s)
    served = 1.0 if is_patient else queue.service_level_fraction
    return queue.workload_erlangs * served


def _subsets(num: int) -> Iterator[tuple[int, ...]]:
    """Yield the sets of two queues and more; of many queues, pairs and the whole."""
    sizes = range(2, num + 1) if num <= _MOST_SUBSETS_OF else (2, num)
    for size in sizes:
        yield from combinations(range(num), size)


def by_cuts(judge: Judge) -> IntArray:
    """Return headcounts that hold on the judge's sample, by cutting planes."""
    rows, least = floors(judge.design)
    heads = _cheapest(judge.design, rows, least)
    for _ in range(_MOST_CUT_ROUNDS):
        if judge.holds(heads):
            return heads
        for q in np.flatnonzero(judge.shortfall(heads)):
            row, bound = _cut(judge, heads, int(q))
            rows, least = np.vstack([rows, row]), np.append(least, bound)
        heads = _cheapest(judge.design, rows, least)
    return raised(judge, heads)


def _cut(judge: Judge, heads: IntArray, q: int) -> tuple[FloatArray, float]:
    """Return the subgradient cut of queue *q* at *heads*.

    Where one agent more changes nothing to be seen, the cut asks for one of those who
    serve the queue.
    """
    base, target = judge.level(heads).low[q], judge.design.targets[q]
    gain = np.array([judge.level(more).low[q] - base for more in _each_plus_one(heads)])
    gain = np.maximum(gain, 0.0)
    if gain.max() < _LEAST_GAIN:
        row = judge.design.serves[q]
        return row, float(row @ heads) + 1.0
    scaled = gain / gain.max()
    return scaled, float(scaled @ heads) + (target - base) / gain.max()


def _each_plus_one(heads: IntArray) -> Iterator[IntArray]:
    for g in range(len(heads)):
        yield heads + (np.arange(len(heads)) == g)


def _cheapest(design: SkillDesign, rows: FloatArray, least: FloatArray) -> IntArray:
    """Return the cheapest whole headcounts with ``rows @ heads >= least``."""
    from scipy.optimize import Bounds, LinearConstraint, milp

    most = np.array([float(group.most) for group in design.groups])
    found: Any = milp(
        design.costs,
        constraints=LinearConstraint(rows, lb=least - 1e-7),
        integrality=np.ones(len(most), dtype=np.int64),
        bounds=Bounds(0.0, most),
    )
    if found.x is None:
        msg = "the agents there are can't keep every queue's promise"
        raise ModelError(msg)
    heads: IntArray = np.rint(found.x).astype(np.int64)
    return heads


def raised(judge: Judge, heads: IntArray) -> IntArray:
    """Return *heads* with agents added, the most gain per cost first, until all hold.

    Raises
    ------
    ModelError
        If all agents there are don't suffice.
    """
    most = np.array([group.most for group in judge.design.groups])
    while not judge.holds(heads):
        missing = judge.shortfall(heads).sum()
        best, best_gain = None, -np.inf
        for g, more in enumerate(_each_plus_one(heads)):
            if more[g] > most[g]:
                continue
            gain = (missing - judge.shortfall(more).sum()) / judge.design.costs[g]
            if gain > best_gain:
                best, best_gain = more, gain
        if best is None:
            msg = "the agents there are can't keep every queue's promise"
            raise ModelError(msg)
        heads = best
    return heads


def local_search(
    judge: Judge, heads: IntArray, *, width: int = 2, rough: Judge | None = None
) -> IntArray:
    """Return headcounts that hold and that no small exchange makes cheaper.

    An exchange takes on up to *width* agents for up to one more. The least saving comes
    first: a failure then rules out most of what saves more. What *rough* finds far off
    isn't simulated at length.
    """
    moves = _cheaper_moves(judge.design, width)
    failed: list[IntArray] = []
    found: IntArray | None = heads
    while found is not None:
        heads, found = found, None
        trials = _possible(judge.design, heads + moves)
        for below in failed:
            trials = trials[(trials > below).any(axis=1)]
        while len(trials) and found is None:
            trial = trials[0]
            is_far = rough is not None and rough.misses_by(trial) > _ROUGHLY
            if not is_far and judge.holds(trial):
                found = trial
            else:
                failed.append(trial)
                trials = trials[(trials > trial).any(axis=1)]
    return heads


def _possible(design: SkillDesign, heads: IntArray) -> IntArray:
    """Return the rows of *heads* ``[i, g]`` that there are people for."""
    most = np.array([group.most for group in design.groups])
    return heads[((heads >= 0) & (heads <= most)).all(axis=1)]


def _cheaper_moves(design: SkillDesign, width: int) -> IntArray:
    """Return the exchanges that save, ``[i, g]``, the least first."""
    num = len(design.groups)
    few = np.array([row for size in range(width + 2) for row in _few(num, size)])
    taken_on = few[few.sum(axis=1) <= width]
    every = (taken_on[None, :, :] - few[:, None, :]).reshape(-1, num)
    every = np.unique(every, axis=0)
    saved = -(every @ design.costs)
    order = np.argsort(saved, kind="stable")
    return every[order[saved[order] > 1e-9]]


def _few(num: int, size: int) -> Iterator[IntArray]:
    """Yield every choice of *size* agents from *num* groups."""
    for groups in combinations_with_replacement(range(num), size):
        yield np.bincount(np.array(groups, dtype=np.int64), minlength=num)
