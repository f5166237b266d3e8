"""The benchmark's judge: right rosters pass, every single fault is seen."""

import csv

import pytest
from support.forecast_benchmark import benchmark

judge_module = benchmark("roster_check")
FIELDS = ["agent", "region", "contract", "start_slot", "break_slots"]
DEMAND = [0] * 48 + [2] * 624


def shift(agent, region, contract, start):
    """A shift with its breaks as early as they may be."""
    first = {"PT5x4": [6]}.get(contract, [5, 12, {"FT5x8": 24}.get(contract, 32)])
    breaks = " ".join(str(start + offset) for offset in first)
    return [agent, region, contract, str(start), breaks]


def week(agent, region, contract, local_start, days):
    offset = {"AMER": 20, "EMEA": -4, "APAC": -32}[region]
    return [
        shift(agent, region, contract, offset + 96 * day + local_start) for day in days
    ]


def judged(tmp_path, rows, demand=DEMAND):
    path = tmp_path / "roster.csv"
    with path.open("w", newline="") as sink:
        csv.writer(sink).writerows([FIELDS, *rows])
    return judge_module.judge(path, demand)


def test_a_right_week_has_no_fault_and_costs_its_hours(tmp_path):
    rows = week("a", "EMEA", "FT5x8", 36, [0, 1, 2, 3, 4])
    verdict = judged(tmp_path, rows)
    assert verdict.faults == []
    assert verdict.heads == 1
    assert verdict.wages == 5 * 8 * 2400
    # eight and a half hours less two quarter hours and the meal, less Monday's zeros
    at_work = 5 * (34 - 4)
    monday = sum(s < 48 for s in range(32, 32 + 34)) - 2 - 1
    assert verdict.missing == 2 * 624 - (at_work - monday)
    assert verdict.below_floor == 624
    assert verdict.objective == verdict.wages + 2000 * verdict.missing


def test_nights_cost_more(tmp_path):
    rows = week("a", "AMER", "PT5x4", 80, [0, 1, 2, 3, 4])
    verdict = judged(tmp_path, rows)
    # 20:00 to 24:00: two hours by day, two at night with 30 %
    assert verdict.wages == 5 * (2 * 2200 + 2 * 2860)


@pytest.mark.parametrize(
    ("words", "rows"),
    [
        (
            "two regions",
            week("a", "AMER", "FT5x8", 36, [0, 1])
            + week("a", "EMEA", "FT5x8", 36, [2, 3, 4]),
        ),
        ("works 4 shifts", week("a", "AMER", "FT5x8", 36, [0, 1, 2, 3])),
        ("outside the week", week("a", "AMER", "FT5x8", 36, [3, 4, 5, 6, 7])),
        ("not consecutive", week("a", "AMER", "FT5x8", 36, [0, 2, 3, 4, 6])),
        (
            "vary by more",
            week("a", "APAC", "FT5x8", 36, [0, 1, 2, 3])
            + week("a", "APAC", "FT5x8", 45, [4]),
        ),
        (
            "rests less",
            week("a", "APAC", "FT4x10", 60, [0, 1, 2])
            + week("a", "APAC", "FT4x10", 44, [3]),
        ),
        ("starts at minute", week("a", "EMEA", "FT5x8", 64, [0, 1, 2, 3, 4])),
        ("people on PT5x4", week("a", "APAC", "PT5x4", 40, [0, 1, 2, 3, 4])),
        ("people on FT4x10", week("a", "APAC", "FT4x10", 40, [0, 1, 2, 3])),
    ],
)
def test_every_fault_of_a_week_is_seen(tmp_path, words, rows):
    assert any(words in fault for fault in judged(tmp_path, rows).faults)


@pytest.mark.parametrize("moved", [4, 10])
def test_a_break_outside_its_window_is_seen(tmp_path, moved):
    rows = week("a", "EMEA", "FT5x8", 36, [0, 1, 2, 3, 4])
    start = int(rows[0][3])
    rows[0][4] = f"{start + moved} {start + 12} {start + 24}"
    assert any("breaks at" in fault for fault in judged(tmp_path, rows).faults)
    rows[0][4] = f"{start + 5} {start + 12}"
    assert any("has 2 breaks" in fault for fault in judged(tmp_path, rows).faults)


def test_seats_are_counted_with_breaks(tmp_path):
    rows = []
    for n in range(2):
        rows += week(f"a{n}", "AMER", "FT5x8", 36, [0, 1, 2, 3, 4])
    assert judged(tmp_path, rows, [0] * 48 + [2] * 624).faults == []
    # ceil(1.15 * 1 * 0.55) = 1 seat
    faults = judged(tmp_path, rows, [0] * 48 + [1] * 624).faults
    assert len([f for f in faults if "seats" in f]) == 5 * 34


def test_the_reader_states_the_same_week_as_the_judge():
    fts = benchmark("roster_fts")
    instance = fts.instance_of(DEMAND)
    for region in instance.regions:
        for slot in range(-32, 672):
            pay = region.pay[slot + fts.BEFORE]
            assert pay == judge_module.pay(region.region_id, slot)
    for contract in instance.contracts:
        assert (
            contract.shift_steps * 15 == judge_module.LENGTH_MIN[contract.contract_id]
        )
        windows = [
            (15 * b.first, 15 * b.last, 15 * b.length_steps, b.paid)
            for b in contract.breaks
        ]
        assert windows == judge_module.breaks_of(contract.contract_id)
