"""Risk of scenarios through the whole chain, on the same futures for all of them.

Every scenario gets a :class:`scenarios.response.Response` from runs of the chain;
ten thousand futures then take seconds. Some of these futures are also run through the
chain itself, and how far the response was off is part of the result.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain

import numpy as np

from scenarios.activity import MonthActivity
from scenarios.draws import Draws, Uncertainties, draw
from scenarios.months import Month
from scenarios.response import Curve, Effect, Response, ratio
from scenarios.response_points import (
    Point,
    SolvedPoint,
    between,
    checks,
    costs,
    foreseen,
    nodes,
    ray,
)
from scenarios.result import ScenarioResult
from scenarios.risk import compare_risk
from scenarios.risk_study import ResponseCheck, RiskStudy, sensitivities
from scenarios.runner import Case, OnProgress, run_cases
from scenarios.uncertain_input import UncertainInput, Variant, Variants
from wfm.domain.arrays import FloatArray
from wfm.domain.errors import UsageError
from wfm.domain.plan import PlanFolder

REFINED = 4
"""Priced points for one solved point of the ray: invoices bend where hours don't."""
_SAME = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskSettings:
    """How to look at risk: futures, seed, futures checked by the chain, discounting."""

    num_draws: int = 10_000
    seed: int = 1
    num_checks: int = 3
    annual_discount_rate: float = 0.0

    def __post_init__(self) -> None:
        if self.num_draws < 2:
            msg = f"risk needs 2 draws or more, got {self.num_draws}"
            raise UsageError(msg)


def study_risk(
    base: PlanFolder,
    cases: Sequence[Case],
    months: Sequence[Month],
    inputs: Sequence[UncertainInput],
    rank_correlation: Mapping[tuple[str, str], float],
    variants: Variants,
    *,
    settings: RiskSettings | None = None,
    workers: int = 1,
    on_progress: OnProgress | None = None,
) -> RiskStudy:
    """Return cost and service of *cases* under what is uncertain.

    Parameters
    ----------
    base
        The base plan with its history.
    cases
        The scenarios as they stand; the first one is the reference.
    months
        Consecutive months from the plan's first on.
    inputs, rank_correlation
        What is uncertain, and Spearman's rank correlation of pairs.
    variants
        Makes a scenario under other values.
    workers, on_progress
        As in :func:`scenarios.runner.run_cases`.

    Raises
    ------
    UsageError
        If nothing is uncertain.
    ImpossibleCorrelationError
        If the correlations contradict one another.
    """
    if not inputs:
        msg = "nothing is uncertain: scenarios.yaml has no uncertainties"
        raise UsageError(msg)
    how = settings or RiskSettings()
    uncertainties = Uncertainties(
        distributions={one.name: one.distribution for one in inputs},
        rank_correlation=rank_correlation,
    )
    draws = draw(uncertainties, how.num_draws, how.seed)
    questions = [
        _Question.of(case, inputs, variants, draws, how, len(months)) for case in cases
    ]
    job = _Chain(base, tuple(months), workers, on_progress)
    answers = job.answers(questions, variants)
    return _study(answers, tuple(inputs), uncertainties, draws, how)


def _study(
    answers: Sequence["_Answer"],
    inputs: tuple[UncertainInput, ...],
    uncertainties: Uncertainties,
    draws: Draws,
    how: RiskSettings,
) -> RiskStudy:
    responses = tuple(answer.response() for answer in answers)
    rate = how.annual_discount_rate
    checks_of = [a.checked(r) for a, r in zip(answers, responses, strict=True)]
    return RiskStudy(
        results=tuple(answer.result for answer in answers),
        report=compare_risk(
            responses,
            draws,
            currency=answers[0].plan.book.currency,
            annual_discount_rate=rate,
        ),
        months=answers[0].months,
        inputs=inputs,
        rank_correlation=dict(uncertainties.rank_correlation),
        responses={one.name: one for one in responses},
        checks=tuple(chain.from_iterable(checks_of)),
        beyond={one.name: one.beyond_fraction(draws) for one in responses},
        annual_discount_rate=rate,
        **sensitivities(responses, uncertainties, how.seed, rate),
    )


