"""Real call-centre exports, read with their oddities (see the data's own README)."""

import csv
import gzip
import io
import os
from pathlib import Path

import numpy as np
import pytest

from wfm.domain.plan import PlanFolder
from wfm.io.folder import read_folder

SHARED = Path(os.environ.get("WFM_SHARED", Path(__file__).parents[2] / ".." / "shared"))
TECHNION = SHARED / "data" / "technion_bank_1999_jan_oct_15min_by_type_aht.csv.gz"
BANK = SHARED / "data" / "bank_calls_5min.csv.gz"

QUEUE = """\
  {name}:
    channel: phone
    zone: {zone}
    requires: [phone]
    open: {opening}
    target: {{service_level: 0.8, answer_within_s: 20}}
"""


def plan_text(zone: str, names: list[str], opening: str, history: str) -> str:
    queues = "".join(QUEUE.format(name=n, zone=zone, opening=opening) for n in names)
    return (
        f"version: 1\nzone: {zone}\nweek: 2026-10-26\nhistory: {history}\n"
        f"queues:\n{queues}"
    )


def read(tmp_path: Path, plan: str, name: str, content: bytes) -> PlanFolder:
    (tmp_path / "plan.yaml").write_text(plan)
    (tmp_path / name).write_bytes(content)
    return read_folder(tmp_path, frozenset({"history"}))


def rows_of(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(gzip.decompress(content).decode())))


@pytest.mark.skipif(not TECHNION.exists(), reason=f"{TECHNION} is absent")
def test_technion_by_type_adds_up_to_the_export(tmp_path):
    content = TECHNION.read_bytes()
    rows = [row for row in rows_of(content) if row["ts_local"] < "1999-02"]
    names = sorted({row["queue"] for row in rows})
    january = [
        ",".join(("queue", "ts_local", "volume", "handled", "abandoned", "aht_s"))
    ]
    january += [",".join(r[c] for c in january[0].split(",")) for r in rows]
    history = "{zone: Asia/Jerusalem, columns: {start: ts_local}}"
    plan = plan_text("Asia/Jerusalem", names, "{daily: 24h}", history)
    folder = read(tmp_path, plan, "history.csv", "\n".join(january).encode())
    found = folder.history
    assert found.queue_ids == tuple(names)
    assert found.grid.num_intervals == 31 * 48
    assert found.observed.all()
    for q, name in enumerate(names):
        mine = [row for row in rows if row["queue"] == name]
        handled = sum(float(row["handled"]) for row in mine)
        offered = sum(max(float(r["volume"]), float(r["handled"])) for r in mine)
        work_s = sum(
            float(row["handled"]) * float(row["aht_s"] or 0)
            for row in mine
            if float(row["aht_s"] or 0) > 0
        )
        assert found.offered_contacts[q].sum() == pytest.approx(offered, abs=1e-6)
        assert found.handled_contacts[q].sum() == pytest.approx(handled, abs=1e-6)
        assert (found.aht_s[q] * found.aht_weight[q]).sum() == pytest.approx(work_s)


@pytest.mark.skipif(not BANK.exists(), reason=f"{BANK} is absent")
def test_the_american_bank_lacks_its_stub_and_closed_days(tmp_path):
    content = BANK.read_bytes()
    zone, opening = "America/New_York", '{weekdays: "07:00-21:00"}'
    columns = "{start: ts_local, handled: volume}"
    history = f"{{zone: {zone}, offered_is: handled, columns: {columns}}}"
    plan = plan_text(zone, ["bank_na"], opening, history)
    folder = read(tmp_path, plan, "history.csv.gz", content)
    found = folder.history
    kept = sum(
        float(row["volume"])
        for row in rows_of(content)
        if not row["ts_local"].endswith("21:00:00")
    )
    assert found.offered_contacts.sum() == pytest.approx(kept)
    assert int(found.observed.sum()) == 164 * 28
    findings = {e.finding for e in folder.history_log}
    assert "rows are 5 min apart" in findings
    # the stub of five minutes after closing time, once a day
    assert "164 intervals lack some of their finer rows" in findings
    missing = [e for e in folder.history_log if "not reported" in e.finding]
    assert [e.start[:10] for e in missing] == [
        "2003-04-04",
        "2003-05-26",
        "2003-07-04",
        "2003-09-01",
        "2003-10-14",
    ]
    assert missing[0].finding == "56 open intervals are not reported"  # 04-07 as well
    assert np.isclose(found.handled_contacts.sum(), kept)
