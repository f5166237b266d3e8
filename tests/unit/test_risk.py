"""Draws, comparison of options, tornado: against theory and plain loops."""

import numpy as np
import pytest
from scipy import stats

from scenarios import distributions as dist
from scenarios.draws import (
    Draws,
    ImpossibleCorrelationError,
    Uncertainties,
    at_probability,
    draw,
)
from scenarios.risk import OptionOutcome, compare_risk, wilson_interval
from scenarios.risk_lanes import RiskLane, SourcingOption, service_curve
from scenarios.sensitivity import sobol_indices, tornado
from scenarios.vendor_mix import TierPrices

AT = np.array([0.01, 0.1, 0.5, 0.77, 0.99])


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (dist.Normal(mean=3, sd=2), stats.norm(3, 2)),
        (dist.Uniform(low=-1, high=4), stats.uniform(-1, 5)),
        (dist.Triangular(low=1, mode=2, high=5), stats.triang(0.25, 1, 4)),
        (dist.Triangular(low=1, mode=1, high=5), stats.triang(0, 1, 4)),
        (dist.Pert(low=1, mode=2, high=5), stats.beta(2, 4, 1, 4)),
        (
            dist.LogNormal(mean=10, cv=0.3),
            stats.lognorm(np.sqrt(np.log(1.09)), scale=10 / np.sqrt(1.09)),
        ),
    ],
)
def test_quantiles_are_those_of_scipy(ours, theirs):
    np.testing.assert_allclose(ours.quantile(AT), theirs.ppf(AT), rtol=1e-9)


def test_a_fixed_value_and_values_seen():
    assert dist.Fixed(value=2.5).quantile(AT).tolist() == [2.5] * 5
    seen = dist.Empirical(values=(4.0, 1.0, 2.0))
    assert seen.quantile(np.array([0.0, 0.25, 0.5, 1.0])).tolist() == [1, 1.5, 2, 4]


@pytest.mark.parametrize(
    "make",
    [
        lambda: dist.Normal(mean=0, sd=0),
        lambda: dist.LogNormal(mean=-1, cv=0.1),
        lambda: dist.Uniform(low=2, high=2),
        lambda: dist.Triangular(low=0, mode=3, high=2),
        lambda: dist.Pert(low=0, mode=3, high=2),
        lambda: dist.Empirical(values=()),
    ],
)
def test_distributions_that_make_no_sense_are_refused(make):
    with pytest.raises(ValueError, match=r"must|needs"):
        make()


def three(**correlation) -> Uncertainties:
    return Uncertainties(
        distributions={
            "volume": dist.LogNormal(mean=1, cv=0.1),
            "wage": dist.Triangular(low=0.98, mode=1.03, high=1.12),
            "fx": dist.Normal(mean=1, sd=0.08),
        },
        **correlation,
    )


def test_ranks_correlate_as_asked_and_shapes_stay():
    asked = {("volume", "wage"): 0.6, ("wage", "fx"): -0.4}
    draws = draw(three(rank_correlation=asked), 40_000, seed=3)
    for (one, other), value in asked.items():
        seen = stats.spearmanr(draws[one], draws[other]).statistic
        assert seen == pytest.approx(value, abs=0.015)
    seen = stats.spearmanr(draws["volume"], draws["fx"]).statistic
    assert seen == pytest.approx(0.0, abs=0.015)
    for name, distribution in three().distributions.items():
        expected = distribution.quantile(np.array([0.1, 0.5, 0.9]))
        found = np.quantile(draws[name], [0.1, 0.5, 0.9])
        np.testing.assert_allclose(found, expected, rtol=0.01)


def test_the_same_seed_gives_the_same_draws_in_any_company():
    few, many = draw(three(), 100, seed=9), draw(three(), 1000, seed=9)
    alone = draw(
        Uncertainties(distributions={"fx": three().distributions["fx"]}), 100, 9
    )
    assert (few["wage"] == many["wage"][:100]).all()
    assert (few["fx"] == alone["fx"]).all()
    assert (few["fx"] != draw(three(), 100, seed=10)["fx"]).all()
    assert draw(Uncertainties(distributions={}), 5, seed=1).num_draws == 0


