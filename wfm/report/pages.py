"""Printable pages: one week overview per site, one week per person, and an index."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

from wfm.calendar.catalogue import dates_of
from wfm.domain.people import Agent, Site
from wfm.domain.roster import WORK, Shift
from wfm.report.html import environment, policy, source
from wfm.report.inputs import ReportInput
from wfm.report.sections import banners
from wfm.report.text import (
    city,
    day_label,
    days_label,
    file_stem,
    hours_label,
    number,
    words,
)


def write_pages(directory: Path, inputs: ReportInput) -> None:
    """Write ``index.html``, ``sites/*.html`` and ``agents/*.html`` below *directory*.

    Times are on each person's own clock, which every page names. The pages need no
    script, load nothing and print on A4.
    """
    for folder in (directory / "sites", directory / "agents"):
        folder.mkdir(parents=True, exist_ok=True)
    shifts = inputs.roster.by_agent()
    shared = _shared(inputs)
    groups = inputs.agents_by_site()
    index = [(site, agents) for site, agents in groups.items() if agents]
    links = [
        {
            "site": site,
            "file": f"sites/{quote(_file(site))}",
            "agents": [_link(agent) for agent in agents],
        }
        for site, agents in index
    ]
    _write(directory / "index.html", "index.html", shared | {"sites": links})
    for site, agents in index:
        page = _site_page(inputs, inputs.instance.sites[site], agents, shifts)
        _write(directory / "sites" / _file(site), "site.html", shared | page)
        for agent in agents:
            page = _agent_page(inputs, agent, shifts.get(agent.agent_id, ()))
            target = directory / "agents" / _file(agent.agent_id)
            _write(target, "agent.html", shared | page)


def _write(path: Path, template: str, values: Mapping[str, Any]) -> None:
    text = environment().get_template(template).render(**values)
    path.write_text(text, encoding="utf-8")


def _file(identifier: str) -> str:
    return f"{file_stem(identifier)}.html"


def _link(agent: Agent) -> dict[str, str]:
    return {
        "label": agent.name or agent.agent_id,
        "file": f"agents/{quote(_file(agent.agent_id))}",
    }


def _shared(inputs: ReportInput) -> dict[str, Any]:
    plan = inputs.folder.plan
    days = dates_of(plan.first_date, 7 * plan.weeks)
    return {
        "plan": plan.name or "Weekly plan",
        "dates": days_label(days[0], days[-1]),
        "made": f"{inputs.created_utc:%Y-%m-%d %H:%M} UTC",
        "banners": banners(inputs),
        "style": source("pages.css"),
        "policy": policy(),
    }


def _weeks(inputs: ReportInput) -> list[tuple[date, ...]]:
    plan = inputs.folder.plan
    return [
        dates_of(plan.first_date + timedelta(days=7 * week), 7)
        for week in range(plan.weeks)
    ]


def _site_page(
    inputs: ReportInput,
    site: Site,
    agents: Iterable[Agent],
    shifts: Mapping[str, tuple[Shift, ...]],
) -> dict[str, Any]:
    weeks = []
    for days in _weeks(inputs):
        rows = [_row(inputs, a, shifts.get(a.agent_id, ()), days) for a in agents]
        heads = [day_label(day) for day in days]
        at_work = [sum(1 for row in rows if row["cells"][d]) for d in range(7)]
        weeks.append({"heads": heads, "rows": rows, "at_work": at_work})
    return {
        "site": site.site_id,
        "zone": site.zone,
        "city": city(site.zone),
        "weeks": weeks,
    }


def _row(
    inputs: ReportInput, agent: Agent, shifts: tuple[Shift, ...], days: tuple[date, ...]
) -> dict[str, Any]:
    mine = [shift for shift in shifts if shift.date_local in days]
    return {
        "name": agent.name or agent.agent_id,
        "id": agent.agent_id if agent.name else "",
        "zone": agent.zone,
        "cells": [
            [_times(inputs, shift, agent) for shift in mine if shift.date_local == day]
            for day in days
        ],
        "paid": number(sum(s.paid_steps for s in mine) * inputs.step_hours, 2),
    }


def _times(inputs: ReportInput, shift: Shift, agent: Agent) -> str:
    grid = inputs.instance.grid
    hours = hours_label(grid, shift.start_idx, shift.end_idx, agent.zone)
    return " ".join(filter(None, (hours.split(" ")[0], shift.where)))


def _agent_page(
    inputs: ReportInput, agent: Agent, shifts: tuple[Shift, ...]
) -> dict[str, Any]:
    days = [day for week in _weeks(inputs) for day in week]
    return {
        "name": agent.name or agent.agent_id,
        "id": agent.agent_id,
        "site": agent.site_id,
        "zone": agent.zone,
        "city": city(agent.zone),
        "days": [
            {
                "label": day_label(day),
                "shifts": [
                    _shift(inputs, shift, agent)
                    for shift in shifts
                    if shift.date_local == day
                ],
            }
            for day in days
        ],
        "paid": number(sum(s.paid_steps for s in shifts) * inputs.step_hours, 2),
        "count": len(shifts),
    }


def _shift(inputs: ReportInput, shift: Shift, agent: Agent) -> dict[str, Any]:
    return {
        "hours": hours_label(
            inputs.instance.grid, shift.start_idx, shift.end_idx, agent.zone
        ),
        "where": shift.where,
        "breaks": break_labels(inputs, shift, agent),
        "queues": sorted({span.queue for span in shift.working_spans if span.queue}),
        "paid": number(shift.paid_steps * inputs.step_hours, 2),
    }


def break_labels(inputs: ReportInput, shift: Shift, agent: Agent) -> list[str]:
    """Return a shift's breaks as ``meal 12:15–13:00 (unpaid)``, in local time."""
    grid = inputs.instance.grid
    return [
        f"{words(span.activity)} "
        f"{hours_label(grid, span.start_idx, span.end_idx, agent.zone).split(' ')[0]}"
        f"{'' if span.paid else ' (unpaid)'}"
        for span in shift.spans
        if span.activity != WORK
    ]
