"""The report's trade-offs: the set, its chart, and which one this roster is."""

import base64
from typing import Any

from wfm.domain.tradeoffs import MEASURE_WORDS, TradeOff, TradeOffs
from wfm.report.inputs import ReportInput
from wfm.report.text import money, number, percent


def tradeoff_context(inputs: ReportInput) -> dict[str, Any]:
    """Return what the section prints; no rows where no set was made."""
    table = inputs.tradeoffs
    if table is None:
        return {"tradeoffs": None}
    from wfm.report.tradeoff_plots import tradeoff_png

    here = table.number_of(inputs.certificate.roster_hash)
    chart = base64.b64encode(tradeoff_png(table, here)).decode()
    return {
        "tradeoffs": [_row(table, row, here) for row in table.rows],
        "tradeoff_chart": f"data:image/png;base64,{chart}",
        "tradeoff_asked": [MEASURE_WORDS[name] for name in table.asked],
        "tradeoff_here": here,
        "tradeoff_balanced": table.balanced,
        "tradeoff_published": table.published,
    }


def _row(table: TradeOffs, row: TradeOff, here: int | None) -> dict[str, Any]:
    best = {
        name: name in table.asked
        and min(other.of(name) for other in table.rows) == row.of(name)
        for name in MEASURE_WORDS
    }
    return {
        "number": row.number,
        "here": row.number == here,
        "balanced": row.number == table.balanced,
        "cost": money(row.paid_cost, table.currency, whole=True),
        "missing": number(row.missing_hours, 1),
        "service": percent(row.service_level),
        "uneven": number(row.unfair_shifts, 1),
        "changed": number(row.changed_shifts) if table.published else "",
        "people": number(row.changed_people) if table.published else "",
        "gap": "" if row.gap is None else percent(row.gap),
        "violations": row.violations,
        "best": best,
    }
