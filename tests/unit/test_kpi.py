"""Results: figures by plain sums, targets, charts against published run lengths."""

from datetime import date, timedelta

import numpy as np
import pytest
from scipy import stats

from scenarios.fx import FxTable
from scenarios.kpi import KPIS, KpiRow, figure, grouped, kpi_rows, unknown_figures
from scenarios.kpi_budget import BudgetRow, fiscal_year, monthly_lines, yearly_lines
from scenarios.kpi_drift import (
    control_limit,
    drift_alarms,
    drift_chart,
    ewma,
    shared_sigmas,
)
from scenarios.kpi_report import in_currency
from scenarios.kpi_targets import KpiTarget, target_status
from scenarios.money import Money
from scenarios.months import Month
from wfm.domain.errors import InputError, UsageError
from wfm.domain.plan import ExchangeRate

DAY = date(2026, 10, 25)


def row(**values):
    given = {"day": DAY, "queue_id": "phone", "site": "lisbon", "channel": "phone"}
    return KpiRow(**{**given, **values})


def test_figures_are_sums_over_sums_not_means_of_means():
    rows = [
        row(offered=100.0, answered_in_target=90.0, handled=95.0, handle_s=19_000.0),
        row(offered=300.0, answered_in_target=150.0, handled=285.0, handle_s=85_500.0),
    ]
    assert figure(KPIS["service_level"], rows).value == 240 / 400
    assert figure(KPIS["aht_s"], rows).value == pytest.approx(104_500 / 380)
    found = figure(KPIS["service_level"], rows)
    assert (found.above, found.below) == (240.0, 400.0)


def test_a_row_without_one_part_is_left_out_of_both():
    rows = [row(offered=100.0, answered_in_target=80.0), row(offered=900.0)]
    assert figure(KPIS["service_level"], rows).value == 0.8


def test_every_figure_by_its_definition():
    one = row(
        offered=200.0,
        handled=180.0,
        abandoned=20.0,
        answered_in_target=150.0,
        handle_s=54_000.0,
        wait_s=3600.0,
        resolved_first=135.0,
        resolution_n=100.0,
        resolution_s=720_000.0,
        csat_n=40.0,
        csat_good=34.0,
        nps_n=50.0,
        promoters=30.0,
        detractors=10.0,
        ces_n=20.0,
        ces_sum=84.0,
        productive_hours=20.0,
        paid_hours=25.0,
        cost=450.0,
    )
    expected = {
        "service_level": 0.75,
        "asa_s": 20.0,
        "abandonment": 0.1,
        "contacts_per_hour": 9.0,
        "aht_s": 300.0,
        "resolution_s": 7200.0,
        "fcr": 0.75,
        "csat": 0.85,
        "nps": 40.0,
        "ces": 4.2,
        "occupancy": 0.75,
        "shrinkage": 0.2,
        "cost_per_contact": 2.5,
        "cost_per_resolved": 450 / 135,
    }
    (found,) = kpi_rows([one])
    assert set(expected) == set(KPIS)
    for name, value in expected.items():
        assert found[name] == pytest.approx(value), name
    assert unknown_figures([one]) == {}


def test_what_cannot_be_computed_says_which_columns_are_missing():
    missing = unknown_figures([row(offered=10.0, handled=0.0, handle_s=0.0)])
    assert missing["resolution_s"] == "resolution_s, resolution_n"
    assert missing["service_level"] == "answered_in_target"
    assert missing["aht_s"] == "nothing to divide by"
    assert "abandonment" in missing
    assert unknown_figures([row(productive_hours=1.0)])["shrinkage"] == "paid_hours"
    assert unknown_figures([row(promoters=1.0, nps_n=2.0)])["nps"] == "detractors"


def test_groups_by_any_dimension():
    rows = [
        row(vendor="agency", site="", offered=1.0),
        row(offered=2.0),
        row(day=date(2026, 9, 1), offered=4.0),
    ]
    assert list(grouped(rows, ("unit",))) == [("agency",), ("lisbon",)]
    table = kpi_rows(rows, ("month", "unit"))
    assert [(r["month"], r["unit"], r["offered"]) for r in table] == [
        ("2026-09", "lisbon", 4.0),
        ("2026-10", "agency", 1.0),
        ("2026-10", "lisbon", 2.0),
    ]
    with pytest.raises(UsageError, match="unknown dimension 'team'"):
        grouped(rows, ("team",))


def daily(values, **more):
    """Rows of the last days with service levels *values* of 1,000 contacts each."""
    first = DAY - timedelta(days=len(values) - 1)
    return [
        row(
            day=first + timedelta(days=d),
            offered=1000.0,
            answered_in_target=1000.0 * value,
            **more,
        )
        for d, value in enumerate(values)
    ]


def target(**values):
    given = {"kpi": "service_level", "value": 0.8, "by": date(2026, 12, 31)}
    return KpiTarget(**{**given, "owner": "ops", **values})


