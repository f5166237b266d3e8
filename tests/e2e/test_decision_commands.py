"""Capacity, results and vendors from folder to tables: commands, functions, faults."""

import json

import numpy as np
import pandas as pd
import pytest
from support.decision_folders import (
    BUDGET,
    CAPACITY,
    KPI,
    VENDORS,
    decision_folder,
    kpi_csv,
)
from typer.testing import CliRunner

from scenarios.months import Month
from wfm import api
from wfm.cli.app import app
from wfm.domain.errors import InputError
from wfm.io.capacity_convert import capacity_problem
from wfm.io.capacity_file import read_capacity
from wfm.io.kpi_files import read_kpis
from wfm.io.vendor_file import read_vendors
from wfm.studies.capacity import capacity, run_capacity
from wfm.studies.kpis import kpis
from wfm.studies.vendors import vendors


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return decision_folder(tmp_path_factory.mktemp("decisions") / "plan")


@pytest.fixture(scope="module")
def run(folder):
    return run_capacity(folder)


def command(*words):
    return CliRunner().invoke(app, list(map(str, words)), env={"COLUMNS": "200"})


# ---------------------------------------------------------------------- capacity ----
def test_people_and_hours_come_from_the_plan(folder, run):
    problem = run.study.problem
    writers, phones = problem.pools
    agents = pd.read_csv(folder / "agents.csv")
    chat = agents["skills"].str.contains("chat")
    assert sum(writers.heads_before) == chat.sum()
    assert sum(phones.heads_before) == (~chat).sum()
    # paid hours less leave, sickness, system, breaks, and what rosters can't place
    left = 160 * 0.92 * 0.97 * 0.98 * 0.94 * 0.9
    assert writers.hours_per_head[0] == pytest.approx(left)
    wage = agents[~chat]["hourly_cost"].mean() * 1.2 * 160 * 100
    assert phones.wage_minor[0] == pytest.approx(wage)
    assert phones.training.wage_minor == round(wage)
    share = phones.hours_per_head[0] / 160
    expected = agents[~chat]["hourly_cost"].mean() * 1.2 * 1.25 / share * 100
    assert phones.overtime.minor_per_hour == pytest.approx(expected)
    assert problem.vendors[0].max_hours.tolist() == [0, 200, 200, 200]


def test_needs_are_hours_at_work_without_shrinkage(folder):
    file = read_capacity(folder)
    flat = {name: np.full(4, 100.0) for name in ("phone", "chat", "email")}
    calls, written = capacity_problem(file, flat).needs
    assert calls.hours.tolist() == [100, 100, 130, 100]  # 100 x 1.2 + 10 in January
    assert written.hours.tolist() == [200] * 4
    assert calls.missing_minor == 4000
    assert calls.missing_cost(np.array([5.0, 30.0]), 0).tolist() == [
        5 * 4000,
        10 * 4000 + 20 * 12_000,
    ]


def test_the_plan_is_optimal_and_kept_by_its_limits(run):
    study = run.study
    assert study.plan.gap_fraction <= 2e-3
    for row in study.hiring_rows():
        assert 2 <= row["heads"] <= 4
    for row in study.to_rows():
        met = row["own_fte"] + row["bought_fte"]
        hours = row["missing_hours"] / (row["required_hours"] / row["required_fte"])
        assert met + hours == pytest.approx(row["required_fte"])
    heads = study.plan.course.num_heads()[0].sum(axis=0)
    assert (heads + study.plan.course.trainees[0].sum(axis=0) <= 32 + 1e-6).all()
    total = sum(row["cost"] for row in study.cost_rows())
    discounted = study.plan.npv_minor / 100
    assert discounted < total < discounted * 1.05


def test_stress_and_buffers_are_of_the_same_futures(run):
    study = run.study
    assert len(study.stressed.cost_minor) == 50
    assert set(study.buffers.reports) == {0.0, 0.05}
    same = study.buffers.reports[0.0].cost_minor
    assert (same == study.stressed.cost_minor).all()
    assert len(study.workforce_rows()) == 8
    assert {row["is_best"] for row in study.buffer_rows()} == {True, False}