def test_full_correlation_moves_together():
    asked = {("volume", "fx"): 0.999999}
    draws = draw(three(rank_correlation=asked), 2000, seed=1)
    order = stats.rankdata(draws["volume"]) - stats.rankdata(draws["fx"])
    assert np.abs(order).max() < 20


def test_contradicting_correlations_are_refused_with_a_way_out():
    asked = {("volume", "wage"): 0.9, ("wage", "fx"): 0.9, ("volume", "fx"): -0.9}
    with pytest.raises(ImpossibleCorrelationError, match="times 0") as caught:
        three(rank_correlation=asked)
    factor = float(str(caught.value).split("times ")[1].split()[0]) - 0.01
    normal = {pair: 2 * np.sin(np.pi * v / 6) * factor for pair, v in asked.items()}
    eased = {pair: 6 / np.pi * np.arcsin(v / 2) for pair, v in normal.items()}
    assert three(rank_correlation=eased).copula().shape == (3, 3)


@pytest.mark.parametrize("pair", [("volume", "volume"), ("volume", "nothing")])
def test_correlations_need_two_known_names(pair):
    with pytest.raises(ValueError, match="two different"):
        three(rank_correlation={pair: 0.5})


class Linear:
    """Cost 1000 x (base + factors) in each of two months."""

    def __init__(self, name, base, **factors):
        self.name, self.base, self.factors = name, base, factors

    def outcome(self, draws: Draws) -> OptionOutcome:
        value = self.base + sum(f * draws[n] for n, f in self.factors.items())
        cost = np.rint(1000 * value).astype(np.int64)
        met = np.stack([draws["volume"] < 1.1, draws["volume"] < 1.2], axis=1)
        return OptionOutcome(cost_minor=np.stack([cost, cost], axis=1), service_met=met)


def test_options_meet_the_same_futures():
    normal = dist.Normal(mean=1, sd=0.1)
    inputs = Uncertainties(distributions={"volume": normal, "fx": normal})
    options = (Linear("a", 5, volume=10), Linear("b", 4, volume=10, fx=1.05))
    report = compare_risk(options, draw(inputs, 20_000, seed=5), currency="USD")
    first, (pair,) = report.options[0], report.differences
    # 2 x 1000 x (5 + 10 N(1, 0.1)): quantiles and moments of a normal distribution
    exact = stats.norm(30_000, 2000)
    assert first.p10 == pytest.approx(exact.ppf(0.1), rel=0.003)
    assert first.p50 == pytest.approx(exact.ppf(0.5), rel=0.003)
    assert first.p90_low <= exact.ppf(0.9) <= first.p90_high
    assert first.sd == pytest.approx(2000, rel=0.02)
    # a - b = 2000 x (1 - 1.05 fx): the volume cancels
    assert pair.low <= -100 <= pair.high
    assert (pair.high - pair.low) / 2 == pytest.approx(
        1.96 * 210 / 20_000**0.5, rel=0.03
    )
    truth = stats.norm.cdf(0, -100, 210)
    assert pair.probability_low <= truth <= pair.probability_high
    assert pair.variance_ratio == pytest.approx(2 * 2000**2 / 210**2, rel=0.05)
    assert first.service_probability == pytest.approx(
        (stats.norm.cdf(1) + stats.norm.cdf(2)) / 2, abs=0.01
    )
    assert first.every_month_probability == pytest.approx(stats.norm.cdf(1), abs=0.01)
    assert report.difference("b", "a").mean == pytest.approx(-pair.mean)
    assert [row["name"] for row in report.to_rows()] == ["a", "b"]
    assert report.difference_rows()[0]["one"] == "a"
    assert report.num_draws == 20_000


