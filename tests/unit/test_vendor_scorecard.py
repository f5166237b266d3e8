"""The scorecard: marks, other weights against enumeration, security, onboarding."""

from datetime import date, timedelta

import numpy as np
import pytest

from scenarios.kpi import KpiRow
from scenarios.months import Month
from scenarios.onboarding import ExitTest, Onboarding, OnboardingPhase, exit_status
from scenarios.rank_reversal import dominated_by, first_shares, scores, switches
from scenarios.scorecard import score_vendors
from scenarios.vendor_marks import (
    Candidate,
    CheckAnswer,
    Mark,
    MeasuredBy,
    Rules,
    SecurityCheck,
)

DAY = date(2026, 10, 25)
MARKS = np.array([[4.0, 2.0, 3.0], [2.0, 5.0, 3.0], [3.0, 3.0, 2.5]])
WEIGHTS = {"skill": 0.5, "price": 0.3, "size": 0.2}


def test_a_switch_is_where_two_scores_meet():
    found = switches(("a", "b", "c"), MARKS, WEIGHTS)
    first = int(np.argmax(scores(MARKS, np.array(list(WEIGHTS.values())))))
    assert first == 0
    names = list(WEIGHTS)
    for switch in found:
        c = names.index(switch.criterion)
        for step, expected in ((1e-6, True), (-1e-6, False)):
            weight = switch.weight + step * np.sign(switch.change)
            rest = [(1 - weight) * WEIGHTS[n] / (1 - WEIGHTS[names[c]]) for n in names]
            rest[c] = weight
            winner = ("a", "b", "c")[int(np.argmax(scores(MARKS, np.array(rest))))]
            assert (winner == switch.vendor_id) is expected
    changes = [abs(switch.change) for switch in found]
    assert changes == sorted(changes)


def test_no_nearer_switch_is_missed():
    """Every weight from 0 to 1 in thousandths, one criterion at a time."""
    found = {s.criterion: s.weight for s in switches(("a", "b", "c"), MARKS, WEIGHTS)}
    names = list(WEIGHTS)
    for c, name in enumerate(names):
        turned = []
        for weight in np.linspace(0.0, 1.0, 1001):
            rest = [(1 - weight) * WEIGHTS[n] / (1 - WEIGHTS[name]) for n in names]
            rest[c] = weight
            if np.argmax(scores(MARKS, np.array(rest))) != 0:
                turned.append(float(weight))
        nearest = min(turned, key=lambda w: abs(w - WEIGHTS[name]), default=None)
        if nearest is None:
            assert name not in found
        else:
            assert found[name] == pytest.approx(nearest, abs=2e-3)


def test_one_criterion_alone_has_no_switch():
    assert switches(("a", "b"), np.array([[2.0], [1.0]]), {"all": 1.0}) == ()


def test_shares_of_weightings_are_areas():
    """Two criteria: a is first where w > 1/3, so under two thirds of all weights."""
    marks = np.array([[4.0, 2.0], [2.0, 3.0]])
    shares = first_shares(marks, np.array([0.5, 0.5]), num=40_000)
    assert shares[0] == pytest.approx(2 / 3, abs=0.01)
    assert shares.sum() == pytest.approx(1.0)
    near = first_shares(marks, np.array([0.5, 0.5]), near=0.3)
    assert near[0] == 1.0
    tie = first_shares(np.array([[3.0, 3.0], [3.0, 3.0]]), np.array([0.5, 0.5]))
    assert tie.tolist() == [0.5, 0.5]


def test_who_is_nowhere_better_is_dominated():
    marks = np.array([[3.0, 3.0], [2.0, 3.0], [1.0, 5.0], [3.0, 3.0]])
    assert dominated_by(marks) == {1: 0}


def rows(level, unit="agency", days=100):
    return [
        KpiRow(
            day=DAY - timedelta(days=d),
            queue_id="phone",
            vendor=unit,
            offered=100.0,
            answered_in_target=100.0 * level,
        )
        for d in range(days)
    ]


BY_LEVEL = MeasuredBy(kpi="service_level", points=((0.6, 1.0), (0.8, 4.0), (0.9, 5.0)))


@pytest.mark.parametrize(
    ("level", "mark"), [(0.5, 1.0), (0.7, 2.5), (0.85, 4.5), (0.99, 5.0)]
)
def test_measured_marks_lie_on_the_lines(level, mark):
    found = BY_LEVEL.mark(rows(level), DAY)
    assert found.value == pytest.approx(mark)
    assert found.is_measured
    assert "9,100" in found.evidence


def test_too_little_history_measures_nothing():
    assert BY_LEVEL.mark(rows(0.8, days=1), DAY) is None
    assert BY_LEVEL.mark([], DAY) is None
    with pytest.raises(ValueError, match="must rise"):
        MeasuredBy(kpi="fcr", points=((0.8, 1.0), (0.7, 2.0)))


RULES = Rules(
    weights={"capability": 2.0, "price": 1.0, "security": 1.0},
    measured={"capability": BY_LEVEL},
    checks=(
        SecurityCheck(check_id="certified", is_required=True),
        SecurityCheck(check_id="notice"),
        SecurityCheck(check_id="device", is_required=True, at_home=True),
    ),
)
YES, NO, PARTLY = (CheckAnswer(answer=a) for a in ("yes", "no", "partly"))