def test_the_capacity_command_writes_its_folder_whole(folder):
    done = command("capacity", folder, "--futures", "20", "--seed", "1")
    assert done.exit_code == 0, done.output
    assert "hiring plan" in done.output
    out = folder / "out" / "capacity"
    for name in ("hiring", "needs", "workforce", "cost", "limits", "stress", "buffers"):
        assert (out / f"{name}.csv").stat().st_size > 0
    assert (out / "capacity.png").read_bytes()[:4] == b"\x89PNG"
    record = json.loads((out / "manifest.json").read_text())
    assert record["capacity"]["futures"] == 20
    assert "capacity.yaml" in record["inputs_sha256"]


def test_what_can_not_be_kept_says_what_would_have_to_give(tmp_path):
    text = CAPACITY.replace(
        "[phone], missing_hour: 40, missing_steps: [[0.1, 1], [0.9, 3]]}", "[phone]}"
    ).replace(", buffers: [0.0, 0.05]", "")
    text = text.replace("factor: 1.2, hours: 10", "factor: 9")
    where = decision_folder(tmp_path / "plan", capacity_yaml=text)
    done = command("capacity", where)
    assert done.exit_code == 1, done.output
    assert "would have to give" in done.output
    assert "need calls, 2027-01" in done.output
    assert not (where / "out" / "capacity" / "capacity.png").exists()
    study = capacity(where)
    assert study.plan is None
    assert study.limit_rows()[0]["limit"]
    assert study.to_rows() == study.cost_rows() == study.workforce_rows() == ()
    with pytest.raises(ValueError, match="no capacity plan"):
        study.plot()


CAPACITY_FAULTS = [
    ("start: 2026-11", "start: 2026-09", "begins before the plan"),
    ("from: 2027-01, to: 2027-01", "from: 2027-01, to: 2026-12", "is before 2027-01"),
    ("queues: [phone]", "queues: [fone]", "did you mean 'phone'"),
    ("queues: [phone]", "queues: [phone, chat]", "one need for a queue"),
    ("queues: [chat, email]", "queues: [chat]", "email: in no need"),
    ("serves: [written, calls]", "serves: [writen]", "did you mean 'written'"),
    ("quality: [0.7, 0.8]", "quality: [0.7]", "1 months for 2"),
    ("[[0.1, 1], [0.9, 3]]", "[[0.1, 3], [0.9, 1]]", "do not rise"),
    ("class_size: [2, 4]", "class_size: [5, 4]", "holds no class"),
    ("paid_hours: 160\n    burden", "paid_hour: 160\n    burden", "unknown key"),
    ("{from: phones, to: writers", "{from: phones, to: phones", "where they come"),
    ("skills: [chat]", "skills: [dutch]", "nobody belongs to it"),
    ("queues: [chat, email], missing_hour: 30}", "queues: [chat], missing_hour: 30}"
     "\n  mail: {queues: [email], missing_hour: 30}", None),
    ("max_rise_hours: 100", "max_rise_hours: 100, currency: JPY", "no rate from JPY"),
    ("written: {queues: [chat, email], missing_hour: 30}",
     "written: {queues: [chat, email]}", "prices no missing hour"),
    ("leave: 0.08", "leave: 0.08\n    least_quality: 0.75\n    wage_per_hour: 9",
     None),
    ("tenure: own\n    paid_hours: 160\n    leave", "tenure: old\n    paid_hours: 160"
     "\n    leave", "known: own"),
    ("lisbon: {max_heads", "porto: {max_heads", "unknown site"),
]  # fmt: skip


