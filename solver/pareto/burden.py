"""Who bears the weekends and nights: counts among peers, and how uneven they are.

Peers are agents of one site and employment contract. What counts is each one's mean
number of weekend and night shifts a week: in the weeks that the ledger knows, plus in
the plan. A night shift on a weekend counts twice.
"""

from collections.abc import Callable
from datetime import date

import numpy as np

from solver.constraints import Spanned
from solver.nights import NIGHT_SHIFT_HOURS, night_letter
from wfm.domain.arrays import FloatArray, IntArray
from wfm.domain.people import Agent
from wfm.domain.roster import Roster, RosterInstance

SATURDAY = 5


class Peers:
    """The peers of a problem: what each one has had, and how to count what is new.

    Parameters
    ----------
    instance
        The problem; its ledger tells the past, agents whom it doesn't know are taken
        to have had as much as their peers.
    """

    def __init__(self, instance: RosterInstance) -> None:
        self.rows = instance.agent_index()
        keys = [(a.site_id, a.contract_id) for a in instance.agents]
        names = {key: g for g, key in enumerate(dict.fromkeys(keys))}
        self.group: IntArray = np.array([names[key] for key in keys], dtype=np.int64)
        counted = np.bincount(self.group, minlength=len(names))
        self.sizes: FloatArray = counted.astype(np.float64)
        days = (day for own in instance.planned_days.values() for day in own)
        self.weeks = max((day.week for day in days), default=0) + 1
        self.past = self._past(instance)
        self._is_night = [_night_of(instance, agent) for agent in instance.agents]

    def _past(self, instance: RosterInstance) -> FloatArray:
        total, weeks = np.zeros((2, len(self.rows)))
        for row in instance.ledger:
            if row.agent_id in self.rows:
                a = self.rows[row.agent_id]
                total[a] += row.weekend_shifts + row.night_shifts
                weeks[a] += 1
        known = weeks > 0
        mean = np.where(known, total / np.maximum(weeks, 1), 0.0)
        people = np.bincount(self.group, weights=known, minlength=len(self.sizes))
        sums = np.bincount(self.group, weights=mean, minlength=len(self.sizes))
        own: FloatArray = np.where(
            known, mean, (sums / np.maximum(people, 1))[self.group]
        )
        return own

    def burden(self, a: int, day: date, shift: Spanned) -> int:
        """Return what *shift*, of agent row *a* on *day*, counts: 0, 1 or 2."""
        return (day.weekday() >= SATURDAY) + self._is_night[a](shift)

    def counts_of(self, roster: Roster) -> FloatArray:
        """Return ``[a]`` weekend and night shifts of each agent in *roster*."""
        counts = np.zeros(len(self.rows))
        for shift in roster.shifts:
            a = self.rows[shift.agent_id]
            counts[a] += self.burden(a, shift.date_local, shift)
        return counts

    def beyond(self, counts: FloatArray) -> FloatArray:
        """Return ``[a]`` how far each is above (or below) the peers' mean a week."""
        own = self.past + counts / self.weeks
        sums = np.bincount(self.group, weights=own, minlength=len(self.sizes))
        above: FloatArray = own - (sums / np.maximum(self.sizes, 1.0))[self.group]
        return above

    def unfair(self, counts: FloatArray) -> float:
        """Return the shifts a week that would have to change hands."""
        above = self.beyond(counts)
        return float(above[above > 0].sum())


def _night_of(instance: RosterInstance, agent: Agent) -> Callable[[Spanned], bool]:
    return night_letter(instance, agent, NIGHT_SHIFT_HOURS)
