"""The report's rule status by pack: which values hold, by whose word, what broke."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from solver.pack import (
    NOT_LEGAL_ADVICE,
    PACKS,
    PackPremium,
    PackValue,
    all_premia,
    all_values,
)
from wfm.domain.plan import PackState, Plan, PlanPack
from wfm.report.proof import setting_words

__all__ = ["NOT_LEGAL_ADVICE", "PackRow", "gaps_of_packs", "pack_notes", "pack_rows"]

STATE_WORDS: Mapping[PackState, str] = {
    "verified": "on, verified in the pack",
    "confirmed": "on, confirmed by the plan",
    "own": "on, with the plan's own value",
    "unverified": "off, nobody has verified it",
    "off": "off, by the plan",
    "later": "off, not yet in force",
}
EVIDENCE_WORDS = {
    "text": "text of the law",
    "summary": "a summary",
    "memory": "no page at hand",
}
_HOLDS = frozenset({"verified", "confirmed", "own"})


@dataclass(frozen=True, slots=True, kw_only=True)
class PackRow:
    """One value or premium of one pack, as the report shows it.

    *breaches* counts those of the value's rule, whoever set it; *replaced* says where
    a table of the plan gives other parameters.
    """

    pack: str
    where: str
    key: str
    words: str
    setting: str
    state: str
    holds: bool
    source: str
    url: str
    read: str
    evidence: str
    breaches: int = 0
    replaced: str = ""


def pack_rows(plan: Plan, breaches: Mapping[str, int] | None = None) -> list[PackRow]:
    """Return a row for every value and premium of every pack that the plan asks for.

    *breaches* are those of the certificate, by rule.
    """
    found: list[PackRow] = []
    for asked in plan.packs:
        pack = PACKS[asked.pack]
        values = all_values(pack)
        found += [_value_row(plan, asked, value, breaches or {}) for value in values]
        found += [_premium_row(asked, premium) for premium in all_premia(pack)]
    return found


def _where(asked: PlanPack) -> str:
    return asked.site_id or asked.contract_id or "everybody"


def _value_row(
    plan: Plan, asked: PlanPack, value: PackValue, breaches: Mapping[str, int]
) -> PackRow:
    mine = [
        rule
        for rule in plan.rules
        if (rule.pack, rule.pack_key) == (asked.pack, value.key)
        and (rule.site_id, rule.contract_id) == (asked.site_id, asked.contract_id)
    ]
    parameters = mine[0].parameters if mine else value.parameters
    state = asked.states[value.key]
    holds = state in _HOLDS
    return PackRow(
        pack=PACKS[asked.pack].title,
        where=_where(asked),
        key=value.key,
        words=value.words,
        setting=setting_words(parameters),
        state=_state(asked, value.key),
        holds=holds,
        source=value.source.law,
        url=value.source.url,
        read=value.source.read.isoformat(),
        evidence=EVIDENCE_WORDS[value.source.evidence],
        breaches=breaches.get(value.rule, 0) if holds else 0,
        replaced=_replaced(plan, asked, value.rule, parameters) if holds else "",
    )


def _premium_row(asked: PlanPack, premium: PackPremium) -> PackRow:
    state = asked.states[premium.key]
    fraction = asked.premia.get(premium.key, premium.fraction)
    span = ""
    if premium.kind == "overtime":
        span = f" beyond {premium.after_hours_a_week:g} hours a week"
    if premium.kind == "night":
        low, high = premium.from_minute, premium.to_minute
        span = f", {low // 60:02d}:{low % 60:02d} to {high // 60:02d}:{high % 60:02d}"
    return PackRow(
        pack=PACKS[asked.pack].title,
        where=_where(asked),
        key=premium.key,
        words=premium.words,
        setting=f"+{fraction * 100:g} %{span}",
        state=_state(asked, premium.key),
        holds=state in _HOLDS,
        source=premium.source.law,
        url=premium.source.url,
        read=premium.source.read.isoformat(),
        evidence=EVIDENCE_WORDS[premium.source.evidence],
        replaced="not paid: premia go by site" if asked.contract_id else "",
    )


def _state(asked: PlanPack, key: str) -> str:
    """Return how a value stands, by whose word, and on which of the plan's dates."""
    state, by = asked.states[key], asked.confirmed_by
    words = STATE_WORDS[state]
    if state == "confirmed" and by:
        words = f"{words} ({by})"
    first, last = asked.spans.get(key, (date.min, date.max))
    words += f", from {first}" if first > date.min else ""
    return words + (f", to {last}" if last < date.max else "")


def _replaced(
    plan: Plan, asked: PlanPack, rule_name: str, parameters: Mapping[str, object]
) -> str:
    """Return where the plan's own tables change what the pack says."""
    changed = []
    for rule in plan.rules:
        more_special = (rule.site_id, rule.contract_id) != (None, None)
        same = (rule.site_id, rule.contract_id) == (asked.site_id, asked.contract_id)
        if rule.rule != rule_name or rule.pack or not (more_special or same):
            continue
        other = {k: v for k, v in rule.parameters.items() if parameters.get(k) != v}
        if not rule.enabled:
            changed.append(f"{rule.contract_id or rule.site_id or 'everybody'}: off")
        elif other:
            name = rule.contract_id or rule.site_id or "everybody"
            changed.append(f"{name}: {setting_words(rule.parameters)}")
    return "; ".join(changed)


def pack_notes(plan: Plan) -> tuple[str, ...]:
    """Return, for each pack with values that are off unseen, which and what to do."""
    notes = []
    for asked in plan.packs:
        off = [key for key, state in asked.states.items() if state == "unverified"]
        if off:
            notes.append(
                f"rule pack {asked.pack} ({_where(asked)}): off, as nobody has "
                f"verified them: {', '.join(off)}; compare them with their sources, "
                f"then write confirmed: [{', '.join(off)}], or confirmed: all"
            )
    if plan.packs:
        notes.append(NOT_LEGAL_ADVICE)
    return tuple(notes)


def gaps_of_packs(plan: Plan) -> tuple[str, ...]:
    """Return what the law asks for that the plan's packs don't hold."""
    return tuple(
        f"{PACKS[name].title}: {gap}"
        for name in dict.fromkeys(asked.pack for asked in plan.packs)
        for gap in PACKS[name].not_covered
    )
