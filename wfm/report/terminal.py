"""The summary that a command prints when it is done."""

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from rich.markup import escape

from solver.outcome import Solved
from wfm.domain.arrays import FloatArray
from wfm.domain.plan import Plan
from wfm.domain.staffing import StaffingRequirement
from wfm.report.inputs import ReportInput
from wfm.report.key_figures import QueueFigures, Totals, queue_figures, totals
from wfm.report.sections import NOTABLE_FRACTION, STOP_WORDS, verdict
from wfm.report.text import money, number, percent, words
from wfm.staffing.shrinkage import gross_up_factor

if TYPE_CHECKING:
    from rich.table import Table

FULL_TIME_HOURS = 40.0


def summary_table(inputs: ReportInput) -> tuple["Table", ...]:
    """Return the tables of a finished run: queues with totals, then the roster."""
    figures = queue_figures(inputs)
    sums = totals(inputs, figures)
    return _queue_table(inputs, figures, sums), _fact_table(inputs, sums)


def _queue_table(
    inputs: ReportInput, figures: tuple[QueueFigures, ...], sums: Totals
) -> "Table":
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    table = Table(
        box=SIMPLE_HEAD,
        title=escape(inputs.folder.plan.name),
        title_justify="left",
        show_footer=True,
        pad_edge=False,
        collapse_padding=True,
    )
    table.add_column("queue", "all queues", no_wrap=True)
    for head, foot in (
        ("contacts", number(sums.contacts)),
        ("needed", f"{number(sums.required_hours)} h"),
        ("staffed", f"{number(sums.staffed_hours)} h"),
        ("missing", f"{number(sums.missing_hours, 1)} h"),
        ("", percent(sums.missing_fraction)),
        ("in time", ""),
    ):
        table.add_column(head, foot, justify="right", no_wrap=True)
    table.add_column("cover", no_wrap=True)
    for row in figures:
        table.add_row(*_queue_cells(row))
    return table


def _queue_cells(row: QueueFigures) -> tuple[str, ...]:
    share = percent(row.missing_fraction)
    if row.missing_fraction > NOTABLE_FRACTION:
        share = f"[yellow]{share}[/]"
    level = "" if row.service_level is None else percent(row.service_level)
    return (
        escape(row.queue_id),
        number(row.contacts),
        f"{number(row.required_hours)} h",
        f"{number(row.staffed_hours)} h",
        f"{number(row.missing_hours, 1)} h",
        share,
        level,
        _guarantee(row),
    )


def _guarantee(row: QueueFigures) -> str:
    if row.guarantee_ok is None:
        return ""
    if row.guarantee_ok:
        return f"[green]{row.guaranteed_agents} ok[/]"
    return f"[red]{row.guaranteed_agents} short[/]"


def _fact_table(inputs: ReportInput, sums: Totals) -> "Table":
    from rich.table import Table

    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(style="dim", no_wrap=True)
    table.add_column()
    table.add_row(
        "roster",
        f"{number(sums.agents)} people, {number(sums.shifts)} shifts, "
        f"{number(sums.paid_hours)} paid hours, "
        f"wages {money(sums.paid_cost, inputs.folder.plan.currency)}",
    )
    colour = "green" if inputs.certificate.ok else "red"
    table.add_row("proof", f"[{colour}]{verdict(inputs)}[/]")
    if inputs.solved is not None:
        for label, text in _search_lines(inputs, inputs.solved):
            table.add_row(label, text)
    return table


def _search_lines(inputs: ReportInput, solved: Solved) -> tuple[tuple[str, str], ...]:
    currency = inputs.folder.plan.currency
    proof = (
        f"bound {money(solved.bound, currency)}, gap {percent(solved.gap, 2)} "
        f"({percent(solved.net_gap, 2)} net of unavoidable wages)"
    )
    if inputs.status == "without_guarantee":
        proof = "no bound: that is for rosters that keep the guarantee"
    return (
        (
            "search",
            f"objective {money(solved.objective, currency)}, {proof}",
        ),
        (
            "",
            f"first roster after {number(solved.first_roster_s, 1)} s, "
            f"{number(solved.wall_s, 1)} s in all: {STOP_WORDS[solved.stop_reason]}",
        ),
    )


def requirement_table(plan: Plan, requirement: StaffingRequirement) -> "Table":
    """Return contacts, workload, people needed and what asks for them, per queue.

    FTE are people with :data:`FULL_TIME_HOURS` paid a week, all shrinkage included.
    """
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    table = Table(
        box=SIMPLE_HEAD,
        title=escape(plan.name),
        title_justify="left",
        caption=f"FTE: {FULL_TIME_HOURS:.0f} paid hours a week, all shrinkage included",
        caption_justify="left",
        pad_edge=False,
        collapse_padding=True,
    )
    table.add_column("queue", no_wrap=True)
    for head in ("contacts", "work h", "agents h", "peak", "FTE"):
        table.add_column(head, justify="right", no_wrap=True)
    table.add_column("set by")
    queues = {queue.queue_id: queue for queue in plan.queues}
    for q, queue_id in enumerate(requirement.queue_ids):
        shrinkage = queues[queue_id].shrinkage or plan.shrinkage
        lost = gross_up_factor(shrinkage, include_rostered=True)
        weekly = lost / FULL_TIME_HOURS / plan.weeks
        table.add_row(escape(queue_id), *_need_cells(requirement, q, weekly))
    return table


def _need_cells(
    requirement: StaffingRequirement, q: int, fte_per_hour: float
) -> tuple[str, ...]:
    hours = requirement.grid.interval_hours
    base, scheduled = requirement.base_agents[q], requirement.scheduled_agents[q]
    reachable = np.isfinite(base) & np.isfinite(scheduled)
    needed_h = float(base[reachable].sum()) * hours
    peak = float(scheduled[reachable].max(initial=0.0))
    return (
        number(float(requirement.offered_contacts[q].sum())),
        number(float(requirement.workload_erlangs[q].sum()) * hours, 1),
        number(needed_h, 1),
        number(peak, 1) if reachable.all() else "out of reach",
        number(needed_h * fte_per_hour, 1),
        binding_words(requirement.binding[q], base),
    )


def binding_words(binding: npt.NDArray[np.str_], agents: FloatArray) -> str:
    """Return the targets that set *agents* ``[t]``, by their share of the hours."""
    weights = np.where(np.isfinite(agents), agents, 0.0)
    names = [str(name) for name in np.unique(binding) if name]
    hours = {name: float(weights[binding == name].sum()) for name in names}
    total = sum(hours.values())
    if not total:
        return ""
    ranked = sorted(hours, key=lambda name: -hours[name])
    shown = [name for name in ranked if hours[name] >= NOTABLE_FRACTION * total]
    if len(shown) == 1:
        return words(shown[0])
    return ", ".join(f"{words(n)} {percent(hours[n] / total, 0)}" for n in shown)
