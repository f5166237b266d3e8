"""Hiring problems of the literature: published optima, found to the cent."""

import pytest
from support.capacity_cases import csl, south_central, williams

from scenarios.capacity_plan import CapacityPlan, plan_capacity
from scenarios.mip_solve import MipLimits

EXACT = MipLimits(relative_gap=0.0)


def planned(problem) -> CapacityPlan:
    plan = plan_capacity(problem, EXACT)
    assert isinstance(plan, CapacityPlan)
    return plan


# Winston's book prints 593,777; integer classes recomputed with SCIP and HiGHS.
@pytest.mark.parametrize(
    ("is_whole", "cost", "hires"),
    [
        (False, 593_776.51, (0, 8.453, 11.45, 9.518, 0)),
        (True, 598_583.125, (0, 9, 12, 9, 0)),
    ],
)
def test_csl(is_whole, cost, hires):
    plan = planned(csl(is_whole=is_whole))
    assert plan.npv_minor == pytest.approx(cost, abs=0.01)
    assert plan.decisions.hires[0].tolist() == pytest.approx(hires, abs=1e-3)


def test_csl_heads_follow_the_printed_course():
    heads = planned(csl(is_whole=False)).course.num_heads()[0, 0]
    printed = (50, 47.5, 53.578, 62.349, 68.75)
    assert heads.tolist() == pytest.approx(printed, abs=1e-3)


@pytest.mark.parametrize(
    ("is_whole", "cost"), [(False, 3_627_278.85), (True, 3_629_143.375)]
)
def test_south_central(is_whole, cost):
    plan = planned(south_central(is_whole=is_whole))
    assert plan.npv_minor == pytest.approx(cost, abs=0.01)


@pytest.mark.parametrize(
    ("aim", "best"), [("redundancies", 841.797), ("cost", 498_677.285)]
)
def test_williams_manpower(aim, best):
    assert planned(williams(aim=aim)).npv_minor == pytest.approx(best, abs=0.01)
