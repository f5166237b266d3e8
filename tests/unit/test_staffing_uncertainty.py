"""Uncertain rates: expected service by fine integration, and what is planned on."""

import numpy as np
import pytest
from scipy.stats import gamma, nbinom
from scipy.stats import poisson as poisson_law
from support.staffing_cases import a_forecast, a_queue

from wfm.calendar.opening import open_mask
from wfm.domain.demand import StaffingChoice, VolumeForecast
from wfm.staffing import erlang
from wfm.staffing.planned_demand import quantile
from wfm.staffing.requirement import requirement
from wfm.staffing.uncertainty import (
    agents_for_expected_level,
    expected_service_level,
    rate_cv,
    rate_quantile,
)

FINE = (np.arange(2000) + 0.5) / 2000


def by_fine_integration(load, agents, cv, patience_s, aht_s=240.0, within_s=20.0):
    """Mean over 2,000 equally likely rates, contacts weighed."""
    rates = gamma.ppf(FINE, 1 / cv**2, scale=cv**2)
    level = erlang.service_level(
        load * rates, agents, aht_s, within_s, patience_s=patience_s
    )
    return float((rates * level).sum() / rates.sum())


@pytest.mark.parametrize("patience_s", [np.inf, 60.0, 180.0])
@pytest.mark.parametrize("cv", [0.02, 0.1, 0.2, 0.5, 1.0])
def test_expected_level_is_within_a_thousandth_of_fine_integration(cv, patience_s):
    for load in (0.3, 5.0, 20.0, 100.0, 1000.0):
        agents = float(
            erlang.required_agents(
                load,
                240.0,
                answer_within_s=20.0,
                service_level_fraction=0.8,
                patience_s=patience_s,
            ).agents
        )
        for heads in (agents, np.ceil(agents * (1 + cv)), 0.9 * agents):
            fine = by_fine_integration(load, heads, cv, patience_s)
            found = expected_service_level(
                load, heads, 240.0, 20.0, cv=cv, patience_s=patience_s
            )
            assert float(found) == pytest.approx(fine, abs=1e-3)


# Research notes, section 4: staffed 80/20 at the mean, and agents for E[SL] = .8.
@pytest.mark.parametrize(
    ("load", "cv", "level", "agents", "more"),
    [
        (20.0, 0.1, 0.790, 25, 1),
        (100.0, 0.1, 0.607, 108, 7),
        (400.0, 0.1, 0.518, 411, 34),
        (20.0, 0.2, None, 25, 3),
        (100.0, 0.2, None, 108, 18),
        (400.0, 0.2, None, 411, 79),
    ],
)
def test_published_cost_of_overdispersion(load, cv, level, agents, more):
    if level is not None:
        found = expected_service_level(load, agents, 240.0, 20.0, cv=cv)
        assert float(found) == pytest.approx(level, abs=1e-3)
    needed = agents_for_expected_level(
        load, 240.0, answer_within_s=20.0, service_level_fraction=0.8, cv=cv
    )
    assert int(needed) == agents + more
    one_less = expected_service_level(load, needed - 1, 240.0, 20.0, cv=cv)
    assert float(one_less) < 0.8


def test_no_variation_is_the_plain_formula_and_no_load_is_nobody():
    plain = erlang.service_level([5.0, 20.0], 24, 240.0, 20.0)
    found = expected_service_level([5.0, 20.0], 24, 240.0, 20.0, cv=0.0)
    assert found == pytest.approx(plain)
    nobody = expected_service_level([0.0, 5.0], 0, 240.0, 20.0, cv=0.2)
    assert nobody.tolist() == [1.0, 0.0]
    needed = agents_for_expected_level(
        [0.0, 5.0],
        240.0,
        answer_within_s=20.0,
        service_level_fraction=0.8,
        cv=0.2,
        integer=False,
    )
    assert needed[0] == 0.0
    level = expected_service_level(5.0, needed[1], 240.0, 20.0, cv=0.2)
    assert float(level) == pytest.approx(0.8, abs=1e-9)
    with pytest.raises(ValueError, match="must be in"):
        agents_for_expected_level(
            5.0, 240.0, answer_within_s=20.0, service_level_fraction=1.0, cv=0.1
        )


@pytest.mark.parametrize("cv", [0.0, 0.08, 0.25])
def test_the_rate_s_variation_is_read_from_quantiles_of_counts(cv):
    mean = np.linspace(20.0, 300.0, 40)
    levels = (0.1, 0.25, 0.5, 0.75, 0.9)
    if cv:
        shape = 1 / cv**2
        rows = [nbinom.ppf(p, shape, shape / (shape + mean)) for p in levels]
    else:
        rows = [poisson_law.ppf(p, mean) for p in levels]
    found = rate_cv(mean, np.array(rows), levels)
    assert found == pytest.approx(cv, abs=0.02)
    assert rate_cv(mean, mean[None], (0.5,)) == 0.0
    assert rate_cv(mean * 0.001, np.array(rows), levels) == 0.0


