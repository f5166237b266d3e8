"""Uncertainties from scenarios.yaml through the chain: exactness, seeds, tables."""

import json

import numpy as np
import pandas as pd
import pytest
from support.scenario_folders import SCENARIOS, scenario_folder
from typer.testing import CliRunner

import wfm.api
from scenarios.chain_risk import RiskSettings
from scenarios.distributions import Uniform
from scenarios.draws import Uncertainties
from scenarios.risk_break_even import uncertain_break_evens
from wfm.cli.app import app
from wfm.domain.errors import InputError, UsageError
from wfm.io.scenario_file import read_scenarios
from wfm.studies.scenarios import run_scenarios

UNCERTAIN = """\
uncertainties:
  volume: {path: queues.*.volume_scale, distribution: lognormal,
           parameters: {mean: 1.0, cv: 0.08}, owner: planning, source: backtest}
  aht: {path: queues.*.aht, distribution: normal, parameters: {mean: 1.0, sd: 0.05}}
  absence: {path: shrinkage.sickness.fraction, distribution: lognormal,
            parameters: {mean: 1.0, cv: 0.4}}
  containment: {path: queues.*.containment, distribution: pert,
                parameters: {low: 0.5, mode: 1.0, high: 1.3}}
  attrition: {path: lanes.*.attrition_per_year, distribution: uniform,
              parameters: {low: 0.5, high: 1.5}}
  wages: {path: cost_models.own.grades.agent, per_year: true, distribution: normal,
          parameters: {mean: 1.04, sd: 0.02}}
correlations:
  - {between: [volume, aht], value: 0.3}
"""
MODEL = SCENARIOS.replace(
    "burden: 0.2375}", "burden: 0.2375, recruiting_per_hire: 1500}"
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    where = tmp_path_factory.mktemp("risk") / "plan"
    return scenario_folder(where, MODEL + UNCERTAIN)


@pytest.fixture(scope="module")
def comparison(folder):
    return run_scenarios(
        folder, only=["base", "vendor", "bot"], workers=1, draws=400
    ).comparison


@pytest.fixture(scope="module")
def study(comparison):
    return comparison.risk


def test_the_scenarios_themselves_are_as_without_risk(folder, comparison):
    alone = run_scenarios(folder, only=["vendor"], workers=1).comparison
    assert alone.risk is None
    assert alone["vendor"].cost == comparison["vendor"].cost
    assert alone["vendor"].months == comparison["vendor"].months


def test_the_response_is_near_the_chain_in_futures_it_has_not_seen(study):
    assert len(study.checks) == 9
    assert 0 < study.largest_error < 0.004
    apart = [
        abs(check.chain_months_met - check.response_months_met)
        for check in study.checks
    ]
    assert max(apart) <= 1
    assert max(study.beyond.values()) < 0.02


def test_nothing_moved_costs_what_the_scenario_costs(study, comparison):
    for name, response in study.responses.items():
        values = {one.name: np.full((1, 3), one.neutral) for one in study.inputs}
        found = response.at(values).cost_minor.sum(axis=1)[0]
        assert found == pytest.approx(comparison[name].cost.amount_minor, abs=5)


def test_wages_move_the_part_of_cost_that_is_wages(study, comparison):
    response = study.responses["base"]
    values = {one.name: np.full((1, 3), one.neutral) for one in study.inputs}
    plan = response.at(values).cost_minor.sum()
    values["wages"] = np.full((1, 3), 1.05)
    dearer = response.at(values).cost_minor.sum() - plan
    pay = sum(
        item.amount.amount_minor
        for item in comparison["base"].lines
        if item.line.code.startswith(("wage", "burden"))
    )
    assert dearer == pytest.approx(0.05 * pay, rel=2e-3)
    vendor = study.responses["vendor"]
    assert vendor.at(values).cost_minor.sum() == pytest.approx(
        comparison["vendor"].cost.amount_minor, abs=5
    )


def test_more_contacts_cost_more_and_are_served_worse(study):
    bars = {bar.name: bar for bar in study.tornados["base"].bars}
    assert bars["volume"].at_p90 > bars["volume"].at_p10
    assert bars["absence"].at_p90 > bars["absence"].at_p10
    assert bars["attrition"].at_p90 > bars["attrition"].at_p10
    assert bars["containment"].swing == 0.0  # no bot in the base plan
    bot = {bar.name: bar for bar in study.tornados["bot"].bars}
    assert bot["containment"].swing > 0.0
    shares = {index.name: index.first for index in study.sobol["base"].indices}
    assert shares["volume"] == max(shares.values())
    assert sum(shares.values()) == pytest.approx(1.0, abs=0.1)


def test_differences_are_future_by_future(study):
    pair = study.against("vendor")
    assert (pair.one, pair.other) == ("vendor", study.reference)
    costs = study.report.cost_minor
    assert pair.mean == pytest.approx((costs[1] - costs[0]).mean())
    assert pair.low < pair.mean < pair.high
    assert pair.one_cheaper_probability == (costs[1] < costs[0]).mean()
    assert study.option("bot").p10 < study.option("bot").p90
    with pytest.raises(KeyError):
        study.option("nobody")


def test_the_same_seed_gives_the_same_cents(folder, study):
    again = run_scenarios(
        folder, only=["base", "vendor", "bot"], workers=1, draws=400
    ).comparison.risk
    assert (again.report.cost_minor == study.report.cost_minor).all()
    assert again.to_rows() == study.to_rows()
    other = run_scenarios(
        folder, only=["base"], workers=1, draws=400, seed=99
    ).comparison.risk
    assert (other.report.cost_minor[0] != study.report.cost_minor[0]).all()


def test_a_loaded_plan_runs_its_scenarios(folder, comparison):
    run = wfm.api.load(folder).scenarios("base", "vendor")
    assert (
        run.to_frame()["cost"].tolist() == (comparison.to_frame()["cost"].tolist()[:2])
    )
    assert run.plot("bridge", option="vendor").axes
    with pytest.raises(UsageError, match="no picture 'pie'; there are cost, bridge"):
        run.plot("pie")


def test_break_even_is_where_the_two_cost_the_same(study):
    found = {one.name: one for one in study.break_evens("vendor")}
    assert set(found) == {one.name for one in study.inputs}
    for one in found.values():
        # one sign at both ends without a crossing, else as many changes as crossings
        changes = (one.at_low > 0) != (one.at_high > 0)
        assert changes == len(one.values) % 2
        for value in one.values:
            draws = {
                x.name: x.distribution.quantile(np.array([0.5])) for x in study.inputs
            }
            draws[one.name] = np.array([value])
            costs = [
                study.responses[name].outcome(draws).cost_minor.sum()
                for name in ("vendor", study.reference)
            ]
            assert costs[0] == pytest.approx(costs[1], rel=1e-4)


def test_a_wage_at_which_options_change_places_is_found(study):
    """Own work at a wage that moves, against a price that does not."""
    own, vendor = study.responses["base"], study.responses["vendor"]
    wages = Uncertainties(
        distributions={
            x.name: Uniform(low=0.2, high=5.0) if x.name == "wages" else x.distribution
            for x in study.inputs
        }
    )

    def apart(draws):
        costs = [option.outcome(draws).cost_minor for option in (vendor, own)]
        return (costs[0] - costs[1]).sum(axis=1).astype(float)

    found = {x.name: x for x in uncertain_break_evens(apart, wages)}["wages"]
    assert found.at_low > 0 > found.at_high
    assert len(found.values) == 1


def test_rows_frames_and_a_picture(study):
    frame = study.to_frame()
    assert isinstance(frame, pd.DataFrame)
    assert list(frame["scenario"]) == ["base", "vendor", "bot"]
    assert frame["difference_mean"].isna().tolist() == [True, False, False]
    assert (frame["cost_p10"] < frame["cost_p90"]).all()
    assert frame["cost_p50"][0] == pytest.approx(study.option("base").p50 / 100)
    assert len(study.difference_rows()) == 3
    assert len(study.driver_rows()) == 18
    assert study.input_rows()[0]["owner"] == "planning"
    labels = [text.get_text() for text in study.plot().axes[1].get_yticklabels()]
    assert set(labels) == {one.name for one in study.inputs}


def test_the_command_writes_risk_tables_and_says_how_exact_they_are(folder):
    asked = ["scenarios", str(folder), "--scenario", "base", "--scenario", "vendor"]
    more = ["--draws", "200", "--seed", "5", "--workers", "1"]
    done = CliRunner().invoke(app, [*asked, *more], env={"COLUMNS": "200"})
    assert done.exit_code == 0, done.output
    assert "200 futures" in done.output
    assert "futures run through the chain" in done.output
    table = pd.read_csv(folder / "out" / "risk.csv")
    assert list(table["seed"]) == [5, 5]
    for name in ("differences", "drivers", "inputs", "checks"):
        assert len(pd.read_csv(folder / "out" / f"risk_{name}.csv"))
    record = json.loads((folder / "out" / "scenarios.json").read_text())["risk"]
    assert record["draws"] == 200


def test_an_impossible_value_names_its_path(tmp_path):
    text = UNCERTAIN.replace("{mean: 1.0, cv: 0.4}", "{mean: 30.0, cv: 0.4}")
    where = scenario_folder(tmp_path / "plan", MODEL + text)
    with pytest.raises((InputError, UsageError), match="shrinkage"):
        run_scenarios(where, only=["base"], workers=1, draws=10)


def test_no_risk_without_uncertainties(tmp_path):
    where = scenario_folder(tmp_path / "plan")
    with pytest.raises(UsageError, match="nothing is uncertain"):
        run_scenarios(where, only=["base"], workers=1, draws=10)
    with pytest.raises(UsageError, match="2 draws"):
        RiskSettings(num_draws=1)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("lognormal", "lognormale"), "did you mean 'lognormal'"),
        (("cv: 0.08", "cw: 0.08"), "unknown key; known: cv, mean"),
        (("mean: 1.0, cv: 0.08", "mean: 1.0"), "the key 'cv' is missing"),
        (("cv: 0.08", "cv: much"), "can't be read"),
        (("cv: 0.08", "cv: -1"), "cv must be > 0"),
        (("queues.*.aht", "queues.fax.aht"), "unknown queue 'fax'"),
        (("cost_models.own.", "cost_models.away."), "nothing is called so"),
        (("grades.agent", "currency"), "is no number"),
        (
            ("own.grades.agent, per", "own.grades.agent, operation: set, per"),
            "can't set",
        ),
        (("[volume, aht]", "[volume, ath]"), "did you mean 'aht'"),
        (("[volume, aht]", "[aht, aht]"), "with itself"),
        (
            ("value: 0.3}", "value: 0.3}\n  - {between: [aht, volume], value: 0.1}"),
            "joined twice",
        ),
        (
            (
                "value: 0.3}",
                "value: 0.9}\n  - {between: [aht, wages], value: 0.9}"
                "\n  - {between: [volume, wages], value: -0.9}",
            ),
            "contradict",
        ),
        (("cost_models.own.grades.agent", "exchange_rates.USD.EUR"), "no such pair"),
    ],
)
def test_faults_are_told_by_row(tmp_path, change, message):
    text = (MODEL + UNCERTAIN).replace(*change, 1)
    where = scenario_folder(tmp_path / "plan", text)
    with pytest.raises(InputError) as caught:
        read_scenarios(where)
    (problem,) = caught.value.problems
    assert message in f"{problem.message} {problem.expected}"
    assert problem.file == "scenarios.yaml"
    assert problem.row > 35
