"""The decision on one page, made from the run's manifest and nothing else."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from wfm.report.html import environment, policy, source
from wfm.report.scenario_sentences import (
    certainty,
    grounds,
    left_out,
    percent,
    recommendation,
    share,
    turning_points,
    whole,
)
from wfm.report.scenario_words import words

MOST_ASSUMPTIONS, MOST_OPTIONS = 9, 8


def render_memo(manifest: Mapping[str, Any]) -> str:
    """Return the memo as HTML that prints on one A4 page.

    Parameters
    ----------
    manifest
        The run's manifest with its ``decision``, as ``out/scenarios.json`` holds it.
    """
    record = manifest["decision"]
    say = words(record["language"])
    assumptions = record["assumptions"]
    return (
        environment()
        .get_template("scenario_memo.html")
        .render(
            say=say,
            record=record,
            manifest=manifest,
            question=record["question"] or default_question(record),
            recommendation=recommendation(record, say),
            grounds=list(grounds(record, say)),
            certainty=certainty(record, say),
            turning_points=list(turning_points(record, say)),
            left_out=list(left_out(record, say)),
            options=_shown(record),
            more_options=max(0, len(record["options"]) - MOST_OPTIONS),
            assumptions=assumptions[:MOST_ASSUMPTIONS],
            more_assumptions=max(0, len(assumptions) - MOST_ASSUMPTIONS),
            inputs=_hashes(manifest),
            whole=whole,
            share=share,
            percent=percent,
            style=source("scenario_memo.css"),
            policy=policy(),
        )
    )


def _shown(record: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the options that one page has room for: of many, the cheapest ones."""
    options: list[Mapping[str, Any]] = record["options"]
    first = {record["reference"], record["recommended"]}
    ranked = sorted(options, key=lambda o: (o["id"] not in first, Decimal(o["cost"])))
    kept = {option["id"] for option in ranked[:MOST_OPTIONS]}
    return [option for option in options if option["id"] in kept]


def default_question(record: Mapping[str, Any]) -> str:
    """Return the question that a comparison answers where none was stated."""
    say = words(record["language"])
    return say(
        "Which option serves the same contacts at least cost without missing a floor "
        "of service, {first} to {last}?",
        first=record["months"][0],
        last=record["months"][1],
    )


def _hashes(manifest: Mapping[str, Any]) -> str:
    """Return the inputs with the start of each hash."""
    found = manifest.get("inputs_sha256", {})
    return ", ".join(f"{name} {text[:8]}" for name, text in sorted(found.items()))
