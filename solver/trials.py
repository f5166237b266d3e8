"""Several short annealings from the same weeks; the best of each goes on.

What an annealing ends with is all but settled while it is still warm: from equal starts
values differ by far more than what follows later. So it is begun several times, and
stopped there. Teams who have no queue in common cost nothing to each other: the best
of all may take each team from another trial.

Going on with the winners: D. Aldous, U. Vazirani, Proceedings of the 35th Symposium on
Foundations of Computer Science (1994) 492-501, doi:10.1109/SFCS.1994.365742.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from time import perf_counter

from solver.core.compile import Compiled
from solver.fine_search import FineSearch
from solver.neighbourhood import transplant
from wfm.domain.roster import Roster

PART = 0.5
"""Part of the annealing's time that trials may take."""
TRIAL_S, MOST = 4.0, 10
"""Seconds of a trial, at least; how many there are at most."""
WARM = 0.28
"""Part of an annealing that a trial does: from there on little is decided."""

Worth = tuple[int, int]
"""Breaches and objective."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trials:
    """What is to be tried: *count* times *seconds* from *start*."""

    start: Roster
    count: int
    seconds: float


def trials_for(start: Roster, seconds: float) -> Trials:
    """Return how to try *start* when the whole annealing has so many *seconds*."""
    count = max(1, min(MOST, int(PART * seconds / TRIAL_S)))
    return Trials(start=start, count=count, seconds=PART * seconds / count)


def run_trials(
    local: FineSearch, trials: Trials, heat: float, stop: Callable[[], bool]
) -> Iterator[Roster]:
    """Yield what each trial has come to, as long as nobody says to *stop*."""
    begin_s = perf_counter()

    def share() -> float:
        return WARM * (perf_counter() - begin_s) / trials.seconds

    for _ in range(trials.count):
        if stop():
            return
        local.load(trials.start)
        begin_s = perf_counter()
        local.improve(seconds=trials.seconds, stop=stop, share=share, heat=heat)
        yield local.roster()


def teams_of(compiled: Compiled) -> list[frozenset[str]]:
    """Return the people of each component of queues."""
    component = compiled.cover.component_of_group[compiled.cover_need.group_of_agent]
    names = compiled.agent_ids
    return [
        frozenset(n for n, c in zip(names, component, strict=True) if c == k)
        for k in sorted({*component.tolist()})
    ]


def combined(
    rosters: Sequence[Roster],
    teams: Sequence[frozenset[str]],
    worth: Callable[[Roster], Worth],
) -> Roster:
    """Return the best of *rosters*, with teams of others where that is better still."""
    worths = [worth(roster) for roster in rosters]
    least = min(worths)
    best = rosters[worths.index(least)]
    for team in teams if len(teams) > 1 else ():
        for other in rosters:
            mixed = transplant(best, other, team)
            found = worth(mixed)
            if found < least:
                least, best = found, mixed
    return best
