"""The vendor scorecard: marks with evidence, order, how firm it is, security, steps."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np

from scenarios.kpi import KPIS, KpiRow, figure
from scenarios.onboarding import Onboarding, exit_status
from scenarios.rank_reversal import (
    NEAR,
    WeightSwitch,
    dominated_by,
    first_shares,
    scores,
    switches,
)
from scenarios.rows import frame_of
from scenarios.vendor_marks import SECURITY, Candidate, Mark, Rules
from wfm.domain.arrays import FloatArray

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

INCUMBENT_DAYS = 91


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """One vendor: its marks, score and place among those that may be chosen.

    Attributes
    ----------
    gaps
        Required questions of security without a yes: it can't be chosen.
    first_anywhere, first_nearby
        Share of all weightings, and of those near the stated, that put it first.
    """

    candidate: Candidate
    marks: Mapping[str, Mark]
    score: float
    place: int | None
    gaps: tuple[str, ...]
    first_anywhere: float
    first_nearby: float
    dominated_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scorecard:
    """Vendors in order of score, those that can't be chosen last.

    Attributes
    ----------
    switches
        By criterion, the nearest weight that puts another vendor first.
    remarks
        Marks without evidence, or with old evidence, in words.
    """

    rules: Rules
    as_of: date
    scored: tuple[Scored, ...]
    switches: tuple[WeightSwitch, ...]
    remarks: tuple[str, ...]
    onboardings: tuple[Onboarding, ...] = ()
    rows: tuple[KpiRow, ...] = ()
    incumbents: tuple[str, ...] = ()

    @property
    def first(self) -> Scored | None:
        """The vendor with the highest score that can be chosen."""
        return next((one for one in self.scored if one.place == 1), None)

    def to_rows(self) -> tuple[dict[str, object], ...]:
        """Return a row per vendor: place, score, every mark."""
        return tuple(
            {
                "vendor": one.candidate.vendor_id,
                "place": one.place,
                "score": one.score,
                **{name: one.marks[name].value for name in self.rules.weights},
                "first_of_all_weightings": one.first_anywhere,
                "first_near_stated": one.first_nearby,
                "dominated_by": one.dominated_by,
                "security_gaps": "; ".join(one.gaps),
            }
            for one in self.scored
        )

    def mark_rows(self) -> tuple[dict[str, object], ...]:
        """Return a row per vendor and criterion: mark, weight, evidence, date."""
        shares = self.rules.shares()
        return tuple(
            {
                "vendor": one.candidate.vendor_id,
                "criterion": name,
                "weight": shares[name],
                "mark": mark.value,
                "measured": mark.is_measured,
                "evidence": mark.evidence,
                "date": mark.day,
                "by": mark.by,
            }
            for one in self.scored
            for name, mark in one.marks.items()
        )

    def switch_rows(self) -> tuple[dict[str, object], ...]:
        """Return a row per criterion whose weight can turn the order around."""
        return tuple(
            {
                "criterion": switch.criterion,
                "weight": switch.stated,
                "first_changes_at": switch.weight,
                "change": switch.change,
                "then_first": switch.vendor_id,
            }
            for switch in self.switches
        )

    def security_rows(self) -> tuple[dict[str, object], ...]:
        """Return a row per vendor and question that concerns it."""
        return tuple(
            {
                "vendor": one.candidate.vendor_id,
                "question": check.check_id,
                "text": check.text,
                "required": check.is_required,
                "home_working": check.at_home,
                "answer": "unanswered" if given is None else given.answer,
                "evidence": "" if given is None else given.evidence,
                "date": None if given is None else given.day,
            }
            for one in self.scored
            for check in self.rules.asked(one.candidate)
            for given in [one.candidate.answers.get(check.check_id)]
        )

    def onboarding_rows(self) -> tuple[dict[str, object], ...]:
        """Return a row per vendor and phase: shares, floors, exit tests."""
        return tuple(row for one in self.onboardings for row in self._phases(one))

    def _phases(self, onboarding: Onboarding) -> Iterator[dict[str, object]]:
        units = {one.candidate.vendor_id: one.candidate.unit for one in self.scored}
        own = [r for r in self.rows if r.unit == units.get(onboarding.vendor_id, "")]
        theirs = self.incumbent_level()
        for phase in onboarding.phases:
            states = [exit_status(t, phase, own, self.as_of) for t in phase.exit_tests]
            tests = [
                f"{test.kpi} {test.value:g}: {state}"
                for test, (state, _) in zip(phase.exit_tests, states, strict=True)
            ]
            yield {
                "vendor": onboarding.vendor_id,
                "phase": phase.name,
                "from": phase.first,
                "to": phase.last,
                "share": phase.share,
                "incumbent_share": phase.incumbent_share,
                "paid_twice": phase.double_share,
                "people_for": phase.cover,
                "expected_level": phase.level(theirs),
                "below_floor": "; ".join(phase.findings(theirs)),
                "exit_tests": "; ".join(tests),
            }

    def incumbent_level(self) -> float | None:
        """Return the measured service level of those who do the work today."""
        first = self.as_of - timedelta(days=INCUMBENT_DAYS - 1)
        own = [r for r in self.rows if r.unit in self.incumbents and r.day >= first]
        return figure(KPIS["service_level"], own).value

    def to_frame(self) -> "pd.DataFrame":
        """Return :meth:`to_rows` as a table."""
        return frame_of(self.to_rows())

    def plot(self) -> "Figure":
        """Return a figure: what each criterion adds to each vendor's score."""
        from scenarios.scorecard_plot import scorecard_plot

        return scorecard_plot(self)


