"""The report's proof: rules, their settings and breaches, and guaranteed cover."""

from collections.abc import Mapping
from typing import Any

from wfm.domain.demand import Queue
from wfm.evaluation.coverage import CoverSpan
from wfm.report.inputs import ReportInput
from wfm.report.text import city, day_label, number, span_label, words

MOST_VIOLATIONS = 200


def rule_rows(inputs: ReportInput) -> list[tuple[str, str, int]]:
    """Return every rule checked, its settings and breaches, broken ones first."""
    rules = sorted(inputs.certificate.rules.items(), key=lambda r: (-r[1], r[0]))
    return [(words(name), rule_setting(inputs, name), count) for name, count in rules]


def rule_setting(inputs: ReportInput, rule: str) -> str:
    """Return what the plan, its sites and contracts set a rule to.

    Sites and contracts with the same setting share one entry:
    ``11 h; us_full, us_part: 10 h``.
    """
    groups: dict[str, list[str]] = {}
    for entry in inputs.folder.plan.rules:
        if entry.rule == rule:
            text = setting_words(entry.parameters) if entry.enabled else "off"
            groups.setdefault(text, []).append(entry.site_id or entry.contract_id or "")
    return "; ".join(
        f"{', '.join(name or 'everybody else' for name in names)}: {text}"
        if any(names)
        else text
        for text, names in groups.items()
        if text
    )


def setting_words(parameters: Mapping[str, object]) -> str:
    """Return a rule's parameters in words: ``11 h``, ``5 days``, ``32 to 40 h``."""
    match parameters:
        case {"hours": float() | int() as hours, **rest} if not rest:
            return f"{hours:g} h"
        case {"days": int() as days, **rest} if not rest:
            return f"{days} days"
        case {
            "min_hours": float() | int() as low,
            "max_hours": float() | int() as high,
            **rest,
        } if not rest:
            return f"{low:g} to {high:g} h"
        case {"floors": list() | tuple() as floors}:
            return ", ".join(_floor_words(floor) for floor in floors)
        case _:
            pairs = (f"{words(key)} {value}" for key, value in parameters.items())
            return ", ".join(pairs)


def _floor_words(floor: Mapping[str, object]) -> str:
    kinds = ("queue", "skill", "site", "grade")
    parts = [f"{kind} {floor[kind]}" for kind in kinds if floor.get(kind)]
    if floor.get("level"):
        parts.append(f"level {floor['level']} and up")
    if floor.get("min_seniority"):
        parts.append(f"{floor['min_seniority']:g} years of service and more")
    most = floor.get("max_agents")
    limit = "" if most is None else f", at most {most}"
    return f"{' '.join(parts)}: at least {floor.get('agents')}{limit}"


def violation_rows(inputs: ReportInput) -> list[dict[str, str]]:
    """Return the breaches: rule, whom, when, what."""
    return [
        {
            "rule": words(v.rule),
            "who": v.agent_id or v.queue_id,
            "day": day_label(v.date_local) if v.date_local else "",
            "utc": span_label(inputs.instance.grid, v.start_idx, v.end_idx, "UTC")
            if v.end_idx > v.start_idx
            else "",
            "message": v.message,
        }
        for v in inputs.certificate.violations[:MOST_VIOLATIONS]
    ]


def guarantee_rows(inputs: ReportInput) -> list[dict[str, Any]]:
    """Return per guaranteed queue: floor, hours, fewest able, what is short."""
    found = []
    for queue in inputs.instance.queues:
        spans = [
            span
            for span in inputs.certificate.spans
            if span.queue_id == queue.queue_id and span.guaranteed
        ]
        if spans:
            found.append(_guarantee_row(inputs, queue, spans))
    return found


def _guarantee_row(
    inputs: ReportInput, queue: Queue, spans: list[CoverSpan]
) -> dict[str, Any]:
    marks = inputs.certificate.handovers
    short = sum(span.end_idx - span.start_idx for span in spans if span.missing)
    steps = sum(span.end_idx - span.start_idx for span in spans)
    return {
        "queue": queue.queue_id,
        "agents": max(span.guaranteed for span in spans),
        "hours": number(steps * inputs.step_hours, 1),
        "fewest": min(span.eligible for span in spans),
        "handovers": sum(1 for mark in marks if mark.queue_id == queue.queue_id),
        "short": number(short * inputs.step_hours, 2) if short else "",
    }


def shortfall_rows(inputs: ReportInput) -> list[dict[str, str]]:
    """Return where guarantees are short: queue, when, how many are missing."""
    grid = inputs.instance.grid
    zones = {queue.queue_id: queue.zone for queue in inputs.instance.queues}
    short = [span for span in inputs.certificate.spans if span.missing]
    return [
        {
            "queue": span.queue_id,
            "local": span_label(
                grid, span.start_idx, span.end_idx, zones[span.queue_id]
            ),
            "city": city(zones[span.queue_id]),
            "utc": span_label(grid, span.start_idx, span.end_idx, "UTC"),
            "guaranteed": number(span.guaranteed),
            "missing": number(span.missing),
        }
        for span in short[:MOST_VIOLATIONS]
    ]


def proof_context(inputs: ReportInput) -> dict[str, Any]:
    """Return the certificate in a few lines, and how to check it again."""
    proof = inputs.certificate
    step = inputs.instance.step_minutes
    overlaps = [mark.overlap_steps * step for mark in proof.handovers]
    short = sum(1 for span in proof.spans if span.missing)
    return {
        "proof": [
            (
                "Verdict",
                "proven" if proof.ok else "not proven: breaches are named below",
            ),
            ("Guaranteed stretches", _kept_words(len(proof.spans), short)),
            ("Hand-overs between regions", _handover_words(overlaps)),
            ("Rules checked", _rule_words(proof.rules)),
            ("Inputs it was judged from", f"{len(proof.hashes)} files, by SHA-256"),
            ("Roster (SHA-256)", proof.roster_hash),
        ],
    }


def _kept_words(count: int, short: int) -> str:
    if not count:
        return "none asked for"
    return f"{number(count - short)} of {number(count)} held"


def _handover_words(overlaps: list[int]) -> str:
    if not overlaps:
        return "none"
    together = [minutes for minutes in overlaps if minutes > 0]
    if not together:
        return f"{number(len(overlaps))}, none with both regions at work"
    count = number(len(overlaps))
    both = "each" if len(together) == len(overlaps) else number(len(together))
    return f"{count}, {both} with both regions at work for {min(together)} min or more"


def _rule_words(rules: Mapping[str, int]) -> str:
    broken = sum(1 for count in rules.values() if count)
    return f"{number(len(rules))}, {number(len(rules) - broken)} of them kept"
