"""The report's answers: why gaps are there, what a repair changed, outages."""

from datetime import datetime, timedelta
from typing import Any

from wfm.domain.findings import GapNote, OutageNote
from wfm.report.inputs import ReportInput
from wfm.report.text import city, money, number, span_label

MOST_CHANGES = 200


def findings_context(inputs: ReportInput) -> dict[str, Any]:
    """Return what the sections print; ``None`` is what nobody has asked for."""
    found = inputs.findings
    names = {a.agent_id: a.name for a in inputs.instance.agents if a.name}
    return {
        "reasons": None
        if found.gaps is None
        else [_gap_row(inputs, note) for note in found.gaps],
        "repaired": _changed_people(inputs, names),
        "num_repaired": len(found.changes or ()),
        "repaired_by": found.changed_by,
        "outages": None
        if found.outages is None
        else [_outage_row(note) for note in found.outages],
    }


def _gap_row(inputs: ReportInput, note: GapNote) -> dict[str, Any]:
    grid, currency = inputs.instance.grid, inputs.folder.plan.currency
    zones = {queue.queue_id: queue.zone for queue in inputs.instance.queues}
    zone_name = zones.get(note.queue_id, "UTC")
    start = datetime.fromisoformat(note.start_utc)
    low = grid.floor_index(start)
    high = grid.floor_index(start + timedelta(minutes=note.minutes))
    return {
        "queue": note.queue_id,
        "local": span_label(grid, low, high, zone_name),
        "city": city(zone_name),
        "missing": f"{number(note.missing, 1)} of {number(note.required, 1)}",
        "why": note.why,
        "worth": money(note.worth, currency),
        "fix": note.fix,
        "own": note.with_whom_is_there,
    }


def _changed_people(
    inputs: ReportInput, names: dict[str, str]
) -> list[dict[str, Any]] | None:
    """Return the changes by person, at most so many lines."""
    if inputs.findings.changes is None:
        return None
    people: dict[str, list[dict[str, str]]] = {}
    for note in inputs.findings.changes[:MOST_CHANGES]:
        line = {"day": note.date_local, "what": note.what, "reason": note.reason}
        people.setdefault(note.agent_id, []).append(line)
    return [
        {"id": agent_id, "name": names.get(agent_id, agent_id), "lines": lines}
        for agent_id, lines in people.items()
    ]


def _outage_row(note: OutageNote) -> dict[str, Any]:
    return {
        "site": note.site_id,
        "at_once": number(note.at_once),
        "holds": not note.lacks,
        "verdict": note.verdict,
        "lacks": list(note.lacks),
        "conflict": note.conflict,
        "cures": list(note.cures),
    }
