"""Rule packs in plan.yaml: which values hold, who confirmed them, what they pay."""

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from wfm.domain.people import Site
from wfm.domain.plan import PackState, PlanPack, PlanRule
from wfm.io.plan_faults import validated_part
from wfm.io.plan_rule_values import check_whole, parameters_of
from wfm.io.plan_schema import PackTable, PlanTable
from wfm.io.problems import BadValueError, did_you_mean
from wfm.io.values import parse_number
from wfm.io.yaml_source import DocumentProblems, Path

if TYPE_CHECKING:
    from solver.pack import Pack, PackPremium, PackValue

PACK = "pack"
_HOLDS: tuple[PackState, ...] = ("verified", "confirmed", "own")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """Where rules stand: for the plan, a site or an employment contract."""

    path: Path
    site_id: str | None = None
    contract_id: str | None = None

    @property
    def is_general(self) -> bool:
        """Whether the rules stand for the whole plan."""
        return self.site_id is None and self.contract_id is None


Dates = tuple[date, date]
"""A first and a last date."""


def pack_rules(
    value: Any, path: Path, level: Level, dates: Dates, faults: DocumentProblems
) -> tuple[PlanPack | None, list[PlanRule]]:
    """Return a pack asked for at *path* and the rules of those of its values that hold.

    A value holds if it was verified in the pack, or the plan confirms it or gives its
    own, on those of the plan's *dates* on which it is in force and the pack is asked
    for.
    """
    table = _table(value, path, faults)
    pack = None if table is None else _pack(table, path, faults)
    if table is None or pack is None or not _check_keys(table, pack, path, faults):
        return None, []
    first, last = table.valid_from or date.min, table.valid_to or date.max
    if first > last:
        faults.at_value((*path, "to"), f"{last} lies before {first}")
        return None, []
    if last < dates[0] or dates[1] < first:
        return None, []
    return _Asked(table, pack, level, path, faults).resolve(dates)


def _table(value: Any, path: Path, faults: DocumentProblems) -> PackTable | None:
    entry = {PACK: value} if isinstance(value, str) else value
    if not isinstance(entry, dict):
        faults.at_value(
            path, f"{value!r} is no rule pack", "{pack: eu, confirmed: all}"
        )
        return None
    return validated_part(PackTable, entry, path, faults)


def _pack(table: PackTable, path: Path, faults: DocumentProblems) -> "Pack | None":
    from solver.pack import PACKS

    if table.pack not in tuple(PACKS):
        message = f"unknown rule pack {table.pack!r}{did_you_mean(table.pack, PACKS)}"
        faults.at_value((*path, PACK), message)
        return None
    return PACKS[table.pack]


def _check_keys(
    table: PackTable, pack: "Pack", path: Path, faults: DocumentProblems
) -> bool:
    known = pack.keys()
    for i, key in enumerate(() if table.confirmed == "all" else table.confirmed):
        if key not in known:
            message = f"{pack.name} has no value {key!r}{did_you_mean(key, known)}"
            faults.at_value((*path, "confirmed", i), message)
    for key in table.values:
        if key not in known:
            message = f"{pack.name} has no such value{did_you_mean(key, known)}"
            faults.at_key((*path, "values", key), message)
    return not any(faults.is_faulty((*path, part)) for part in ("confirmed", "values"))


class _Asked:
    """One pack with what the plan says about it."""

    def __init__(
        self,
        table: PackTable,
        pack: "Pack",
        level: Level,
        path: Path,
        faults: DocumentProblems,
    ) -> None:
        self.table, self.pack, self.level = table, pack, level
        self.path, self.faults = path, faults

    def resolve(self, dates: Dates) -> tuple[PlanPack, list[PlanRule]]:
        """Return the pack's states and the rules that hold."""
        from solver.pack import all_premia, all_values

        states: dict[str, PackState] = {}
        fractions: dict[str, float] = {}
        spans: dict[str, Dates] = {}
        rules: list[PlanRule] = []
        for value in all_values(self.pack):
            states[value.key] = self._state(value, dates[1])
            if states[value.key] in _HOLDS:
                rules += self._rule(value)
                spans[value.key] = self._span(value)
        for premium in all_premia(self.pack):
            states[premium.key] = self._state(premium, dates[1])
            if states[premium.key] in _HOLDS:
                fractions[premium.key] = self._fraction(premium)
                spans[premium.key] = self._span(premium)
        whole = [k for k, (a, b) in spans.items() if a <= dates[0] and dates[1] <= b]
        pack = PlanPack(
            pack=self.pack.name,
            states=states,
            premia=fractions,
            site_id=self.level.site_id,
            contract_id=self.level.contract_id,
            confirmed_by=self.table.confirmed_by,
            spans={k: span for k, span in spans.items() if k not in whole},
        )
        return pack, rules

    def _span(self, entry: "PackValue | PackPremium") -> Dates:
        """Return the first and last date on which *entry* holds.

        The plan's own value does not wait for the law.
        """
        first, last = self.table.valid_from, self.table.valid_to or date.max
        since = None if entry.key in self.table.values else entry.since
        return max(first or date.min, since or date.min), last

    def _state(self, entry: "PackValue | PackPremium", last_date: date) -> PackState:
        own = self.table.values
        if entry.key in own:
            return "off" if own[entry.key] == "off" else "own"
        if entry.since is not None and entry.since > last_date:
            return "later"
        if self.table.confirmed == "all" or entry.key in self.table.confirmed:
            return "confirmed"
        return "verified" if entry.verified else "unverified"

    def _rule(self, value: "PackValue") -> Iterator[PlanRule]:
        """Yield the value's rule; own parameters replace the pack's one by one."""
        parameters = dict(value.parameters)
        own = self.table.values.get(value.key)
        place: Path = (*self.path, "values", value.key)
        if own is not None and not isinstance(own, dict):
            message = f"{own!r} is not a value of {value.rule}"
            expected = f"{{name: value}} with {', '.join(value.parameters)}, or off"
            self.faults.at_value(place, message, expected)
            return
        if own is not None:
            given = parameters_of(value.rule, own, place, self.faults)
            if given is None:
                return
            parameters |= given
            check_whole(value.rule, parameters, place, self.faults)
        first, last = self._span(value)
        yield PlanRule(
            rule=value.rule,
            parameters=parameters,
            site_id=self.level.site_id,
            contract_id=self.level.contract_id,
            pack=self.pack.name,
            pack_key=value.key,
            first=first,
            last=last,
        )

    def _fraction(self, premium: "PackPremium") -> float:
        """Return what is paid on top of the wage."""
        own = self.table.values.get(premium.key)
        if own is None:
            return premium.fraction
        place: Path = (*self.path, "values", premium.key)
        try:
            fraction = parse_number(own)
        except BadValueError as error:
            self.faults.at_value(place, str(error), "a fraction of the wage, or off")
            return premium.fraction
        if not 0 <= fraction <= 10:
            message = f"{fraction:g} on top of the wage"
            self.faults.at_value(place, message, "a fraction such as 0.25")
        return fraction


