"""The report's words and tables: everything that is not drawn by a chart."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from wfm.evaluation.service import Gap
from wfm.report.background import cleaning_rows, flat, model_row
from wfm.report.fairness_section import ledger_context
from wfm.report.findings_section import findings_context
from wfm.report.forecast_sections import (
    accuracy_rows,
    backtest_rows,
    choice_rows,
    edit_rows,
    past_week_labels,
    special_rows,
    week_rows,
)
from wfm.report.inputs import ReportInput
from wfm.report.key_figures import (
    QueueFigures,
    Totals,
    gaps,
    queue_figures,
    totals,
)
from wfm.report.packs import NOT_LEGAL_ADVICE, pack_rows
from wfm.report.proof import (
    guarantee_rows,
    proof_context,
    rule_rows,
    shortfall_rows,
    violation_rows,
)
from wfm.report.simulated_section import simulated_context
from wfm.report.text import (
    city,
    days_label,
    money,
    number,
    percent,
    span_label,
    words,
)
from wfm.report.tradeoff_section import tradeoff_context

MOST_GAPS = 40
NOTABLE_FRACTION = 0.02
BANNERS = {
    "without_guarantee": (
        "A guarantee can’t be met.",
        "This is the best roster without it. Read “Rules and guarantees” before "
        "anybody works by it.",
    ),
    "interrupted": (
        "The search was stopped by hand.",
        "This is the best roster found until then; a full run may find a cheaper one.",
    ),
}
STOP_WORDS = {
    "optimal": "proven optimal",
    "gap": "the wanted gap was reached",
    "time": "the time was up",
    "deterministic": "the fixed number of rounds was done",
    "interrupted": "stopped by hand",
}


def context(inputs: ReportInput) -> dict[str, Any]:
    """Return everything that the report's template prints."""
    plan = inputs.folder.plan
    last = plan.first_date + timedelta(days=7 * plan.weeks - 1)
    dates = days_label(plan.first_date, last)
    return {
        "plan": plan,
        "title": f"{plan.name or 'Weekly plan'}: {dates}",
        "dates": dates,
        "planner_city": city(plan.zone),
        **_glance(inputs),
        **simulated_context(inputs),
        **tradeoff_context(inputs),
        **findings_context(inputs),
        **ledger_context(inputs),
        **proof_context(inputs),
        "gaps": gap_rows(inputs),
        "num_gaps": len(gaps(inputs)),
        "rules": rule_rows(inputs),
        "packs": pack_rows(plan, inputs.certificate.rules),
        "not_legal_advice": NOT_LEGAL_ADVICE,
        "violations": violation_rows(inputs),
        "num_violations": len(inputs.certificate.violations),
        "guarantees": guarantee_rows(inputs),
        "shortfalls": shortfall_rows(inputs),
        "cold_start": len(inputs.certificate.cold_start),
        "weeks": week_rows(inputs),
        "past_weeks": past_week_labels(inputs),
        "backtest": backtest_rows(inputs),
        "num_origins": len({row.origin for row in inputs.backtest}),
        "accuracy": accuracy_rows(inputs),
        "edits": edit_rows(inputs),
        "specials": special_rows(inputs),
        "choices": choice_rows(inputs),
        "models": [model_row(inputs, queue) for queue in inputs.instance.queues],
        "cleaning": cleaning_rows(inputs),
        "num_cleaned": len(inputs.folder.history_log),
        "manifest": list(flat(inputs.manifest)),
    }


def _glance(inputs: ReportInput) -> dict[str, Any]:
    figures = queue_figures(inputs)
    sums = totals(inputs, figures)
    return {
        "banners": banners(inputs),
        "verdict": verdict(inputs),
        "tiles": tiles(inputs, sums),
        "queues": [queue_row(row, figures) for row in figures],
        "sums": queue_row(_sum_row(sums), figures),
        "search": search_facts(inputs),
        "terms": terms(inputs),
    }


def banners(inputs: ReportInput) -> list[tuple[str, str]]:
    """Return the warnings that stand above everything else."""
    found = [BANNERS[inputs.status]] if inputs.status in BANNERS else []
    found += [("What would cure it:", text) for text in cures(inputs)]
    count = len(inputs.certificate.violations)
    if count:
        noun = "breach of a rule" if count == 1 else "breaches of rules"
        found.append(
            (
                f"{number(count)} {noun} in this roster.",
                "Each is named under “Rules and guarantees”.",
            )
        )
    return found


