"""Reading capacity.yaml: what is asked, checked against the plan beside it."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from pathlib import Path as FilePath

from scenarios.fx import FxTable
from scenarios.months import Month, months_from
from wfm.domain.errors import InputError
from wfm.domain.people import Agent
from wfm.domain.plan import PlanFolder
from wfm.domain.roster import is_eligible
from wfm.io.capacity_schema import CapacityTable, PoolTable
from wfm.io.folder import ALL_FILES, read_folder
from wfm.io.plan_faults import validated_part
from wfm.io.problems import Problems, did_you_mean
from wfm.io.yaml_files import yaml_document
from wfm.io.yaml_source import DocumentProblems, Path

CAPACITY_FILE = "capacity.yaml"


@dataclass(frozen=True, slots=True, kw_only=True)
class CapacityFile:
    """capacity.yaml and the plan beside it, checked.

    Attributes
    ----------
    queues_of
        Need -> ids of its queues; no queue belongs to two.
    people_of
        Pool -> the people who belong to it; nobody belongs to two.
    remarks
        What the plan leaves out, in words.
    """

    base: PlanFolder
    table: CapacityTable
    months: tuple[Month, ...]
    currency: str
    queues_of: Mapping[str, tuple[str, ...]]
    people_of: Mapping[str, tuple[Agent, ...]]
    remarks: tuple[str, ...] = field(default=())


def read_capacity(
    directory: FilePath,
    patches: Mapping[str, object] | None = None,
    *,
    base: PlanFolder | None = None,
) -> CapacityFile:
    """Return the capacity question of the plan folder *directory*.

    *base* is the folder, where it has been read already.

    Raises
    ------
    InputError
        With every problem of the plan folder, or of capacity.yaml.
    """
    base = base or read_folder(directory, ALL_FILES, patches)
    problems = Problems()
    faults = yaml_document(directory, CAPACITY_FILE, problems)
    found = None if faults is None else _read(base, faults)
    problems.raise_if_any()
    if found is None:
        msg = "capacity.yaml without problems was not read"
        raise AssertionError(msg)
    content = (directory / CAPACITY_FILE).read_bytes()
    own = {CAPACITY_FILE: hashlib.sha256(content).hexdigest()}
    hashed = replace(base, hashes={**base.hashes, **own})
    return replace(found, base=hashed)


def _read(base: PlanFolder, faults: DocumentProblems) -> CapacityFile | None:
    table = validated_part(CapacityTable, faults.document.data, (), faults)
    if table is None:
        return None
    job = _Job(base, table, faults)
    job.check_months()
    job.check_names()
    job.check_terms()
    queues, people = job.queues(), job.people()
    job.check_pools(queues, people)
    job.check_rates()
    return CapacityFile(
        base=base,
        table=table,
        months=months_from(table.start, table.months),
        currency=job.currency,
        queues_of=queues,
        people_of=people,
        remarks=tuple(job.remarks(people)),
    )


class _Job:
    """Checks one file; every fault is noted at its place."""

    def __init__(
        self, base: PlanFolder, table: CapacityTable, faults: DocumentProblems
    ) -> None:
        self._base, self._table, self._faults = base, table, faults
        self.currency = table.currency or base.plan.currency

    def check_months(self) -> None:
        if self._table.start.first_date < self._base.plan.first_date:
            first = self._base.plan.first_date
            message = f"{self._table.start} begins before the plan ({first})"
            self._faults.at_value(
                ("start",), message, f"{Month.of(first) + 1} or later"
            )
        for i, change in enumerate(self._table.demand):
            if change.first and change.last and change.last < change.first:
                place = ("demand", i, "to")
                self._faults.at_value(place, f"{change.last} is before {change.first}")

    def check_names(self) -> None:
        """Note every name that stands for nothing."""
        table, sites = self._table, self._base.plan.sites
        for name, pool in table.pools.items():
            place: Path = ("pools", name)
            self._known((*place, "site"), pool.site, sites, "site")
            self._known((*place, "tenure"), pool.tenure, table.tenure, "tenure curve")
            self._all_known((*place, "serves"), pool.serves, table.needs, "need")
        for name, vendor in table.vendors.items():
            place = ("vendors", name, "serves")
            self._all_known(place, vendor.serves, table.needs, "need")
        for i, transfer in enumerate(table.transfers):
            place = ("transfers", i)
            self._known((*place, "from"), transfer.source, table.pools, "pool")
            self._known((*place, "to"), transfer.target, table.pools, "pool")
            if transfer.source == transfer.target:
                self._faults.at_value((*place, "to"), "is where they come from")
        for name in table.sites:
            self._known(("sites", name), name, sites, "site")
        for i, change in enumerate(table.demand):
            self._known(("demand", i, "need"), change.need, table.needs, "need")

    def check_terms(self) -> None:
        """Note terms that contradict one another."""
        self._check_curves()
        table = self._table
        for name, need in table.needs.items():
            factors = [step[1] for step in need.missing_steps]
            if factors != sorted(factors):
                place = ("needs", name, "missing_steps")
                self._faults.at_value(place, "the factors do not rise")
        for name, pool in table.pools.items():
            self._check_class(name, pool)
            self._check_quality(name, pool)
        unpriced = [n for n, need in table.needs.items() if need.missing_hour is None]
        if table.stress.buffers and unpriced:
            message = f"buffers can't be compared: {unpriced[0]} prices no missing hour"
            expected = f"needs.{unpriced[0]}.missing_hour"
            self._faults.at_value(("stress", "buffers"), message, expected)

    def _check_curves(self) -> None:
        for name, curve in self._table.tenure.items():
            count = len(curve.attrition)
            for key in ("productivity", "aht_factor", "quality"):
                listed = getattr(curve, key)
                if listed is not None and len(listed) != count:
                    message = f"{len(listed)} months for {count} of attrition"
                    self._faults.at_value(("tenure", name, key), message)

    def _check_class(self, name: str, pool: PoolTable) -> None:
        if pool.recruiting is None:
            return
        least, most = pool.recruiting.class_size
        if most < least or most == 0:
            place = ("pools", name, "recruiting", "class_size")
            message = f"[{least:g}, {most:g}] holds no class"
            self._faults.at_value(place, message, "[least, most]")

    def _check_quality(self, name: str, pool: PoolTable) -> None:
        curve = self._table.tenure.get(pool.tenure)
        if pool.least_quality is not None and curve is not None and not curve.quality:
            message = f"the tenure curve {pool.tenure!r} has no quality"
            self._faults.at_value(("pools", name, "least_quality"), message)

    def queues(self) -> dict[str, tuple[str, ...]]:
        """Return the queues of each need; each queue must be in exactly one."""
        names = [queue.queue_id for queue in self._base.plan.queues]
        taken: dict[str, str] = {}
        found: dict[str, tuple[str, ...]] = {}
        for need, table in self._table.needs.items():
            own: list[str] = []
            for i, pattern in enumerate(table.queues):
                listed = [name for name in names if fnmatchcase(name, pattern)]
                place: Path = ("needs", need, "queues", i)
                if not listed:
                    hint = did_you_mean(pattern, names)
                    self._faults.at_value(place, f"unknown queue {pattern!r}{hint}")
                for name in listed:
                    if taken.setdefault(name, need) != need:
                        message = f"{name} is in {taken[name]!r} as well"
                        self._faults.at_value(place, message, "one need for a queue")
                    elif name not in own:
                        own.append(name)
            found[need] = tuple(own)
        left = [name for name in names if name not in taken]
        if left:
            message = f"{', '.join(left)}: in no need"
            self._faults.at_key(("needs",), message, "every queue in one need")
        return found

    def people(self) -> dict[str, tuple[Agent, ...]]:
        """Return the people of each pool: those of the site with all its skills."""
        free = list(self._base.agents)
        found = {}
        for name, pool in self._table.pools.items():
            own = [a for a in free if a.site_id == pool.site and _has(a, pool.skills)]
            found[name] = tuple(own)
            free = [agent for agent in free if agent not in own]
        return found

    def check_pools(
        self,
        queues: Mapping[str, tuple[str, ...]],
        people: Mapping[str, tuple[Agent, ...]],
    ) -> None:
        by_id = {queue.queue_id: queue for queue in self._base.plan.queues}
        for name, pool in self._table.pools.items():
            own, place = people[name], ("pools", name)
            if pool.site not in self._base.plan.sites:
                continue  # told already; nobody can belong to it
            if not own and pool.recruiting is None:
                message = "nobody belongs to it, and nobody can be hired"
                expected = "people of agents.csv with its site and skills"
                self._faults.at_key(place, message, expected)
            for i, need in enumerate(pool.serves):
                fits = [by_id[q] for q in queues.get(need, ()) if q in by_id]
                if (
                    own
                    and fits
                    and not any(is_eligible(a, q) for a in own for q in fits)
                ):
                    message = f"none of its people can take a queue of {need!r}"
                    self._faults.at_value((*place, "serves", i), message)
            if pool.wage_per_hour is None and not any(a.hourly_cost_minor for a in own):
                message = "no wage: agents.csv has no hourly_cost for its people"
                self._faults.at_key(place, message, "wage_per_hour")
            if len({a.currency for a in own}) > 1 and pool.wage_per_hour is None:
                message = "its people are paid in several currencies"
                self._faults.at_key(place, message, "wage_per_hour and currency")

    def check_rates(self) -> None:
        """Note every exchange rate that a price here would lack."""
        fx = FxTable.of(self._base.exchange_rates)
        used = {v.currency for v in self._table.vendors.values() if v.currency}
        used |= {p.currency for p in self._table.pools.values() if p.currency}
        used |= {a.currency for a in self._base.agents if a.hourly_cost_minor}
        months = months_from(self._table.start, self._table.months)
        for code in sorted(used - {self.currency, ""}):
            for month in months:
                try:
                    fx.rate(code, self.currency, month)
                except InputError as error:
                    self._faults.elsewhere(error.problems)

    def remarks(self, people: Mapping[str, tuple[Agent, ...]]) -> Iterator[str]:
        planned = {agent.agent_id for own in people.values() for agent in own}
        left = [a for a in self._base.agents if a.agent_id not in planned]
        if left:
            sites = ", ".join(sorted({agent.site_id for agent in left}))
            yield f"{len(left)} people belong to no pool ({sites})"

    def _all_known(
        self, place: Path, names: Iterable[str], known: Iterable[str], kind: str
    ) -> None:
        for i, name in enumerate(names):
            self._known((*place, i), name, known, kind)

    def _known(self, place: Path, name: str, known: Iterable[str], kind: str) -> None:
        if name not in known:
            hint = did_you_mean(name, known)
            self._faults.at_value(place, f"unknown {kind} {name!r}{hint}")


def _has(agent: Agent, skills: Iterable[str]) -> bool:
    for text in skills:
        name, _, level = text.partition(":")
        if agent.skills.get(name, -1) < int(level or 0):
            return False
    return True