def with_premia(
    sites: Mapping[str, Site], packs: Sequence[PlanPack], plan: PlanTable
) -> dict[str, Site]:
    """Return the sites with the premia of their packs, as they change over the plan.

    A pack at a site wins over one for the whole plan; what the site itself states wins
    over both. Premia of a pack at an employment contract are not paid: they are known
    by site. When the night lies does not change within a plan.
    """
    return {
        site_id: _paid(site, packs, plan, plan.sites[site_id].model_fields_set)
        for site_id, site in sites.items()
    }


def _paid(
    site: Site, packs: Sequence[PlanPack], plan: PlanTable, stated: set[str]
) -> Site:
    mine = [
        pack
        for pack in sorted(packs, key=lambda p: p.site_id is not None)
        if pack.contract_id is None and pack.site_id in (None, site.site_id)
    ]
    end = plan.week + timedelta(days=7 * plan.weeks)
    edges = {plan.week}
    for pack in mine:
        for first, last in pack.spans.values():
            edges |= {day for day in (first, _after(last)) if plan.week < day < end}
    whole = dataclasses.replace(site, **_changes(mine, stated, None))
    parts = [
        (day, dataclasses.replace(whole, **_fractions(site, mine, stated, day)))
        for day in sorted(edges)
    ]
    later = [(day, part.premia_on(day)) for day, part in parts[1:]]
    return dataclasses.replace(parts[0][1], premia_later=tuple(later))


def _after(day: date) -> date:
    return day if day == date.max else day + timedelta(days=1)


def _fractions(
    site: Site, packs: Sequence[PlanPack], stated: set[str], day: date
) -> dict[str, Any]:
    """Return the fractions of *site* on *day*, its own where no pack has a say."""
    own = {name: getattr(site, name) for name in _FRACTION.values()}
    found = _changes(packs, stated, day)
    return own | {name: found[name] for name in own if name in found}


_FRACTION: Mapping[str, str] = {
    "night": "night_premium_fraction",
    "sunday": "sunday_premium_fraction",
    "holiday": "holiday_premium_fraction",
    "overtime": "overtime_premium_fraction",
}
"""Kind of a premium -> what of a site it sets."""


def _changes(
    packs: Sequence[PlanPack], stated: set[str], day: date | None
) -> dict[str, Any]:
    """Return what packs change of a site that has *stated* some keys itself.

    Only what holds on *day*; without one, all that holds on some date of the plan.
    """
    from solver.pack import PACKS, all_premia

    changes: dict[str, Any] = {}
    for pack in packs:
        for premium in all_premia(PACKS[pack.pack]):
            is_held = day is None or pack.holds_on(premium.key, day)
            is_open = f"{premium.kind}_premium" not in stated
            if premium.key in pack.premia and is_held and is_open:
                changes[_FRACTION[premium.kind]] = pack.premia[premium.key]
                changes |= _besides(premium, stated)
    return changes


def _besides(premium: "PackPremium", stated: set[str]) -> dict[str, Any]:
    """Return what a premium says besides its fraction."""
    if premium.kind == "night" and "night" not in stated:
        return {
            "night_from_minute": premium.from_minute,
            "night_to_minute": premium.to_minute,
        }
    if premium.kind == "holiday" and "holidays" not in stated:
        return {"holidays": "premium"}
    hours = premium.after_hours_a_week
    if premium.kind == "overtime" and hours and "overtime_after_hours" not in stated:
        return {"overtime_after_minutes": round(hours * 60)}
    return {}
