"""The decision in plain data: what the memo says, kept in the run's manifest."""

import math
from collections.abc import Sequence
from typing import Any

from scenarios.assumptions import Assumption
from scenarios.repriced import LeverScan
from scenarios.result import ScenarioResult
from wfm.pipeline.money import minor_digits
from wfm.report.scenario_break_even import BreakEvens
from wfm.report.scenario_inputs import ScenarioReport

MOST_BREAK_EVENS = 6


def decision_record(report: ScenarioReport, evens: BreakEvens) -> dict[str, Any]:
    """Return everything the memo states, as numbers and texts that JSON can hold.

    Amounts are texts of major units, exact.
    """
    best, rival = report.recommended(), runner_up(report)
    return {
        "question": report.decision.question,
        "title": report.title,
        "language": report.language,
        "currency": report.currency,
        "months": [str(report.months[0]), str(report.months[-1])],
        "reference": report.reference.scenario_id,
        "recommended": None if best is None else best.scenario_id,
        "runner_up": None if rival is None else rival.scenario_id,
        "options": [_option(report, option) for option in report.options()],
        "questions": [_option(report, result) for result in report.questions()],
        "sure": _sure(report, best, rival),
        "break_evens": _break_evens(report, evens),
        "assumptions": shared_assumptions(report.options()),
        "not_included": list(report.decision.not_included),
    }


def runner_up(report: ScenarioReport) -> ScenarioResult | None:
    """Return the cheapest option beside the recommended one, of those that serve."""
    best = report.recommended()
    others = [o for o in report.options() if o.is_feasible and o is not best]
    return min(others, key=lambda option: option.cost.amount_minor, default=None)


def _option(report: ScenarioReport, result: ScenarioResult) -> dict[str, Any]:
    base = report.reference.cost
    below = [month for month in result.months if month.breaches]
    apart = result.cost - base
    share = apart.amount_minor / base.amount_minor if base.amount_minor else None
    worst = min(result.months, key=lambda month: month.service_level)
    return {
        "id": result.scenario_id,
        "text": result.text,
        "cost": str(result.cost.amount),
        "against": str(apart.amount),
        "share": share,
        "one_off": str((result.cost - result.run_cost).amount),
        "per_resolved_contact": result.cost_per_resolved_contact,
        "service_level": result.service_level,
        "worst_service_level": worst.service_level,
        "worst_month": str(worst.month),
        "missing_hours": sum(month.missing_hours for month in result.months),
        "heads": sum(month.heads for month in result.months) / len(result.months),
        "months_below": len(below),
        "num_months": len(result.months),
        "first_breach": f"{below[0].month} {below[0].breaches[0]}" if below else "",
        "feasible": result.is_feasible,
    }


def _sure(
    report: ScenarioReport, best: ScenarioResult | None, rival: ScenarioResult | None
) -> dict[str, Any] | None:
    """Return how likely the recommended option is cheaper, if futures were drawn."""
    risk = report.risk
    if risk is None or best is None or rival is None:
        return None
    known = {option.name: option.service_probability for option in risk.options}
    if not {best.scenario_id, rival.scenario_id} <= set(known):
        return None
    found = risk.difference(best.scenario_id, rival.scenario_id)
    minor = 10 ** minor_digits(risk.currency)
    return {
        "one": found.one,
        "other": found.other,
        "draws": risk.num_draws,
        "seed": risk.seed,
        "probability": found.one_cheaper_probability,
        "probability_low": found.probability_low,
        "probability_high": found.probability_high,
        "mean": found.mean / minor,
        "low": found.low / minor,
        "high": found.high / minor,
        "p10": found.p10 / minor,
        "p90": found.p90 / minor,
        "service": None if math.isnan(known[found.one]) else known[found.one],
    }


def _break_evens(report: ScenarioReport, evens: BreakEvens) -> list[dict[str, Any]]:
    """Return where an option that serves becomes cheaper than the recommended one."""
    best = report.recommended()
    if best is None:
        return []
    serving = {o.scenario_id for o in report.options() if o.is_feasible}
    found = [
        {
            "lever": scan.lever.kind,
            "currency": scan.lever.currency,
            "change": change,
            "one": scan.one,
            "other": scan.other,
        }
        for scan in evens.scans
        if {scan.one, scan.other} <= serving
        and best.scenario_id in {scan.one, scan.other}
        for change in nearest_changes(scan)
    ]
    nearest = sorted(found, key=lambda item: abs(float(str(item["change"]))))
    return nearest[:MOST_BREAK_EVENS]


def nearest_changes(scan: LeverScan) -> tuple[float, ...]:
    """Return the first change down, and up, at which two options change places."""
    changes = sorted(crossing.x - 1.0 for crossing in scan.crossings)
    below = [change for change in changes if change < 0.0][-1:]
    return (*below, *[change for change in changes if change >= 0.0][:1])


def shared_assumptions(results: Sequence[ScenarioResult]) -> list[dict[str, Any]]:
    """Return what scenarios assume, each once, with the *options* that share it."""
    shared: dict[tuple[str, ...], dict[str, Any]] = {}
    for result in results:
        for item in result.assumptions:
            row = _assumption(item)
            key = tuple(str(value) for value in row.values())
            known = shared.setdefault(key, row | {"options": []})
            known["options"].append(result.scenario_id)
    return list(shared.values())


def _assumption(item: Assumption) -> dict[str, Any]:
    return {name: _plain(value) for name, value in item.to_row().items()}


def _plain(value: object) -> object:
    if value is None or isinstance(value, bool | int | float):
        return value
    return str(value)
