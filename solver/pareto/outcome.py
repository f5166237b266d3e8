"""What a survey of trade-offs returns, and what it is told to do."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from solver.pareto.measures import Measures, most_balanced
from solver.pareto.weights import Weights
from solver.problem import Score
from wfm.domain.roster import Roster

FEWEST, MOST = 5, 9


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontierLimits:
    """How long to search, and for how many rosters.

    *points* defaults to five for two measures, seven for three, nine for four.
    *rounds* (of each search) makes it reproducible whatever the clock says.
    """

    max_time_s: float = 60.0
    points: int | None = None
    seed: int = 1
    rounds: int | None = None
    is_bounded: bool = True

    def wanted(self, asked: Sequence[str]) -> int:
        """Return how many rosters are wanted for so many measures."""
        return self.points or min(MOST, FEWEST + 2 * (len(asked) - 2))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Point:
    """One roster of the set.

    Attributes
    ----------
    weights
        The prices at which it was found.
    found
        Its exact score at the problem's own prices.
    weighted, bound
        Its objective at the prices of *weights*, and what no roster can undercut at
        these (``None`` where no bound was computed), thousandths of a minor unit.
    """

    weights: Weights
    found: Score
    measures: Measures
    weighted: int
    bound: int | None = None

    @property
    def roster(self) -> Roster:
        """The roster itself."""
        return self.found.roster

    @property
    def gap(self) -> float | None:
        """Distance to the bound as a fraction, at the point's own prices."""
        if self.bound is None:
            return None
        return max(0.0, (self.weighted - self.bound) / max(self.weighted, 1))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Frontier:
    """The set, in the order of the first measure asked.

    *searches* are all that were made, *wall_s* the seconds.
    """

    asked: tuple[str, ...]
    points: tuple[Point, ...]
    searches: int
    wall_s: float

    @property
    def balanced(self) -> int:
        """Which point lies nearest to the best of every measure at once."""
        return most_balanced([point.measures for point in self.points], self.asked)


OnPoint = Callable[[Sequence[Point]], None]
