"""Local search by best-response weeks: greedy start, sweeps, ruin and recreate.

When one agent moves, the exact worth of each step at work is known, so the week
programme finds that agent's best week against all others. Ruin and recreate takes two
to four agents of one component out, gives them new weeks in turn under a little noise,
and accepts the result as simulated annealing does.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from solver.core.ascent import Ascent, rough_prices
from solver.core.choices import choices_of, roster_of
from solver.core.clock import Clock
from solver.core.compile import Compiled
from solver.core.incumbent import Incumbent, Totals, Undo
from solver.core.relaxation import Prices, Relaxation
from solver.core.slots import HEAD
from wfm.domain.arrays import FloatArray, IntArray
from wfm.domain.roster import Roster

MOVES_PER_ROUND = 50
SWEEPS = 4
PRICED_PASSES = 50
MOST_RUINED = 4
LEVEL_EVERY = 8
START_HEAT, END_HEAT, NOISE = 3.0, 0.1, 0.3
"""Temperatures and noise, in prices of one missing agent-step of the first piece."""

MEETINGS = 3
"""How often companions whose weeks differ are asked once more."""

FULL_HEAT_S, FULL_HEAT_ROUNDS = 20.0, 400
COLD_SHARE, HOPELESS = 0.8, 1.002
"""Late in an annealing, a roster this much above the best is given up for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Breaches:
    """What a roster breaks of the rules that bind several agents.

    *guaranteed_steps* counts missing whole agents of guarantees over steps, *heads*
    people above or below rows on heads, *hand_overs* failed hand-overs, *differing*
    dates on which people who belong together have different shifts.
    """

    guaranteed_steps: int = 0
    heads: int = 0
    hand_overs: int = 0
    differing: int = 0

    @property
    def total(self) -> int:
        """All breaches together; 0 for a roster that keeps every rule."""
        alone = self.guaranteed_steps + self.heads
        return alone + self.hand_overs + self.differing


@dataclass(slots=True, kw_only=True)
class _Best:
    """The best roster so far."""

    value: float = np.inf
    objective: int = 0
    breaches: Breaches = field(default_factory=Breaches)
    choice: IntArray
    taken: IntArray
    profile: FloatArray


