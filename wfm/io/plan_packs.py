"""Rule packs in plan.yaml: which values hold, who confirmed them, what they pay."""

import dataclasses
from collections.abc import Iterator, Mapping
from datetime import date
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


def pack_rules(
    value: Any, path: Path, level: Level, first_date: date, faults: DocumentProblems
) -> tuple[PlanPack | None, list[PlanRule]]:
    """Return a pack asked for at *path* and the rules of those of its values that hold.

    A value holds if it was verified in the pack, or the plan confirms it or gives its
    own, and it is in force on the plan's first date.
    """
    table = _table(value, path, faults)
    pack = None if table is None else _pack(table, path, faults)
    if table is None or pack is None or not _check_keys(table, pack, path, faults):
        return None, []
    if not (table.valid_from or date.min) <= first_date <= (table.valid_to or date.max):
        return None, []
    return _Asked(table, pack, level, path, faults).resolve(first_date)


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

    def resolve(self, first_date: date) -> tuple[PlanPack, list[PlanRule]]:
        """Return the pack's states and the rules that hold."""
        from solver.pack import all_premia, all_values

        states: dict[str, PackState] = {}
        fractions: dict[str, float] = {}
        rules: list[PlanRule] = []
        for value in all_values(self.pack):
            states[value.key] = self._state(value, first_date)
            if states[value.key] in _HOLDS:
                rules += self._rule(value)
        for premium in all_premia(self.pack):
            states[premium.key] = self._state(premium, first_date)
            if states[premium.key] in _HOLDS:
                fractions[premium.key] = self._fraction(premium)
        pack = PlanPack(
            pack=self.pack.name,
            states=states,
            premia=fractions,
            site_id=self.level.site_id,
            contract_id=self.level.contract_id,
            confirmed_by=self.table.confirmed_by,
        )
        return pack, rules

    def _state(self, entry: "PackValue | PackPremium", first_date: date) -> PackState:
        own = self.table.values
        if entry.key in own:
            return "off" if own[entry.key] == "off" else "own"
        if entry.since is not None and entry.since > first_date:
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
        yield PlanRule(
            rule=value.rule,
            parameters=parameters,
            site_id=self.level.site_id,
            contract_id=self.level.contract_id,
            pack=self.pack.name,
            pack_key=value.key,
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
    sites: Mapping[str, Site], packs: list[PlanPack], plan: PlanTable
) -> dict[str, Site]:
    """Return the sites with the premia of their packs.

    A pack at a site wins over one for the whole plan; what the site itself states wins
    over both. Premia of a pack at an employment contract are not paid: they are known
    by site.
    """
    return {
        site_id: _paid(site, packs, plan.sites[site_id].model_fields_set)
        for site_id, site in sites.items()
    }


def _paid(site: Site, packs: list[PlanPack], stated: set[str]) -> Site:
    from solver.pack import PACKS, all_premia

    changes: dict[str, Any] = {}
    for pack in sorted(packs, key=lambda p: p.site_id is not None):
        if pack.contract_id is not None or pack.site_id not in (None, site.site_id):
            continue
        for premium in all_premia(PACKS[pack.pack]):
            if premium.key in pack.premia:
                changes |= _changes(premium, pack.premia[premium.key], stated)
    return dataclasses.replace(site, **changes)


def _changes(
    premium: "PackPremium", fraction: float, stated: set[str]
) -> dict[str, Any]:
    """Return what a premium changes of a site that has *stated* some keys itself."""
    changes: dict[str, Any] = {}
    if premium.kind == "night" and "night_premium" not in stated:
        changes["night_premium_fraction"] = fraction
        if "night" not in stated:
            changes["night_from_minute"] = premium.from_minute
            changes["night_to_minute"] = premium.to_minute
    elif premium.kind == "sunday" and "sunday_premium" not in stated:
        changes["sunday_premium_fraction"] = fraction
    elif premium.kind == "holiday" and "holiday_premium" not in stated:
        changes["holiday_premium_fraction"] = fraction
        if "holidays" not in stated:
            changes["holidays"] = "premium"
    return changes
