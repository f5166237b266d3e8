"""Marks of vendors: by evidence and date, or from their measured results."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Literal, TypeAlias

import numpy as np

from scenarios.kpi import KPIS, KpiRow, figure

Answer: TypeAlias = Literal["yes", "partly", "no"]
ANSWERS: Mapping[str, float] = {"yes": 1.0, "partly": 0.5, "no": 0.0}
SECURITY = "security"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """One mark: who found it, when, and by what; *is_measured* from results."""

    value: float
    evidence: str = ""
    day: date | None = None
    by: str = ""
    is_measured: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredBy:
    """A criterion judged by a figure: *points* (figure, mark), joined by lines."""

    kpi: str
    points: tuple[tuple[float, float], ...]
    window_days: int = 91
    least_contacts: float = 200.0

    def __post_init__(self) -> None:
        values = [value for value, _ in self.points]
        if len(values) < 2 or sorted(set(values)) != values:
            msg = f"points of {self.kpi} must rise, at least two: {values}"
            raise ValueError(msg)

    def mark(self, rows: Sequence[KpiRow], as_of: date) -> Mark | None:
        """Return the mark of a vendor's *rows*; ``None`` with too few contacts."""
        first = as_of - timedelta(days=self.window_days - 1)
        own = [row for row in rows if first <= row.day <= as_of]
        found = figure(KPIS[self.kpi], own)
        if found.value is None or found.below < self.least_contacts:
            return None
        figures, marks = zip(*self.points, strict=True)
        value = np.interp(found.value, list(figures), list(marks))
        evidence = (
            f"kpi.csv: {self.kpi} {found.value:.4g} of {found.below:,.0f}, "
            f"{self.window_days} days"
        )
        return Mark(
            value=float(value),
            evidence=evidence,
            day=max(row.day for row in own),
            by="measured",
            is_measured=True,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SecurityCheck:
    """A question of security or compliance.

    *is_required*: without a yes the vendor can't be chosen, whatever its marks.
    *at_home*: asked only where people work from home.
    """

    check_id: str
    text: str = ""
    is_required: bool = False
    at_home: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckAnswer:
    """What was found, and by what."""

    answer: Answer
    evidence: str = ""
    day: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A vendor as it was judged.

    *unit* is its site or vendor in kpi.csv, where it has a history.
    """

    vendor_id: str
    text: str = ""
    unit: str = ""
    works_at_home: bool = False
    marks: Mapping[str, Mark] = field(default_factory=dict)
    answers: Mapping[str, CheckAnswer] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """How candidates are judged.

    Attributes
    ----------
    weights
        Criterion -> weight; they need not add up to 1.
    lowest, highest
        Ends of the scale of marks.
    measured
        Criteria that a figure decides where there is a history.
    checks
        Questions of security; together they make the mark of ``security`` where none
        is given.
    stale_days
        Evidence older than that is flagged.
    """

    weights: Mapping[str, float]
    lowest: float = 1.0
    highest: float = 5.0
    measured: Mapping[str, MeasuredBy] = field(default_factory=dict)
    checks: tuple[SecurityCheck, ...] = ()
    stale_days: int = 365

    def shares(self) -> dict[str, float]:
        """Return weights that add up to 1."""
        whole = sum(self.weights.values())
        return {name: weight / whole for name, weight in self.weights.items()}

    def asked(self, candidate: Candidate) -> tuple[SecurityCheck, ...]:
        """Return the questions that concern *candidate*."""
        at_home = candidate.works_at_home
        return tuple(check for check in self.checks if at_home or not check.at_home)

    def security_mark(self, candidate: Candidate) -> Mark | None:
        """Return the mark that the answers make; a question unanswered is a no."""
        asked = self.asked(candidate)
        if not asked:
            return None
        given = [candidate.answers.get(check.check_id) for check in asked]
        share = sum(ANSWERS[a.answer] for a in given if a is not None) / len(asked)
        days = [a.day for a in given if a is not None and a.day is not None]
        yes = sum(a is not None and a.answer == "yes" for a in given)
        return Mark(
            value=self.lowest + share * (self.highest - self.lowest),
            evidence=f"{yes} of {len(asked)} security questions answered yes",
            day=min(days, default=None),
            by="answers",
        )

    def gaps(self, candidate: Candidate) -> tuple[str, ...]:
        """Return required questions without a yes."""
        return tuple(
            check.check_id
            for check in self.asked(candidate)
            if check.is_required
            and (
                check.check_id not in candidate.answers
                or candidate.answers[check.check_id].answer != "yes"
            )
        )
