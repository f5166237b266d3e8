"""Workbook, pages, calendars and terminal: read back by other programs' eyes."""

import errno
import io
import os
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pytest
from icalendar import Calendar
from openpyxl import load_workbook
from rich.console import Console
from support.report_cases import report_case, with_violation

from wfm.report.ics import write_calendars
from wfm.report.inputs import ReportInput
from wfm.report.key_figures import gaps, queue_figures, totals
from wfm.report.pages import write_pages
from wfm.report.sheets import new_workbook
from wfm.report.terminal import binding_words, requirement_table, summary_table
from wfm.report.workbook import write_workbook


@pytest.fixture(scope="module")
def case() -> ReportInput:
    return report_case()


@pytest.fixture(scope="module")
def book_path(case: ReportInput, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("book") / "roster.xlsx"
    write_workbook(path, case)
    return path


def rows_of(path: Path, sheet: str, *, values: bool = True) -> list[tuple[object, ...]]:
    book = load_workbook(io.BytesIO(path.read_bytes()), data_only=values)
    return [tuple(cell.value for cell in row) for row in book[sheet].iter_rows()]


def test_sheets(book_path: Path) -> None:
    book = load_workbook(io.BytesIO(book_path.read_bytes()))
    assert book.sheetnames == [
        "summary", "shifts", "roster", "week", "cover", "gaps", "rules", "manifest",
    ]  # fmt: skip
    for name in ("shifts", "roster", "week", "cover", "gaps"):
        assert book[name].freeze_panes is not None
        assert book[name].auto_filter.ref is not None


def test_roster_sheet_holds_every_span_as_in_roster_csv(
    book_path: Path, case: ReportInput
) -> None:
    head, *rows = rows_of(book_path, "roster")
    assert head == (
        "agent_id", "site", "date_local", "start_utc", "end_utc", "activity", "queue",
    )  # fmt: skip
    grid = case.instance.grid
    found = {
        (r[0], r[2].date(), r[3].replace(tzinfo=UTC), r[4].replace(tzinfo=UTC), r[5])  # type: ignore[attr-defined]
        for r in rows
    }
    expected = {
        (s.agent_id, s.date_local, grid.instant(x.start_idx), grid.instant(x.end_idx),
         x.activity)
        for s in case.roster.shifts for x in s.spans
    }  # fmt: skip
    assert found == expected
    assert len(rows) == sum(len(s.spans) for s in case.roster.shifts)


def test_totals_are_formulas_with_their_value(
    book_path: Path, case: ReportInput
) -> None:
    sums = totals(case, queue_figures(case))
    formulas = rows_of(book_path, "summary", values=False)
    values = rows_of(book_path, "summary")
    at = next(n for n, row in enumerate(values) if row[0] == "all queues")
    first = next(n for n, row in enumerate(values) if row[0] == "queue") + 2
    assert formulas[at][4] == f"=SUM(E{first}:E{at})"
    assert values[at][4] == pytest.approx(sums.required_hours)
    assert values[at][6] == pytest.approx(sums.missing_hours)
    column = [values[n][4] for n in range(first - 1, at)]
    assert sum(column) == pytest.approx(sums.required_hours)  # type: ignore[arg-type]


def test_week_sums_paid_hours(book_path: Path, case: ReportInput) -> None:
    head, *rows = rows_of(book_path, "week")
    assert head[5] == "Mon 26 Oct"
    paid = {row[1]: row[-1] for row in rows}
    for agent, shifts in case.roster.by_agent().items():
        assert paid[agent] == sum(s.paid_steps for s in shifts) / 4
    formula = rows_of(book_path, "week", values=False)[1][-1]
    assert formula == "=SUM(M2:S2)"
    texts = {row[1]: row[5:12] for row in rows}
    assert all("–" in str(text) for text in texts["FUK001"])


def test_cover_nets_and_sums(book_path: Path, case: ReportInput) -> None:
    rows = rows_of(book_path, "cover")
    body = rows[3:]
    assert len(body) == 3 * 336
    for row in body:
        assert row[5] == pytest.approx(row[4] - row[3])  # type: ignore[operator]
    assert rows[1][4] == pytest.approx(sum(r[4] for r in body) / 2)  # type: ignore[misc]
    assert body[0][1] == datetime(2026, 10, 25, 23)  # noqa: DTZ001 - Excel has no zones
    assert body[0][2] == datetime(2026, 10, 26, 8)  # noqa: DTZ001 - Tokyo's wall clock
    assert str(rows_of(book_path, "cover", values=False)[3][5]) == "=E4-D4"


def test_gaps_sheet_lists_all(book_path: Path, case: ReportInput) -> None:
    rows = rows_of(book_path, "gaps")[1:]
    assert len(rows) == len(gaps(case))
    assert sum(row[6] for row in rows) == pytest.approx(1.0)  # type: ignore[misc]


def test_rules_sheet_names_breaches(case: ReportInput, tmp_path: Path) -> None:
    write_workbook(tmp_path / "bad.xlsx", with_violation(case))
    rows = rows_of(tmp_path / "bad.xlsx", "rules")
    assert rows[1][:2] == ("min rest", 1)
    assert rows[-1][5] == "9.0 h of rest, 11 h are due"


def test_texts_are_never_formulas(case: ReportInput, tmp_path: Path) -> None:
    agents = (replace(case.instance.agents[0], name="=1+1"), *case.instance.agents[1:])
    named = replace(case, instance=replace(case.instance, agents=agents))
    write_workbook(tmp_path / "named.xlsx", named)
    assert rows_of(tmp_path / "named.xlsx", "week")[1][2] == "=1+1"
    cell = load_workbook(tmp_path / "named.xlsx")["week"]["C2"]
    assert cell.data_type == "s"


def test_workbook_of_a_hand_made_roster_with_a_target_out_of_reach(
    case: ReportInput, tmp_path: Path
) -> None:
    need = case.instance.scheduled_agents.copy()
    need[0, case.window.start] = float("inf")
    instance = replace(case.instance, scheduled_agents=need)
    bare = replace(case, instance=instance, solved=None, forecast=None)
    write_workbook(tmp_path / "bare.xlsx", bare)
    assert rows_of(tmp_path / "bare.xlsx", "cover")[3][3] == "out of reach"


def test_pages_name_zone_shift_and_breaks(case: ReportInput, tmp_path: Path) -> None:
    write_pages(tmp_path, case)
    shift = case.roster.by_agent()["FUK001"][0]
    start = case.instance.grid.instant(shift.start_idx)
    page = (tmp_path / "agents" / "FUK001.html").read_text()
    assert "local time of Tokyo (Asia/Tokyo)" in page
    assert f"{(start.hour + 9) % 24:02d}:{start.minute:02d}–" in page  # Tokyo is UTC+9
    assert "(unpaid)" in page
    site = (tmp_path / "sites" / "denver.html").read_text()
    assert site.count("<tr>") == 1 + 3 + 1
    index = (tmp_path / "index.html").read_text()
    assert index.count('href="agents/') == len(case.instance.agents)
    assert "Łukasz O’Neil" in index


def test_pages_with_odd_ids_stay_in_their_folder(
    case: ReportInput, tmp_path: Path
) -> None:
    agents = (
        replace(case.instance.agents[0], agent_id="../x y"), *case.instance.agents[1:],
    )  # fmt: skip
    odd = replace(case, instance=replace(case.instance, agents=agents))
    write_pages(tmp_path / "pages", odd)
    assert {path.name for path in tmp_path.iterdir()} == {"pages"}
    assert (
        'href="agents/%252E.%252Fx%2520y.html"'
        in (tmp_path / "pages" / "index.html").read_text()
    )
    assert (tmp_path / "pages" / "agents" / "%2E.%2Fx%20y.html").exists()


def test_calendar_events_are_the_shifts(case: ReportInput, tmp_path: Path) -> None:
    write_calendars(tmp_path, case, sequence=3)
    shifts = case.roster.by_agent()
    assert {path.stem for path in tmp_path.iterdir()} == set(shifts)
    calendar = Calendar.from_ical((tmp_path / "FUK001.ics").read_bytes())
    events = calendar.walk("VEVENT")
    assert len(events) == len(shifts["FUK001"])
    for event, shift in zip(events, shifts["FUK001"], strict=True):
        grid = case.instance.grid
        assert event["DTSTART"].dt == grid.instant(shift.start_idx)
        assert event["DTEND"].dt == grid.instant(shift.end_idx)
        assert event["UID"] == f"FUK001.{shift.date_local}@wfm"
        assert event["SEQUENCE"] == 3
        assert event["DTSTAMP"].dt == datetime(2026, 10, 24, 9, 15, tzinfo=UTC)
        assert event["STATUS"] == "CONFIRMED"
        assert "meal" in event["DESCRIPTION"]


def test_calendars_repeat_byte_for_byte_and_mark_drafts(
    case: ReportInput, tmp_path: Path
) -> None:
    for name in ("a", "b"):
        write_calendars(tmp_path / name, case)
    for path in (tmp_path / "a").iterdir():
        assert path.read_bytes() == (tmp_path / "b" / path.name).read_bytes()
    write_calendars(tmp_path / "c", replace(case, status="interrupted"))
    assert b"STATUS:TENTATIVE" in (tmp_path / "c" / "FUK001.ics").read_bytes()


def test_second_shift_of_a_day_has_its_own_uid(
    case: ReportInput, tmp_path: Path
) -> None:
    first = case.roster.by_agent()["FUK001"][0]
    move = 60
    spans = tuple(
        replace(s, start_idx=s.start_idx + move, end_idx=s.end_idx + move)
        for s in first.spans
    )
    roster = replace(case.roster, shifts=(first, replace(first, spans=spans)))
    write_calendars(tmp_path, replace(case, roster=roster))
    calendar = Calendar.from_ical((tmp_path / "FUK001.ics").read_bytes())
    uids = {str(event["UID"]) for event in calendar.walk("VEVENT")}
    day = first.date_local
    assert uids == {f"FUK001.{day}@wfm", f"FUK001.{day}.2@wfm"}


def shown(*tables: object, width: int = 120) -> str:
    console = Console(width=width, file=io.StringIO(), color_system=None)
    for table in tables:
        console.print(table)
    return console.file.getvalue()  # type: ignore[attr-defined]


def test_terminal_summary(case: ReportInput) -> None:
    text = shown(*summary_table(case))
    assert "all queues" in text
    assert "2 ok" in text
    assert "gap 6.50 % (11.29 % net of unavoidable wages)" in text
    bad = shown(*summary_table(with_violation(case)))
    assert "2 short" in bad
    assert "not proven" in bad
    assert "bound" not in shown(*summary_table(replace(case, solved=None)))


def test_terminal_summary_fits_eighty_columns() -> None:
    text = shown(*summary_table(report_case(demo=True)), width=80)
    assert "…" not in text
    assert "phone_us_mountain" in text
    assert "4,790 h" in text


def test_terminal_summary_shows_brackets_as_they_are(case: ReportInput) -> None:
    plan = replace(case.folder.plan, name="[red]week")
    named = replace(case, folder=replace(case.folder, plan=plan))
    assert "[red]week" in shown(*summary_table(named))


def test_requirement_table(case: ReportInput) -> None:
    text = shown(requirement_table(case.folder.plan, case.requirement))
    row = next(line for line in text.splitlines() if "phone_ja" in line)
    contacts = case.requirement.offered_contacts[0].sum()
    assert f"{contacts:,.0f}" in row
    hours = case.requirement.base_agents[0].sum() * 0.5
    kept = np.prod([1.0 - part.fraction for part in case.folder.plan.shrinkage])
    assert f"{hours / kept / 40:,.1f}" in row  # full-time people, all shrinkage
    scheduled = case.requirement.scheduled_agents.copy()
    scheduled[0, 100] = float("inf")
    stuck = replace(case.requirement, scheduled_agents=scheduled)
    assert "out of reach" in shown(requirement_table(case.folder.plan, stuck))


def test_targets_that_set_the_need_come_by_their_hours() -> None:
    binding = np.array(["service_level", "occupancy", "", "stability", "service_level"])
    agents = np.array([60.0, 38.0, 5.0, 1.0, np.inf])
    assert binding_words(binding, agents) == "service level 61 %, occupancy 38 %"
    assert binding_words(binding[:1], agents[:1]) == "service level"
    assert binding_words(binding[2:3], agents[2:3]) == ""


def test_run_time_comes_from_the_manifest_or_the_plan(case: ReportInput) -> None:
    assert case.created_utc == datetime(2026, 10, 24, 9, 15, tzinfo=UTC)
    assert replace(case, manifest={}).created_utc == datetime(
        2026, 10, 25, 23, tzinfo=UTC
    )
    assert case.folder.plan.first_date == date(2026, 10, 26)


def test_same_run_same_workbook(case: ReportInput, tmp_path: Path) -> None:
    for name in ("a.xlsx", "b.xlsx"):
        write_workbook(tmp_path / name, case)
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


def test_a_workbook_that_the_system_refuses_says_so_as_any_file(tmp_path, monkeypatch):
    def full(*_arguments, **_options):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("xlsxwriter.workbook.ZipFile", full)
    noon = datetime(2026, 10, 26, 12, tzinfo=UTC)
    with (
        pytest.raises(OSError, match="No space left") as refused,
        new_workbook(tmp_path / "a.xlsx", title="A", created_utc=noon) as workbook,
    ):
        workbook.add_worksheet("one")
    assert refused.value.errno == errno.ENOSPC
