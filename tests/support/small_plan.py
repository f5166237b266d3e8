"""A plan of a few people and one phone queue, built in code."""

from datetime import date

from wfm.domain.demand import OpeningHours, Queue, ServiceTarget, SkillNeed
from wfm.domain.people import (
    Agent,
    BreakRule,
    EmploymentContract,
    ShiftTemplate,
    Site,
)
from wfm.domain.plan import Plan, PlanFolder, PlanRule
from wfm.domain.roster import Prices

ALL_DAY = tuple(((0, 1440),) for _ in range(7))
OFFICE = tuple(((9 * 60, 18 * 60),) for _ in range(7))

MEAL = BreakRule(
    kind="meal", minutes=30, paid=False, earliest_minutes=180, latest_minutes=270
)
DAY_SHIFT = ShiftTemplate(
    template_id="day",
    start_from_minute=7 * 60,
    start_to_minute=10 * 60,
    start_step_minutes=30,
    elapsed_minutes=(8 * 60 + 30,),
    breaks=(MEAL,),
)


def queue(queue_id="phone_en", zone="Europe/Warsaw", **changes):
    """Return a phone queue that is open from 9 to 18 every day."""
    values = {
        "queue_id": queue_id,
        "channel": "phone",
        "zone": zone,
        "requires": (SkillNeed(skill="en"),),
        "opening": OpeningHours(spans=OFFICE),
        "target": ServiceTarget(service_level_fraction=0.8, answer_within_s=20),
        "guaranteed_agents": 1,
    }
    return Queue(**(values | changes))


def site(site_id="krakow", zone="Europe/Warsaw", **changes):
    """Return a site without premia or seats."""
    values = {"site_id": site_id, "zone": zone, "region": "emea"}
    return Site(**(values | changes))


def agent(agent_id="A1", **changes):
    """Return an English speaker in Krakow at 40.00 EUR an hour."""
    values = {
        "agent_id": agent_id,
        "site_id": "krakow",
        "contract_id": "full",
        "skills": {"en": 0},
        "zone": "Europe/Warsaw",
        "hourly_cost_minor": 4000,
        "currency": "EUR",
    }
    return Agent(**(values | changes))


def plan(**changes):
    """Return a plan of the week of 2026-10-26 in Warsaw."""
    values = {
        "name": "small",
        "zone": "Europe/Warsaw",
        "first_date": date(2026, 10, 26),
        "weeks": 1,
        "interval_minutes": 30,
        "roster_step_minutes": 15,
        "currency": "EUR",
        "queues": (queue(),),
        "sites": {"krakow": site()},
        "contracts": {
            "full": EmploymentContract(contract_id="full", templates=(DAY_SHIFT,))
        },
        "prices": Prices(understaffing_per_hour=6_000_000),
        "rules": (
            PlanRule(rule="weekly_hours", parameters={"min_hours": 0, "max_hours": 40}),
        ),
    }
    return Plan(**(values | changes))


def folder(the_plan=None, **changes):
    """Return a plan folder with two agents and a previous roster without shifts."""
    values = {
        "plan": the_plan or plan(),
        "agents": (agent("A1"), agent("A2")),
        "previous_roster": (),
    }
    return PlanFolder(**(values | changes))