def test_rate_quantiles_are_the_gamma_s():
    assert rate_quantile(0.2, 0.9) == pytest.approx(gamma.ppf(0.9, 25, scale=1 / 25))
    assert rate_quantile(0.0, 0.9) == 1.0


def test_quantiles_between_levels_go_along_a_normal():
    normal = np.array([[80.0], [100.0], [120.0]]) + np.zeros((3, 2))
    levels = (0.1, 0.5, 0.9)
    assert quantile(normal, levels, 0.9) == pytest.approx([120, 120])
    assert quantile(normal, levels, 0.75) == pytest.approx([110.526] * 2, abs=1e-3)
    assert quantile(normal, levels, 0.95)[0] > 120
    assert quantile(normal, levels, 1e-12)[0] == 0.0
    assert quantile(normal[:1], (0.5,), 0.9) == pytest.approx([80, 80])


def spread_forecast(cv=0.15):
    """A flat forecast of 200 contacts whose rates vary by *cv*."""
    plain = a_forecast({"q": [200.0] * 8})
    shape, levels = 1 / cv**2, (0.1, 0.5, 0.9)
    rows = [nbinom.ppf(p, shape, shape / (shape + plain.mean[0])) for p in levels]
    return VolumeForecast(
        grid=plain.grid,
        queue_ids=("q",),
        levels=levels,
        mean=plain.mean,
        quantiles=np.array([rows]),
        aht_s=plain.aht_s,
        first_idx=(0,),
        end_idx=(8,),
    )


def staffed(forecast, channel="phone", **choice):
    queue = a_queue("q", channel, staffing=StaffingChoice(**choice))
    masks = {"q": open_mask(queue, forecast.grid)}
    return requirement(forecast, [queue], window=(0, 8), open_masks=masks)


def test_what_a_queue_is_planned_on_changes_its_agents_not_its_contacts():
    forecast = spread_forecast()
    mean = staffed(forecast)
    p75, p90 = (staffed(forecast, plan_on=name) for name in ("p75", "p90"))
    assert mean.base_agents[0, 0] < p75.base_agents[0, 0] < p90.base_agents[0, 0]
    assert p90.offered_contacts.tolist() == mean.offered_contacts.tolist()
    load = forecast.quantiles[0, 2, 0] * 300 / 1800
    level = erlang.service_level(load, p90.base_agents[0, 0], 300, 20)
    assert float(level) == pytest.approx(0.8, abs=1e-9)
    assert p90.warnings["q"][0].startswith("planned on the forecast's p90: +2")
    assert mean.warnings == {}


def test_a_chosen_probability_is_the_share_of_days_on_which_the_target_is_met():
    forecast = spread_forecast()
    found = staffed(forecast, plan_on="sl_probability", probability=0.9, rate_cv=0.15)
    rates = gamma.ppf(FINE, 1 / 0.15**2, scale=0.15**2) * 200 * 300 / 1800
    met = erlang.service_level(rates, found.base_agents[0, 0], 300, 20) >= 0.8
    assert met.mean() == pytest.approx(0.9, abs=0.001)
    own = staffed(forecast, plan_on="sl_probability", probability=0.9)
    assert own.base_agents[0, 0] == pytest.approx(found.base_agents[0, 0], rel=0.02)
    assert "with probability 90%" in own.warnings["q"][0]
    # Counting noise is the waiting model's, so less is planned than on the p90.
    assert own.base_agents[0, 0] < staffed(forecast, plan_on="p90").base_agents[0, 0]


def test_the_expected_level_is_met_on_average():
    found = staffed(spread_forecast(), plan_on="expected_sl", rate_cv=0.15)
    level = by_fine_integration(
        200 * 300 / 1800, found.base_agents[0, 0], 0.15, np.inf, 300.0
    )
    assert level == pytest.approx(0.8, abs=1e-3)
    assert set(found.binding[0]) == {"service_level"}


def test_deferred_work_and_queues_without_forecast_can_be_planned_too():
    forecast = spread_forecast()
    mail = staffed(forecast, "email", plan_on="p90")
    plain = staffed(forecast, "email")
    more = mail.deferred[0].work_hours.sum() / plain.deferred[0].work_hours.sum()
    assert more == pytest.approx(forecast.quantiles[0, 2, 0] / 200)
    empty = a_queue("fed", staffing=StaffingChoice(plan_on="p90"))
    safe = a_queue("safe", staffing=StaffingChoice(plan_on="sl_probability"))
    masks = {q.queue_id: open_mask(q, forecast.grid) for q in (empty, safe)}
    found = requirement(forecast, [empty, safe], window=(0, 8), open_masks=masks)
    assert (found.base_agents == 0).all()