def cures(inputs: ReportInput) -> list[str]:
    """Return what the manifest's search says would make the guarantee possible."""
    search = inputs.manifest.get("search")
    if inputs.status != "without_guarantee" or not isinstance(search, Mapping):
        return []
    found = [f"relaxing {' and '.join(cure)}." for cure in search.get("cures", ())]
    if not found and search.get("status") == "infeasible":
        return ["no single rule or absence was found that, relaxed alone, would do."]
    return found


def verdict(inputs: ReportInput) -> str:
    """Return the proof's result in one sentence."""
    proof = inputs.certificate
    kept, whole = _guarantee_hours(inputs)
    if not proof.ok:
        return "This roster is not proven: the checker found breaches."
    if not whole:
        return "The checker found every rule kept."
    if kept < whole:
        short = number(whole - kept, 1)
        return (
            f"The checker found every rule kept; {short} guaranteed agent-hours are "
            "short, but min_cover is off."
        )
    return (
        f"The checker found every rule and all {number(whole)} guaranteed "
        "agent-hours kept."
    )


def _guarantee_hours(inputs: ReportInput) -> tuple[float, float]:
    """Return guaranteed agent-hours that are filled, and all of them."""
    spans, hours = inputs.certificate.spans, inputs.step_hours
    lengths = [(s.end_idx - s.start_idx) * hours for s in spans]
    whole = sum(n * s.guaranteed for n, s in zip(lengths, spans, strict=True))
    kept = sum(
        n * min(s.guaranteed, s.present) for n, s in zip(lengths, spans, strict=True)
    )
    return kept, whole


def tiles(inputs: ReportInput, sums: Totals) -> list[dict[str, str]]:
    """Return the key figures: label, value, remark and tone."""
    found = [*_hour_tiles(sums), *_proof_tiles(inputs)]
    wages = money(sums.paid_cost, inputs.folder.plan.currency, whole=True)
    found.append(_tile("Wages", wages, f"{number(sums.paid_hours)} paid hours"))
    if inputs.solved is not None and inputs.status != "without_guarantee":
        found.append(
            _tile(
                "Distance to the bound",
                percent(inputs.solved.gap),
                f"{percent(inputs.solved.net_gap)} net of unavoidable wages",
            )
        )
    return found


def _hour_tiles(sums: Totals) -> list[dict[str, str]]:
    needed, staffed = number(sums.required_hours), number(sums.staffed_hours)
    people = f"{number(sums.agents)} people, {number(sums.shifts)} shifts"
    return [
        _tile("Contacts expected", number(sums.contacts), "second line included"),
        _tile("Agent-hours needed", needed, "at work, with shrinkage"),
        _tile("Agent-hours staffed", staffed, people),
        _tile(
            "Agent-hours missing",
            number(sums.missing_hours, 1),
            f"{percent(sums.missing_fraction)} of what is needed",
            "warn" if sums.missing_fraction > NOTABLE_FRACTION else "",
        ),
    ]


def _proof_tiles(inputs: ReportInput) -> list[dict[str, str]]:
    kept, whole = _guarantee_hours(inputs)
    broken = len(inputs.certificate.violations)
    return [
        _tile(
            "Breaches of rules",
            number(broken),
            f"{len(inputs.certificate.rules)} rules checked",
            "bad" if broken else "good",
        ),
        _tile(
            "Guarantees kept",
            percent(kept / whole if whole else 1.0, 0 if kept == whole else 1),
            f"{number(whole)} agent-hours guaranteed" if whole else "none asked for",
            "good" if kept == whole else "bad",
        ),
    ]


def _tile(label: str, value: str, remark: str, tone: str = "") -> dict[str, str]:
    return {"label": label, "value": value, "remark": remark, "tone": tone}


def _sum_row(sums: Totals) -> QueueFigures:
    return QueueFigures(
        queue_id="All queues",
        channel="",
        zone="",
        deferred=False,
        contacts=sums.contacts,
        required_hours=sums.required_hours,
        staffed_hours=sums.staffed_hours,
        missing_hours=sums.missing_hours,
        guaranteed_agents=0,
        guarantee_ok=None,
        unreachable_steps=0,
    )


