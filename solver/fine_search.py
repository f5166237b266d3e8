"""The search of named agents: best weeks, and between them millions of small moves.

Best-response weeks (:mod:`solver.core.local_search`) find the shape of a roster; what
is left are heads that are off by one here and there. Small moves of breaks and shifts
(:mod:`solver.core.fine_moves`), and of two people alike who trade or move together
(:mod:`solver.core.pair_moves`), are worth little each, but there are so many of them
that annealing fits whole heads to fractional needs. Deferred work is placed by the
exact flow (:mod:`solver.allocation`) after each round, and gives way in between
(:mod:`solver.core.soft_cover`): a profile that is a little off is paid for by everybody
who has to follow it.
"""

import numpy as np

from solver.allocation import Network, working_heads
from solver.core.choices import roster_of
from solver.core.compile import Compiled
from solver.core.draws import new_draws
from solver.core.fine_moves import anneal
from solver.core.fine_state import (
    CLOCK,
    COVER,
    HAND_OVERS,
    MOST_DAYS,
    OFF_ROWS,
    OWN,
    Fine,
    spent_of,
)
from solver.core.incumbent import Incumbent
from solver.core.local_search import START_HEAT
from solver.core.margins import new_margins
from solver.core.pair_moves import anneal_pairs
from solver.core.slots import HEAD
from solver.core.soft_cover import SoftCover
from solver.core.tables import (
    FIRST_DAY,
    FIRST_OPTION,
    FIRST_START,
    OPTION_END,
    OPTION_START,
)
from solver.placement import Crew, Placement
from solver.problem import Problem
from solver.starts import SampledSearch
from wfm.domain.arrays import FloatArray, IntArray
from wfm.domain.roster import Roster

MOVES_PER_DAY, MOST_MOVES = 120, 150_000
"""Small moves of a round for each agent-day, and at most."""
PAIRS = 1 / 3
"""Moves of two people alike for each move of one."""
SOFT_PART, SOFT_ROUND = 0.92, 3
"""Part of an annealing in which deferred work gives way; rounds are shorter then."""
END_HEAT = 0.25
"""Temperature at the end, in prices of one missing agent-step of the first piece."""
WEEKS_EVERY, WEEKS_RARELY = 4, 40
"""Rounds after which whole weeks are moved too: while rules are broken, and then."""


