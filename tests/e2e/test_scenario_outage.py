"""An outage: people are away, on the payroll all the same, and nobody is hired anew."""

import pytest
from support.scenario_folders import SCENARIOS, scenario_folder

from wfm.domain.errors import InputError
from wfm.io.scenario_file import read_scenarios
from wfm.studies.scenarios import run_scenarios

DOWN = """
  down:
    inherits: [base]
    changes:
      - {path: sites.lisbon.available, set: 0.5, from: 2026-12, to: 2026-12}
"""
MODEL = SCENARIOS.replace(
    "leave_share: 0.05,", "leave_share: 0.05, hours_when_away: 140,"
)
MODEL = MODEL.replace("burden: 0.2375}", "burden: 0.2375, recruiting_per_hire: 1500}")


@pytest.fixture(scope="module")
def comparison(tmp_path_factory):
    where = tmp_path_factory.mktemp("outage") / "plan"
    folder = scenario_folder(where, MODEL + DOWN)
    return run_scenarios(folder, only=["base", "down", "outage"], workers=1).comparison


def lisbon(result, number):
    return [a for a in result.activities if a.lane_id == "lisbon"][number]


def test_those_away_are_paid_and_stay(comparison):
    base, down = comparison["base"], comparison["down"]
    gone = comparison["outage"]  # the same people dismissed instead
    away = 25 - lisbon(gone, 1).heads
    assert away in {12.0, 13.0}
    assert lisbon(down, 1).heads == lisbon(base, 1).heads == 25
    paid = lisbon(gone, 1).paid_hours + away * 140
    assert lisbon(down, 1).paid_hours == pytest.approx(paid)
    assert lisbon(down, 1).logged_hours == pytest.approx(lisbon(gone, 1).logged_hours)
    assert lisbon(down, 2).hires == pytest.approx(lisbon(base, 2).hires)
    assert lisbon(gone, 2).hires > lisbon(base, 2).hires + 10


def test_service_is_that_of_the_people_left(comparison):
    down, gone = comparison["down"], comparison["outage"]
    assert [m.service_level for m in down.months] == [
        m.service_level for m in gone.months
    ]
    assert [m.is_feasible for m in down.months] == [True, False, True]
    for result in comparison.results:
        for month in result.months:
            assert (month.slack >= -1e-9) == month.is_feasible
    rows = {row["path"]: row for row in comparison.assumption_rows()}
    assert rows["sites.lisbon.available"]["base"] == 1.0
    assert rows["sites.lisbon.available"]["value"] == 0.5


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("set: 0.5, from", "set: 2, from"), "is no share of the people"),
        (("set: 0.5, from", "set: half, from"), "is no share of the people"),
        (("sites.lisbon.available", "sites.porto.available"), "unknown site"),
    ],
)
def test_faults(tmp_path, change, message):
    folder = scenario_folder(tmp_path / "plan", MODEL + DOWN.replace(*change))
    with pytest.raises(InputError, match=message):
        read_scenarios(folder)
