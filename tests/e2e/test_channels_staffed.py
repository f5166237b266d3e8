"""`wfm staff` on a plan that uses every channel and every change of demand."""

import csv

import pytest
from support.tiny_folders import run_wfm, write_tiny

QUEUES = """\
    patience_s: 120
    reasons:
      returns: {share: 0.4, aht_factor: 1.5}
      parcel: {share: 0.6, aht_factor: 0.8}
    demand:
      growth: {per_year: 0.05, since: 2026-01-01}
      containment: {reasons: {parcel: 0.2},
                    escalation: {to: callbacks, share: 0.1, aht_s: 600}}
      repeats: {rate: 0.1, in_history: 0.15}
      redials: {share: 0.5, abandoned_in_history: 0.06}
      notices: [{from_local: "2026-10-27 09:00", to_local: "2026-10-27 12:00",
                 reach: 0.5, saves: 0.5}]
  line:
    channel: virtual_queue
    zone: Europe/Warsaw
    requires: [en]
    open: {weekdays: "09:00-17:00"}
    target: {asa_s: 40}
    callback_offer: {after_s: 45, accepted: 0.5, to: callbacks}
  sms:
    channel: messaging
    zone: Europe/Warsaw
    requires: [en]
    open: {weekdays: "09:00-17:00"}
    target: {service_level: 0.8, answer_within_s: 60}
    patience_s: 300
    chat: {max_chats: 4, aht_factor: [1.0, 1.2, 1.4, 1.7]}
  callbacks:
    channel: callback
    zone: Europe/Warsaw
    requires: [en]
    open: {weekdays: "09:00-17:00"}
    target: {answer_within_open_hours: 8}
    aht_s: 300
  campaign:
    channel: outbound
    zone: Europe/Warsaw
    requires: [en]
    open: {weekdays: "09:00-17:00"}
    target: {answer_within_open_hours: 24}
    outbound: {records: 300, contact_rate: 0.3, max_tries: 3, contact_s: 240,
               retry_after_open_hours: 4, conversion_rate: 0.1}
  mail:
    channel: email
    zone: Europe/Warsaw
    requires: [en]
    open: {weekdays: "09:00-17:00"}
    target: {answer_within_open_hours: 8}
    blend: phone
level_deferred: together
sites:
"""


@pytest.fixture
def folder(tmp_path):
    plan = write_tiny(tmp_path / "plan", offered="20")
    path = plan / "plan.yaml"
    text = path.read_text("utf-8")
    path.write_text(text.replace("sites:\n", QUEUES, 1), "utf-8")
    history = plan / "history.csv"
    rows = history.read_text("utf-8").splitlines()
    more = [
        row.replace("phone,", f"{name},", 1)
        for name in ("line", "sms", "mail")
        for row in rows[1:]
    ]
    history.write_text("\n".join(rows + more) + "\n", "utf-8")
    backlog = "queue,arrived_utc,contacts,due_utc\n"
    backlog += "callbacks,2026-10-25T10:00Z,6,\n"
    backlog += "callbacks,2026-10-25T10:00Z,4,2026-10-27T10:00Z\n"
    (plan / "backlog.csv").write_text(backlog, "utf-8")
    return plan


def staffed(folder):
    """Return the summed hours and contacts by queue."""
    sums: dict[str, list[float]] = {}
    with (folder / "out" / "requirement.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            cells = sums.setdefault(row["queue"], [0.0, 0.0])
            cells[0] += float(row["base_agents"]) / 2
            cells[1] += float(row["offered_contacts"])
    return sums


def test_every_channel_and_change_at_once(folder, capsys, monkeypatch):
    code, _ = run_wfm(capsys, monkeypatch, "check", folder)
    assert code == 0
    code, told = run_wfm(capsys, monkeypatch, "staff", folder)
    assert code == 0, told
    found = staffed(folder)
    # 80 half hours of 20 calls, +4 % of growth, 12 % contained, fewer repeats.
    assert 1100 < found["phone"][1] < 1500
    assert found["callbacks"][1] > 0
    assert found["campaign"][0] > 0
    assert found["mail"][0] == 0
    assert all(found[name][0] > 20 for name in ("phone", "line", "sms"))
    for part in (
        "repeat contacts change the volume by",
        "fresh contacts bring",
        "take a call-back",
        "300 customers, 197 reached within 3 tries, 20 agree",
        "done in idle time of phone",
    ):
        assert part in " ".join(told.split()), part


def test_blending_lowers_the_hours(folder, capsys, monkeypatch):
    run_wfm(capsys, monkeypatch, "staff", folder)
    together = sum(hours for hours, _ in staffed(folder).values())
    path = folder / "plan.yaml"
    text = path.read_text("utf-8").replace("    blend: phone\n", "")
    path.write_text(text, "utf-8")
    run_wfm(capsys, monkeypatch, "staff", folder)
    apart = sum(hours for hours, _ in staffed(folder).values())
    assert together < 0.97 * apart
