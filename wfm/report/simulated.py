"""The simulated service in words and tables."""

import math
from typing import TYPE_CHECKING

from rich.markup import escape

from wfm.domain.plan import Plan
from wfm.evaluation.simulated import FIGURES, SimulatedService
from wfm.report.text import number, percent

if TYPE_CHECKING:
    from rich.table import Table


def simulation_table(plan: Plan, service: SimulatedService) -> "Table":
    """Return the service of each queue over the plan, with its 95 % interval."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    settings = service.settings
    table = Table(
        box=SIMPLE_HEAD,
        title=f"{escape(plan.name)}: {settings.replications} simulated runs, "
        f"seed {settings.seed}",
        title_justify="left",
        pad_edge=False,
        collapse_padding=True,
    )
    table.add_column("queue", no_wrap=True)
    for head in ("contacts", "in time", "", "target", "ASA", "lost", "busy"):
        table.add_column(head, justify="right", no_wrap=True)
    targets = {queue.queue_id: queue.target for queue in plan.queues}
    for q, queue_id in enumerate(service.queue_ids):
        target = targets[queue_id].service_level_fraction
        table.add_row(escape(queue_id), *_cells(service, q, target))
    return table


def _cells(service: SimulatedService, q: int, target: float | None) -> list[str]:
    level, asa, lost, busy = (service.figure(name) for name in FIGURES)
    contacts = float(service.result.offered[:, q].sum(axis=-1).mean())
    if not contacts:
        return ["0", "", "", "", "", "", ""]
    promised = 1.0 if service.deferred[q] else target
    text = percent(level.value[q])
    if promised is not None and level.high[q] < promised:
        text = f"[yellow]{text}[/]"
    return [
        number(contacts),
        text,
        f"± {100 * float(level.half_width[q]):.1f}",
        "" if promised is None else "all" if promised == 1.0 else percent(promised, 0),
        wait(float(asa.value[q])),
        percent(lost.value[q]),
        "" if math.isnan(busy.value[q]) else percent(busy.value[q]),
    ]


def wait(seconds: float) -> str:
    """Return a wait in the unit that people would say."""
    if math.isnan(seconds):
        return ""
    if seconds < 120.0:
        return f"{number(seconds, 1)} s"
    if seconds < 7200.0:
        return f"{number(seconds / 60.0)} min"
    return f"{number(seconds / 3600.0, 1)} h"
