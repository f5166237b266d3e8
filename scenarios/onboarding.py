"""A vendor taken on step by step: pilot, exit tests, parallel running, floors."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, TypeAlias

from scenarios.kpi import KPIS, KpiRow, figure
from scenarios.months import Month

ExitStatus: TypeAlias = Literal["passed", "failed", "pending", "no data"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExitTest:
    """A figure of the phase that opens the next one: *value* or better."""

    kpi: str
    value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class OnboardingPhase:
    """Months in which a vendor does a share of the work.

    Attributes
    ----------
    share, incumbent_share
        Of the work's volume that there are people for, at the vendor and with those
        who do it today; more than 1 together is parallel running.
    productivity
        Of the vendor's people, somebody experienced being 1.
    vendor_level, incumbent_level
        Service level expected of each.
    least_cover, least_level
        Floors of the transition: work that there are people for, and service level.
    """

    name: str
    first: Month
    last: Month
    share: float
    incumbent_share: float
    productivity: float = 1.0
    vendor_level: float | None = None
    incumbent_level: float | None = None
    least_cover: float = 1.0
    least_level: float | None = None
    exit_tests: tuple[ExitTest, ...] = ()

    @property
    def cover(self) -> float:
        """Work that there are people for: 1 is all of it."""
        return self.incumbent_share + self.share * self.productivity

    @property
    def double_share(self) -> float:
        """Work paid for twice."""
        return max(0.0, self.incumbent_share + self.share - 1.0)

    def level(self, incumbent: float | None) -> float | None:
        """Return the service level expected, by who does how much; *incumbent*'s own.

        Work that nobody is there for is not in time.
        """
        theirs = self.incumbent_level if incumbent is None else incumbent
        if self.vendor_level is None or theirs is None:
            return None
        done = self.share * self.productivity
        whole = max(self.cover, 1.0)
        return (done * self.vendor_level + self.incumbent_share * theirs) / whole

    def findings(self, incumbent: float | None = None) -> tuple[str, ...]:
        """Return in words which floors the phase misses."""
        found = []
        if self.cover < self.least_cover - 1e-9:
            found.append(
                f"people for {self.cover:.0%} of the work, floor {self.least_cover:.0%}"
            )
        level = self.level(incumbent)
        floor = self.least_level
        if level is not None and floor is not None and level < floor - 1e-9:
            found.append(f"{level:.1%} in time, floor {floor:.0%}")
        return tuple(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Onboarding:
    """The phases of one vendor, in order of time."""

    vendor_id: str
    phases: tuple[OnboardingPhase, ...]

    def __post_init__(self) -> None:
        before: OnboardingPhase | None = None
        for phase in self.phases:
            if phase.last < phase.first:
                msg = f"{phase.name} ends in {phase.last}, before it begins"
                raise ValueError(msg)
            if before is not None and phase.first <= before.last:
                msg = f"{phase.name} begins before {before.name} is over"
                raise ValueError(msg)
            before = phase


def exit_status(
    test: ExitTest, phase: OnboardingPhase, rows: Sequence[KpiRow], as_of: date
) -> tuple[ExitStatus, float | None]:
    """Return whether an exit test is passed, and the figure of the phase so far."""
    kpi = KPIS[test.kpi]
    end = (phase.last + 1).first_date - timedelta(days=1)
    own = [r for r in rows if phase.first.first_date <= r.day <= min(end, as_of)]
    value = figure(kpi, own).value
    if as_of < end:
        return "pending", value
    if value is None:
        return "no data", None
    better = value <= test.value if kpi.better < 0 else value >= test.value
    return ("passed" if better else "failed"), value