def wave(level, days=28):
    return [level + 0.02 * np.sin(d) for d in range(days)]


@pytest.mark.parametrize(
    ("level", "start", "expected"),
    [
        (0.81, 0.70, "met"),
        (0.78, 0.70, "on track"),  # the path asks for .776 today
        (0.74, 0.70, "behind"),
    ],
)
def test_targets_follow_a_straight_path(level, start, expected):
    first = date(2026, 7, 1)
    found = target_status(
        target(start_value=start, start=first), daily(wave(level)), DAY
    )
    share = (DAY - first).days / (date(2026, 12, 31) - first).days
    assert found.expected == pytest.approx(start + share * (0.8 - start))
    assert found.status == expected
    assert found.low <= found.now <= found.high
    assert found.to_row()["owner"] == "ops"


def test_a_date_past_is_a_miss_and_nothing_is_no_data():
    past = target(by=date(2026, 10, 1))
    assert target_status(past, daily(wave(0.7)), DAY).status == "missed"
    assert target_status(past, daily(wave(0.9)), DAY).status == "met"
    elsewhere = target(scope=(("site", "mars"),))
    assert target_status(elsewhere, daily(wave(0.9)), DAY).status == "no data"
    assert elsewhere.name == "service_level mars"


def test_less_is_better_where_it_is():
    rows = [
        row(day=DAY - timedelta(days=d), handled=100.0, handle_s=30_000.0)
        for d in range(28)
    ]
    slow = target(kpi="aht_s", value=280.0)
    quick = target(kpi="aht_s", value=320.0)
    assert target_status(slow, rows, DAY).status == "behind"
    assert target_status(quick, rows, DAY).status == "met"


def test_neither_better_nor_worse_has_the_targets_direction():
    rows = [
        row(day=DAY - timedelta(days=d), handle_s=28_800.0, productive_hours=10.0)
        for d in range(28)
    ]
    lower = target(kpi="occupancy", value=0.75, start_value=0.9, start=DAY)
    higher = target(kpi="occupancy", value=0.75, start_value=0.6)
    assert target_status(lower, rows, DAY).status == "on track"
    assert target_status(higher, rows, DAY).status == "met"


def test_the_path_starts_at_the_first_four_weeks():
    found = target_status(target(), daily(wave(0.7) + wave(0.75)), DAY)
    first = figure(KPIS["service_level"], daily(wave(0.7))).value
    assert found.expected is not None
    assert found.expected > first
    assert found.status == "behind" or found.status == "on track"


def test_the_mean_by_hand():
    assert ewma(np.array([1.0, 0.0, 2.0])).tolist() == pytest.approx([0.2, 0.16, 0.528])
    assert control_limit() == pytest.approx(2.962 / 3)


def test_several_charts_together_are_as_calm_as_one():
    assert shared_sigmas(1) == pytest.approx(2.962)
    assert shared_sigmas(0) == pytest.approx(2.962)
    assert stats.norm.sf(shared_sigmas(45)) * 45 == pytest.approx(stats.norm.sf(2.962))


def run_lengths(shift, num=1500, days=3000):
    """Run lengths of the chart on independent normal days, by plain loops."""
    rng = np.random.default_rng(7)
    days_ = rng.standard_normal((num, days)) + shift
    means, limit = np.zeros(num), control_limit()
    lengths = np.full(num, days)
    alive = np.ones(num, dtype=bool)
    for d in range(days):
        means = 0.2 * days_[:, d] + 0.8 * means
        out = alive & (np.abs(means) > limit)
        lengths[out] = d + 1
        alive &= ~out
    assert np.allclose(ewma(days_[0]), ewma(days_[0].copy()))
    return lengths


@pytest.mark.parametrize(
    ("shift", "published"), [(0.0, 500.0), (1.0, 10.5), (2.0, 3.7)]
)
def test_run_lengths_are_the_published_ones(shift, published):
    """Lucas and Saccucci 1990: lambda 0.2, L 2.962 give 500, 10.5 and 3.7 days."""
    lengths = run_lengths(shift)
    error = 3 * lengths.std() / np.sqrt(len(lengths))
    assert abs(lengths.mean() - published) < error + 0.02 * published


def noisy(level, days, rng, weekday=0.0):
    first = DAY - timedelta(days=days - 1)
    rows = []
    for d in range(days):
        day = first + timedelta(days=d)
        busy = rng.normal(0.0, 0.02) + weekday * (day.weekday() >= 5)
        p = min(max(level[d] + busy, 0.0), 1.0)
        rows.append(
            row(day=day, offered=800.0, answered_in_target=float(rng.binomial(800, p)))
        )
    return rows


