"""Break-even: every point at which two options change places, not one root.

Costs that are linear by pieces (tiers, steps, minima, dead bands) are compared exactly;
any other dependence (wage, exchange rate, containment) by scanning a function.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from functools import partial
from itertools import pairwise
from typing import Literal

from scenarios.cost_models.anchored import Anchored
from scenarios.pricing import PriceList


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """Cost *at_start* + *slope* x (x - *start*) from *start* up to the next segment."""

    start: Fraction
    at_start: Fraction
    slope: Fraction

    def cost(self, x: Fraction) -> Fraction:
        """Return the line's value at *x*, beyond its end as well."""
        return self.at_start + self.slope * (x - self.start)


@dataclass(frozen=True, slots=True, kw_only=True)
class PiecewiseCost:
    """A cost that is linear by pieces; it may step where a piece begins.

    *point_costs* holds the cost at single points where it belongs to neither piece:
    the edges of a dead band, for example, are inside it.

    Raises
    ------
    ValueError
        If there is no segment or starts don't rise.
    """

    segments: tuple[Segment, ...]
    point_costs: dict[Fraction, Fraction] = field(default_factory=dict)

    def __post_init__(self) -> None:
        starts = [s.start for s in self.segments]
        if not starts or any(b <= a for a, b in pairwise(starts)):
            msg = f"segments must start at rising points, got {starts}"
            raise ValueError(msg)

    @classmethod
    def linear(cls, fixed: Decimal | int, variable: Decimal | int) -> "PiecewiseCost":
        """Return *fixed* + *variable* x, from 0 on."""
        zero = Fraction(0)
        line = Segment(start=zero, at_start=Fraction(fixed), slope=Fraction(variable))
        return cls(segments=(line,))

    @classmethod
    def of_prices(cls, prices: PriceList, fixed: Decimal | int = 0) -> "PiecewiseCost":
        """Return the monthly cost of a price list in the quantity, before rounding."""
        segments: list[Segment] = []
        below = Fraction(fixed)
        for tier in prices.tiers:
            start, slope = Fraction(tier.from_quantity), Fraction(tier.price)
            at_start = below
            if prices.kind == "all_units":
                at_start = Fraction(fixed) + start * slope
            segments.append(Segment(start=start, at_start=at_start, slope=slope))
            if tier.to_quantity is not None:
                below += (Fraction(tier.to_quantity) - start) * slope
        return cls(segments=tuple(segments))

    @classmethod
    def of_anchored(cls, model: Anchored, contract_month: int = 0) -> "PiecewiseCost":
        """Return the monthly cost of a base with ARC and RRC in the quantity."""
        base, middle = (
            Fraction(model.base_charge),
            Fraction(model.baseline(contract_month)),
        )
        band = middle * Fraction(model.dead_band)
        counted = band if model.billed_from == "band_edge" else Fraction(0)
        credit = Fraction(model.rrc_rate) * Fraction(model.rrc_factor)
        more = Fraction(model.arc_rate)
        zero = Fraction(0)
        idle = base - credit * (middle - counted)
        segments = [
            Segment(start=zero, at_start=idle, slope=credit),
            Segment(start=middle - band, at_start=base, slope=zero),
            Segment(
                start=middle + band, at_start=base + more * (band - counted), slope=more
            ),
        ]
        if band == middle:
            segments = segments[1:]
        if band == 0:
            segments = [segments[0], segments[2]]
        return cls(segments=tuple(segments), point_costs={middle + band: base})

    def at_least(self, minimum: Decimal | int) -> "PiecewiseCost":
        """Return the cost with a minimum of *minimum* (take-or-pay)."""
        floor = Fraction(minimum)
        start = self.segments[0].start
        flat = PiecewiseCost(
            segments=(Segment(start=start, at_start=floor, slope=Fraction(0)),)
        )
        cuts = {c.x for c in crossings(self, flat)} | {s.start for s in self.segments}
        points = sorted(cuts)
        segments = tuple(
            _higher(self.segment_at(x), floor, x, after)
            for x, after in zip(points, [*points[1:], None], strict=True)
        )
        held = {x: max(cost, floor) for x, cost in self.point_costs.items()}
        return PiecewiseCost(segments=segments, point_costs=held)

    def segment_at(self, x: Fraction) -> Segment:
        """Return the segment that holds from *x* on."""
        return [s for s in self.segments if s.start <= x][-1]

    def cost(self, x: Decimal | Fraction | int) -> Fraction:
        """Return the exact cost at *x*."""
        where = Fraction(x)
        return self.point_costs.get(where, self.segment_at(where).cost(where))


