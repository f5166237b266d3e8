"""The certificate of a roster: what was checked, what holds, who covers when."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from wfm.domain.roster import Roster, RosterInstance, RosterRule, Shift, Violation
from wfm.evaluation.coverage import CoverSpan, guarantee_spans
from wfm.evaluation.describe import (
    describe_violation,
    iso_local,
    iso_utc,
    zone_of,
)
from wfm.evaluation.handover import HandOverRecord, handovers

FORMAT = 1
_COVER_RULE = "min_cover"


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """What the checkers and the matching say of one roster.

    Attributes
    ----------
    ok
        No rule is broken and, unless ``min_cover`` is off, no guarantee is short.
    violations
        Every breach, sorted by rule, agent and time.
    spans
        Guaranteed stretches of the window with the agents matched to them.
    cold_start
        Stretches that only a missing previous roster could have covered.
    handovers
        Regions that leave an open queue, and who took it over.
    rules
        Rule name -> number of breaches, for every rule checked.
    hashes
        Input file -> SHA-256.
    roster_hash
        SHA-256 of the roster's spans in UTC (:func:`roster_hash`).
    created_utc
        When the check ran, if told.
    """

    ok: bool
    violations: tuple[Violation, ...]
    spans: tuple[CoverSpan, ...]
    cold_start: tuple[CoverSpan, ...]
    handovers: tuple[HandOverRecord, ...]
    rules: Mapping[str, int]
    hashes: Mapping[str, str]
    roster_hash: str
    created_utc: datetime | None = field(default=None, compare=False)


def certify(
    instance: RosterInstance,
    rules: Sequence[RosterRule],
    roster: Roster,
    *,
    hashes: Mapping[str, str],
    now: datetime | None = None,
) -> Certificate:
    """Return the certificate of *roster*, judged from *instance* alone.

    Nothing is taken from a solver or an earlier certificate. The guarantee is matched
    here, apart from the rule that asks for it.

    Parameters
    ----------
    rules
        The checkers; several may bear one name (one per group of agents).
    hashes
        Input file -> SHA-256 of its bytes.
    now
        Stamped into the certificate; it does not take part in comparisons.
    """
    counts = dict.fromkeys(sorted(rule.name for rule in rules), 0)
    found: list[Violation] = []
    for rule in rules:
        breaches = rule.violations(instance, roster)
        counts[rule.name] += len(breaches)
        found += breaches
    spans, cold_start = guarantee_spans(instance, roster)
    is_short = _COVER_RULE in counts and any(span.missing for span in spans)
    return Certificate(
        ok=not found and not is_short,
        violations=tuple(sorted(found, key=_order)),
        spans=spans,
        cold_start=cold_start,
        handovers=handovers(instance, roster),
        rules=counts,
        hashes=dict(sorted(hashes.items())),
        roster_hash=roster_hash(instance, roster),
        created_utc=None if now is None else now.astimezone(UTC),
    )


def _order(v: Violation) -> tuple[str, str, str, int, int, str, str]:
    day = "" if v.date_local is None else v.date_local.isoformat()
    return v.rule, v.agent_id, v.queue_id, v.start_idx, v.end_idx, day, v.message


def roster_hash(instance: RosterInstance, roster: Roster) -> str:
    """Return the SHA-256 of the roster's spans, with instants, in a fixed order."""
    lines = (
        f"{shift.agent_id},{shift.date_local.isoformat()},"
        f"{iso_utc(instance, span.start_idx)},{iso_utc(instance, span.end_idx)},"
        f"{span.activity},{span.queue},{int(span.paid)}{_place(shift)}\n"
        for shift in roster.shifts
        for span in shift.spans
    )
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def _place(shift: Shift) -> str:
    """Return what the hash says of where a shift is worked; mostly nothing."""
    return f",{shift.where}" if shift.where else ""


def to_json(certificate: Certificate, instance: RosterInstance) -> dict[str, Any]:
    """Return the certificate as JSON data: times in UTC and on the local clock.

    Local times are the queue's for cover, the agent's for breaches. Equal rosters and
    inputs give equal data, but for ``created_utc``.
    """
    clocks = {queue.queue_id: queue.zone for queue in instance.queues}
    window = instance.window_start_idx, instance.window_end_idx
    created = certificate.created_utc
    return {
        "format": FORMAT,
        "ok": certificate.ok,
        "created_utc": None if created is None else created.isoformat(),
        "window": _times(instance, *window, instance.zone),
        "step_minutes": instance.step_minutes,
        "rules": dict(certificate.rules),
        "violations": [_breach(v, instance) for v in certificate.violations],
        "guarantees": _cover(certificate.spans, instance, clocks),
        "cold_start": _cover(certificate.cold_start, instance, clocks),
        "handovers": [
            _handover(record, instance, clocks[record.queue_id])
            for record in certificate.handovers
        ],
        "inputs": dict(certificate.hashes),
        "roster": certificate.roster_hash,
    }


def _times(
    instance: RosterInstance, start: int, end: int, zone_name: str
) -> dict[str, str]:
    return {
        "from_utc": iso_utc(instance, start),
        "to_utc": iso_utc(instance, end),
        "from_local": iso_local(instance, start, zone_name),
        "to_local": iso_local(instance, end, zone_name),
    }


def _cover(
    spans: Iterable[CoverSpan], instance: RosterInstance, clocks: Mapping[str, str]
) -> list[dict[str, Any]]:
    return [
        {
            "queue": span.queue_id,
            **_times(instance, span.start_idx, span.end_idx, clocks[span.queue_id]),
            "guaranteed": span.guaranteed,
            "present": span.present,
            "eligible": span.eligible,
            "regions": dict(span.regions),
        }
        for span in spans
    ]


def _handover(
    record: HandOverRecord, instance: RosterInstance, zone_name: str
) -> dict[str, Any]:
    return {
        "queue": record.queue_id,
        "at_utc": iso_utc(instance, record.at_idx),
        "at_local": iso_local(instance, record.at_idx, zone_name),
        "leaving": record.leaving_region,
        "taking": record.taking_region,
        "overlap_minutes": record.overlap_steps * instance.step_minutes,
    }


def _breach(violation: Violation, instance: RosterInstance) -> dict[str, Any]:
    day = violation.date_local
    entry: dict[str, Any] = {
        "rule": violation.rule,
        "agent_id": violation.agent_id,
        "date_local": None if day is None else day.isoformat(),
        "queue": violation.queue_id,
        "text": describe_violation(violation, instance),
    }
    if violation.end_idx > violation.start_idx:
        clock = zone_of(violation, instance)
        entry |= _times(instance, violation.start_idx, violation.end_idx, clock)
    return entry


def differences(
    stored: Mapping[str, Any], certificate: Certificate, instance: RosterInstance
) -> tuple[str, ...]:
    """Return the parts of a *stored* certificate that the roster does not bear out.

    *stored* is what :func:`to_json` gave, read back; the time stamp is not compared.
    """
    fresh = json.loads(json.dumps(to_json(certificate, instance)))
    keys = sorted((set(fresh) | set(stored)) - {"created_utc"})
    return tuple(key for key in keys if fresh.get(key) != stored.get(key))
