"""Who is likely to be on duty, and whether a plan's queues are sized together."""

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest
from support.plan_folders import PLAN, write_folder
from support.small_plan import folder, plan, queue

from wfm.domain.demand import VolumeForecast
from wfm.domain.grid import IntervalGrid
from wfm.domain.people import ShiftTemplate
from wfm.io.folder import read_folder
from wfm.pipeline.crews import crews_of
from wfm.pipeline.demand import staff_plan

GRID = IntervalGrid(
    start_utc=datetime(2026, 10, 25, 23, tzinfo=UTC),
    interval_minutes=30,
    num_intervals=336,
)


def with_shift(**changes):
    """Return the small plan's folder, everybody on one kind of shift."""
    values = {
        "template_id": "x",
        "start_from_minute": 9 * 60,
        "start_to_minute": 9 * 60,
        "start_step_minutes": 30,
        "elapsed_minutes": (480,),
    }
    template = ShiftTemplate(**(values | changes))
    small = folder()
    contracts = {
        name: replace(contract, templates=(template,))
        for name, contract in small.plan.contracts.items()
    }
    return replace(small, plan=replace(small.plan, contracts=contracts))


def on_duty(shifts):
    (crew,) = crews_of(shifts, GRID)
    return crew.on_duty / len(shifts.agents)


def test_a_fixed_shift_is_there_in_its_hours():
    there = on_duty(with_shift()).reshape(7, 48)

    assert (there[:, 18:34] == 1.0).all()
    assert there.sum() == 7 * 16


def test_a_night_shift_goes_on_after_midnight_and_sunday_into_monday():
    there = on_duty(with_shift(start_from_minute=22 * 60, start_to_minute=22 * 60))
    there = there.reshape(7, 48)

    assert (there[:, 44:] == 1.0).all()
    assert (there[:, :12] == 1.0).all()
    assert there.sum() == 7 * 16


def test_starts_and_lengths_count_alike():
    there = on_duty(
        with_shift(start_to_minute=10 * 60, start_step_minutes=60,
                   elapsed_minutes=(240, 480))
    ).reshape(7, 48)  # fmt: skip

    assert there[0, 18] == pytest.approx(0.5)
    assert there[0, 20] == pytest.approx(1.0)
    assert there.sum() == pytest.approx(7 * 12)


def test_weekdays_without_the_shift_are_empty():
    there = on_duty(with_shift(weekdays=frozenset({0, 1}))).reshape(7, 48)

    assert there[:2].sum() == 32
    assert there[2:].sum() == 0.0


def test_who_knows_no_queue_is_in_no_crew():
    nobody = with_shift()
    strangers = tuple(replace(agent, skills={"fr": 1}) for agent in nobody.agents)

    assert crews_of(replace(nobody, agents=strangers), GRID) == ()


def two_queues(multi_skill):
    """Two queues that all know, forty contacts in each half hour from 9 to 18."""
    second = queue("phone_two", guaranteed_agents=0)
    both = plan(queues=(queue(), second), multi_skill=multi_skill)
    shape = (2, GRID.num_intervals)
    mean = np.full(shape, 40.0)
    forecast = VolumeForecast(
        grid=GRID,
        queue_ids=("phone_en", "phone_two"),
        levels=(0.5,),
        mean=mean,
        quantiles=mean[:, None, :],
        aht_s=np.full(shape, 300.0),
        first_idx=(0, 0),
        end_idx=(336, 336),
    )
    return replace(folder(), plan=both), forecast


def test_queues_that_share_agents_are_sized_together_unless_switched_off():
    together = staff_plan(*two_queues("auto"))
    apart = staff_plan(*two_queues("off"))

    assert together.pools == (frozenset({"phone_en", "phone_two"}),)
    assert apart.pools == ()
    assert together.base_agents.sum() < apart.base_agents.sum()


def test_without_people_queues_are_sized_by_themselves():
    plan_only, forecast = two_queues("auto")

    assert staff_plan(replace(plan_only, agents=()), forecast).pools == ()


@pytest.mark.parametrize("value", ["auto", "off"])
def test_the_key_of_plan_yaml(tmp_path, value):
    text = f"{PLAN}\nstaffing: {{multi_skill: {value}}}\n"
    read = read_folder(write_folder(tmp_path, plan=text), frozenset(), {})

    assert read.plan.multi_skill == value
