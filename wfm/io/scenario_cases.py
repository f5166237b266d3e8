"""Scenarios of scenarios.yaml as cases: patches applied phase by phase, and checked."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeAlias

from scenarios.assumptions import Assumption
from scenarios.demand_rules import DemandRule
from scenarios.digest import digest
from scenarios.lanes import Lane
from scenarios.months import Month
from scenarios.patch import Patch, phases
from scenarios.result import Floors
from scenarios.runner import Case, Phase
from wfm.domain.plan import PlanFolder
from wfm.io.plan_faults import validated_part
from wfm.io.problems import Problems, did_you_mean
from wfm.io.scenario_paths import Patched, PatchError
from wfm.io.scenario_schema import SettingsTable
from wfm.io.yaml_source import DocumentProblems

FolderOf: TypeAlias = Callable[[Patched, Problems], PlanFolder | None]


class CaseJob:
    """Makes one scenario's phases; faults are noted at the scenario.

    Parameters
    ----------
    name
        The scenario.
    folder_of
        Returns the folder of a patched state, ``None`` after noting why there is none.
    faults
        Where to note what is wrong.
    prices
        Names of the contracts and cost models.
    """

    def __init__(
        self,
        name: str,
        folder_of: FolderOf,
        faults: DocumentProblems,
        prices: Iterable[str],
    ) -> None:
        self._name, self._folder_of = name, folder_of
        self._faults = faults
        self._prices = tuple(prices)

    def case(
        self,
        text: str,
        listed: Sequence[tuple[Patch, str]],
        months: Sequence[Month],
        start: Patched,
    ) -> Case | None:
        """Return the scenario, or ``None`` after its faults were noted."""
        origins = {id(patch): origin for patch, origin in listed}
        assumptions: dict[str, Assumption] = {}
        made: list[Phase] = []
        for held, own in phases([patch for patch, _ in listed], months):
            state = start.copied()
            try:
                for patch in held:
                    for item in state.apply(patch, origins[id(patch)]):
                        assumptions[digest(item)] = item
            except PatchError as error:
                self._fault(str(error))
                return None
            phase = self._phase(state, own)
            if phase is None:
                return None
            made.append(phase)
        return Case(
            scenario_id=self._name,
            text=text,
            phases=tuple(made),
            assumptions=tuple(assumptions.values()),
        )

    def _phase(self, state: Patched, months: tuple[Month, ...]) -> Phase | None:
        problems = Problems()
        folder = self._folder_of(state, problems)
        for problem in problems.found:
            self._fault(f"plan.yaml would be faulty: {problem.message}")
        if folder is None:
            return None
        settings = validated_part(
            SettingsTable,
            state.settings.data,
            (),
            self._faults.of(state.settings),
        )
        if settings is None or self._lane_faults(settings, folder):
            return None
        return Phase(
            months=months,
            folder=folder,
            lanes=tuple(_lanes(settings, state)),
            demand={
                name: DemandRule(**rule.model_dump())
                for name, rule in settings.demand.items()
            },
            floors=Floors(**settings.floors.model_dump()),
        )

    def _lane_faults(self, settings: SettingsTable, folder: PlanFolder) -> bool:
        queues = [queue.queue_id for queue in folder.plan.queues]
        ok = True
        for name, lane in settings.lanes.items():
            if lane.site is not None:
                ok &= self._known(name, "site", lane.site, folder.plan.sites)
            ok &= self._known(name, "price", lane.price, self._prices)
            for queue in lane.self_service:
                ok &= self._known(name, "self_service", queue, queues)
            if (lane.site is None) == (not lane.self_service):
                expected = "either site or self_service"
                self._faults.at_value(("lanes", name), "what is the lane?", expected)
                ok = False
        for name, rule in settings.demand.items():
            ok &= self._known_rule(name, rule.like, queues)
            ok &= self._known_rule(name, rule.new_hours_like, queues)
        return not ok

    def _known(self, lane: str, key: str, value: str, known: Iterable[str]) -> bool:
        if value in known:
            return True
        message = f"{self._name}: unknown {key} {value!r}{did_you_mean(value, known)}"
        self._faults.at_value(("lanes", lane, key), message)
        return False

    def _known_rule(self, name: str, like: str | None, queues: Sequence[str]) -> bool:
        if like is None or like in queues:
            return True
        message = f"{self._name}: unknown queue {like!r}{did_you_mean(like, queues)}"
        self._faults.at_value(("demand", name), message)
        return False

    def _fault(self, message: str) -> None:
        self._faults.at_key(("scenarios", self._name), message)


def _lanes(settings: SettingsTable, state: Patched) -> Iterator[Lane]:
    at_work = state.at_work()
    for name, lane in settings.lanes.items():
        site = lane.site or ""
        yield Lane(
            lane_id=name,
            site_id=lane.site,
            price=lane.price,
            self_service=lane.self_service,
            attrition_per_year=lane.attrition_per_year,
            leave_share=lane.leave_share,
            first_contact_resolution=lane.first_contact_resolution,
            language_skills=frozenset(lane.language_skills),
            kpis=lane.kpis,
            away_heads=state.headcounts.get(site, 0) - at_work.get(site, 0),
            hours_when_away=lane.hours_when_away,
        )