@pytest.mark.parametrize(("before", "after", "message"), CAPACITY_FAULTS)
def test_faults_of_capacity_yaml(tmp_path, before, after, message):
    assert before in CAPACITY
    text = CAPACITY.replace(before, after, 1)
    where = decision_folder(tmp_path / "plan", capacity_yaml=text)
    if message is None:
        assert read_capacity(where).table.start == Month(2026, 11)
        return
    with pytest.raises(InputError) as caught:
        read_capacity(where)
    told = [f"{p.message} {p.expected}" for p in caught.value.problems]
    assert any(message in text for text in told), told
    rows = [p.row for p in caught.value.problems if p.file == "capacity.yaml"]
    assert all(rows)


def test_nobody_of_a_pool_can_serve_its_need(tmp_path):
    text = CAPACITY.replace(
        "[chat, email], missing_hour: 30}",
        "[chat]}\n  mail: {queues: [email], missing_hour: 30}",
    )
    text = text.replace("serves: [calls]\n    tenure", "serves: [written]\n    tenure")
    text = text.replace(", buffers: [0.0, 0.05]", "")
    where = decision_folder(tmp_path / "plan", capacity_yaml=text)
    with pytest.raises(InputError, match="none of its people can take a queue"):
        read_capacity(where)


def test_people_outside_all_pools_are_told(tmp_path):
    text = CAPACITY.replace("skills: [phone]\n", "skills: [phone, email]\n")
    where = decision_folder(tmp_path / "plan", capacity_yaml=text)
    (remark,) = read_capacity(where).remarks
    assert "belong to no pool (lisbon)" in remark


def test_tenure_comes_from_first_days(tmp_path):
    where = decision_folder(tmp_path / "plan")
    agents = pd.read_csv(where / "agents.csv", dtype=str)
    agents.loc[0, "valid_from"] = "2026-10-01"
    agents.loc[1, "valid_from"] = "2026-12-05"
    agents.loc[2, "valid_to"] = "2026-10-25"
    agents.to_csv(where / "agents.csv", index=False)
    file = read_capacity(where)
    flat = {name: np.full(4, 100.0) for name in ("phone", "chat", "email")}
    pools = capacity_problem(file, flat).pools
    before = np.sum([pool.heads_before for pool in pools], axis=0)
    assert before.tolist() == [1.0, len(agents) - 3]
    assert np.sum([pool.arrivals for pool in pools], axis=0).tolist() == [0, 1, 0, 0]


# ----------------------------------------------------------------------- results ----
def test_results_by_unit_with_targets_and_budget(folder):
    report = kpis(folder)
    frame = report.to_frame()
    assert list(frame["unit"]) == ["agency", "lisbon"]
    agency = frame.iloc[0]
    assert agency["service_level"] == 30 / 40
    assert agency["cost_per_contact"] == pytest.approx(150 * 0.9 / 38)
    assert np.isnan(agency["occupancy"])
    assert "resolution_s" in report.unknown
    status = {s.target.kpi: s.status for s in report.statuses}
    assert status == {"service_level": "met", "aht_s": "missed"}
    september = next(m for m in report.months if m.unit == "agency")
    assert september.budget.amount_minor == 4500_00
    assert september.actual.amount_minor == 30 * 150 * 90
    october = next(m for m in report.months if m.period == "2026-10")
    assert october.days == 25
    assert report.years[-1].period == "2026/27"
    assert len(report.plot().axes) == 2


def test_the_kpi_command_writes_every_view(folder):
    done = command("kpi", folder, "--as-of", "2026-10-20")
    assert done.exit_code == 0, done.output
    assert "results up to 2026-10-20" in done.output
    assert "resolution_s can't be computed" in done.output
    out = folder / "out" / "kpi"
    table = pd.read_csv(out / "by_unit.csv")
    assert list(table["unit"]) == ["agency", "lisbon"]
    for name in ("by_queue", "by_language", "by_channel", "by_month", "targets"):
        assert len(pd.read_csv(out / f"{name}.csv"))
    assert (
        json.loads((out / "manifest.json").read_text())["kpi"]["as_of"] == "2026-10-20"
    )


