"""Everything about results: the table, targets, drift, budget."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING

from scenarios.fx import FxTable
from scenarios.kpi import KpiRow, kpi_rows, unknown_figures
from scenarios.kpi_budget import BudgetLine, BudgetRow, monthly_lines, yearly_lines
from scenarios.kpi_drift import BASELINE_DAYS, DriftAlarm, drift_alarms
from scenarios.kpi_targets import KpiTarget, TargetStatus, all_statuses
from scenarios.months import Month
from scenarios.rows import frame_of

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

WATCHED = ("service_level", "abandonment", "aht_s", "fcr", "csat")


@dataclass(frozen=True, slots=True, kw_only=True)
class KpiSettings:
    """What results are held against.

    Attributes
    ----------
    currency
        Of budget and actual cost.
    fiscal_year_starts
        The fiscal year's first month.
    watched, baseline_days
        Figures watched for drift, and the first days, which say what is normal.
    """

    currency: str
    fiscal_year_starts: int = 1
    watched: tuple[str, ...] = WATCHED
    baseline_days: int = BASELINE_DAYS
    targets: tuple[KpiTarget, ...] = ()
    budget: tuple[BudgetRow, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class KpiReport:
    """Results up to *as_of*; costs of *rows* are in the settings' currency.

    Attributes
    ----------
    unknown
        Figures that can't be computed -> the columns that are missing.
    months, years
        Budget against actual by month, and by fiscal year to date.
    """

    rows: tuple[KpiRow, ...]
    as_of: date
    settings: KpiSettings
    statuses: tuple[TargetStatus, ...]
    alarms: tuple[DriftAlarm, ...]
    months: tuple[BudgetLine, ...]
    years: tuple[BudgetLine, ...]
    unknown: Mapping[str, str] = field(default_factory=dict)

    def to_rows(self, by: Sequence[str] = ("unit",)) -> tuple[dict[str, object], ...]:
        """Return every figure, a row per group of the dimensions *by*.

        Raises
        ------
        UsageError
            If there is no such dimension.
        """
        return kpi_rows(self.rows, by)

    def target_rows(self) -> tuple[dict[str, object], ...]:
        """Return a row per target, the worst first."""
        return tuple(status.to_row() for status in self.statuses)

    def alarm_rows(self) -> tuple[dict[str, object], ...]:
        """Return a row per figure that has drifted."""
        return tuple(alarm.to_row() for alarm in self.alarms)

    def budget_rows(self) -> tuple[dict[str, object], ...]:
        """Return budget against actual: months, then fiscal years to date."""
        return tuple(line.to_row() for line in (*self.months, *self.years))

    def to_frame(self, by: Sequence[str] = ("unit",)) -> "pd.DataFrame":
        """Return :meth:`to_rows` as a table."""
        return frame_of(self.to_rows(by))

    def plot(self) -> "Figure":
        """Return a figure: the figures watched, week by week, by who did the work."""
        from scenarios.kpi_plot import kpi_plot

        return kpi_plot(self)


def in_currency(
    rows: Sequence[KpiRow], fx: FxTable, currency: str
) -> tuple[KpiRow, ...]:
    """Return *rows* with their costs in *currency*, at the rate of each month.

    Raises
    ------
    InputError
        If exchange_rates.csv lacks a rate.
    """
    pairs = {(row.currency, Month.of(row.day)) for row in rows if row.cost is not None}
    rates = {
        (code, month): float(fx.rate(code or currency, currency, month))
        for code, month in pairs
    }
    return tuple(
        row
        if row.cost is None or row.currency in {"", currency}
        else replace(
            row,
            cost=row.cost * rates[row.currency, Month.of(row.day)],
            currency=currency,
        )
        for row in rows
    )


def kpi_report(
    rows: Sequence[KpiRow],
    settings: KpiSettings,
    fx: FxTable,
    as_of: date | None = None,
) -> KpiReport:
    """Return what *rows* up to *as_of* (by default the last day) say.

    Raises
    ------
    InputError
        If an exchange rate is missing.
    """
    last = as_of or max((row.day for row in rows), default=date.min)
    own = tuple(row for row in rows if row.day <= last)
    months = monthly_lines(own, settings.budget, fx, settings.currency)
    own = in_currency(own, fx, settings.currency)
    return KpiReport(
        rows=own,
        as_of=last,
        settings=settings,
        statuses=all_statuses(settings.targets, own, last),
        alarms=drift_alarms(own, settings.watched, settings.baseline_days),
        months=months,
        years=yearly_lines(months, settings.fiscal_year_starts),
        unknown=unknown_figures(own),
    )
