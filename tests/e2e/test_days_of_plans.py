"""Days at home, meetings and training: from a plan folder to files and words."""

import csv
from collections import Counter, defaultdict

from support.tiny_folders import run_wfm, write_tiny

PEOPLE = tuple((f"A{i}", "Europe/Warsaw") for i in range(1, 6))
HEADER = (
    "activity,agent_id,group,duration_min,earliest_local,latest_local,pinned,together"
)
ACTIVITIES = f"""\
{HEADER}
team_day,,all,60,2026-10-27 08:00,2026-10-28 17:00,,yes
coaching,A1,,30,2026-10-26 08:00,2026-10-30 17:00,,
audit,A2,,30,2026-10-28 10:15,2026-10-28 11:00,yes,
later,A3,,30,2026-10-29,2026-11-05,,
night_course,A4,,60,2026-10-27 22:00,2026-10-28 06:00,,
"""
RULES = """\
  home_days: {max_home: 3, min_site: 1, site_on: [mon], home_on: fri}
  site_at_home: {weekdays: [tue, wed]}
"""


def _folder(path):
    folder = write_tiny(path, agents=PEOPLE, start="08:00-09:00", min_hours=32)
    plan = folder / "plan.yaml"
    text = plan.read_text(encoding="utf-8")
    text = text.replace("Europe/Warsaw}", "Europe/Warsaw, seats: 3}")
    text = text.replace("rules:\n  min_rest", f"rules:\n{RULES}  min_rest")
    plan.write_text(text, encoding="utf-8")
    (folder / "activities.csv").write_text(ACTIVITIES, encoding="utf-8")
    return folder


def _rows(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _check_places(roster):
    """Seats, the fixed days, and one date on which nobody is there."""
    places = defaultdict(dict)
    for row in roster:
        places[row["date_local"]][row["agent_id"]] = row["where"]
    count = {day: Counter(own.values()) for day, own in places.items()}
    assert all(own[""] <= 3 for own in count.values())
    assert not count["2026-10-26"]["home"]
    assert not count["2026-10-30"][""]
    assert any(set(count[f"2026-10-{n}"]) == {"home"} for n in (27, 28))


def _check_duties(roster):
    """Each activity once; the team's at one time, the pinned one at its own."""
    duties = [row for row in roster if row["activity"] in ACTIVITIES]
    count = Counter(row["activity"] for row in duties)
    assert count.pop("later", 0) <= 1  # its window goes on after the plan
    assert count == {"team_day": 5, "coaching": 1, "audit": 1}
    starts = defaultdict(set)
    for row in duties:
        starts[row["activity"]].add(row["start_utc"])
    assert len(starts["team_day"]) == 1
    assert starts["audit"] == {"2026-10-28T09:15Z"}


def test_days_and_duties_reach_every_file(capsys, monkeypatch, tmp_path):
    folder = _folder(tmp_path / "plan")
    code, text = run_wfm(capsys, monkeypatch, "plan", folder, "--seconds", "3", "--ics")
    assert code == 0, text
    assert "night_course: no shift can hold it, excused: A4" in text
    out = folder / "out"
    roster = _rows(out / "roster.csv")
    _check_places(roster)
    _check_duties(roster)
    states = {
        (row["activity"], row["agent_id"]): row["state"]
        for row in _rows(out / "activities.csv")
    }
    assert states["coaching", "A1"] == "placed"
    assert states["later", "A3"] in ("placed", "later")
    assert states["night_course", "A4"] == "excused"
    assert "team_day" in (out / "report.html").read_text(encoding="utf-8")
    calendar = next(out.rglob("A2*.ics")).read_text(encoding="utf-8")
    assert "audit" in calendar

    code, text = run_wfm(capsys, monkeypatch, "verify", folder)
    assert code == 0, text
    path = tmp_path / "edited.csv"
    broken = (out / "roster.csv").read_text(encoding="utf-8")
    broken = broken.replace(",home", ",").replace("audit", "team_day")
    path.write_text(broken, encoding="utf-8")
    code, text = run_wfm(capsys, monkeypatch, "verify", folder, "--roster", path)
    assert code == 1
    assert "on site on a day at home" in text
    assert "nobody is at s0 on 0 dates of the week, 1 are due" in text
    assert "audit is missing" in text