def test_later_months_are_discounted():
    inputs = Uncertainties(distributions={"volume": dist.Fixed(value=1)})
    draws = draw(inputs, 3, seed=0)
    report = compare_risk(
        (Linear("a", 0, volume=1),), draws, currency="JPY", annual_discount_rate=0.2
    )
    assert report.options[0].mean == pytest.approx(1000 + 1000 / 1.2 ** (1 / 12))
    assert report.options[0].monthly.tolist() == [[1000, 1000]] * 3


def test_wilson_interval_as_published():
    # Newcombe 1998, Statistics in Medicine 17, 857-872, table I: 81 of 263, 0 of 20
    assert wilson_interval(81 / 263, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert wilson_interval(0.0, 20) == pytest.approx((0.0, 0.1611), abs=5e-5)


def test_tornado_of_a_sum():
    measure = lambda d: 3 * d["volume"] + 10 * d["fx"] - d["wage"]  # noqa: E731 - a formula
    found = tornado(three(), measure)
    assert [bar.name for bar in found.bars] == ["fx", "volume", "wage"]
    middle = {
        n: float(d.quantile(np.array([0.5]))[0])
        for n, d in three().distributions.items()
    }
    assert found.base == pytest.approx(measure(middle))
    widest = found.bars[0]
    assert widest.swing == pytest.approx(10 * 0.08 * 2 * stats.norm.ppf(0.9))
    assert found.to_rows()[0]["input_p90"] == pytest.approx(1 + 0.08 * 1.2815516)


def test_sobol_of_what_never_changes():
    found = sobol_indices(three(), lambda d: 0 * d["fx"], log2_points=4, seed=1)
    assert found.variance == 0
    assert [row["total"] for row in found.to_rows()] == [0, 0, 0]


def test_each_uncertainty_at_its_own_probability():
    draws = at_probability(three(), np.array([[0.5], [0.1], [0.9]]))
    assert draws["fx"][0] == pytest.approx(1 + 0.08 * stats.norm.ppf(0.9))


MONTHS = 3
IN_HOUSE = RiskLane(
    lane_id="site",
    share=np.array([0.6, 0.6, 0.5]),
    hours_per_contact=0.2,
    billed="head",
    heads=np.array([10.0, 11, 10]),
    planned_hours=np.array([1300.0, 1400, 1250]),
    tiers=TierPrices(from_units=(0,), prices=(300_000.0,)),
    overtime_minor=3000.0,
    max_overtime_fraction=0.1,
    wage_share=1.0,
    fixed_minor=np.array([50_000.0] * MONTHS),
    yearly_attrition=0.3,
    replacement_minor=400_000,
    curve=service_curve(
        np.array([8.0, 12, 5]), np.array([10.0, 15, 7]), aht_s=300, answer_within_s=20
    ),
)
VENDOR = RiskLane(
    lane_id="vendor",
    share=np.array([0.4, 0.4, 0.5]),
    hours_per_contact=0.25,
    billed="contact",
    tiers=TierPrices(
        from_units=(0, 3800, 4400), prices=(520.0, 480.0, 410.0), kind="all_units"
    ),
    minimum_minor=1_700_000,
    fx="fx",
    fx_share=0.5,
    service_level=0.83,
)
DRIVERS = {
    "volume": "volume",
    "handle_time": "aht",
    "absence": "absence",
    "attrition": "leaving",
    "wage": "wage",
    "containment": "bot",
}
OPTION = SourcingOption(
    name="both",
    contacts=np.array([10_000.0, 10_800, 9700]),
    lanes=(IN_HOUSE, VENDOR),
    drivers=DRIVERS,
    absence_fraction=0.08,
    service_target=0.8,
)
INPUTS = Uncertainties(
    distributions={
        "volume": dist.LogNormal(mean=1, cv=0.1),
        "aht": dist.Normal(mean=1, sd=0.05),
        "absence": dist.LogNormal(mean=1, cv=0.3),
        "leaving": dist.LogNormal(mean=1, cv=0.3),
        "wage": dist.Triangular(low=0.98, mode=1.03, high=1.1),
        "bot": dist.Uniform(low=-0.05, high=0.15),
        "fx": dist.Normal(mean=1, sd=0.08),
    }
)


def plain_month(draws: Draws, i: int, t: int) -> tuple[int, bool]:
    """Return cost and service of one future and month, step by step."""
    d = {name: float(draws[name][i]) for name in INPUTS.names}
    contacts = OPTION.contacts[t] * d["volume"] * (1 - d["bot"])
    here, there = contacts * IN_HOUSE.share[t], contacts * VENDOR.share[t]
    needed = here * 0.2 * d["aht"]
    hours = IN_HOUSE.planned_hours[t] * (1 - 0.08 * d["absence"]) / 0.92
    extra = min(max(needed - hours, 0), 0.1 * hours)
    pay = (IN_HOUSE.heads[t] * 300_000 + extra * 3000 + 50_000) * d["wage"]
    pay += IN_HOUSE.heads[t] * 0.3 / 12 * d["leaving"] * 400_000
    price = 520 if there < 3800 else 480 if there < 4400 else 410
    bill = max(there * price, 1_700_000) * (1 + 0.5 * (d["fx"] - 1))
    planned = OPTION.contacts[t] * IN_HOUSE.share[t] * 0.2
    ratio = needed / planned * IN_HOUSE.planned_hours[t] / (hours + extra)
    level = np.interp(ratio, IN_HOUSE.curve.load_ratio, IN_HOUSE.curve.service_level)
    met = (level * here + 0.83 * there) >= 0.8 * contacts
    return round(pay) + round(bill), bool(met)


def test_lanes_in_arrays_are_lanes_one_by_one():
    draws = draw(INPUTS, 200, seed=6)
    outcome = OPTION.outcome(draws)
    for i in range(200):
        for t in range(MONTHS):
            cost, met = plain_month(draws, i, t)
            assert (
                abs(outcome.cost_minor[i, t] - cost) <= 1
            )  # another order of products
            assert outcome.service_met[i, t] == met
    assert 0.05 < outcome.service_met.mean() < 0.95


def test_the_same_seed_gives_the_same_cents():
    first, again = (OPTION.outcome(draw(INPUTS, 500, seed=2)) for _ in range(2))
    assert (first.cost_minor == again.cost_minor).all()
    assert first.cost_minor.dtype == np.int64


def test_hours_follow_the_load_where_none_are_planned():
    hourly = RiskLane(
        lane_id="v",
        share=np.ones(1),
        hours_per_contact=0.5,
        billed="hour",
        tiers=TierPrices(from_units=(0, 100), prices=(10.0, 6.0)),
    )
    option = SourcingOption(name="x", contacts=np.array([300.0]), lanes=(hourly,))
    nothing = draw(Uncertainties(distributions={"z": dist.Fixed(value=1)}), 2, seed=0)
    outcome = option.outcome(nothing)
    assert outcome.cost_minor.tolist() == [[1300], [1300]]
    assert outcome.service_met is None


def test_service_curve_falls_and_is_the_plan_at_one():
    from wfm.staffing.erlang import service_level

    loads, agents = np.array([8.0, 12, 5]), np.array([10.0, 15, 7])
    curve = service_curve(loads, agents, aht_s=300, answer_within_s=20, patience_s=180)
    assert (np.diff(curve.service_level) <= 1e-12).all()
    levels = service_level(loads, agents, 300, 20, patience_s=180)
    assert curve.at(np.array(1.0)) == pytest.approx(levels @ loads / loads.sum())


@pytest.mark.parametrize(
    "change",
    [
        {"billed": "head"},
        {"curve": IN_HOUSE.curve},
    ],
)
def test_lanes_that_lack_something_are_refused(change):
    terms = {
        "lane_id": "x",
        "share": np.ones(1),
        "hours_per_contact": 1.0,
        "billed": "hour",
        "tiers": TierPrices(from_units=(0,), prices=(1.0,)),
    }
    with pytest.raises(ValueError, match="x: "):
        RiskLane(**(terms | change))