@dataclass(frozen=True, slots=True)
class _Chain:
    """Runs the points of several scenarios at once, since they have much in common."""

    base: PlanFolder
    months: tuple[Month, ...]
    workers: int
    on_progress: OnProgress | None

    def answers(
        self, questions: Sequence["_Question"], variants: Variants
    ) -> list["_Answer"]:
        made = {
            (question.name, point.name): question.variant(point, variants)
            for question in questions
            for point in (*question.run, *question.priced)
        }
        run = [(q.name, point.name) for q in questions for point in q.run]
        results = run_cases(
            self.base,
            [*(q.case for q in questions), *(made[key].case for key in run)],
            self.months,
            made[run[0]].book,
            workers=self.workers,
            on_progress=self.on_progress,
        )
        found = dict(zip(run, results[len(questions) :], strict=True))
        for question in questions:  # what moves prices alone needs no run
            plan = found[question.name, question.plan.name]
            found |= {(question.name, point.name): plan for point in question.priced}
        return [
            self._answer(question, made, found, result)
            for question, result in zip(questions, results, strict=False)
        ]

    def _answer(
        self,
        question: "_Question",
        made: Mapping[tuple[str, str], Variant],
        found: Mapping[tuple[str, str], ScenarioResult],
        result: ScenarioResult,
    ) -> "_Answer":
        solved = {}
        for point in (*question.run, *question.priced):
            key = (question.name, point.name)
            solved[point.name] = SolvedPoint(
                point=point,
                case=made[key].case,
                book=made[key].book,
                result=found[key],
            )
        return _Answer(
            question=question, solved=solved, months=self.months, result=result
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Question:
    """The points of one scenario; *inputs* are those that it has anything of."""

    case: Case
    inputs: tuple[UncertainInput, ...]
    ray: tuple[Point, ...]
    nodes: Mapping[str, tuple[Point, ...]]
    checks: tuple[Point, ...]

    @classmethod
    def of(
        cls,
        case: Case,
        inputs: Sequence[UncertainInput],
        variants: Variants,
        draws: Draws,
        how: RiskSettings,
        num_months: int,
    ) -> "_Question":
        own = tuple(x for x in inputs if variants.applies(case.scenario_id, x))
        return cls(
            case=case,
            inputs=own,
            ray=ray(own, num_months),
            nodes={x.name: nodes(x, num_months) for x in own if not x.is_volume},
            checks=checks(draws, how.num_checks),
        )

    @property
    def name(self) -> str:
        """The scenario."""
        return self.case.scenario_id

    @property
    def plan(self) -> Point:
        """The point at which everything is as planned."""
        return next(point for point in self.ray if point.volume == 1.0)

    @property
    def run(self) -> list[Point]:
        """The points that the chain has to be run at."""
        moving = {one.name for one in self.inputs if not one.is_price}
        own = [p for name in moving & set(self.nodes) for p in self.nodes[name]]
        return [*self.ray, *sorted(own, key=lambda p: p.name), *self.checks]

    @property
    def priced(self) -> list[Point]:
        """The points at which the plan's own run is priced anew."""
        of_prices = [one.name for one in self.inputs if one.is_price]
        return [point for name in of_prices for point in self.nodes[name]]

    def variant(self, point: Point, variants: Variants) -> Variant:
        made = variants.variant(self.name, point.patches(self.inputs))
        label = f"{self.name}: {point.name}"
        return replace(made, case=replace(made.case, scenario_id=label))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    """One scenario's points solved, and its *result* as it stands."""

    question: _Question
    result: ScenarioResult
    solved: Mapping[str, SolvedPoint]
    months: tuple[Month, ...]

    @property
    def plan(self) -> SolvedPoint:
        return self.solved[self.question.plan.name]

    @property
    def along(self) -> list[SolvedPoint]:
        return [self.solved[point.name] for point in self.question.ray]

    def response(self) -> Response:
        volume = np.array([x.point.volume for x in self.along])
        skeleton = Response(
            name=self.question.name,
            volumes=tuple(x.name for x in self.question.inputs if x.is_volume),
            yearly=frozenset(x.name for x in self.question.inputs if x.yearly),
            hours=Curve(x=volume, y=_rows(x.required_hours() for x in self.along)),
            cost=self._priced_ray(volume),
            slack=Curve(x=volume, y=_rows(x.slack() for x in self.along)),
            effects=(),
        )
        effects = [
            self._effect(one, skeleton)
            for one in self.question.inputs
            if not one.is_volume
        ]
        moving = [x for x in effects if x.cost or x.hours or x.slack]
        return replace(skeleton, effects=tuple(moving))

    def _priced_ray(self, volume: FloatArray) -> dict[str, Curve]:
        """Return cost along the ray, the activities between its points priced too."""
        fine = np.interp(
            np.arange((len(volume) - 1) * REFINED + 1) / REFINED,
            np.arange(len(volume)),
            volume,
        )
        costs_at = []
        for k in range(len(fine)):
            low = min(k // REFINED, len(volume) - 2)
            done = between(
                self.along[low].result.activities,
                self.along[low + 1].result.activities,
                k / REFINED - low,
            )
            costs_at.append(self._costs(self.plan, done))
        return {
            price: Curve(x=fine, y=_rows(found[price] for found in costs_at))
            for price in costs_at[0]
        }

    def _costs(
        self, point: SolvedPoint, done: Sequence[MonthActivity] | None = None
    ) -> dict[str, FloatArray]:
        activities = point.result.activities if done is None else done
        known = foreseen(activities, self.plan.result.activities)
        return costs(point.case, known, point.book, self.months)

    def _effect(self, one: UncertainInput, along: Response) -> Effect:
        """Return what the nodes of *one* have beyond volumes of as many hours."""
        points = sorted(
            (self.plan, *(self.solved[p.name] for p in self.question.nodes[one.name])),
            key=lambda p: p.point.values.get(one.name, one.neutral),
        )
        x = np.array([p.point.values.get(one.name, one.neutral) for p in points])
        planned = self.plan.required_hours()[None]
        hours = ratio(_rows(p.required_hours() for p in points), planned)
        alike = along.hours.inverse(hours * planned)
        found = [self._costs(p) for p in points]
        factors = {
            price: ratio(_rows(f[price] for f in found), curve.at(alike))
            for price, curve in along.cost.items()
        }
        beyond = _rows(p.slack() for p in points) - along.slack.at(alike)
        return Effect(
            name=one.name,
            hours=_curve(x, hours, 1.0),
            cost=_curves(x, factors),
            slack=_curve(x, beyond, 0.0),
        )

    def checked(self, response: Response) -> Iterator[ResponseCheck]:
        """Yield how far the response is off at the futures that were run."""
        for point in self.question.checks:
            solved = self.solved[point.name]
            values = {
                name: np.full((1, len(self.months)), value)
                for name, value in point.values.items()
            }
            said = response.at(values)
            chain = sum(amounts.sum() for amounts in self._costs(solved).values())
            met = said.service_met
            yield ResponseCheck(
                scenario_id=self.question.name,
                future=point.name,
                chain_minor=int(chain),
                response_minor=int(said.cost_minor.sum()),
                chain_months_met=int((solved.slack() >= -_SAME).sum()),
                response_months_met=0 if met is None else int(met.sum()),
            )


def _rows(arrays: Iterator[FloatArray]) -> FloatArray:
    return np.array(list(arrays))


def _curve(x: FloatArray, y: FloatArray, nothing: float) -> Curve | None:
    return None if np.abs(y - nothing).max() < _SAME else Curve(x=x, y=y)


def _curves(x: FloatArray, factors: Mapping[str, FloatArray]) -> dict[str, Curve]:
    return {
        price: Curve(x=x, y=y)
        for price, y in factors.items()
        if np.abs(y - 1.0).max() > _SAME
    }
