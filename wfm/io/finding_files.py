"""``out/findings.json``: what was found out about a roster, told by the roster's hash.

Commands add their part; what belongs to another roster than the one in hand is not
read, so nothing goes stale.
"""

import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from wfm.domain.findings import ChangeNote, Findings, GapNote, OutageNote
from wfm.io.output import result_path, write_atomic

FINDINGS = "findings.json"
GAPS, CHANGES, OUTAGES = "gaps", "changes", "outages"
Note = GapNote | ChangeNote | OutageNote


def keep_findings(
    out: Path, part: str, roster_hash: str, notes: Iterable[Note], said: str = ""
) -> None:
    """Add one part, in place of an earlier one, to the findings in *out*."""
    known = dict(_read(out / FINDINGS))
    rows = [asdict(note) for note in notes]
    known[part] = {"roster": roster_hash, "said": said, "rows": rows}
    write_atomic(result_path(out, FINDINGS), json.dumps(known, indent=1))


def read_findings(out: Path, roster_hash: str) -> Findings:
    """Return what is known of this very roster; what can't be read is not known."""
    parts = {
        name: part
        for name, part in _read(out / FINDINGS).items()
        if isinstance(part, Mapping) and part.get("roster") == roster_hash
    }
    with suppress(TypeError, KeyError, ValueError):
        return Findings(
            gaps=_gaps(parts),
            changes=_changes(parts),
            changed_by=str(parts.get(CHANGES, {}).get("said", "")),
            outages=_outages(parts),
        )
    return Findings()


def _gaps(parts: Mapping[str, Any]) -> tuple[GapNote, ...] | None:
    if GAPS not in parts:
        return None
    return tuple(GapNote(**row) for row in parts[GAPS]["rows"])


def _changes(parts: Mapping[str, Any]) -> tuple[ChangeNote, ...] | None:
    if CHANGES not in parts:
        return None
    return tuple(ChangeNote(**row) for row in parts[CHANGES]["rows"])


def _outages(parts: Mapping[str, Any]) -> tuple[OutageNote, ...] | None:
    if OUTAGES not in parts:
        return None
    return tuple(
        OutageNote(
            **{**row, "lacks": tuple(row["lacks"]), "cures": tuple(row["cures"])}
        )
        for row in parts[OUTAGES]["rows"]
    )


def _read(path: Path) -> Mapping[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
