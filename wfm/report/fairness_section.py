"""The report's ledger: who works weekends and nights, now and in the weeks before."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from wfm.domain.fairness import FairnessRow
from wfm.domain.people import Agent
from wfm.pipeline.fairness import fairness_rows
from wfm.report.inputs import ReportInput
from wfm.report.text import MINUS, money, number, percent

MEASURES: Mapping[str, str] = {
    "price": "a price on weekend and night work of those who have had more of it",
    "spread": "the least distance between the most and the least burdened peers",
    "min_max": "the least burden of the most burdened",
    "lexicographic": "the least burden of the most burdened, then of the next, ...",
}
"""Measures of fairness that a plan may ask for, in words."""
SHOWN = 15
"""People shown at once, those who are furthest beyond their peers first."""
EVEN = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """One person's weekend, night and undesired shifts: now, and on average before."""

    agent: Agent
    weekends: int
    nights: int
    undesired: int
    past_weekends: float
    past_nights: float
    past_weeks: int
    weeks: int

    @property
    def burden(self) -> float:
        """Weekend and night shifts a week, the weeks before counting as one."""
        now = (self.weekends + self.nights) / self.weeks
        if not self.past_weeks:
            return now
        return (now + self.past_weekends + self.past_nights) / 2


def ledger_context(inputs: ReportInput) -> dict[str, Any]:
    """Return what the section prints."""
    shares = shares_of(inputs)
    means = _means(shares)
    rows = sorted(
        (_row(share, share.burden - means[_peers(share.agent)]) for share in shares),
        key=lambda row: (-row["beyond_value"], row["id"]),
    )
    weeks = max((share.past_weeks for share in shares), default=0)
    return {
        "ledger": rows[:SHOWN],
        "ledger_rest": rows[SHOWN:],
        "ledger_weeks": weeks,
        "ledger_uneven": number(sum(max(0.0, row["beyond_value"]) for row in rows), 1),
        "fairness_measure": MEASURES[inputs.instance.prices.fairness_measure],
        "evenness": evenness_words(inputs),
    }


def evenness_words(inputs: ReportInput) -> str:
    """Return what exchanging weeks among people alike has done, empty if nothing."""
    prices, solved = inputs.instance.prices, inputs.solved
    if prices.fairness_measure == "price" or solved is None:
        return ""
    found = solved.evenness
    if found is None:
        return "No two people could take each other's weeks, so none were exchanged."
    before, after = found.before, found.after
    cost = money(found.cost, inputs.folder.plan.currency)
    proof = "No exchange" if found.is_proven else "No exchange that was found"
    return (
        f"{number(found.exchanged)} of {number(len(after))} people who could take "
        f"weeks of others alike have another week now, for {cost} more. Weekend and "
        "night shifts a week, those before counted in, of the most burdened: "
        f"{number(before[0], 2)} before, {number(after[0], 2)} now; between the most "
        f"and the least: {number(before[0] - before[-1], 2)} before, "
        f"{number(after[0] - after[-1], 2)} now. {proof} within "
        f"{percent(prices.fairness_within, 2)} of the objective is fairer by this "
        "measure."
    )


def shares_of(inputs: ReportInput) -> list[Share]:
    """Return everybody's share, in the order of the plan."""
    plan, instance = inputs.folder.plan, inputs.instance
    now = _by_agent(fairness_rows(instance, inputs.roster, plan.first_date, ""))
    past = _by_agent(instance.ledger)
    found = []
    for agent in instance.agents:
        own, before = now.get(agent.agent_id, []), past.get(agent.agent_id, [])
        known = max(1, len(before))
        found.append(
            Share(
                agent=agent,
                weekends=sum(row.weekend_shifts for row in own),
                nights=sum(row.night_shifts for row in own),
                undesired=sum(row.undesired_shifts for row in own),
                past_weekends=sum(row.weekend_shifts for row in before) / known,
                past_nights=sum(row.night_shifts for row in before) / known,
                past_weeks=len(before),
                weeks=plan.weeks,
            )
        )
    return found


def _by_agent(rows: Iterable[FairnessRow]) -> dict[str, list[FairnessRow]]:
    found: dict[str, list[FairnessRow]] = {}
    for row in rows:
        found.setdefault(row.agent_id, []).append(row)
    return found


def _peers(agent: Agent) -> tuple[str, str]:
    return agent.site_id, agent.contract_id


def _means(shares: Iterable[Share]) -> dict[tuple[str, str], float]:
    groups: dict[tuple[str, str], list[float]] = {}
    for share in shares:
        groups.setdefault(_peers(share.agent), []).append(share.burden)
    return {key: sum(values) / len(values) for key, values in groups.items()}


def _row(share: Share, beyond: float) -> dict[str, Any]:
    sign = "+" if beyond > EVEN else MINUS if beyond < -EVEN else "±"
    agent = share.agent
    return {
        "id": agent.agent_id,
        "name": agent.name or agent.agent_id,
        "peers": f"{agent.site_id}, {agent.contract_id}",
        "weekends": number(share.weekends),
        "nights": number(share.nights),
        "undesired": number(share.undesired),
        "past_weekends": number(share.past_weekends, 1) if share.past_weeks else "–",
        "past_nights": number(share.past_nights, 1) if share.past_weeks else "–",
        "beyond": f"{sign}{number(abs(beyond), 1)}",
        "beyond_value": beyond,
    }
