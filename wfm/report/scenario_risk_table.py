"""Quantiles and chances of the options, as a table of the scenario page."""

import math

from scenarios.risk import RiskReport
from wfm.pipeline.money import minor_digits
from wfm.report.scenario_inputs import ScenarioReport
from wfm.report.scenario_sentences import percent, whole
from wfm.report.scenario_words import Say


def risk_rows(
    report: ScenarioReport, risk: RiskReport, say: Say
) -> tuple[tuple[str, ...], ...]:
    """Return quantiles and chances of the options, each against the reference."""
    minor, base = 10 ** minor_digits(risk.currency), report.reference.scenario_id
    head = (
        say("option"), "P10", "P50", "P90", say("chance that a month keeps its target"),
        say("chance to be cheaper"), say("mean difference"), say("95 % interval"),
    )  # fmt: skip
    rows: list[tuple[str, ...]] = [head]
    known = {found.name: found for found in risk.options}
    for option in report.options():
        own = known.get(option.scenario_id)
        if own is None:
            continue
        met = own.service_probability
        cells = [whole(x / minor) for x in (own.p10, own.p50, own.p90)]
        cells.append("–" if math.isnan(met) else percent(met))
        if own.name == base or base not in known:
            cells += ["–"] * 3
        else:
            pair = risk.difference(own.name, base)
            cells.append(percent(pair.one_cheaper_probability))
            cells.append(signed_minor(pair.mean / minor))
            ends = (signed_minor(end / minor) for end in (pair.low, pair.high))
            cells.append(" … ".join(ends))
        rows.append((own.name, *cells))
    return tuple(rows)


def signed_minor(amount: float) -> str:
    """Return a whole amount with its sign."""
    return f"{amount:+,.0f}".replace("-", "−")