def test_a_drop_is_found_and_dated_and_weekends_are_no_drift():
    rng = np.random.default_rng(3)
    level = [0.85] * 90 + [0.80] * 20
    (alarm,) = drift_alarms(noisy(level, 110, rng, weekday=-0.1), ["service_level"])
    assert alarm.direction == "worse"
    assert abs((alarm.since - (DAY - timedelta(days=19))).days) <= 6
    assert alarm.now < alarm.before
    assert alarm.to_row()["unit"] == "lisbon"
    steady = noisy([0.85] * 110, 110, np.random.default_rng(4), weekday=-0.1)
    assert drift_alarms(steady, ["service_level"]) == ()


def test_days_that_vary_more_than_counts_would_raise_no_more_alarms():
    """Laney: 40 steady series, busier than binomial; at most a few false alarms."""
    alarmed = sum(
        bool(
            drift_alarms(
                noisy([0.85] * 110, 110, np.random.default_rng(s)), ["service_level"]
            )
        )
        for s in range(40)
    )
    assert alarmed <= 3


def test_charts_need_days_and_spread():
    kpi = KPIS["service_level"]
    assert drift_chart(kpi, daily(wave(0.8, 20))) is None
    assert drift_chart(kpi, []) is None
    assert drift_chart(kpi, daily([0.8] * 80)) is None
    chart = drift_chart(kpi, daily(wave(0.8, 80)))
    assert chart is not None
    assert len(chart.days) == 24
    assert chart.since is None


def test_occupancy_drifts_up_or_down_not_better_or_worse():
    first = DAY - timedelta(days=79)
    rows = [
        row(
            day=first + timedelta(days=d),
            handle_s=36_000.0 * (0.8 + 0.01 * np.sin(d) + (0.1 if d > 65 else 0.0)),
            productive_hours=10.0,
        )
        for d in range(80)
    ]
    (alarm,) = drift_alarms(rows, ["occupancy"])
    assert alarm.direction == "higher"


FX = FxTable.of(
    [
        ExchangeRate(
            month=f"2026-{m:02d}",
            source_currency="USD",
            target_currency="EUR",
            rate=0.9,
            source="x",
        )
        for m in (9, 10)
    ]
)


def test_costs_meet_in_one_currency():
    rows = [row(cost=10.0, currency="USD"), row(cost=5.0, currency="EUR"), row()]
    found = in_currency(rows, FX, "EUR")
    assert [r.cost for r in found] == [9.0, 5.0, None]
    with pytest.raises(InputError, match="no rate from USD"):
        in_currency([row(cost=1.0, currency="USD", day=date(2026, 1, 1))], FX, "EUR")


def budget(**values):
    given = {"month": Month(2026, 10), "unit": "lisbon", "cost": Money(310_00, "EUR")}
    return BudgetRow(**{**given, **values})


def test_budget_differences_split_into_volume_and_price_to_the_cent():
    days = [date(2026, 10, d) for d in range(1, 32)]
    rows = [row(day=d, cost=12.0, currency="EUR", handled=11.0) for d in days]
    (line,) = monthly_lines(rows, [budget(contacts=310.0)], FX, "EUR")
    assert (line.budget, line.actual) == (Money(310_00, "EUR"), Money(372_00, "EUR"))
    assert line.difference == Money(62_00, "EUR")
    assert line.volume == Money(31_00, "EUR")  # a tenth more contacts
    assert line.price == Money(31_00, "EUR")
    assert line.days == 31
    assert line.to_row()["difference_share"] == 0.2


def test_a_month_under_way_has_the_budget_of_its_days():
    rows = [row(day=date(2026, 10, d), cost=9.0, currency="USD") for d in (1, 2, 10)]
    (line,) = monthly_lines(rows, [budget()], FX, "EUR")
    assert line.budget == Money(100_00, "EUR")
    assert line.actual == Money(24_30, "EUR")
    assert line.volume is None
    assert line.price is None
    assert line.to_row()["due_to_volume"] is None


def test_fiscal_years_sum_months_to_date():
    rows = [
        row(day=date(2026, 9, 1), cost=1.0, currency="EUR"),
        row(day=date(2026, 10, 1), cost=2.0, currency="EUR"),
        row(day=date(2026, 10, 1), cost=4.0, currency="EUR", site="", vendor="agency"),
    ]
    plans = [
        budget(month=Month(2026, 9)),
        budget(),
        budget(unit="agency"),
        budget(unit="nobody"),
    ]
    months = monthly_lines(rows, plans, FX, "EUR")
    assert len(months) == 3
    years = yearly_lines(months, 10)
    assert [(y.period, y.unit, y.actual.amount_minor) for y in years] == [
        ("2025/26", "lisbon", 100),
        ("2025/26", "all", 100),
        ("2026/27", "agency", 400),
        ("2026/27", "lisbon", 200),
        ("2026/27", "all", 600),
    ]
    assert fiscal_year(Month(2026, 3), 4) == "2025/26"
    assert fiscal_year(Month(2099, 4), 4) == "2099/00"
    assert fiscal_year(Month(2026, 3), 1) == "2026"