def _higher(
    segment: Segment, floor: Fraction, start: Fraction, end: Fraction | None
) -> Segment:
    inside = start + 1 if end is None else (start + end) / 2
    if segment.cost(inside) > floor:
        return Segment(start=start, at_start=segment.cost(start), slope=segment.slope)
    return Segment(start=start, at_start=floor, slope=Fraction(0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Crossing:
    """Where two costs change places or meet.

    Attributes
    ----------
    x
        The point; the start of the stretch for ``"equal"``.
    kind
        ``"crossing"``: equal here and changed over. ``"touch"``: equal here, the same
        one cheaper on both sides. ``"jump"``: changed over by a step, never equal.
        ``"equal"``: the same from *x* to *end*.
    cheaper_before, cheaper_after
        0 for the first option, 1 for the second; after the end of a stretch of
        equality. ``None`` where both cost the same or nothing lies there.
    end
        The end of a stretch of equality; ``None`` without end, and for other kinds.
    """

    x: Fraction
    kind: Literal["crossing", "touch", "jump", "equal"]
    cheaper_before: int | None
    cheaper_after: int | None
    end: Fraction | None = None


def crossings(first: PiecewiseCost, second: PiecewiseCost) -> tuple[Crossing, ...]:
    """Return every point at which *first* and *second* meet or change places, exact.

    A step onto an equal cost and away counts as a touch.
    """
    start = max(first.segments[0].start, second.segments[0].start)
    starts = {s.start for c in (first, second) for s in c.segments}
    extra = set(first.point_costs) | set(second.point_costs)
    cuts = sorted({start} | {x for x in starts | extra if x > start})
    points = set(cuts)
    for left, right in zip(cuts, [*cuts[1:], None], strict=True):
        gap = _difference(first, second, left)
        if gap.slope:
            root = left - gap.at_start / gap.slope
            if root > left and (right is None or root < right):
                points.add(root)
    ordered = sorted(points)
    ahead = [
        _between(first, second, x, after)
        for x, after in zip(ordered, [*ordered[1:], None], strict=True)
    ]
    here = [_sign(first.cost(x) - second.cost(x)) for x in ordered]
    found = [_crossing(i, ordered, here, ahead) for i in range(len(ordered))]
    return tuple(crossing for crossing in found if crossing is not None)


def _difference(first: PiecewiseCost, second: PiecewiseCost, x: Fraction) -> Segment:
    a, b = first.segment_at(x), second.segment_at(x)
    return Segment(start=x, at_start=a.cost(x) - b.cost(x), slope=a.slope - b.slope)


def _sign(value: Fraction) -> int:
    return (value > 0) - (value < 0)


def _crossing(
    i: int, points: Sequence[Fraction], here: Sequence[int], ahead: Sequence[int]
) -> Crossing | None:
    """Judge point *i* by the signs at the points and between each and its next."""
    cheaper = {-1: 0, 1: 1, 0: None}
    behind = ahead[i - 1] if i else None
    judged = partial(
        Crossing,
        x=points[i],
        cheaper_before=None if behind is None else cheaper[behind],
    )
    if ahead[i] == 0 and behind != 0:
        ends = [j for j in range(i + 1, len(points)) if ahead[j] != 0]
        after = cheaper[ahead[ends[0]]] if ends else None
        end = points[ends[0]] if ends else None
        return judged(kind="equal", cheaper_after=after, end=end)
    if ahead[i] == 0 or behind == 0:
        return None  # inside, or at the end of, a stretch of equality
    after = cheaper[ahead[i]]
    if here[i] == 0:
        is_touch = behind == ahead[i]
        return judged(kind="touch" if is_touch else "crossing", cheaper_after=after)
    if behind not in {ahead[i], None}:
        return judged(kind="jump", cheaper_after=after)
    return None


def _between(
    first: PiecewiseCost,
    second: PiecewiseCost,
    left: Fraction,
    right: Fraction | None,
) -> int:
    gap = _difference(first, second, left)
    inside = left + 1 if right is None else (left + right) / 2
    return _sign(gap.cost(inside))


@dataclass(frozen=True, slots=True, kw_only=True)
class ScannedCrossing:
    """A change of sign found by scanning: *x* within *within*, and what differs there.

    *is_jump* says that the difference does not vanish at *x* but steps over 0.
    """

    x: float
    within: float
    before: float
    after: float
    is_jump: bool


def scanned_crossings(
    difference: Callable[[float], float],
    points: Sequence[float],
    *,
    tolerance: float = 1e-9,
    jump_share: float = 0.01,
) -> tuple[ScannedCrossing, ...]:
    """Return the changes of sign of *difference* between neighbouring *points*.

    For levers whose effect has no closed form, such as wages, exchange rates and
    containment. Every change between two points is found once, by bisection to
    *tolerance* of the scanned range; two changes between the same two points are
    missed, so *points* must hold known kinks and be as dense as one wants to be sure.
    A point at which the difference is 0 counts where the signs around it differ. It is
    a jump if what remains across it is more than *jump_share* of the largest difference
    scanned; less than that is taken for rounding.

    Raises
    ------
    ValueError
        If there are fewer than two points or they don't rise.
    """
    if len(points) < 2 or any(b <= a for a, b in pairwise(points)):
        msg = f"needs two rising points or more, got {list(points)}"
        raise ValueError(msg)
    width = tolerance * (points[-1] - points[0])
    values = [(x, difference(x)) for x in points]
    signed = [(x, value) for x, value in values if value != 0]
    smallest_jump = jump_share * max(abs(value) for _, value in values)
    return tuple(
        _narrowed(difference, low, high, width, smallest_jump)
        for low, high in pairwise(signed)
        if (low[1] > 0) != (high[1] > 0)
    )


def _narrowed(
    difference: Callable[[float], float],
    low: tuple[float, float],
    high: tuple[float, float],
    width: float,
    smallest_jump: float,
) -> ScannedCrossing:
    while high[0] - low[0] > width:
        middle = (low[0] + high[0]) / 2
        if middle in {low[0], high[0]}:
            break
        value = difference(middle)
        if (value > 0) == (low[1] > 0) and value != 0:
            low = (middle, value)
        else:
            high = (middle, value)
    return ScannedCrossing(
        x=(low[0] + high[0]) / 2,
        within=(high[0] - low[0]) / 2,
        before=low[1],
        after=high[1],
        is_jump=abs(high[1] - low[1]) > smallest_jump,
    )
