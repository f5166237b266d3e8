"""Scenarios as one page that works offline, on a phone, in the dark and on paper."""

from collections.abc import Iterator, Mapping
from typing import Any

from scenarios.assumptions import difference
from wfm import __version__
from wfm.report.html import environment, policy, source
from wfm.report.scenario_break_even import BreakEvens
from wfm.report.scenario_decision import shared_assumptions
from wfm.report.scenario_inputs import ScenarioReport
from wfm.report.scenario_memo import default_question
from wfm.report.scenario_sections import Sections
from wfm.report.scenario_sentences import (
    certainty,
    grounds,
    percent,
    recommendation,
    share,
    whole,
)
from wfm.report.scenario_words import words

MOST_LETTERS = 64


def render_scenarios(
    report: ScenarioReport, evens: BreakEvens, record: Mapping[str, Any]
) -> str:
    """Return the page; *record* is the decision as the manifest holds it.

    It makes no request and runs no script: pictures are inline SVG in the page's own
    colours.
    """
    say = words(report.language)
    sections = Sections(report=report, evens=evens, say=say)
    return (
        environment()
        .get_template("scenarios.html")
        .render(
            say=say,
            record=record,
            title=report.title or say("Scenarios"),
            question=record["question"] or default_question(record),
            recommendation=recommendation(record, say),
            grounds=[*grounds(record, say), certainty(record, say)],
            groups=_groups(record, say("Options"), say("What if")),
            sections=sections.all(),
            differences=list(_differences(report)),
            names=[option.scenario_id for option in report.options()],
            refused=report_refused(evens),
            assumptions=list(_assumptions(report, say("all"))),
            created=f"{report.created_utc:%Y-%m-%d %H:%M} UTC",
            version=__version__,
            manifest=report.manifest,
            whole=whole,
            share=share,
            percent=percent,
            style=source("scenarios.css"),
            policy=policy(),
        )
    )


def report_refused(evens: BreakEvens) -> tuple[str, ...]:
    """Return why levers could not be scanned."""
    return evens.found[1]


def _groups(
    record: Mapping[str, Any], options: str, questions: str
) -> list[tuple[str, list[Mapping[str, Any]]]]:
    groups = [(options, record["options"]), (questions, record["questions"])]
    return [(head, rows) for head, rows in groups if rows]


def _differences(report: ScenarioReport) -> Iterator[tuple[str, ...]]:
    """Yield where the options differ: path, months, base, and each one's value."""
    names = [option.scenario_id for option in report.options()]
    rows = difference({o.scenario_id: o.assumptions for o in report.options()})
    for row in rows:
        yield tuple(brief(row[key]) for key in ("path", "months", "base", *names))


def _assumptions(report: ScenarioReport, everybody: str) -> Iterator[dict[str, str]]:
    results = report.comparison.results
    for row in shared_assumptions(results):
        shared = row["options"]
        who = everybody if len(shared) == len(results) else ", ".join(shared)
        yield {key: brief(value) for key, value in row.items()} | {"options": who}


def brief(value: object) -> str:
    """Return a value as a cell can show it; the workbook has it in full."""
    text = "" if value is None else str(value)
    return text if len(text) <= MOST_LETTERS else f"{text[: MOST_LETTERS - 1]}…"