def queue_row(row: QueueFigures, rows: Iterable[QueueFigures]) -> dict[str, Any]:
    """Return one line of the queue table; the bar is relative to the largest miss."""
    largest = max((other.missing_hours for other in rows), default=0.0)
    remark = "by due time" if row.deferred else ""
    if row.unreachable_steps:
        remark = f"target out of reach in {row.unreachable_steps} steps"
    return {
        "id": row.queue_id,
        "channel": row.channel,
        "market": city(row.zone) if row.zone else "",
        "contacts": number(row.contacts),
        "required": number(row.required_hours, 1),
        "staffed": number(row.staffed_hours, 1),
        "missing": number(row.missing_hours, 1),
        "fraction": percent(row.missing_fraction),
        "bar": f"{100 * row.missing_hours / largest if largest else 0:.1f}",
        "service": service_words(row),
        "below": bool(
            row.service_level is not None
            and row.service_target is not None
            and row.service_level < row.service_target - 0.005
        ),
        "guaranteed": row.guaranteed_agents,
        "guarantee_ok": row.guarantee_ok,
        "remark": remark,
    }


def service_words(row: QueueFigures) -> str:
    """Return the expected service against the promise: ``78.4 % of 80 %``."""
    if row.service_level is None:
        return ""
    if row.service_target is None:
        return percent(row.service_level)
    promise = "all" if row.deferred else percent(row.service_target, 0)
    return f"{percent(row.service_level)} of {promise}"


def search_facts(inputs: ReportInput) -> list[tuple[str, str]]:
    """Return what the search did, as label and value."""
    solved, currency = inputs.solved, inputs.folder.plan.currency
    if solved is None:
        return []
    bound = [
        ("Proven bound", money(solved.bound, currency)),
        ("Gap", percent(solved.gap, 2)),
        ("Gap net of unavoidable wages", percent(solved.net_gap, 2)),
    ]
    if inputs.status == "without_guarantee":
        bound = [("Gap", "none: the bound is for rosters that keep the guarantee")]
    return [
        ("Objective", money(solved.objective, currency)),
        *bound,
        ("First legal roster after", f"{number(solved.first_roster_s, 1)} s"),
        ("Its objective", money(solved.start_objective, currency)),
        (
            "Searched for",
            f"{number(solved.wall_s, 1)} s, {number(solved.rounds)} rounds",
        ),
        ("Stopped because", STOP_WORDS[solved.stop_reason]),
        (
            "Same again with this seed",
            "yes" if solved.reproducible else "no: stopped by the clock",
        ),
    ]


def terms(inputs: ReportInput) -> list[tuple[str, str, str]]:
    """Return the objective's parts: name, amount, share; none that counts nothing."""
    solved, currency = inputs.solved, inputs.folder.plan.currency
    if solved is None:
        return []
    whole = max(sum(solved.terms.values()), 1)
    ordered = sorted(solved.terms.items(), key=lambda term: (-term[1], term[0]))
    return [
        (words(name), money(value, currency), percent(value / whole))
        for name, value in ordered
        if value
    ]


def gap_rows(inputs: ReportInput) -> list[dict[str, str]]:
    """Return the largest gaps in local time and UTC."""
    found = gaps(inputs)
    whole = sum(gap.missing_hours for gap in found)
    zones = {queue.queue_id: queue.zone for queue in inputs.instance.queues}
    return [_gap_row(inputs, g, zones, whole, found[0]) for g in found[:MOST_GAPS]]


def _gap_row(
    inputs: ReportInput, gap: Gap, zones: Mapping[str, str], whole: float, first: Gap
) -> dict[str, str]:
    grid, zone_name = inputs.instance.grid, zones[gap.queue_id]
    steps = gap.end_idx - gap.start_idx
    return {
        "queue": gap.queue_id,
        "local": span_label(grid, gap.start_idx, gap.end_idx, zone_name),
        "city": city(zone_name),
        "utc": span_label(grid, gap.start_idx, gap.end_idx, "UTC"),
        "hours": number(gap.missing_hours, 1),
        "agents": number(gap.missing_hours / (steps * inputs.step_hours), 1),
        "share": percent(gap.missing_hours / whole),
        "bar": f"{100 * gap.missing_hours / first.missing_hours:.1f}",
        "kind": "late work" if gap.deferred else "",
    }
