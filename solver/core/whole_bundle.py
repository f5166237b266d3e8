"""Prices with whole heads by a bundle: people, steps and buckets of work answer them.

All answer the same prices (:mod:`solver.core.bundle`), so the value there is known, but
for the steps, whose answers are good rather than best. Prices move on when that is
better than a small part of what the model promised; how far the next may lie grows or
shrinks with it, and for each price by itself with whether it goes on or turns.

People answer while steps do, and components of queues, which have no price in common,
settle side by side if there are several lanes (:mod:`solver.core.lanes`).
"""

from copy import copy

import numpy as np

from solver.core.ascent import mean_price
from solver.core.bundle import (
    Near,
    add_left,
    copied,
    keep_only,
    least_value,
    new_answers,
    settle_shares,
)
from solver.core.bundle_rows import whole_rows
from solver.core.compile import Compiled
from solver.core.lanes import MOST, Lanes
from solver.core.relaxation import Prices, Relaxation
from solver.core.slots import HEAD
from solver.core.tables import (
    BACKLOG_COMPONENT,
    FIRST_DAY,
    FIRST_START,
    OPTION_END,
    OPTION_START,
)
from solver.core.whole_answers import answer_steps, keep_week, place_work
from solver.core.whole_ascent import WholePrices, WholeSteps
from solver.core.whole_tables import new_board
from wfm.domain.arrays import BoolArray, FloatArray, IntArray

ROOM_PEOPLE, ROOM_STEPS, ROOM_WORK = 21, 11, 13
"""Answers that are remembered of each, and one place for the newest."""
MOST_WEEKS = 64
"""Questions of which everybody's weeks are remembered before old ones are dropped."""
MOST_AMOUNTS = 20_000_000
"""Amounts that may be remembered; larger problems take the ascent's way."""
REACH = 0.004
"""How far a price moves at first for each head left over, in mean prices."""
LEAST_REACH, MOST_REACH = 0.1, 100.0
"""Factors of the reach."""
FARTHER, NEARER = 1.5, 1.4
"""Its changes after good steps and after poor ones."""
ONWARD, BACK = 1.3, 0.6
"""Changes of one price's own reach when it moves on as before, and when it turns."""
LEAST_OWN, MOST_OWN = 0.1, 1000.0
"""Factors of that."""
SERIOUS, GOOD = 0.05, 0.3
"""Parts of what the model promised with which prices move on, and farther."""
PATIENCE = 2
"""Poor steps after which the next go less far."""
SWEEPS, OF_STEPS = 6, 2
"""How often shares are exchanged for one pass; and within that those of steps."""


def widest_week(relaxation: Relaxation) -> int:
    """Return at how many steps anybody may be on shift."""
    weeks = relaxation.compiled.weeks
    options = weeks.options
    longest = int((options[:, OPTION_END] - options[:, OPTION_START]).max(initial=1))
    has_start = np.diff(weeks.days[:, FIRST_START]) > 0
    days = np.add.reduceat(has_start.astype(np.int64), weeks.agents[:-1, FIRST_DAY])
    return longest * int(days.max(initial=1))


def can_bundle(relaxation: Relaxation) -> bool:
    """Return whether the problem is small enough to remember answers."""
    people = len(relaxation.compiled.agent_ids) * widest_week(relaxation)
    steps = np.prod(relaxation.fixed.shape) + relaxation.compiled.backlog.floor.size
    return bool(ROOM_PEOPLE * people + ROOM_STEPS * steps <= MOST_AMOUNTS)


def components_of(
    compiled: Compiled, num_k: int, num_steps: int
) -> list[tuple[IntArray, IntArray, IntArray]]:
    """Return the people, buckets and steps of each component: none shares a price.

    Those who serve no queue are the last.
    """
    cover, backlog = compiled.cover, compiled.backlog
    of_agent = cover.component_of_group[compiled.cover_need.group_of_agent]
    buckets = np.diff(backlog.bucket_of_backlog)
    of_bucket = np.repeat(backlog.rows[:, BACKLOG_COMPONENT], buckets)
    of_step = np.tile(np.arange(num_k), num_steps)
    return [
        (
            np.flatnonzero(of_agent == k),
            np.flatnonzero(of_bucket == k),
            np.flatnonzero(of_step == k),
        )
        for k in [*range(num_k), -1]
    ]