def candidate(name, capability, price, answers, **more):
    marks = {
        key: Mark(value=value, evidence="seen", day=date(2026, 9, 1), by="us")
        for key, value in (("capability", capability), ("price", price))
        if value is not None
    }
    return Candidate(vendor_id=name, marks=marks, answers=answers, **more)


def test_security_questions_make_a_mark_and_bar_who_fails():
    at_home = candidate("h", 5, 5, {"certified": YES, "device": NO}, works_at_home=True)
    office = candidate("o", 3, 3, {"certified": YES, "notice": PARTLY})
    assert RULES.security_mark(office).value == pytest.approx(1 + 4 * 1.5 / 2)
    assert RULES.security_mark(at_home).value == pytest.approx(1 + 4 / 3)
    assert RULES.gaps(at_home) == ("device",)
    assert RULES.gaps(office) == ()
    card = score_vendors([at_home, office], RULES, DAY)
    assert [s.candidate.vendor_id for s in card.scored] == ["o", "h"]
    assert [s.place for s in card.scored] == [1, None]
    assert card.first.candidate.vendor_id == "o"
    assert card.switches == ()
    answers = {(r["vendor"], r["question"]): r["answer"] for r in card.security_rows()}
    assert answers["h", "notice"] == "unanswered"
    assert ("o", "device") not in answers


def test_results_decide_where_there_is_a_history():
    known = candidate("known", 1, 4, {"certified": YES, "notice": YES}, unit="agency")
    new = candidate("new", 4, 2, {"certified": YES, "notice": YES})
    card = score_vendors([known, new], RULES, DAY, rows=rows(0.9))
    first = card.scored[0]
    assert first.candidate.vendor_id == "known"
    assert first.marks["capability"].value == 5.0
    assert first.score == pytest.approx((2 * 5 + 4 + 5) / 4)
    assert card.scored[1].dominated_by == "known"
    assert first.first_anywhere == 1.0
    assert card.to_rows()[1]["dominated_by"] == "known"
    measured = {(r["vendor"], r["criterion"]): r["measured"] for r in card.mark_rows()}
    assert measured["known", "capability"] is True
    labels = [t.get_text() for t in card.plot().axes[0].get_yticklabels()]
    assert labels == ["new", "known"]


def test_taking_a_vendor_out_turns_no_others_around():
    answers = {"certified": YES, "notice": YES}
    rng = np.random.default_rng(1)
    several = [
        candidate(f"v{k}", *rng.uniform(1, 5, 2).tolist(), answers) for k in range(6)
    ]
    order = [s.candidate.vendor_id for s in score_vendors(several, RULES, DAY).scored]
    for gone in several:
        rest = [one for one in several if one is not gone]
        again = [s.candidate.vendor_id for s in score_vendors(rest, RULES, DAY).scored]
        assert again == [name for name in order if name != gone.vendor_id]


def test_missing_and_old_evidence_is_told():
    bare = Candidate(
        vendor_id="bare",
        marks={"price": Mark(value=3.0, day=date(2020, 1, 1))},
        answers={"certified": YES},
    )
    card = score_vendors([bare], RULES, DAY)
    text = "\n".join(card.remarks)
    assert "bare: capability has no mark and counts as 1" in text
    assert "bare: price has no evidence" in text
    assert "evidence of 2020-01-01 is old" in text
    with pytest.raises(ValueError, match="no vendor"):
        score_vendors([], RULES, DAY)


def phase(**values):
    given = {
        "name": "pilot",
        "first": Month(2026, 8),
        "last": Month(2026, 9),
        "share": 0.2,
        "incumbent_share": 0.9,
    }
    return OnboardingPhase(**{**given, **values})


def test_floors_of_a_transition():
    fine = phase(productivity=0.6, vendor_level=0.7, incumbent_level=0.8)
    assert fine.cover == pytest.approx(1.02)
    assert fine.double_share == pytest.approx(0.1)
    assert fine.level(None) == pytest.approx((0.12 * 0.7 + 0.9 * 0.8) / 1.02)
    assert fine.findings() == ()
    thin = phase(incumbent_share=0.7, vendor_level=0.9, least_level=0.8)
    assert thin.level(0.8) == pytest.approx(
        0.2 * 0.9 + 0.7 * 0.8
    )  # a tenth nobody does
    assert len(thin.findings(0.8)) == 2
    assert thin.level(None) is None
    assert len(thin.findings()) == 1


@pytest.mark.parametrize(
    ("kpi", "value", "as_of", "expected"),
    [
        ("service_level", 0.75, DAY, "passed"),
        ("service_level", 0.85, DAY, "failed"),
        ("abandonment", 0.85, DAY, "no data"),
        ("service_level", 0.75, date(2026, 9, 1), "pending"),
    ],
)
def test_exit_tests(kpi, value, as_of, expected):
    found, _ = exit_status(ExitTest(kpi=kpi, value=value), phase(), rows(0.8), as_of)
    assert found == expected


def test_phases_follow_one_another():
    with pytest.raises(ValueError, match="before it begins"):
        Onboarding(vendor_id="v", phases=(phase(last=Month(2026, 7)),))
    with pytest.raises(ValueError, match="before pilot is over"):
        Onboarding(vendor_id="v", phases=(phase(), phase(name="full")))
