r"""What tours are made for: need, regions, contracts and prices.

A *tour* is one person's week: a contract's number of shifts of one length on
consecutive local days (counted round the week), all starting inside one *band* of
clock time. People are not named: a tour planner chooses how many tours of each kind
there are, so its size does not depend on the head count.

Rest is implied: with shifts of length :math:`L` and a band of width :math:`w`, two
shifts on successive days are at least 24 h :math:`- L - w` apart. A contract whose
band would leave less than the rest that is asked for gets a narrower band
(:meth:`TourInstance.band_of`), and bounds then hold for such tours only.
"""

from dataclasses import dataclass

import numpy as np

from wfm.domain.arrays import FloatArray, IntArray, read_only

DAYS = 7


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class TourBreak:
    """A break of *length_steps* that starts *first* to *last* steps after the shift."""

    first: int
    last: int
    length_steps: int
    paid: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TourContract:
    """Shifts of *shift_steps* on *days* local days of the week.

    *breaks* are in order of time and their windows do not overlap. *max_share* is
    the largest part of all tours that may be of this contract.
    """

    contract_id: str
    shift_steps: int
    days: int
    breaks: tuple[TourBreak, ...] = ()
    max_share: float = 1.0

    def __post_init__(self) -> None:
        if not 1 <= self.days <= DAYS:
            msg = f"{self.contract_id}: days must be 1..{DAYS}, got {self.days}"
            raise ValueError(msg)
        free = 0
        for item in self.breaks:
            if not free <= item.first <= item.last or item.length_steps < 1:
                msg = f"{self.contract_id}: break windows overlap or are empty"
                raise ValueError(msg)
            free = item.last + item.length_steps
        if free > self.shift_steps:
            msg = f"{self.contract_id}: a break may leave the shift"
            raise ValueError(msg)


@dataclass(frozen=True, slots=True, kw_only=True)
class TourRegion:
    """Where people work: local days, clock times at which shifts may start, pay.

    Attributes
    ----------
    day_start_idx
        Step of local midnight of each of the week's seven days.
    starts
        Steps after midnight at which a shift may start, ascending.
    pay
        ``[t]`` price of one paid step, premia included.
    seats
        Most people on shift at once, breaks included; ``None``: no limit.
    """

    region_id: str
    day_start_idx: tuple[int, ...]
    starts: tuple[int, ...]
    pay: IntArray
    seats: int | None = None

    def __post_init__(self) -> None:
        if len(self.day_start_idx) != DAYS or not self.starts:
            msg = f"{self.region_id}: {DAYS} days and at least one start are needed"
            raise ValueError(msg)
        if any(a >= b for a, b in zip(self.starts, self.starts[1:], strict=False)):
            msg = f"{self.region_id}: starts must ascend"
            raise ValueError(msg)
        object.__setattr__(
            self, "pay", read_only(self.pay, shape=(len(self.pay),), dtype=np.int64)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class TourInstance:
    """A week's problem for one pool of people who can all do the same work.

    Attributes
    ----------
    need_agents
        ``[t]`` agents wanted at work; every region's shifts lie inside these steps.
    floor_agents
        ``[t]`` agents guaranteed, a hard limit; *need_agents* is lifted to it.
    short_steps
        ``(share, price)`` of one missing agent-step: that share of the need at that
        price, prices rising (one price: ``((1.0, price),)``).
    idle_price
        Of one agent-step at work beyond the need.
    band_steps
        Largest distance between a tour's starts, in clock time.
    min_rest_steps
        Least rest between shifts.
    day_steps
        Steps in the shortest local day of the week.
    """

    step_minutes: int
    need_agents: FloatArray
    floor_agents: IntArray
    regions: tuple[TourRegion, ...]
    contracts: tuple[TourContract, ...]
    short_steps: tuple[tuple[float, int], ...]
    idle_price: int = 0
    band_steps: int
    min_rest_steps: int
    day_steps: int

    def __post_init__(self) -> None:
        num_t = len(self.need_agents)
        floor = read_only(self.floor_agents, shape=(num_t,), dtype=np.int64)
        need = read_only(
            np.maximum(self.need_agents, floor), shape=(num_t,), dtype=np.float64
        )
        object.__setattr__(self, "need_agents", need)
        object.__setattr__(self, "floor_agents", floor)
        prices = [price for _, price in self.short_steps]
        if not prices or prices != sorted(prices):
            msg = f"prices of missing agents must rise, got {prices}"
            raise ValueError(msg)
        for region in self.regions:
            self._check_region(region)
        for contract in self.contracts:
            self.band_of(contract)

    @property
    def num_steps(self) -> int:
        """Steps of the horizon."""
        return len(self.need_agents)

    def band_of(self, contract: TourContract) -> int:
        """Return the width of the band that keeps the rest between shifts.

        Raises
        ------
        ValueError
            If even equal starts leave too little rest.
        """
        spare = self.day_steps - contract.shift_steps - self.min_rest_steps
        if contract.days == 1:
            return self.band_steps
        if spare < 0:
            msg = f"{contract.contract_id}: daily shifts leave too little rest"
            raise ValueError(msg)
        return min(self.band_steps, spare)

    @property
    def is_banded_by_rest(self) -> bool:
        """Whether rest made a band narrower, so that bounds hold for tours only."""
        return any(self.band_of(c) < self.band_steps for c in self.contracts)

    def widths(self) -> FloatArray:
        """Return ``[k, t]`` how the need divides into the steps of its price."""
        shares = np.array([share for share, _ in self.short_steps])
        return np.asarray(np.outer(shares / shares.sum(), self.need_agents))

    def _check_region(self, region: TourRegion) -> None:
        longest = max(c.shift_steps for c in self.contracts)
        first = min(region.day_start_idx) + region.starts[0]
        last = max(region.day_start_idx) + region.starts[-1] + longest
        if first < 0 or last > self.num_steps or len(region.pay) != self.num_steps:
            msg = f"{region.region_id}: shifts or pay do not fit the horizon"
            raise ValueError(msg)


def bands(starts: tuple[int, ...], width: int) -> tuple[tuple[int, int], ...]:
    """Return ``(first, last)`` rows of *starts* of every band that none other holds."""
    found: list[tuple[int, int]] = []
    last = 0
    for first, start in enumerate(starts):
        while last + 1 < len(starts) and starts[last + 1] - start <= width:
            last += 1
        if not found or last > found[-1][1]:
            found.append((first, last))
    return tuple(found)


def patterns(days: int) -> tuple[tuple[int, ...], ...]:
    """Return the worked days of each pattern with consecutive days off, round the week.

    >>> patterns(5)[0]
    (0, 1, 2, 3, 4)
    """
    if days == DAYS:
        return (tuple(range(DAYS)),)
    return tuple(
        tuple(sorted((first + i) % DAYS for i in range(days))) for first in range(DAYS)
    )
