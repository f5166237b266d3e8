"""Rules about several people in plan.yaml: floors, pairs, breaks, and their faults."""

import pytest
from support.plan_folders import PLAN, write_folder

from wfm.domain.errors import InputError
from wfm.io.folder import read_folder

ALWAYS = (((0, 1440),),) * 7
AGENTS = (
    "agent_id,site,employment_contract,skills,grade,seniority,hourly_cost,currency\n"
    "F1,fukuoka,full,ja:3;phone,new,0,1500,JPY\n"
    "F2,fukuoka,full,ja:3;phone,senior,7,1500,JPY\n"
)
OTHERS = dict.fromkeys(
    ("availability.csv", "time_off.csv", "previous_roster.csv", "locked_roster.csv")
)


def read(tmp_path, rules):
    begin, end = PLAN.index("  min_rest: {hours: 11}"), PLAN.index("prices:")
    folder = write_folder(
        tmp_path,
        plan=PLAN[:begin] + rules + PLAN[end:],
        tables=OTHERS | {"agents.csv": AGENTS},
    )
    return read_folder(folder, frozenset({"agents"})).plan


def general(plan):
    return {r.rule: dict(r.parameters) for r in plan.rules if r.contract_id is None}


def faults(tmp_path, rules):
    with pytest.raises(InputError) as error:
        read(tmp_path, rules)
    return [problem.message for problem in error.value.problems]


def test_rules_arrive_as_the_solver_takes_them(tmp_path):
    plan = read(
        tmp_path,
        "  buddy: {trainees: new, senior_years: 3, by: queue, pairs: [[F1, F2]]}\n"
        "  simultaneous_breaks: {share: 0.25, by: [site, contract]}\n"
        "  together: {groups: [[F1, F2]], of: day}\n",
    )
    assert general(plan) == {
        "buddy": {
            "trainees": ("new",),
            "senior_years": 3.0,
            "by": ("queue",),
            "pairs": (("F1", "F2"),),
        },
        "simultaneous_breaks": {"share": 0.25, "by": ("site", "contract")},
        "together": {"groups": (("F1", "F2"),), "of": "day"},
    }


def test_floors_may_state_several_things(tmp_path):
    plan = read(
        tmp_path,
        "  min_cover:\n"
        "    - {queue: phone_ja, max_agents: 4}\n"
        '    - {queue: phone_ja, site: fukuoka, grade: senior, skill: "ja:2", '
        "agents: 1}\n"
        "    - {queue: phone_ja, agents: 2}\n",
    )
    assert general(plan)["min_cover"]["floors"] == (
        {"queue": "phone_ja", "max_agents": 4, "agents": 0, "spans": ALWAYS},
        {
            "queue": "phone_ja",
            "site": "fukuoka",
            "skill": "ja",
            "level": 2,
            "grade": "senior",
            "agents": 1,
            "spans": ALWAYS,
        },
    )
    (floor,) = plan.queue_floors
    assert (floor.queue_id, floor.agents) == ("phone_ja", 2)


def test_floors_hold_between_their_dates(tmp_path):
    plan = read(
        tmp_path,
        "  min_cover:\n"
        "    - {site: fukuoka, agents: 1, to: 2026-10-26}\n"
        "    - {site: fukuoka, agents: 2, to: 2026-10-25}\n"
        "    - {site: denver, agents: 3, from: 2026-10-26}\n"
        "    - {queue: phone_ja, agents: 4, from: 2026-10-27}\n",
    )
    floors = general(plan)["min_cover"]["floors"]
    assert [floor["agents"] for floor in floors] == [1, 3]
    assert plan.queue_floors == ()


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        (
            "buddy: {pairs: [[F1, F3]]}",
            "rules.buddy: unknown agent 'F3'",
        ),
        (
            "together: {groups: [[F1, G2]]}",
            "rules.together: unknown agent 'G2'; known: F1, F2",
        ),
        (
            "buddy: {trainees: new, seniors: senor}",
            "rules.buddy: nobody is of grade 'senor'; did you mean 'senior'?",
        ),
        (
            "min_cover: [{grade: junior, agents: 1}]",
            "rules.min_cover: nobody is of grade 'junior'",
        ),
        (
            "buddy: {trainees: new}",
            "rules.buddy: it names trainees and seniors, by grade or years, or pairs",
        ),
        ("buddy: {pairs: [[F1, F1]]}", "a pair names a trainee and then somebody else"),
        (
            "buddy: {pairs: [[F1, F2]], by: contract}",
            "by is a list of site, queue; got contract",
        ),
        (
            "buddy: {pairs: [[F1, F2]], per_senior: -1}",
            "per_senior must be a whole number, got -1",
        ),
        ("simultaneous_breaks: {}", "it needs most (people) or share (of those on"),
        ("simultaneous_breaks: {share: 1.5}", "share must lie above 0 and up to 1"),
        ("simultaneous_breaks: {most: -1}", "most must be a whole number of people"),
        ("together: {groups: [[F1, F2]], of: week}", "rules.together.of: 'week'"),
        ("together: {groups: [[F1]]}", "a group has at least two people"),
        ("min_cover: [{queue: phone_jp, agents: 1}]", "unknown queue 'phone_jp'"),
        ("min_cover: [{agents: 1}]", "rules.min_cover.0: a floor names nobody"),
        ("min_cover: [{queue: phone_ja}]", "the key 'agents' is missing"),
        (
            "min_cover: [{queue: phone_ja, agents: 3, max_agents: 2}]",
            "at least 3 people, and at most 2",
        ),
        (
            "min_cover: [{site: denver, agents: 1, from: 2026-11-02, to: 2026-11-01}]",
            "2026-11-01 lies before 2026-11-02",
        ),
    ],
)
def test_faults_say_what_is_wrong(tmp_path, rule, message):
    (found,) = faults(tmp_path, f"  {rule}\n")
    assert message in found


def test_wishes_may_weigh_more_with_years_of_service(tmp_path):
    rules = "  min_rest: {hours: 11}\n"
    assert read(tmp_path, rules).prices.preference_seniority == 0
    folder = tmp_path / "plan.yaml"
    text = folder.read_text(encoding="utf-8")
    line = "  preference_per_hour: 1.50\n"
    folder.write_text(text.replace(line, line + "  preference_seniority: 0.1\n"))
    plan = read_folder(tmp_path, frozenset({"agents"})).plan
    assert plan.prices.preference_seniority == 0.1