def score_vendors(
    candidates: Sequence[Candidate],
    rules: Rules,
    as_of: date,
    *,
    rows: Sequence[KpiRow] = (),
    onboardings: Sequence[Onboarding] = (),
    incumbents: Sequence[str] = (),
    seed: int = 1,
) -> Scorecard:
    """Return the scorecard of *candidates* on *as_of*.

    Where a criterion is measured and the vendor has a history in *rows*, the figure
    decides and a mark given by hand is left aside. A criterion without any mark counts
    as the lowest.

    Raises
    ------
    ValueError
        If there is no candidate.
    """
    if not candidates:
        msg = "there is no vendor to judge"
        raise ValueError(msg)
    own = [row for row in rows if row.day <= as_of]
    marks = [_marks(candidate, rules, own, as_of) for candidate in candidates]
    shares = rules.shares()
    table = np.array([[m[name].value for name in shares] for m in marks])
    return Scorecard(
        rules=rules,
        as_of=as_of,
        scored=_scored(candidates, marks, table, rules, seed),
        switches=_switches(candidates, table, rules),
        remarks=tuple(_remarks(candidates, marks, rules, as_of)),
        onboardings=tuple(onboardings),
        rows=tuple(own),
        incumbents=tuple(incumbents),
    )


def _marks(
    candidate: Candidate, rules: Rules, rows: Sequence[KpiRow], as_of: date
) -> dict[str, Mark]:
    own = [row for row in rows if candidate.unit and row.unit == candidate.unit]
    found = {}
    for name in rules.weights:
        how = rules.measured.get(name)
        mark = how.mark(own, as_of) if how is not None and own else None
        mark = mark or candidate.marks.get(name)
        if mark is None and name == SECURITY:
            mark = rules.security_mark(candidate)
        found[name] = mark or Mark(value=rules.lowest, evidence="", by="nobody")
    return found


def _eligible(candidates: Sequence[Candidate], rules: Rules) -> list[int]:
    return [v for v, one in enumerate(candidates) if not rules.gaps(one)]


def _scored(
    candidates: Sequence[Candidate],
    marks: Sequence[Mapping[str, Mark]],
    table: FloatArray,
    rules: Rules,
    seed: int,
) -> tuple[Scored, ...]:
    stated = np.array(list(rules.shares().values()))
    reached = scores(table, stated)
    may = _eligible(candidates, rules)
    anywhere, nearby = np.zeros(len(candidates)), np.zeros(len(candidates))
    if may:
        anywhere[may] = first_shares(table[may], stated, seed=seed)
        nearby[may] = first_shares(table[may], stated, near=NEAR, seed=seed)
    worse = {may[v]: may[w] for v, w in dominated_by(table[may]).items()}
    order = sorted(range(len(candidates)), key=lambda v: (v not in may, -reached[v]))
    return tuple(
        Scored(
            candidate=candidates[v],
            marks=marks[v],
            score=float(reached[v]),
            place=k + 1 if v in may else None,
            gaps=rules.gaps(candidates[v]),
            first_anywhere=float(anywhere[v]),
            first_nearby=float(nearby[v]),
            dominated_by=candidates[worse[v]].vendor_id if v in worse else "",
        )
        for k, v in enumerate(order)
    )


def _switches(
    candidates: Sequence[Candidate], table: FloatArray, rules: Rules
) -> tuple[WeightSwitch, ...]:
    may = _eligible(candidates, rules)
    if len(may) < 2:
        return ()
    names = tuple(candidates[v].vendor_id for v in may)
    return switches(names, table[may], rules.shares())


def _remarks(
    candidates: Sequence[Candidate],
    marks: Sequence[Mapping[str, Mark]],
    rules: Rules,
    as_of: date,
) -> Iterator[str]:
    for candidate, own in zip(candidates, marks, strict=True):
        for name, mark in own.items():
            what = f"{candidate.vendor_id}: {name}"
            if mark.by == "nobody":
                yield f"{what} has no mark and counts as {rules.lowest:g}"
            elif not mark.evidence:
                yield f"{what} has no evidence"
            if mark.day is not None and (as_of - mark.day).days > rules.stale_days:
                yield f"{what}: evidence of {mark.day} is old"