class WholeBundle:
    """Prices with whole heads, and what people, steps and buckets have answered."""

    def __init__(self, relaxation: Relaxation, prices: Prices) -> None:
        self.relaxation, self.whole = relaxation, WholeSteps(relaxation)
        compiled = relaxation.compiled
        start, end = compiled.cover_need.window
        self._window = int(start), int(end)
        num_k = len(self.whole.steps.is_whole)
        groups = int(np.diff(self.whole.steps.first_member).max(initial=1))
        self._people = new_answers(
            len(compiled.agent_ids), ROOM_PEOPLE, widest_week(relaxation)
        )
        self._steps = new_answers(
            num_k * max(0, end - start), ROOM_STEPS, groups + len(self.whole.work)
        )
        self.lanes = Lanes()
        self._boards = [new_board(self.whole.steps) for _ in range(MOST)]
        self._components = components_of(compiled, num_k, max(0, end - start))
        self._buckets = new_answers(len(compiled.backlog.work), ROOM_WORK, 1)
        self._weeks: dict[int, tuple[IntArray, IntArray]] = {}
        self._num_asked = 0
        self._size = relaxation.fixed.size
        num = self._size + self.whole.work.size
        self._fixed = np.zeros(num)
        self._fixed[: self._size] = -(relaxation.fixed * relaxation.inside).ravel()
        self._reach, self._num_poor = 1.0, 0
        self._own_reach, self._last_move = np.ones(num), np.zeros(num)
        self._near = self._nearby(self.whole.start(prices))
        self.value = self._ask(self._near.centre)

    @property
    def prices(self) -> WholePrices:
        """The best prices so far."""
        return self._shaped(self._near.centre)

    def run_pass(self, _over: float) -> None:
        """Ask everybody at the model's best prices; move there if they are better."""
        near = self._near
        near.left[:] = self._fixed
        own = (self._people, self._steps, self._buckets)
        for answers in own:
            add_left(answers, near.left)
        per_head = REACH * mean_price(self.relaxation.compiled) / HEAD
        near.reach[:] = self._reach * per_head * self._own_reach
        self._settle()
        prices = np.clip(near.centre + near.reach * near.left, near.low, near.high)
        promised = self._model(prices)
        found = min(self._ask(prices), self._model(prices))
        # Steps' answers are not best: others that came later may be better.
        self.value = min(self.value, self._model(near.centre))
        self._judge(prices, found, promised)

    def weeks(self) -> tuple[IntArray, IntArray]:
        """Return a whole week for everybody, together about as the shares are.

        Options and break starts per agent-day, as of a roster.
        """
        relaxation, people = self.relaxation, self._people
        rows = whole_rows(people, len(self._fixed))
        choice, taken = relaxation.choice.copy(), relaxation.taken.copy()
        for a, row in enumerate(rows.tolist()):
            if people.used[a]:
                days = relaxation.days(a)
                own_choice, own_taken = self._weeks[int(people.asked[row])]
                choice[days], taken[days] = own_choice[days], own_taken[days]
        return choice, taken

    def fork(self) -> "WholeBundle":
        """Return a bundle that goes on from here by itself, with the same parts."""
        twin = copy(self)
        twin.__dict__.update(
            _people=copied(self._people),
            _steps=copied(self._steps),
            _buckets=copied(self._buckets),
            _near=Near(*(array.copy() for array in self._near)),
            _own_reach=self._own_reach.copy(),
            _weeks=dict(self._weeks),
        )
        return twin

    def answers_of(self, a: int) -> tuple[FloatArray, IntArray]:
        """Return the shares ``[n]`` and options ``[n, day]`` of a person's answers."""
        people, days = self._people, self.relaxation.days(a)
        first = a * people.room
        rows = slice(first, first + int(people.used[a]))
        asked = people.asked[rows].tolist()
        weeks = [self._weeks[n][0][days] for n in asked]
        num_days = days.stop - days.start
        choice = np.array(weeks, dtype=np.int64).reshape(-1, num_days)
        return people.share[rows].copy(), choice

    def hold(self, a: int, lengths: IntArray, is_kept: BoolArray) -> None:
        """Hold a person to shifts of *lengths*; keep those answers that have them."""
        self.relaxation.hold(a, lengths)
        keep_only(self._people, a, is_kept)

    def begin_anew(self, reach: float) -> None:
        """Ask everybody at the present prices, after people have been held."""
        self._reach = max(self._reach, reach)
        self.value = self._ask(self._near.centre)

    def mean_prices(self) -> WholePrices:
        """Return the best prices so far."""
        return self.prices

    def _judge(self, prices: FloatArray, found: float, promised: float) -> None:
        """Move to *prices* if they are worth it; set how far the next may lie."""
        part = (found - self.value) / max(promised - self.value, 1.0)
        if part > SERIOUS:
            self._note_turns(prices - self._near.centre)
            self._near.centre[:], self.value, self._num_poor = prices, found, 0
            if part > GOOD:
                self._reach = min(self._reach * FARTHER, MOST_REACH)
            return
        self._num_poor += 1
        if self._num_poor >= PATIENCE or part < -1.0:
            self._reach = max(self._reach / NEARER, LEAST_REACH)

    def _note_turns(self, move: FloatArray) -> None:
        """Let prices that keep going one way go farther, and those that turn less far.

        Prices of steps where heads are missing have far to go, others hardly any way.
        """
        same = move * self._last_move
        self._own_reach *= np.where(same > 0, ONWARD, np.where(same < 0, BACK, 1.0))
        np.clip(self._own_reach, LEAST_OWN, MOST_OWN, out=self._own_reach)
        self._last_move = move

    def _nearby(self, prices: WholePrices) -> Near:
        relaxation, num = self.relaxation, self._size
        inside = np.tile(relaxation.inside > 0.0, len(relaxation.fixed))
        low, high = np.zeros(len(self._fixed)), np.zeros(len(self._fixed))
        low[:num] = np.where(inside, relaxation.lowest(), 0.0)
        high[:num] = np.where(inside, np.inf, 0.0)
        high[num:] = float(relaxation.compiled.need.due_price)
        return Near(
            centre=np.concatenate([prices.heads.ravel(), prices.work.ravel()]),
            reach=np.zeros(len(low)),
            low=low,
            high=high,
            left=np.zeros(len(low)),
            scratch=np.zeros(len(low)),
        )

    def _shaped(self, prices: FloatArray) -> WholePrices:
        heads, work = prices[: self._size], prices[self._size :]
        return WholePrices(
            heads=heads.reshape(self.relaxation.fixed.shape).copy(),
            work=work.reshape(self.whole.work.shape).copy(),
        )

    def _model(self, prices: FloatArray) -> float:
        own = (self._people, self._steps, self._buckets)
        known = sum(least_value(answers, prices) for answers in own)
        constant = float(self.relaxation.compiled.constant)
        return constant + float((self._fixed * prices).sum()) + known

    def _settle(self) -> None:
        """Exchange shares, component by component."""
        near, components = self._near, iter(self._components)

        def settle(_lane: int) -> None:
            for people, buckets, steps in components:  # each goes to one lane
                for _ in range(SWEEPS):
                    settle_shares(self._people, people, near)
                    settle_shares(self._buckets, buckets, near)
                    for _ in range(OF_STEPS):
                        settle_shares(self._steps, steps, near)

        self.lanes.run(settle)

    def _ask(self, prices: FloatArray) -> float:
        """Let everybody answer; return about the value."""
        compiled, whole = self.relaxation.compiled, self.whole
        values = np.zeros(len(compiled.agent_ids))
        cost, spans = np.zeros(whole.heads.shape[1]), iter(whole.spans)

        def answer(lane: int) -> None:
            if lane == 0:
                self._ask_people(prices, values)
            for first, last in spans:  # each goes to one lane
                answer_steps(
                    self._steps,
                    whole.steps,
                    self._boards[lane],
                    self._window,
                    first,
                    last,
                    whole.heads,
                    whole.work,
                    prices,
                    cost,
                )

        self.lanes.run(answer)
        due = float(compiled.need.due_price)
        total = float(compiled.constant) + float((self._fixed * prices).sum())
        total += place_work(self._buckets, compiled.backlog, self._size, due, prices)
        return total + float(cost.sum()) - float(values.sum())

    def _ask_people(self, prices: FloatArray, values: FloatArray) -> None:
        """Let people answer; write what their weeks are worth to ``values[a]``."""
        relaxation, shaped = self.relaxation, self._shaped(prices)
        plain = Prices(heads=shaped.heads, floors=shaped.work)
        num_t = len(relaxation.inside)
        groups: IntArray = relaxation.compiled.cover_need.group_of_agent
        for a, g in enumerate(groups.tolist()):
            best = relaxation.respond(a, plain)
            if best is not None:
                values[a] = best
                work = relaxation.work_of(a)
                first, asked = g * num_t, self._num_asked
                keep_week(self._people, a, work, first, best, prices, asked)
        self._remember_weeks()

    def _remember_weeks(self) -> None:
        """Remember the weeks just answered as long as an answer refers to them."""
        relaxation = self.relaxation
        new = relaxation.choice.copy(), relaxation.taken.copy()
        self._weeks[self._num_asked] = new
        self._num_asked += 1
        if len(self._weeks) > MOST_WEEKS:
            known = np.unique(self._people.asked).tolist()
            self._weeks = {n: self._weeks[n] for n in known if n in self._weeks}
