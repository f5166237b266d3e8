"""The certificate as files: a summary to read, and the detail to check it by.

``certificate.json`` says what was checked and found; ``certificate_detail.json`` names
who fills each guarantee when (runs of equal length), and where nobody could. Neither is
believed: :func:`certificate_faults` judges roster and inputs anew and names whatever
differs.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from wfm.domain.errors import InputError, Problem
from wfm.domain.grid import IntervalGrid
from wfm.domain.roster import Roster, RosterInstance
from wfm.evaluation.certificate import Certificate, differences, to_json
from wfm.evaluation.describe import iso_utc
from wfm.evaluation.witness import Deficit, Duty, Witness, witness, witness_faults
from wfm.io.output import write_atomic

SUMMARY, DETAIL, FORMAT = "certificate.json", "certificate_detail.json", 1
_CHANGING = frozenset({"inputs", "created_utc", "roster"})
"""Parts of the summary that are compared in words of their own."""


def write_certificate(
    folder: Path, certificate: Certificate, instance: RosterInstance, roster: Roster
) -> Path:
    """Write summary and detail into *folder*; return the path of the summary."""
    summary = to_json(certificate, instance)
    found = witness(instance, roster)
    detail = detail_json(found, instance, certificate.roster_hash)
    write_atomic(folder / DETAIL, json.dumps(detail, separators=(",", ":")) + "\n")
    write_atomic(folder / SUMMARY, json.dumps(summary, indent=1) + "\n")
    return folder / SUMMARY


def detail_json(
    found: Witness, instance: RosterInstance, roster_hash: str
) -> dict[str, Any]:
    """Return a witness as JSON data: queue -> agent -> spans in UTC."""
    duties: dict[str, dict[str, list[list[str]]]] = {}
    for duty in found.duties:
        spans = duties.setdefault(duty.queue_id, {}).setdefault(duty.agent_id, [])
        spans.append([iso_utc(instance, i) for i in (duty.start_idx, duty.end_idx)])
    return {
        "format": FORMAT,
        "roster": roster_hash,
        "duties": duties,
        "deficits": [
            {
                "from_utc": iso_utc(instance, item.start_idx),
                "to_utc": iso_utc(instance, item.end_idx),
                "queues": list(item.queue_ids),
                "at_work": item.at_work,
                "guaranteed": item.guaranteed,
            }
            for item in found.deficits
        ],
    }


def read_detail(path: Path, grid: IntervalGrid) -> Witness:
    """Return the witness in *path*.

    Raises
    ------
    InputError
        If the file can't be read as one.
    """
    data = _read(path)
    try:
        return Witness(
            duties=tuple(
                sorted(
                    Duty(
                        queue_id=queue,
                        agent_id=agent,
                        start_idx=_index(span[0], grid),
                        end_idx=_index(span[1], grid),
                    )
                    for queue, agents in data["duties"].items()
                    for agent, spans in agents.items()
                    for span in spans
                )
            ),
            deficits=tuple(
                Deficit(
                    start_idx=_index(item["from_utc"], grid),
                    end_idx=_index(item["to_utc"], grid),
                    queue_ids=tuple(item["queues"]),
                    at_work=int(item["at_work"]),
                    guaranteed=int(item["guaranteed"]),
                )
                for item in data["deficits"]
            ),
        )
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        raise _refused(path, f"it is no detail of a certificate: {error}") from error


def _index(text: str, grid: IntervalGrid) -> int:
    return grid.index_of(datetime.fromisoformat(text).astimezone(UTC))


def _read(path: Path) -> dict[str, Any]:
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise _refused(path, f"can't be read: {error.strerror}") from error
    except ValueError as error:
        raise _refused(path, f"it is not JSON: {error}") from error
    if not isinstance(data, dict):
        raise _refused(path, "it is no certificate")
    return data


def _refused(path: Path, message: str) -> InputError:
    problem = Problem(
        file=path.name, message=message, expected="a file written by wfm verify"
    )
    return InputError((problem,))


def certificate_faults(
    path: Path, certificate: Certificate, instance: RosterInstance, roster: Roster
) -> tuple[str, ...]:
    """Return what a stored certificate says that is not so, in words.

    Parameters
    ----------
    path
        The stored summary; the detail lies beside it (its absence is a fault).
    certificate, instance, roster
        What the checkers say now, from the inputs as they are.
    """
    stored = _read(path)
    faults = list(_other_inputs(stored.get("inputs"), certificate.hashes))
    if stored.get("roster") != certificate.roster_hash:
        faults.append("it was made for another roster")
    told = {key: value for key, value in stored.items() if key not in _CHANGING}
    fresh = differences(
        {**told, "inputs": dict(certificate.hashes), "roster": certificate.roster_hash},
        certificate,
        instance,
    )
    faults += [f"{part}: not what the checkers find" for part in fresh]
    detail = path.with_name(path.name.replace(".json", "_detail.json"))
    if not detail.exists():
        return (*faults, f"{detail.name} is missing: nobody is named")
    if _read(detail).get("roster") != stored.get("roster"):
        faults.append(f"{detail.name} belongs to another roster")
    found = read_detail(detail, instance.grid)
    return (*faults, *witness_faults(instance, roster, found))


def _other_inputs(stored: Any, hashes: Mapping[str, str]) -> Sequence[str]:
    """Return the inputs that were others when the certificate was written."""
    if not isinstance(stored, dict):
        return ["it does not say from which inputs it was made"]
    found = [
        f"{name} has changed since"
        for name, digest in sorted(stored.items())
        if name in hashes and hashes[name] != digest
    ]
    return found + [f"{name} was not there" for name in hashes if name not in stored]