def test_results_alone_are_enough(tmp_path):
    where = decision_folder(tmp_path / "plan", kpi_yaml=None, budget_csv=None)
    report = kpis(where)
    assert report.statuses == report.months == ()
    assert report.settings.currency == "EUR"


KPI_FAULTS = [
    ("kpi.csv", "phone,100,96", "fone,100,96", "did you mean 'phone'"),
    ("kpi.csv", ",lisbon,,phone,100", ",,,phone,100", "neither site nor vendor"),
    ("kpi.csv", ",lisbon,,phone,100", ",porto,,phone,100", "unknown site"),
    ("kpi.csv", ",,agency,phone", ",,agence,phone", "did you mean 'agency'"),
    ("kpi.csv", "phone,100,96", "phone,90,96", "is more than offered, 90"),
    ("kpi.csv", "phone,100,96", "phone,-1,96", "too small"),
    ("kpi.csv", "1000,EUR", "1000,EURO", "EURO"),
    ("kpi.yaml", "kpi: aht_s", "kpi: aht", "did you mean 'aht_s'"),
    ("kpi.yaml", "value: 0.8", "value: 80", "80 is no share"),
    ("kpi.yaml", "from: 2026-08-01", "from: 2026-11-01", "is not after"),
    ("kpi.yaml", "queue: chat", "queue: chatt", "did you mean 'chat'"),
    ("kpi.yaml", "[service_level, aht_s]", "[service, aht_s]", "unknown figure"),
    ("budget.csv", "2026-10,lisbon", "2026-09,lisbon", "a second budget"),
    ("budget.csv", "2026-09,lisbon,,30000", "2026-9,lisbon,,30000", "is no month"),
]


@pytest.mark.parametrize(("file", "before", "after", "message"), KPI_FAULTS)
def test_faults_of_results(tmp_path, file, before, after, message):
    texts = {"kpi.csv": kpi_csv(), "kpi.yaml": KPI, "budget.csv": BUDGET}
    assert before in texts[file]
    changed = {file.replace(".", "_"): texts[file].replace(before, after, 1)}
    where = decision_folder(tmp_path / "plan", **changed)
    with pytest.raises(InputError) as caught:
        read_kpis(where)
    (problem,) = caught.value.problems
    assert message in f"{problem.message} {problem.expected}"
    assert (problem.file, problem.row > 0) == (file, True)
    assert problem.column


def test_the_same_day_twice_and_no_rows(tmp_path):
    text = kpi_csv(days=1)
    twice = text + text.splitlines()[1] + "\n"
    where = decision_folder(tmp_path / "plan", kpi_csv=twice)
    with pytest.raises(InputError, match="of row 2 again"):
        read_kpis(where)
    (where / "kpi.csv").write_text(text.splitlines()[0] + "\n")
    with pytest.raises(InputError, match="holds no row"):
        read_kpis(where)
    (where / "kpi.csv").unlink()
    with pytest.raises(InputError, match="the file is missing"):
        read_kpis(where)


# ----------------------------------------------------------------------- vendors ----
def test_vendors_are_judged_by_results_and_answers(folder):
    card = vendors(folder)
    assert [s.candidate.vendor_id for s in card.scored][-1] == "other"
    agency = next(s for s in card.scored if s.candidate.vendor_id == "agency")
    assert agency.marks["capability"].value == pytest.approx(1 + 4 * 0.15 / 0.3)
    assert agency.marks["security"].value == 5.0
    newcomer = card.first
    assert newcomer.candidate.vendor_id == "newcomer"
    text = "\n".join(card.remarks)
    assert "newcomer: price has no evidence" in text
    assert "evidence of 2024-01-01 is old" in text
    pilot, full = card.onboarding_rows()
    assert "people for 80% of the work" in pilot["below_floor"]
    assert pilot["exit_tests"] == "service_level 0.8: no data"
    assert full["exit_tests"] == "aht_s 300: pending"
    lisbon = card.incumbent_level()
    assert pilot["expected_level"] == pytest.approx(0.1 * 0.5 + 0.7 * lisbon)


