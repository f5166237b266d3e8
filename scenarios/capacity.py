"""The capacity plan as a question: people by tenure, ways to get more, what is needed.

A *pool* is the people of one site with one set of skills; a *need* is productive hours
a month that some pools can serve. Amounts are minor units of one currency. Axes:
``p`` pool, ``n`` need, ``k`` tenure band, ``t`` month.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from scenarios.months import Month, months_from
from wfm.domain.arrays import FloatArray, read_only


@dataclass(frozen=True, slots=True, kw_only=True)
class TenureCurve:
    """What a month more in the job changes; the last band holds all longer tenures.

    Attributes
    ----------
    attrition
        Share of a band that leaves within the month ``[k]``.
    productivity
        Share of the productive hours of somebody experienced ``[k]``.
    aht_factor
        Handle time over that of somebody experienced ``[k]``.
    quality
        Any mark that averages over people (first-contact resolution, CSAT) ``[k]``.
    """

    attrition: tuple[float, ...]
    productivity: tuple[float, ...]
    aht_factor: tuple[float, ...] = ()
    quality: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        num = len(self.attrition)
        for name in ("productivity", "aht_factor", "quality"):
            if len(getattr(self, name) or self.attrition) != num:
                msg = f"{name} needs {num} bands, one per band of attrition"
                raise ValueError(msg)
        if not num or not all(0 <= share <= 1 for share in self.attrition):
            msg = f"attrition must lie in [0, 1], got {self.attrition}"
            raise ValueError(msg)

    @property
    def num_bands(self) -> int:
        """Number of bands."""
        return len(self.attrition)

    def output(self) -> FloatArray:
        """Return work done per hour, somebody experienced being 1 ``[k]``."""
        factor = np.array(self.aht_factor or (1.0,) * self.num_bands)
        output: FloatArray = np.array(self.productivity) / factor
        return output


@dataclass(frozen=True, slots=True, kw_only=True)
class Training:
    """New people are trained for whole months before they work.

    *trainer_hours* per trainee and month are taken from the pool's productive hours;
    *loss_fraction* of a class leaves before its first month of work.
    """

    months: int = 1
    wage_minor: int = 0
    trainer_hours: float = 0.0
    loss_fraction: float = 0.0
    max_trainees: float = np.inf


@dataclass(frozen=True, slots=True, kw_only=True)
class Recruiting:
    """People come in classes, *lead_months* after they were asked for.

    *class_size* is (least, most); *is_whole* counts people in whole numbers.
    """

    lead_months: int = 0
    hire_minor: int = 0
    max_hires: float = np.inf
    class_size: tuple[float, float] = (0.0, np.inf)
    class_minor: int = 0
    max_classes: int = 1
    is_whole: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Layoffs:
    """Leaving at the employer's wish."""

    severance_minor: int = 0
    max_heads: float = np.inf