class LocalSearch:
    """The best roster found so far, and how to find a better one.

    Every roster it holds keeps all rules of single agents (for those who have a legal
    week at all); guarantees, rows on heads and hand-overs are priced, and
    :attr:`breaches` counts what the best roster leaves of them.

    Parameters
    ----------
    compiled
        The problem.
    seed
        Equal seeds and rounds give equal rosters.
    """

    end_heat = END_HEAT

    def __init__(self, compiled: Compiled, seed: int = 1) -> None:
        self.compiled = compiled
        self.now = Incumbent(compiled)
        self._rng = np.random.default_rng(seed)
        self._value = np.inf
        self._best = _Best(
            choice=self.now.choice.copy(),
            taken=self.now.taken.copy(),
            profile=self.now.levels.profile.copy(),
        )
        self.prices: Prices | None = None
        self._swept = False
        self._is_annealing = False
        self._over = 0.0
        first_price = compiled.need.piece_prices[0]
        self._step_price = max(1.0, float(first_price)) * HEAD
        self._num_agents = len(compiled.agent_ids)
        component = [self.now.component_of(a) for a in range(self._num_agents)]
        self._component = np.array(component, dtype=np.int64)
        self._members = {
            k: np.flatnonzero(self._component == k)
            for k in range(max(component, default=-1) + 1)
        }
        self._needed = np.flatnonzero(self._component >= 0)

    # ---------------------------------------------------------------- the result

    @property
    def objective(self) -> int:
        """Objective of the best roster; deferred work as levelled, so never too low."""
        return self._best.objective

    @property
    def breaches(self) -> Breaches:
        """What the best roster still breaks."""
        return self._best.breaches

    @property
    def profile(self) -> FloatArray:
        """``[q, t]`` agents to work on deferred queues, as levelled; 0 for others."""
        profile = np.zeros(self.compiled.need.live.shape)
        for b, q in enumerate(self.compiled.backlog_queues):
            profile[q] = self._best.profile[b] / HEAD
        return profile

    def roster(self) -> Roster:
        """Return the best roster found."""
        return roster_of(self.compiled, self._best.choice, self._best.taken)

    def infeasible_agents(self) -> tuple[str, ...]:
        """Return the agents for whom no legal plan exists."""
        return tuple(
            agent_id
            for a, agent_id in enumerate(self.compiled.agent_ids)
            if self.now.cheapest_week(a) is None
        )

    def cheapest_week(self, a: int) -> int | None:
        """Return the least own cost of a legal plan of agent row *a*, if there is one.

        That is its wages and other step prices, whatever is needed of it.
        """
        cost = self.now.cheapest_week(a)
        return None if cost is None else round(cost)

    # ---------------------------------------------------------------- the search

    def construct(self) -> int:
        """Make the first roster greedily and return its objective.

        One agent after the other, in a seeded order, gets the week that is best
        against those before; people who belong together follow one another.
        """
        self._level_all()
        for unit in self._in_turn():
            self._renew(unit)
        self._level_all()
        self._note()
        return self.objective

    def improve(
        self,
        *,
        seconds: float | None = None,
        rounds: int | None = None,
        stop: Callable[[], bool] | None = None,
        share: Callable[[], float] | None = None,
        heat: float = 1.0,
    ) -> int:
        """Search until *seconds* or *rounds* are over or *stop* says so.

        The first call starts with sweeps of best response. With *share*, which returns
        how much of the whole search is over (0 to 1), all calls together are one
        annealing; without it each call goes on from the best roster and cools down by
        itself, from a temperature that grows with its length. *heat* scales it. With
        rounds alone the result depends on nothing but the seed. Returns the best
        objective.
        """
        clock = Clock(seconds, rounds)
        if share is None or not self._is_annealing:
            self._go_to(self._best.choice, self._best.taken, self._best.profile)
        self._is_annealing = share is not None
        if not self._swept:
            if self._needed.size:
                self._start_from_prices(stop)
            self._sweep(stop)
        while self._needed.size and not (stop is not None and stop()):
            if clock.share() >= 1.0:
                break
            level = self._level(clock, share)
            self._anneal(heat * level * self._step_price)
            clock.rounds_done += 1
        return self.objective

    def _level(self, clock: Clock, share: Callable[[], float] | None) -> float:
        """Return the temperature, in prices of a missing agent-step."""
        if share is None:
            start = max(
                self.end_heat, START_HEAT * clock.length(FULL_HEAT_S, FULL_HEAT_ROUNDS)
            )
            self._over = clock.share()
            return start * float((self.end_heat / start) ** self._over)
        over = self._over = min(1.0, max(0.0, share()))
        if over > COLD_SHARE and self._value > self._best.value * HOPELESS:
            self._go_to(self._best.choice, self._best.taken, self._best.profile)
        return START_HEAT * float((self.end_heat / START_HEAT) ** over)

    def load(self, roster: Roster) -> int:
        """Go on from *roster*, which becomes the best; return its objective.

        Raises
        ------
        ModelError
            If a shift is none that the search may give.
        """
        choice, taken = choices_of(self.compiled, roster)
        self._go_to(choice, taken, self._best.profile)
        self._level_all()
        self._best.value = np.inf
        self._note()
        self._swept = True
        return self.objective

    def _go_to(self, choice: IntArray, taken: IntArray, profile: FloatArray) -> None:
        """Make these choices the incumbent."""
        now = self.now
        for a in range(self._num_agents):
            days = now.days(a)
            if np.array_equal(now.choice[days], choice[days]) and np.array_equal(
                now.taken[days], taken[days]
            ):
                continue
            now.count(a, -1)
            now.choice[days], now.taken[days] = choice[days], taken[days]
            now.count(a, 1)
        self._use_profiles(profile)
        self._value = now.value()

    def restart(self) -> None:
        """Make the roster at hand the best, whatever was found before."""
        self._best.value = np.inf
        self.now.mark_hand_overs()
        self._note()

    def _note(self) -> None:
        """Take the incumbent's value; remember it if it is the best so far."""
        now, best = self.now, self._best
        self._value = now.value()
        if self._value < best.value:
            best.value = self._value
            missing = now.missing_guaranteed()
            totals = now.totals
            best.breaches = Breaches(
                guaranteed_steps=missing,
                heads=totals.off_rows,
                hand_overs=totals.hand_overs,
                differing=totals.differing,
            )
            hard = missing * self.compiled.breach_price
            best.objective = (
                round(totals.cover + totals.agents - hard) + self.compiled.constant
            )
            best.choice[:], best.taken[:] = now.choice, now.taken
            best.profile[:] = now.levels.profile

    def _start_from_prices(self, stop: Callable[[], bool] | None) -> None:
        """Go to the weeks with which people answer well balanced prices.

        Many breaches and gaps are left in them, but sweeps of best response soon mend
        these, and end far below where they end from the greedy roster.
        """
        ascent = Ascent(Relaxation(self.compiled), rough_prices(self.compiled))
        for done in range(PRICED_PASSES):
            if stop is not None and stop():
                return
            ascent.run_pass(done / PRICED_PASSES)
        self.prices = ascent.mean_prices()
        self._go_to(ascent.choice, ascent.taken, self._best.profile)

    def _sweep(self, stop: Callable[[], bool] | None) -> None:
        """Let everybody respond in turn until nothing is gained."""
        for _ in range(SWEEPS):
            before = self._value
            for unit in self._in_turn():
                self._respond(unit)
            self._level_all()
            self._note()
            self.now.mark_hand_overs()
            if self._value >= before or (stop is not None and stop()):
                break
        self._swept = True

    def _in_turn(self) -> Iterator[list[int]]:
        """Yield everybody in a random order, those who belong together at once."""
        companions, seen = self.compiled.companions, set[int]()
        for a in self._rng.permutation(self._num_agents).tolist():
            if a not in seen:
                unit = companions.with_companions([a])
                seen.update(unit)
                yield unit

    def _renew(self, unit: Sequence[int], *, noisy: bool = False) -> None:
        """Give everybody of *unit* the best week, one after the other.

        Where somebody can't follow the first, they meet each other half way.
        """
        now = self.now
        for a in unit:
            now.count(a, -1)
        for a in unit:
            now.insert(a, self._noise(a) if noisy else None)
        for _ in range(MEETINGS):
            for a in unit:
                if now.differs(a):
                    now.count(a, -1)
                    now.insert(a)

    def _respond(self, unit: Sequence[int]) -> None:
        """Give *unit* their best weeks; who can't follow the first takes it back."""
        if len(unit) == 1:
            self._renew(unit)
            return
        old = self.now.value()
        before = Undo(self.now, unit)
        self._renew(unit)
        if self.now.value() > old:
            before.restore(self.now)

    def _anneal(self, heat: float) -> None:
        """Do one round of moves at one temperature."""
        for move in range(MOVES_PER_ROUND):
            if move % LEVEL_EVERY == 0:
                self._relevel(heat)
            a = int(self._rng.choice(self._needed))
            k = int(self._component[a])
            chosen = self.compiled.companions.with_companions(self._choose(k))
            before = Undo(self.now, chosen)
            old = self._value
            self._renew(chosen, noisy=True)
            new = self.now.value()
            if new > old + heat * self._rng.exponential():
                before.restore(self.now)
                self._value = old
            else:
                self._accept(before.totals)

    def _accept(self, before: Totals) -> None:
        if before.hand_overs or self.now.totals.hand_overs:
            self.now.mark_hand_overs()
        self._note()

    def _noise(self, a: int) -> FloatArray:
        options = self.now.options(a)
        scale = NOISE * self._step_price * self._rng.random()
        drawn: FloatArray = self._rng.random(options.stop - options.start)
        return scale * (drawn - 0.5)

    def _choose(self, k: int) -> list[int]:
        """Choose agents of component *k*, most of them able to work at a dear step."""
        first, last = self.now.window
        cost = self.now.cover.cost[k]
        one, two = self._rng.integers(first, last, size=2).tolist()
        t = one if cost[one] >= cost[two] else two
        members = self._members[k]
        able = members[self.now.reach[members, t]]
        if self._rng.random() < 0.2 or len(able) < 2:
            able = members
        count = min(len(able), int(self._rng.integers(2, MOST_RUINED + 1)))
        chosen: list[int] = self._rng.choice(able, size=count, replace=False).tolist()
        return chosen

    # ------------------------------------------------------------- deferred work

    def _level_all(self) -> None:
        """Level all deferred work, one backlog after the other in a random order."""
        for b in self._rng.permutation(len(self.now.levels.profile)).tolist():
            shift = int(self._rng.integers(0, 1 << 20))
            self.now.level(b, shift=shift)

    def _use_profiles(self, profile: FloatArray) -> None:
        for b, own in enumerate(profile):
            self.now.use_profile(b, own)

    def _relevel(self, heat: float) -> None:
        """Level the deferred work anew unless that is clearly worse."""
        if not len(self.now.levels.profile):
            return
        old, value = self.now.levels.profile.copy(), self._value
        self._level_all()
        if self.now.value() > value + heat * self._rng.exponential():
            self._use_profiles(old)
        self._note()
