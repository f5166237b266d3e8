"""What choices cost by themselves, and which rows of the master count them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

import numpy as np

from solver.core.options import AgentDay
from solver.problem import Problem
from solver.term import ChangePrice, CountPrice, ShiftPrice, StepPrice
from wfm.calendar.catalogue import ShiftOption, build_shift
from wfm.domain.arrays import FloatArray
from wfm.domain.roster import Shift

Options = Sequence[tuple[date, ShiftOption]]


class Pricing:
    """Prices by agent and date."""

    def __init__(self, problem: Problem, counted: Sequence[CountPrice]) -> None:
        instance = problem.instance
        self.names = [agent.agent_id for agent in instance.agents]
        self.rows: dict[date, list[tuple[int, CountPrice]]] = defaultdict(list)
        for n, price in enumerate(counted):
            self.rows[price.date_local].append((n, price))
        self.common: dict[int, tuple[int, ...]] = {}
        self.is_common = {
            day: all(self._is_alike(price) for _, price in own)
            for day, own in self.rows.items()
        }
        self.of_shift: dict[str, list[ShiftPrice]] = defaultdict(list)
        self.base: dict[str, int] = defaultdict(int)
        self.steps = np.zeros(
            (instance.pay.shape[0], instance.pay.shape[1] + 1), dtype=np.int64
        )
        self.changes = [p for p in problem.prices if isinstance(p, ChangePrice)]
        for item in problem.prices:
            if isinstance(item, ShiftPrice):
                self.of_shift[item.agent_id].append(item)
                self.base[item.agent_id] += item.if_not
            elif isinstance(item, StepPrice):
                self.steps[:, 1:] += np.cumsum(item.price, axis=1)

    def _is_alike(self, price: CountPrice) -> bool:
        """Return whether a row counts the same shifts of everybody."""
        sets = {id(those) for those in price.shifts.values()}
        return len(price.shifts) == len(self.names) and len(sets) == 1

    def costs(
        self, a: int, options: Options, locked: Mapping[date, Shift]
    ) -> FloatArray:
        """Return ``[c]`` what choices cost beyond a free date."""
        agent_id = self.names[a]
        starts = np.array([option.start_idx for _, option in options], dtype=np.int64)
        ends = np.array([option.end_idx for _, option in options], dtype=np.int64)
        cost = self.steps[a, ends] - self.steps[a, starts]
        first = dict[date, int]()
        for c, (day, _) in enumerate(options):
            first.setdefault(day, c)
        for price in self.of_shift.get(agent_id, ()):
            c = first.get(price.date_local, len(options))
            while c < len(options) and options[c][0] == price.date_local:
                if price.shifts.holds(options[c][1]):
                    cost[c] += price.if_worked - price.if_not
                c += 1
        for change in self.changes:
            for c, (day, option) in enumerate(options):
                shift = locked.get(day) or build_shift(agent_id, day, option, ())
                cost[c] += change.of_shift(shift) - change.of_day_off(agent_id, day)
        return np.asarray(cost, dtype=np.float64)

    def free(self, agent_id: str, days: Iterable[AgentDay]) -> int:
        """Return what the planned dates of an agent cost without any shift."""
        return self.base[agent_id] + sum(
            change.of_day_off(agent_id, item.day.date_local)
            for change in self.changes
            for item in days
        )

    def counts(self, agent_id: str, options: Options) -> list[tuple[int, ...]]:
        """Return the rows that count each choice."""
        return [
            self._common(agent_id, day, option)
            if self.is_common.get(day, True)
            else self._counts(agent_id, day, option)
            for day, option in options
        ]

    def _common(self, agent_id: str, day: date, option: ShiftOption) -> tuple[int, ...]:
        if id(option) not in self.common:
            self.common[id(option)] = self._counts(agent_id, day, option)
        return self.common[id(option)]

    def _counts(self, agent_id: str, day: date, option: ShiftOption) -> tuple[int, ...]:
        return tuple(
            n
            for n, price in self.rows.get(day, ())
            if agent_id in price.shifts and price.shifts[agent_id].holds(option)
        )