def test_the_vendors_command_writes_the_scorecard(folder):
    done = command("vendors", folder, "--as-of", "2026-10-25")
    assert done.exit_code == 0, done.output
    assert "newcomer is first" in done.output
    out = folder / "out" / "vendors"
    table = pd.read_csv(out / "scorecard.csv")
    assert table["place"].tolist()[:2] == [1, 2]
    for name in ("marks", "security", "onboarding"):
        assert len(pd.read_csv(out / f"{name}.csv"))
    assert len(pd.read_csv(out / "weights.csv")) == len(vendors(folder).switches)


def test_where_nobody_may_be_chosen_that_is_a_finding(tmp_path):
    text = VENDORS.replace("answer: yes", "answer: no")
    where = decision_folder(tmp_path / "plan", vendors_yaml=text)
    done = command("vendors", where)
    assert done.exit_code == 1, done.output
    assert "no vendor may be chosen" in done.output


VENDOR_FAULTS = [
    ("scale: [1, 5]", "scale: [5, 1]", "[lowest, highest]"),
    ("mark: 5}", "mark: 6}", "off the scale"),
    ("kpi: service_level, points", "kpi: service, points", "unknown figure"),
    ("[[0.6, 1], [0.9, 5]]", "[[0.9, 1], [0.6, 5]]", "must rise"),
    ("unit: agency", "unit: agence", "did you mean 'agency'"),
    ("price: {mark: 2,", "prize: {mark: 2,", "did you mean 'price'"),
    ("      price: {mark: 5}\n", "", "no mark for 'price'"),
    ("home_device: {answer: yes,", "device: {answer: yes,", "unknown question"),
    ("incumbents: [lisbon]", "incumbents: [porto]", "unknown site or vendor"),
    ("to: 2026-08, share: 0.2", "to: 2026-07, share: 0.2", "before it begins"),
    ("from: 2026-11, to: 2027-10", "from: 2026-08, to: 2027-10", "is over"),
    ("onboarding:\n  newcomer:", "onboarding:\n  nobody:", "unknown vendor"),
    ("version: 1", "version: 2", "does not fit"),
]


@pytest.mark.parametrize(("before", "after", "message"), VENDOR_FAULTS)
def test_faults_of_vendors_yaml(tmp_path, before, after, message):
    assert before in VENDORS
    text = VENDORS.replace(before, after, 1)
    where = decision_folder(tmp_path / "plan", vendors_yaml=text)
    with pytest.raises(InputError) as caught:
        read_vendors(where)
    told = [f"{p.message} {p.expected}" for p in caught.value.problems]
    assert any(message in text for text in told), told
    assert all(p.file == "vendors.yaml" and p.row for p in caught.value.problems)


# ------------------------------------------------------------------------- check ----
def test_check_reads_all_of_them(tmp_path):
    where = decision_folder(tmp_path / "plan")
    assert api.load(where).check() == ()
    for name, (before, after) in {
        "capacity.yaml": ("site: lisbon", "site: lisboa"),
        "kpi.yaml": ("kpi: aht_s", "kpi: aht"),
        "vendors.yaml": ("mark: 5}", "mark: 6}"),
    }.items():
        path = where / name
        path.write_text(path.read_text().replace(before, after, 1))
    (where / "scenarios.yaml").write_text("version: 1\nstart: 2026-11\n")
    problems = api.load(where).check()
    assert {p.file for p in problems} == {
        "capacity.yaml",
        "kpi.yaml",
        "vendors.yaml",
        "scenarios.yaml",
    } - {"vendors.yaml"}  # results with faults can't judge vendors
    done = command("check", where)
    assert done.exit_code == 1
    assert "lisboa" in done.output
