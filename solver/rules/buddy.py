"""Trainees work only while somebody experienced is there."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from solver.constraints import Constraint, WeighedHeads
from solver.places import BY, check_by, places_of
from solver.rule import RULES
from solver.walk import all_shifts, local_date, runs
from wfm.domain.people import Agent
from wfm.domain.roster import Roster, RosterInstance, Shift, Violation, is_eligible


@RULES.add("buddy")
@dataclass(frozen=True, slots=True, kw_only=True)
class Buddy:
    """While trainees are at work, seniors are too: at most *per_senior* for each.

    Trainees are of a grade in *trainees* or have less than *trainee_years* of service;
    seniors are of a grade in *seniors* or have at least *senior_years*, and are no
    trainees. It holds in each place by itself: in each of *by* (``site``, ``queue`` or
    both; a trainee who can serve two queues needs seniors for both). *per_senior* 0
    says that one senior is enough for any number. *pairs* name a trainee first and
    then the people of whom one must be there. With *through_breaks* a senior on a
    break counts as there. Where the previous roster leaves trainees alone, nobody of
    this plan joins them.
    """

    name: ClassVar[str] = "buddy"
    always: ClassVar[bool] = False
    example: ClassVar[str] = (
        "{trainee_years: 0.5, senior_years: 2, per_senior: 3, by: site}"
    )
    trainees: tuple[str, ...] = ()
    seniors: tuple[str, ...] = ()
    trainee_years: float = 0.0
    senior_years: float | None = None
    per_senior: int = 0
    by: tuple[str, ...] = ("site",)
    pairs: tuple[tuple[str, ...], ...] = ()
    through_breaks: bool = False
    agent_ids: frozenset[str] | None = None

    def __post_init__(self) -> None:
        if self.per_senior < 0 or self.per_senior != int(self.per_senior):
            msg = f"per_senior must be a whole number, got {self.per_senior}"
            raise ValueError(msg)
        check_by(self.by, BY[:2])
        if any(len(set(pair)) < 2 for pair in self.pairs):
            msg = "a pair names a trainee and then somebody else"
            raise ValueError(msg)
        has_trainees = bool(self.trainees) or self.trainee_years > 0
        has_seniors = bool(self.seniors) or self.senior_years is not None
        if has_trainees != has_seniors or not (has_trainees or self.pairs):
            msg = "it names trainees and seniors, by grade or years, or pairs"
            raise ValueError(msg)

    def _is_trainee(self, agent: Agent) -> bool:
        return agent.grade in self.trainees or agent.seniority < self.trainee_years

    def _is_senior(self, agent: Agent) -> bool:
        if self._is_trainee(agent):
            return False
        years = self.senior_years
        return agent.grade in self.seniors or (
            years is not None and agent.seniority >= years
        )

    # ------------------------------------------------------------------ encoder

    def constraints(self, instance: RosterInstance) -> Iterator[Constraint]:
        """Yield rows: seniors less trainees, and each named trainee's buddies."""
        for place, people in places_of(instance, self.by, self.agent_ids).items():
            trainees = [a.agent_id for a in people if self._is_trainee(a)]
            seniors = [a.agent_id for a in people if self._is_senior(a)]
            each = int(self.per_senior) or len(trainees)
            label = f"trainees with seniors, {place}" if place else "trainees"
            if trainees:
                yield from self._rows(instance, trainees, seniors, each, label)
        known = {agent.agent_id for agent in instance.agents}
        for first, *others in self.pairs:
            if first in known and self._is_bound(first):
                buddies = [name for name in others if name in known]
                label = f"{first} with {' or '.join(others)}"
                yield from self._rows(instance, [first], buddies, 1, label)

    def _is_bound(self, agent_id: str) -> bool:
        return self.agent_ids is None or agent_id in self.agent_ids

    def _rows(
        self,
        instance: RosterInstance,
        trainees: Sequence[str],
        seniors: Sequence[str],
        each: int,
        label: str,
    ) -> Iterator[Constraint]:
        shift, work = (each, 0) if self.through_breaks else (0, each)
        weights = dict.fromkeys(seniors, (shift, work))
        weights |= dict.fromkeys(trainees, (0, -1))
        lowest = dict.fromkeys(range(instance.grid.num_intervals), 0)
        for t, value in _carried(instance.carry_over, weights).items():
            if t in lowest:
                lowest[t] = min(0, value)
        for start, end, low in runs(lowest):
            yield WeighedHeads(
                weights=tuple((name, *both) for name, both in sorted(weights.items())),
                start_idx=start,
                end_idx=end,
                low=low,
                label=label,
            )

    # ------------------------------------------------------------------ checker

    def violations(self, instance: RosterInstance, roster: Roster) -> list[Violation]:
        """Return when trainees are at work without enough seniors."""
        there = _presence(all_shifts(instance, roster))
        before = _presence(instance.carry_over)
        found: list[Violation] = []
        for place in self._judged(instance):
            short: dict[int, int] = {}
            for t in there:
                alone = self._alone(place, there[t])
                if alone > self._alone(place, before.get(t, {})):
                    short[t] = alone
            for start, end, _ in runs(short):
                found.append(self._told(instance, place, there[start], start, end))
        return found

    def _judged(self, instance: RosterInstance) -> Iterator["_Judged"]:
        """Yield each place with its trainees and seniors, and each pair."""
        bound = [a for a in instance.agents if self._is_bound(a.agent_id)]
        sites = sorted({a.site_id for a in bound}) if "site" in self.by else [None]
        queues = instance.queues if "queue" in self.by else (None,)
        for site_id in sites:
            for queue in queues:
                here = [
                    a
                    for a in bound
                    if site_id in (None, a.site_id)
                    and (queue is None or is_eligible(a, queue))
                ]
                yield _Judged(
                    trainees=frozenset(a.agent_id for a in here if self._is_trainee(a)),
                    seniors=frozenset(a.agent_id for a in here if self._is_senior(a)),
                    per_senior=self.per_senior,
                )
        for first, *others in self.pairs:
            if self._is_bound(first):
                yield _Judged(
                    trainees=frozenset({first}), seniors=frozenset(others), per_senior=1
                )

    def _alone(self, place: "_Judged", there: Mapping[str, bool]) -> int:
        """Return how many trainees at work are too many; *there*: who is at work."""
        trainees = sum(there.get(name, False) for name in place.trainees)
        seniors = sum(
            there[name] or self.through_breaks
            for name in place.seniors
            if name in there
        )
        if place.per_senior:
            return max(0, trainees - seniors * int(place.per_senior))
        return 0 if seniors else trainees

    def _told(
        self,
        instance: RosterInstance,
        place: "_Judged",
        there: Mapping[str, bool],
        start: int,
        end: int,
    ) -> Violation:
        names = sorted(n for n in place.trainees if there.get(n, False))
        zone = next(a.zone for a in instance.agents if a.agent_id == names[0])
        are = "are" if len(names) > 1 else "is"
        lacking = "enough seniors" if place.per_senior else "a senior"
        return Violation(
            rule=self.name,
            agent_id=names[0],
            date_local=local_date(instance, start, zone),
            start_idx=start,
            end_idx=end,
            message=f"{' and '.join(names)} {are} at work without {lacking}",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Judged:
    """Trainees and seniors of a place, and how many trainees one senior may have."""

    trainees: frozenset[str]
    seniors: frozenset[str]
    per_senior: int


def _carried(
    shifts: Sequence[Shift], weights: Mapping[str, tuple[int, int]]
) -> dict[int, int]:
    """Return by step what the previous roster adds (encoder)."""
    total: dict[int, int] = {}
    for shift in shifts:
        on_shift, at_work = weights.get(shift.agent_id, (0, 0))
        for t in range(shift.start_idx, shift.end_idx):
            total[t] = total.get(t, 0) + on_shift
        for span in shift.working_spans:
            for t in range(span.start_idx, span.end_idx):
                total[t] = total.get(t, 0) + at_work
    return total


def _presence(shifts: Sequence[Shift]) -> dict[int, dict[str, bool]]:
    """Return by step who is there, and whether at work (checker)."""
    there: dict[int, dict[str, bool]] = {}
    for shift in shifts:
        for span in shift.spans:
            for t in range(max(0, span.start_idx), span.end_idx):
                there.setdefault(t, {})[shift.agent_id] = span in shift.working_spans
    return there
