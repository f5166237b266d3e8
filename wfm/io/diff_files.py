"""A diff of two rosters as a file: CSV, one row per shift, or JSON with the figures."""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from wfm.domain.roster import RosterInstance, Shift
from wfm.evaluation.describe import describe_violation
from wfm.io.output import write_atomic
from wfm.io.tables import utc_text
from wfm.pipeline.edit_effect import EditEffect
from wfm.pipeline.roster_diff import ShiftDifference, in_words

HEADER = (
    "agent_id",
    "date_local",
    "change",
    "other_agent_id",
    "start_utc_before",
    "end_utc_before",
    "start_utc_after",
    "end_utc_after",
    "what",
    "breaks",
)


def write_diff(
    path: Path,
    found: Sequence[ShiftDifference],
    effect: EditEffect,
    instance: RosterInstance,
    labels: tuple[str, str],
) -> None:
    """Write a diff to *path*: JSON if it ends so, else CSV."""
    rows = [diff_row(difference, instance) for difference in found]
    if path.suffix == ".json":
        text = json.dumps(
            _document(rows, effect, instance, labels), indent=1, ensure_ascii=False
        )
        write_atomic(path, text + "\n")
        return
    stream = io.StringIO(newline="")
    writer = csv.DictWriter(stream, HEADER, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    write_atomic(path, stream.getvalue())


def diff_row(found: ShiftDifference, instance: RosterInstance) -> dict[str, str]:
    """Return one shift that differs, by the columns of :data:`HEADER`."""
    old, new = found.before, found.after
    other = "" if old is None or new is None else new.agent_id
    return {
        "agent_id": found.agent_id,
        "date_local": found.date_local.isoformat(),
        "change": found.kind,
        "other_agent_id": "" if other == found.agent_id else other,
        **_times(old, "before", instance),
        **_times(new, "after", instance),
        "what": in_words(found, instance),
        "breaks": "; ".join(found.breaks),
    }


def _times(shift: Shift | None, when: str, instance: RosterInstance) -> dict[str, str]:
    ends = ("", "")
    if shift is not None:
        grid = instance.grid
        start, end = grid.instant(shift.start_idx), grid.instant(shift.end_idx)
        ends = (utc_text(start), utc_text(end))
    return {f"start_utc_{when}": ends[0], f"end_utc_{when}": ends[1]}


def _document(
    rows: Sequence[Mapping[str, str]],
    effect: EditEffect,
    instance: RosterInstance,
    labels: tuple[str, str],
) -> dict[str, object]:
    return {
        "before": labels[0],
        "after": labels[1],
        "shifts": list(rows),
        "broken": [describe_violation(v, instance) for v in effect.broken],
        "mended": [describe_violation(v, instance) for v in effect.cured],
        "queues": [
            {
                "queue": q.queue_id,
                "missing_hours_before": round(q.missing_hours[0], 6),
                "missing_hours_after": round(q.missing_hours[1], 6),
                "service_level_before": round(q.service_level[0], 6),
                "service_level_after": round(q.service_level[1], 6),
            }
            for q in effect.queues
        ],
        "paid_hours": effect.paid_hours,
        "terms_thousandths": dict(effect.terms),
    }