@dataclass(frozen=True, slots=True, kw_only=True)
class Overtime:
    """Hours beyond the contract, at most a share of the pool's productive hours."""

    minor_per_hour: float
    max_fraction: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ShortTime:
    """Heads that work (and yield) only *output_fraction* of their hours."""

    output_fraction: float
    minor_per_head: int
    max_heads: float = np.inf


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """People of one site and set of skills.

    Attributes
    ----------
    serves
        Ids of the needs that the pool's skills fit.
    heads_before
        Heads at the end of the month before the first, by tenure band ``[k]``.
    hours_per_head
        Productive hours of somebody experienced, after all shrinkage ``[t]``.
    wage_minor
        Cost of one head in a month, trainees apart ``[t]``.
    arrivals
        Heads that earlier classes will send into the first band ``[t]``.
    idle_minor
        Price of a productive hour with nothing to do, beyond its wage.
    least_quality
        Least mean of the tenure curve's quality over the pool's heads.
    """

    pool_id: str
    site: str
    serves: frozenset[str]
    heads_before: tuple[float, ...]
    hours_per_head: FloatArray
    wage_minor: FloatArray
    tenure: TenureCurve
    training: Training = field(default_factory=Training)
    recruiting: Recruiting | None = None
    layoffs: Layoffs | None = None
    overtime: Overtime | None = None
    short_time: ShortTime | None = None
    arrivals: FloatArray | None = None
    idle_minor: float = 0.0
    least_quality: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """Productive hours a month ``[t]``; *missing_minor* per hour, or never missing.

    *missing_steps* are (share of the hours, factor on the price), factors rising: the
    first share that is missing costs the first factor, and so on; the last factor
    holds for all that is left.
    """

    need_id: str
    hours: FloatArray
    missing_minor: float | None = None
    missing_steps: tuple[tuple[float, float], ...] = ((1.0, 1.0),)

    def __post_init__(self) -> None:
        factors = [factor for _, factor in self.missing_steps]
        if not factors or factors != sorted(factors):
            msg = f"{self.need_id}: the factors of missing_steps must rise: {factors}"
            raise ValueError(msg)

    def steps(self, t: int) -> tuple[tuple[float, float], ...]:
        """Return (hours, price of one) of each step of what may be missing."""
        price, widths = self.missing_minor or 0.0, []
        for k, (share, factor) in enumerate(self.missing_steps):
            is_last = k == len(self.missing_steps) - 1
            width = np.inf if is_last else share * float(self.hours[t])
            widths.append((width, price * factor))
        return tuple(widths)

    def missing_cost(self, missing: FloatArray, t: int) -> FloatArray:
        """Return what *missing* hours of month *t* cost, in minor units."""
        left = np.asarray(missing, dtype=np.float64)
        cost = np.zeros_like(left)
        for width, price in self.steps(t):
            here = np.minimum(left, width)
            cost += here * price
            left = left - here
        return cost


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """Experienced people of *source* retrained (or moved) to *target*.

    They are away for *months* at their old wage, *loss_fraction* of them leaves on
    the way, the rest arrives in tenure band *to_band* (negative counts from the end).
    *max_fraction_of_target* limits the month's transfers by the target's heads.
    """

    source: str
    target: str
    months: int = 0
    loss_fraction: float = 0.0
    cost_minor: int = 0
    max_heads: float = np.inf
    max_fraction_of_target: float | None = None
    to_band: int = -1

    @property
    def name(self) -> str:
        """``source -> target``."""
        return f"{self.source} -> {self.target}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outsourcing:
    """Productive hours of a vendor, bought by the month."""

    vendor_id: str
    serves: frozenset[str]
    minor_per_hour: float
    max_hours: FloatArray
    max_rise_hours: float = np.inf


@dataclass(frozen=True, slots=True, kw_only=True)
class CapacityProblem:
    """What is asked: meet the needs at least cost over the months.

    Attributes
    ----------
    site_seats
        Site -> most heads there, trainees included ``[t]``.
    max_idle_hours
        Most idle hours of all pools together in a month.
    annual_discount_rate
        Costs of month t (0, 1, ...) are divided by ``(1 + rate) ** (t / 12)``.
    """

    start: Month
    currency: str
    num_months: int
    pools: tuple[Pool, ...]
    needs: tuple[Need, ...]
    transfers: tuple[Transfer, ...] = ()
    vendors: tuple[Outsourcing, ...] = ()
    site_seats: Mapping[str, FloatArray] = field(default_factory=dict)
    max_idle_hours: float = np.inf
    annual_discount_rate: float = 0.0

    def __post_init__(self) -> None:
        for pool in self.pools:
            self._check_pool(pool)
        by_month = [need.hours for need in self.needs]
        for hours in (*by_month, *(vendor.max_hours for vendor in self.vendors)):
            read_only(hours, shape=(self.num_months,))
        needs = {need.need_id for need in self.needs}
        pools = {pool.pool_id for pool in self.pools}
        served = [pool.serves for pool in self.pools]
        served += [vendor.serves for vendor in self.vendors]
        strange = {n for ids in served for n in ids} - needs
        strange |= {x for t in self.transfers for x in (t.source, t.target)} - pools
        strange |= set(self.site_seats) - {pool.site for pool in self.pools}
        if strange:
            msg = f"unknown names: {', '.join(sorted(strange))}"
            raise ValueError(msg)

    def _check_pool(self, pool: Pool) -> None:
        read_only(pool.hours_per_head, shape=(self.num_months,))
        read_only(pool.wage_minor, shape=(self.num_months,))
        if len(pool.heads_before) != pool.tenure.num_bands:
            msg = (
                f"{pool.pool_id}: heads_before has {len(pool.heads_before)} tenure "
                f"bands, the tenure curve {pool.tenure.num_bands}"
            )
            raise ValueError(msg)
        if pool.least_quality is not None and not pool.tenure.quality:
            msg = f"{pool.pool_id}: least_quality needs the quality of each tenure band"
            raise ValueError(msg)

    @property
    def months(self) -> tuple[Month, ...]:
        """The months planned."""
        return months_from(self.start, self.num_months)

    def discount(self) -> FloatArray:
        """Return the factor of each month's costs ``[t]``."""
        return (1 + self.annual_discount_rate) ** (-np.arange(self.num_months) / 12)

    def pool_index(self, pool_id: str) -> int:
        """Return the index of a pool."""
        return [pool.pool_id for pool in self.pools].index(pool_id)
