"""The example plans as the program itself reads them."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from support.template_people import all_folders

from wfm.domain.roster import Roster
from wfm.io.folder import ALL_FILES, read_folder
from wfm.pipeline.demand import forecast_plan, staff_plan
from wfm.pipeline.instance import roster_instance
from wfm.pipeline.judge import plan_rules
from wfm.pipeline.spans import shifts_of


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    found = {}
    for name, files in all_folders().items():
        directory = tmp_path_factory.mktemp(name)
        for file, contents in files.items():
            (directory / file).write_bytes(contents)
        found[name] = read_folder(directory, ALL_FILES)
    return found


@pytest.mark.parametrize(
    ("name", "agents", "queues"),
    [("global-support", 180, 14), ("single-site", 25, 3), ("bank", 22, 1)],
)
def test_is_read_without_a_problem(name, agents, queues, folders):
    folder = folders[name]
    assert len(folder.agents) == agents
    assert len(folder.plan.queues) == queues
    assert folder.history is not None


def test_the_planted_faults_are_found_where_they_are(folders):
    said = [
        (entry.queue_id, entry.start[:16], entry.finding)
        for entry in folders["global-support"].history_log
        if "not reported" not in entry.finding
    ]
    places = {(queue, start) for queue, start, _ in said}
    assert places == {
        (queue, f"{day}T{at}")
        for queue, day, times in (
            ("phone_ja", "2026-08-05", ("10:00", "10:30", "11:00", "11:30")),
            ("chat_en", "2026-06-17", ("01:00", "01:30", "02:00", "02:30")),
        )
        for at in times
    }
    assert sum("duplicate" in finding for _, _, finding in said) == 4
    assert sum("'-1'" in finding for _, _, finding in said) == 2
    assert sum("'#N/A'" in finding for _, _, finding in said) == 2


def test_the_bank_is_read_as_local_half_hours(folders):
    history = folders["bank"].history
    assert history.observed.sum() == 164 * 28
    # 2003-03-03 07:00 in New York, six counts of five minutes
    first = int(np.flatnonzero(history.observed[0])[0])
    assert history.grid.instant(first).isoformat() == "2003-03-03T12:00:00+00:00"
    assert history.offered_contacts[0, first] == 111 + 113 + 76 + 82 + 91 + 87


@pytest.mark.parametrize("name", ["global-support", "single-site"])
def test_last_week_keeps_every_rule_and_guarantee(name, folders):
    folder = folders[name]
    earlier = replace(
        folder,
        plan=replace(
            folder.plan, first_date=folder.plan.first_date - timedelta(days=7)
        ),
        agents=tuple(a for a in folder.agents if a.valid_from is None),
        previous_roster=None,
        time_off=(),
    )
    instance = roster_instance(earlier)
    shifts = shifts_of(
        folder.previous_roster, instance.grid, earlier.agents, earlier.plan.contracts
    )
    broken = [
        violation
        for rule in plan_rules(earlier)
        for violation in rule.violations(instance, Roster(shifts=shifts))
        # on the Sunday before, whole regions lack their own previous roster
        if violation.date_local >= earlier.plan.first_date
    ]
    assert broken == []
    assert len(shifts) > 4 * len(earlier.agents)


@pytest.mark.parametrize(
    ("name", "skills", "low", "high"),
    [
        ("global-support", {"ja", "ko"}, 0.90, 0.97),
        ("global-support", {"en", "de"}, 0.84, 0.97),  # queues that share agents
        ("single-site", {"phone", "chat", "email"}, 0.85, 0.97),
        ("bank", {"phone"}, 0.85, 1.02),
    ],
)
def test_the_requirement_is_near_what_people_can_work(name, skills, low, high, folders):
    folder = folders[name]
    requirement = staff_plan(folder, forecast_plan(folder))
    instance = roster_instance(folder, requirement)
    members = [a for a in folder.agents if skills & set(a.skills)]
    needed = 0.0
    for q, queue in enumerate(folder.plan.queues):
        if skills & {need.skill for need in queue.requires}:
            target = np.maximum(
                instance.scheduled_agents[q], instance.guaranteed_agents[q]
            )
            deferred = sum(
                work.work_hours.sum()
                for work in instance.deferred
                if work.queue_id == queue.queue_id
            )
            needed += max(target.sum() / 4, deferred)
    # hours of contract, less two paid quarter hours of breaks in each eight
    contract = sum(25 if "part" in a.contract_id else 40 for a in members)
    working = contract * (1 - 0.5 / 8)
    assert low < needed / working < high, needed / working