class FineSearch(SampledSearch):
    """The sampled search with small moves and exactly placed deferred work.

    Parameters
    ----------
    problem, compiled
        What is solved, and its tables.
    seed, start_s
        As for the sampled search.
    """

    end_heat = END_HEAT

    def __init__(
        self,
        problem: Problem,
        compiled: Compiled,
        seed: int = 1,
        start_s: float | None = None,
    ) -> None:
        super().__init__(compiled, seed, start_s)
        self._problem = problem
        self._fine = fine_of(self.now, seed)
        alone = [a not in compiled.companions.shared for a in range(self._num_agents)]
        has_days = np.diff(compiled.weeks.agents[:, FIRST_DAY]) > 0
        self._movable: IntArray = np.flatnonzero(np.array(alone, dtype=bool) & has_days)
        self._num_moves = min(MOST_MOVES, MOVES_PER_DAY * len(compiled.days))
        self._alike, self._ranges = alike(compiled, self._movable)
        self._num_pairs = round(PAIRS * self._num_moves)
        self._rounds = 0
        self._placed: tuple[Placement, Crew] | None = None
        self._soft = SoftCover(self.now) if compiled.backlog_queues else None

    @property
    def heats(self) -> tuple[float, float]:
        """Temperatures at which an annealing of heat 1 begins and ends."""
        return START_HEAT * self._step_price, self.end_heat * self._step_price

    def use_worth(self, worth: FloatArray) -> None:
        """Let a unit of deferred work be worth *worth* ``[b, t]`` as it gives way."""
        if self._soft is not None:
            self._soft.use_worth(worth)

    def load(self, roster: Roster) -> int:
        """Go on from *roster*, which becomes the best; return its objective."""
        super().load(roster)
        self._place_work()
        return self.objective

    def _anneal(self, heat: float) -> None:
        """Do a round: small moves, now and then whole weeks; the work follows."""
        if self._placed is None:
            self._place_work()
        self._rounds += 1
        if self._movable.size:
            self._move(heat)
            self._place_work()
        every = WEEKS_EVERY if self.breaches.total else WEEKS_RARELY
        if self._rounds % every == 0 or self._movable.size < self._needed.size:
            super()._anneal(heat)
            self._place_work()

    def _relevel(self, heat: float) -> None:
        """Leave the deferred work where the flow has placed it."""

    def _move(self, heat: float) -> None:
        """Make small moves; the incumbent's totals follow."""
        if self._soft is not None and self._over < SOFT_PART:
            self._soft.follow()
            margins = self._soft.margins
            self._make_moves(self._fine._replace(margins=margins), heat, SOFT_ROUND)
            self.now.recount_cover()
        else:
            self.now.settle()
            self._make_moves(self._fine, heat)
            self.now.totals.cover += float(self._fine.total[COVER])
            self._note()

    def _make_moves(self, fine: Fine, heat: float, part: int = 1) -> None:
        """Make the small moves of a round, or one *part*-th of them."""
        now = self.now
        fine.now[CLOCK] = now.clock
        fine.now[OFF_ROWS] = now.totals.off_rows
        fine.now[HAND_OVERS] = now.totals.hand_overs
        fine.total.fill(0.0)
        anneal(fine, self._movable, heat, self._num_moves // part)
        if self._alike.size:
            num_pairs = self._num_pairs // part
            anneal_pairs(fine, self._alike, self._ranges, heat, num_pairs)
        now.clock = int(fine.now[CLOCK])
        now.totals.off_rows = int(fine.now[OFF_ROWS])
        now.totals.hand_overs = int(fine.now[HAND_OVERS])
        now.totals.agents += float(fine.total[OWN])

    def _place_work(self) -> None:
        """Place the deferred work as the exact flow does for the roster at hand."""
        if not self.compiled.backlog_queues:
            return
        if self._placed is None:
            self._placed = self._begin_placing()
        placement, crew = self._placed
        placement.follow(crew.heads(self.now.choice, self.now.taken))
        self._use_profiles(self._profile_of(placement))
        self._note()

    def _begin_placing(self) -> tuple[Placement, Crew]:
        """Return the placement of deferred work for the roster at hand."""
        problem, now = self._problem, self.now
        roster = roster_of(self.compiled, now.choice, now.taken)
        groups = working_heads(problem.instance, roster, problem.serves)
        network = Network(problem.instance, groups, problem.need)
        network.solve()
        return Placement(network), Crew(self.compiled, network, now.choice, now.taken)

    def _profile_of(self, placement: Placement) -> FloatArray:
        """Return ``[b, t]`` units of deferred work, what is undone in whole heads."""
        units = placement.done().astype(np.float64)
        undone = placement.undone()
        for n in np.flatnonzero(undone).tolist():
            work, left = self._problem.need.due[n], float(undone[n])
            place = int(self._rng.integers(0, 1 << 20))
            while left > 0.0 and len(work.steps):
                t = work.steps[place % len(work.steps)]
                units[work.queue_row, t] += min(HEAD, left)
                left, place = left - HEAD, place + 1
        return np.asarray(units[list(self.compiled.backlog_queues)])


def fine_of(now: Incumbent, seed: int) -> Fine:
    """Return what the small moves of incumbent *now* need."""
    compiled = now.compiled
    need, num_t = compiled.cover_need, compiled.costs.paid.shape[1]
    breaks = now.taken.shape[1]
    return Fine(
        weeks=compiled.weeks,
        costs=compiled.costs,
        spent=spent_of(compiled.costs),
        rows=compiled.rows,
        hands=compiled.hands,
        margins=new_margins(compiled.cover, now.cover, need.window, need.idle_price),
        groups=need.group_of_agent,
        choice=now.choice,
        taken=now.taken,
        row_count=now.row_count,
        shift_count=now.shift_count,
        work_count=now.work_count,
        change=np.zeros(num_t, dtype=np.int64),
        move=np.zeros((MOST_DAYS, 4), dtype=np.int64),
        kept=np.zeros((MOST_DAYS, breaks), dtype=np.int64),
        now=np.zeros(7, dtype=np.int64),
        total=np.zeros(2),
        shifts=np.zeros((1, 2), dtype=np.int64),
        works=np.zeros((breaks + 1, 2), dtype=np.int64),
        random=new_draws(seed),
    )


def alike(compiled: Compiled, agents: IntArray) -> tuple[IntArray, IntArray]:
    """Return those *agents* who have others like them, and the range of these.

    Alike are people who serve the same queues by shifts of the same lengths.
    """
    groups = compiled.cover_need.group_of_agent
    kinds: dict[tuple[int, bytes], list[int]] = {}
    for a in agents.tolist():
        kinds.setdefault((int(groups[a]), _lengths(compiled, a)), []).append(a)
    found = [members for members in kinds.values() if len(members) > 1]
    ends = np.cumsum([0, *map(len, found)])
    ranges = [
        (ends[i], ends[i + 1]) for i, members in enumerate(found) for _ in members
    ]
    ordered = np.array([a for members in found for a in members], dtype=np.int64)
    return ordered, np.array(ranges, dtype=np.int64).reshape(-1, 2)


def _lengths(compiled: Compiled, a: int) -> bytes:
    """Return which lengths the shifts of agent row *a* have."""
    weeks = compiled.weeks
    days = weeks.agents[a : a + 2, FIRST_DAY]
    first, last = weeks.starts[weeks.days[days, FIRST_START], FIRST_OPTION].tolist()
    options = weeks.options[first:last]
    return np.unique(options[:, OPTION_END] - options[:, OPTION_START]).tobytes()
