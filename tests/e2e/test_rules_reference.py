"""`wfm rules`: every rule and pack explained, with an example that plan.yaml takes."""

import pytest
from support.tiny_folders import run_wfm, write_tiny

from solver.pack import PACKS
from solver.rule import RULES
from wfm.api import load
from wfm.domain.errors import UsageError
from wfm.pipeline.judge import plan_rules

PEOPLE = tuple((f"A{i}", "Europe/Warsaw") for i in range(1, 4))


def said(capsys, monkeypatch, *names):
    return run_wfm(capsys, monkeypatch, "rules", *names)


def after_the_word(text, name):
    """Return the last line of *text* that writes the setting of *name*."""
    lines = [x for x in text.splitlines() if x.lstrip().startswith(f"{name}: ")]
    return lines[-1].strip()


def with_rule(path, line):
    """Write a plan whose general rules say *line*, whatever they said of that rule."""
    folder = write_tiny(path, agents=PEOPLE)
    plan = folder / "plan.yaml"
    head, rules = plan.read_text(encoding="utf-8").rsplit("rules:\n", 1)
    name = line.split(":")[0]
    kept = [x for x in rules.splitlines() if not x.startswith(f"  {name}:")]
    text = "\n".join([f"{head}rules:", f"  {line}", *kept, ""])
    plan.write_text(text, encoding="utf-8")
    return folder


def test_all_are_listed(capsys, monkeypatch):
    code, text = said(capsys, monkeypatch)
    assert code == 0
    first = {line.split()[0] for line in text.splitlines() if line.startswith("  ")}
    assert set(RULES) | set(PACKS) <= first
    assert "not legal advice" in text


@pytest.mark.parametrize("name", list(RULES))
def test_an_example_is_what_a_plan_may_say(name, tmp_path, capsys, monkeypatch):
    code, text = said(capsys, monkeypatch, name)
    assert code == 0
    line = after_the_word(text, name)
    folder = load(with_rule(tmp_path / "plan", line)).read(frozenset({"agents"}))
    if name == "min_cover":
        assert [(f.queue_id, f.agents) for f in folder.plan.queue_floors] == [
            ("phone", 2)
        ]
        return
    (setting,) = [
        rule
        for rule in folder.plan.rules
        if rule.rule == name and rule.contract_id is None
    ]
    assert setting.enabled
    assert bool(setting.parameters) == ("{" in line)
    assert name in {rule.name for rule in plan_rules(folder)}


def test_a_rule_says_its_parameters_and_defaults(capsys, monkeypatch):
    _, text = said(capsys, monkeypatch, "shift_limits", "shift_count", "overtime")
    assert "<weekdays> is [mon, tue, wed, thu, fri, sat, sun] if left out" in text
    assert "<starts> is any time if left out" in text
    assert "<starts> has to be given" in text
    assert "<max_in_4_weeks> may be left out" in text


@pytest.mark.parametrize("name", list(PACKS))
def test_a_pack_names_source_and_state_of_every_value(name, capsys, monkeypatch):
    code, text = said(capsys, monkeypatch, name)
    assert code == 0
    keys = PACKS[name].keys()
    for key in keys:
        assert f"  {key} (off until a plan confirms it)" in text
    assert text.count("http") >= len(keys)


def test_a_name_that_does_not_exist_meets_the_nearest(capsys, monkeypatch):
    code, text = said(capsys, monkeypatch, "min_rest", "overtim")
    assert code == UsageError.exit_code
    assert "did you mean 'overtime'?" in text
    code, text = said(capsys, monkeypatch, "zzzz")
    assert "`wfm rules` lists all" in text


def test_long_words_are_wrapped_and_settings_are_not(capsys):
    from rich.console import Console

    from wfm.commands.reference import rules

    rules(["rotation"], Console(width=60))
    lines = capsys.readouterr().out.splitlines()
    assert all(len(line) <= 60 for line in lines if "{" not in line)
    assert any(len(line) > 60 for line in lines if "{" in line)
