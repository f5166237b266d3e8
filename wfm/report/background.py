"""The report's small print: models, cleaning of the history, the run's record."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from wfm.domain.demand import Queue
from wfm.domain.plan import CleaningEntry
from wfm.report.inputs import ReportInput
from wfm.report.text import number, percent, words

MOST_FINDINGS = 40


def model_row(inputs: ReportInput, queue: Queue) -> dict[str, Any]:
    """Return the models behind one queue and what they warn of."""
    plan, requirement = inputs.folder.plan, inputs.requirement
    q = requirement.queue_ids.index(queue.queue_id)
    offered, aht = requirement.offered_contacts[q], requirement.aht_s[q]
    contacts = float(offered.sum())
    mean_aht = float((offered * aht).sum() / contacts) if contacts else 0.0
    loss = 1.0 - float(
        np.prod([1.0 - part.fraction for part in queue.shrinkage or plan.shrinkage])
    )
    remarks = list(requirement.warnings.get(queue.queue_id, ()))
    if inputs.forecast is not None:
        remarks += inputs.forecast.notes.get(queue.queue_id, ())
        failure = inputs.forecast.failures.get(queue.queue_id)
        remarks += [f"forecast: {failure}"] if failure else []
    return {
        "id": queue.queue_id,
        "forecast": forecast_model(inputs, queue),
        "staffing": staffing_model(queue),
        "target": target_words(queue),
        "aht": f"{number(mean_aht)} s" if mean_aht else "",
        "shrinkage": percent(loss),
        "remarks": remarks,
    }


def forecast_model(inputs: ReportInput, queue: Queue) -> str:
    """Return where a queue's contacts come from."""
    plan, forecast = inputs.folder.plan, inputs.forecast
    if forecast is None:
        return "the planner’s own requirement"
    if queue.queue_id not in forecast.queue_ids:
        return "fed by other queues"
    return words(plan.queue_models.get(queue.queue_id, plan.forecast_model))


def staffing_model(queue: Queue) -> str:
    """Return the name of the staffing model that a queue's channel uses."""
    if queue.channel == "phone":
        return "Erlang A (callers give up)" if queue.patience_s else "Erlang C"
    if queue.channel in ("chat", "messaging"):
        return "Erlang with several chats at once" if queue.chat else "Erlang C"
    if queue.channel == "virtual_queue":
        return "Erlang with call-backs offered"
    if queue.blend_with is not None:
        return f"work with a due time, in idle time of {queue.blend_with}"
    return "work with a due time"


def target_words(queue: Queue) -> str:
    """Return a queue's promise in words."""
    target, parts = queue.target, []
    if target.answer_within_open_hours is not None:
        parts.append(f"answered within {target.answer_within_open_hours:g} open hours")
    elif target.service_level_fraction is not None:
        parts.append(
            f"{percent(target.service_level_fraction, 0)} within "
            f"{target.answer_within_s or 0:g} s"
        )
    if target.asa_s is not None:
        parts.append(f"mean wait {target.asa_s:g} s")
    if target.max_occupancy_fraction is not None:
        parts.append(f"occupancy up to {percent(target.max_occupancy_fraction, 0)}")
    return ", ".join(parts)


def cleaning_rows(inputs: ReportInput) -> list[dict[str, Any]]:
    """Return what was found in the history, counted by kind, most frequent first.

    Findings that differ only in their figures are of one kind.
    """
    kinds: dict[tuple[str, str], list[CleaningEntry]] = {}
    for entry in inputs.folder.history_log:
        kind = _without_figures(entry.finding), _without_figures(entry.action)
        kinds.setdefault(kind, []).append(entry)
    ranked = sorted(kinds.items(), key=lambda kind: -len(kind[1]))
    return [_cleaning_row(kind, same) for kind, same in ranked[:MOST_FINDINGS]]


def _cleaning_row(kind: tuple[str, str], same: list[CleaningEntry]) -> dict[str, Any]:
    first = same[0]
    findings = {entry.finding for entry in same}
    actions = {entry.action for entry in same}
    return {
        "finding": first.finding if len(findings) == 1 else kind[0],
        "action": first.action if len(actions) == 1 else kind[1],
        "count": number(len(same)),
        "queues": ", ".join(sorted({e.queue_id for e in same if e.queue_id})),
        "place": f"{first.file}:{first.row}" if first.row else first.file,
        "start": first.start.replace("T", " "),
    }


def _without_figures(text: str) -> str:
    return re.sub(r"\d+([.,]\d+)*", "…", text)


def flat(values: Mapping[str, object], prefix: str = "") -> Iterable[tuple[str, str]]:
    """Yield a nested mapping as dotted names and texts."""
    for key, value in values.items():
        name = f"{prefix}{key}"
        if isinstance(value, Mapping):
            yield from flat(value, f"{name}.")
        elif isinstance(value, (list, tuple)):
            yield name, ", ".join(str(item) for item in value)
        else:
            yield name, "–" if value is None else str(value)
