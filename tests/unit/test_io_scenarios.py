"""scenarios.yaml: every problem at once, by line, with what would cure it."""

import pytest
from support.scenario_folders import SCENARIOS, scenario_folder

from wfm.domain.errors import InputError, UsageError
from wfm.io.scenario_file import read_scenarios
from wfm.studies.scenarios import run_scenarios


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    return scenario_folder(tmp_path_factory.mktemp("plain") / "plan")


def faulty(folder, old, new):
    assert old in SCENARIOS
    path = folder / "scenarios.yaml"
    path.write_text(SCENARIOS.replace(old, new, 1), encoding="utf-8")
    try:
        with pytest.raises(InputError) as caught:
            read_scenarios(folder)
    finally:
        path.write_text(SCENARIOS, encoding="utf-8")
    return "\n".join(map(str, caught.value.problems))


def test_scenarios_become_phases_with_plan_people_and_prices(plain):
    file = read_scenarios(plain)
    cases = {case.scenario_id: case for case in file.cases}
    assert list(cases) == ["base", "vendor", "outage", "bot"]
    heads = [len(phase.folder.agents) for phase in cases["outage"].phases]
    assert heads == [25, 12]  # one has not begun yet
    assert [str(m) for m in cases["outage"].phases[1].months] == ["2026-12"]
    chat = next(
        q for q in cases["bot"].phases[0].folder.plan.queues if q.queue_id == "chat"
    )
    assert chat.drivers.containment.share == 0.3
    lane = next(x for x in cases["vendor"].phases[0].lanes if x.lane_id == "lisbon")
    assert lane.price == "vendor"
    paths = [(a.path, a.before, a.after, a.origin) for a in cases["outage"].assumptions]
    assert paths == [
        ("lanes.lisbon.price", "own", "vendor", "vendor"),
        ("sites.lisbon.headcount", 25, 12, "outage"),
    ]
    sources = {a.provenance.source for a in cases["vendor"].assumptions}
    assert sources == {"offer"}


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("months: 3", "months: 99", "36 or less"),
        ("start: 2026-11", "start: November", "a month YYYY-MM"),
        ("currency: EUR\nseed", "curency: EUR\nseed", "did you mean 'currency'"),
        ("price: own,", "price: owm,", "did you mean 'own'"),
        ("{site: lisbon,", "{site: lisbom,", "did you mean 'lisbon'"),
        ("self_service: [chat]", "self_service: [chad]", "did you mean 'chat'"),
        ("inherits: [vendor]", "inherits: [vender]", "inherits from unknown 'vender'"),
        ("queues.chat.containment", "queue.chat.containment", "did you mean 'queues'"),
        ("containment: 0.3", "containment: 3", "plan.yaml would be faulty"),
        ("sites.lisbon.headcount", "sites.lisbom.headcount", "did you mean 'lisbon'"),
        ("scale: 0.5", "scale: half", "no number to scale or shift"),
        ("scale: 0.5", "scale: 0.5, set: 3", "set and scale is given"),
        ("model: in_house", "model: inhouse", "did you mean 'in_house'"),
        ("prices: 17.20", "prices: cheap", "vendor_contracts.vendor.price.prices"),
        ("prices: 17.20", "prices: -1", "negative"),
        ("currency: EUR, pay_by", "currency: CHF, pay_by", "no rate from CHF to EUR"),
        ("from: 2026-12,", "from: soon,", "a month YYYY-MM"),
        ("{tolerance: 0.06}", "{tolerant: 0.06}", "did you mean 'tolerance'"),
    ],
)
def test_a_fault_is_told_with_its_cure(plain, old, new, told):
    assert told in faulty(plain, old, new)


def test_every_fault_is_told_at_once_with_its_line(plain):
    path = plain / "scenarios.yaml"
    text = SCENARIOS.replace("price: own,", "price: owm,")
    text = text.replace("inherits: [vendor]", "inherits: [vender]")
    path.write_text(text.replace("prices: 17.20", "prices: -1"), encoding="utf-8")
    try:
        with pytest.raises(InputError) as caught:
            read_scenarios(plain)
    finally:
        path.write_text(SCENARIOS, encoding="utf-8")
    problems = caught.value.problems
    assert len(problems) >= 3
    assert {p.file for p in problems} == {"scenarios.yaml"}
    assert all(problem.row > 1 for problem in problems)


def test_a_missing_file_says_how_to_get_one(tmp_path):
    folder = scenario_folder(tmp_path / "plan")
    (folder / "scenarios.yaml").unlink()
    with pytest.raises(InputError, match=r"scenarios\.yaml: the file is missing"):
        read_scenarios(folder)


def test_unknown_names_and_early_months_are_refused(plain):
    with pytest.raises(UsageError, match="did you mean 'vendor'"):
        read_scenarios(plain, only=["vendors"])
    early = SCENARIOS.replace("start: 2026-11", "start: 2026-09")
    path = plain / "scenarios.yaml"
    path.write_text(early, encoding="utf-8")
    try:
        with pytest.raises(InputError, match="begins before the plan"):
            run_scenarios(plain, only=["base"], workers=1)
    finally:
        path.write_text(SCENARIOS, encoding="utf-8")


def test_the_demo_asks_the_ready_questions(tmp_path):
    from wfm.io.templates import write_template

    write_template(tmp_path / "demo")
    file = read_scenarios(tmp_path / "demo")
    cases = {case.scenario_id: case for case in file.cases}
    assert list(cases)[:4] == ["in_house", "vendor_a", "vendor_b", "mix"]
    assert {"us_round_the_clock", "add_korean", "one_more_zone"} < set(cases)
    outage = cases["manila_outage"].phases
    dark = [
        p for p in outage if not any(a.site_id == "manila" for a in p.folder.agents)
    ]
    assert [str(month) for p in dark for month in p.months] == ["2027-02"]
    peak = [p for p in cases["sale_peak"].phases if str(p.months[0]) == "2026-12"]
    assert {q.volume_scale for q in peak[0].folder.plan.queues} == {1.6}
    bot = cases["chatbot_30"].phases[0].folder.plan.queues
    shares = {q.queue_id: q.drivers.containment for q in bot}
    assert shares["chat_en"].share == 0.3
    round_the_clock = cases["us_round_the_clock"].phases[0]
    assert len(round_the_clock.demand) == 5
    korean = cases["add_korean"].phases[0].folder.plan.queues
    assert "chat_ko" in {q.queue_id for q in korean}
    assert file.inputs[0].name == "volume"
