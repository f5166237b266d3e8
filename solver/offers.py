"""Intraday offers: what could still be done today, what it gains, what it costs.

For each person the worth of every step at work, everybody else staying, is exact
(:mod:`solver.core.slots`). From it follow at once: what staying longer or coming
earlier would fill, what going home early would lose, where breaks would hurt least. A
call-in is the best legal week with one more shift in the time ahead. What a vendor's
people could fill is read off the price of what is missing. Candidates are ranked by
these figures; whoever shows them carries them out and scores them.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from solver.need import UNITS_PER_AGENT
from solver.why import Standing
from wfm.domain.arrays import FloatArray, IntArray
from wfm.domain.roster import WORK, Roster, Shift, WorkSpan

LEAST_HOURS, MOST_HOURS = 1.0, 2.0
"""How much longer, or shorter, a shift may become."""
BURST_HOURS = 4.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """What an offer pays, as factors of the wage; *vendor_hour* in thousandths."""

    overtime: float = 1.5
    time_off: float = 1.0
    vendor_hour: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """One thing that could be offered.

    Attributes
    ----------
    kind
        ``"overtime"``, ``"earlier start"``, ``"time off"``, ``"break"``,
        ``"call-in"`` or ``"vendor"``.
    worth
        What the plan gains by it in missing and idle time, thousandths of a minor unit.
    price
        What is paid more (below 0: saved).
    before, after
        The shift as it is and as it would be; ``None`` for a vendor, and before a
        call-in.
    """

    kind: str
    worth: int
    price: int
    start_idx: int
    end_idx: int
    agent_id: str = ""
    queue_id: str = ""
    before: Shift | None = None
    after: Shift | None = None

    @property
    def net(self) -> int:
        """Worth less price."""
        return self.worth - self.price


def offers(
    standing: Standing, now_idx: int, until_idx: int, prices: Prices | None = None
) -> tuple[Offer, ...]:
    """Return all offers that pay for the time ``[now_idx, until_idx)``, best first."""
    finder = _Finder(standing, now_idx, until_idx, prices or Prices())
    found = [*finder.of_shifts(), *finder.call_ins(), *finder.vendors()]
    paying = (offer for offer in found if offer.net > 0)
    return tuple(sorted(paying, key=lambda o: (-o.net, o.agent_id, o.start_idx)))


def with_offer(roster: Roster, offer: Offer) -> Roster:
    """Return *roster* with the offer taken up."""
    kept = [shift for shift in roster.shifts if shift != offer.before]
    return Roster(shifts=(*kept, *([offer.after] if offer.after else [])))


class _Finder:
    """Looks at every person in turn."""

    def __init__(
        self, standing: Standing, now_idx: int, until_idx: int, prices: Prices
    ) -> None:
        self.standing, self.prices = standing, prices
        self.now_idx, self.until_idx = now_idx, until_idx
        self.instance = standing.problem.instance
        self.rows, self.of_agent = standing.rows, self.instance.agent_index()
        per_hour = 60 // self.instance.step_minutes
        self.lengths = [round(hours * per_hour) for hours in (LEAST_HOURS, MOST_HOURS)]
        self.burst = round(BURST_HOURS * per_hour)
        self.by_agent = standing.roster.by_agent()

    def of_shifts(self) -> Iterator[Offer]:
        """Yield what could be offered to people on shift in the time ahead."""
        for name, shifts in self.by_agent.items():
            near = [
                s
                for s in shifts
                if s.end_idx > self.now_idx and s.start_idx < self.until_idx
            ]
            if not near or name in self.standing.given:
                continue
            worth = self._worth(name)
            for shift in near:
                others = [s for s in shifts if s != shift]
                yield from self._longer(shift, worth, others)
                yield from self._shorter(shift, worth)
                yield from self._breaks(shift, worth)

    def _worth(self, agent_id: str) -> FloatArray:
        """Return ``[t]`` what a step of the agent's work is worth, exactly.

        Idle time is charged in it, wages are not.
        """
        search, a = self.standing.search, self.rows[agent_id]
        search.now.count(a, -1)
        worth = search.now.worth_of(a)
        search.now.count(a, 1)
        search.now.settle()
        return worth

    def _pay(self, agent_id: str, steps: range, factor: float = 1.0) -> int:
        pay = self.instance.pay[self.of_agent[agent_id], steps.start : steps.stop]
        return round(float(pay.sum()) * factor)

    def _longer(
        self, shift: Shift, worth: FloatArray, others: list[Shift]
    ) -> Iterator[Offer]:
        """Yield staying longer, and coming earlier where that is still ahead."""
        for length in self.lengths:
            after = range(shift.end_idx, min(shift.end_idx + length, len(worth)))
            before = range(max(shift.start_idx - length, 0), shift.start_idx)
            for kind, steps in (("overtime", after), ("earlier start", before)):
                is_ahead = steps.start >= self.now_idx and len(steps) == length
                is_free = all(
                    s.end_idx <= steps.start or steps.stop <= s.start_idx
                    for s in others
                )
                if is_ahead and is_free:
                    span = WorkSpan(start_idx=steps.start, end_idx=steps.stop)
                    spans = (
                        (*shift.spans, span)
                        if kind == "overtime"
                        else (span, *shift.spans)
                    )
                    yield Offer(
                        kind=kind,
                        worth=round(float(worth[steps.start : steps.stop].sum())),
                        price=self._pay(shift.agent_id, steps, self.prices.overtime),
                        start_idx=steps.start,
                        end_idx=steps.stop,
                        agent_id=shift.agent_id,
                        before=shift,
                        after=replace(shift, spans=spans),
                    )

    def _shorter(self, shift: Shift, worth: FloatArray) -> Iterator[Offer]:
        """Yield going home early, without pay."""
        for length in self.lengths:
            start = shift.end_idx - length
            if start < self.now_idx or start <= shift.start_idx:
                continue
            steps = range(start, shift.end_idx)
            spans = tuple(
                replace(span, end_idx=min(span.end_idx, start))
                for span in shift.spans
                if span.start_idx < start
            )
            lost = sum(
                float(worth[max(span.start_idx, start) : span.end_idx].sum())
                for span in shift.working_spans
                if span.end_idx > start
            )
            paid = sum(
                self._pay(shift.agent_id, range(max(s.start_idx, start), s.end_idx))
                for s in shift.spans
                if s.paid and s.end_idx > start
            )
            yield Offer(
                kind="time off",
                worth=round(-lost),
                price=round(-paid * self.prices.time_off),
                start_idx=steps.start,
                end_idx=steps.stop,
                agent_id=shift.agent_id,
                before=shift,
                after=replace(shift, spans=spans),
            )

    def _breaks(self, shift: Shift, worth: FloatArray) -> Iterator[Offer]:
        """Yield the best place of breaks that are still ahead, if it gains."""
        search, a = self.standing.search, self.rows[shift.agent_id]
        day = next(
            row
            for row in range(search.now.days(a).start, search.now.days(a).stop)
            if search.compiled.days[row].day.date_local == shift.date_local
        )
        if shift.start_idx < self.now_idx:
            return
        best = search.best_breaks(day, shift, worth)
        if best is None or best.spans == shift.spans:
            return
        gain = _work_worth(best, worth) - _work_worth(shift, worth)
        yield Offer(
            kind="break",
            worth=round(gain),
            price=0,
            start_idx=shift.start_idx,
            end_idx=shift.end_idx,
            agent_id=shift.agent_id,
            before=shift,
            after=best,
        )

    def call_ins(self) -> Iterator[Offer]:
        """Yield one more shift in the time ahead for people who have none there."""
        for name, a in self.rows.items():
            if name in self.standing.given:
                continue
            for row in range(
                self.standing.search.now.days(a).start,
                self.standing.search.now.days(a).stop,
            ):
                offer = self._call_in(name, a, row)
                if offer is not None:
                    yield offer

    def _call_in(self, name: str, a: int, row: int) -> Offer | None:
        search = self.standing.search
        item = search.compiled.days[row]
        is_ahead = any(
            self.now_idx <= o.start_idx < self.until_idx for o in item.options
        )
        if search.now.choice[row] >= 0 or not is_ahead:
            return None
        undo, gain = search.answer(a, row)
        shift = next(
            (
                s
                for s in search.shifts_of(a)
                if s.date_local == item.day.date_local
                and self.now_idx <= s.start_idx < self.until_idx
            ),
            None,
        )
        search.take_back(undo)
        if shift is None or gain <= 0:
            return None
        price = self._pay(name, range(shift.start_idx, shift.end_idx))
        unpaid = sum(
            self._pay(name, range(s.start_idx, s.end_idx))
            for s in shift.spans
            if not s.paid
        )
        return Offer(
            kind="call-in",
            worth=round(gain) + price - unpaid,
            price=price - unpaid,
            start_idx=shift.start_idx,
            end_idx=shift.end_idx,
            agent_id=name,
            after=shift,
        )

    def vendors(self) -> Iterator[Offer]:
        """Yield four hours of one vendor agent for the queues that miss most."""
        if not self.prices.vendor_hour:
            return
        need = self.standing.problem.need
        missing = self.standing.score.served.live_missing
        for q, queue in enumerate(self.instance.queues):
            saved = _saved_by_one(need.widths[:, q], need.piece_prices, missing[q])
            starts = range(self.now_idx, max(self.now_idx, self.until_idx) + 1)
            start = max(starts, key=lambda t: (saved[t : t + self.burst].sum(), -t))
            worth = round(float(saved[start : start + self.burst].sum()))
            if worth > 0:
                yield Offer(
                    kind="vendor",
                    worth=worth,
                    price=round(BURST_HOURS * self.prices.vendor_hour),
                    start_idx=start,
                    end_idx=start + self.burst,
                    queue_id=queue.queue_id,
                )


def _work_worth(shift: Shift, worth: FloatArray) -> float:
    return sum(
        float(worth[s.start_idx : s.end_idx].sum())
        for s in shift.spans
        if s.activity == WORK
    )


def _saved_by_one(
    widths: IntArray, prices: tuple[int, ...], missing: IntArray
) -> FloatArray:
    """Return ``[t]`` what one more agent of the queue alone would save."""
    less = np.maximum(missing - UNITS_PER_AGENT, 0)
    saved = np.zeros(missing.shape)
    below = np.zeros_like(missing)
    for width, price in zip(widths, prices, strict=True):
        above = below + width
        saved += price * (np.clip(missing, below, above) - np.clip(less, below, above))
        below = above
    return saved
