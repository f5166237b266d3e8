"""The workbook's sheet to edit: one row per shift, on the agent's own clock."""

from collections.abc import Iterator

from wfm.pipeline.shift_rows import shift_row
from wfm.report.inputs import ReportInput
from wfm.report.sheets import Column, Sheet

COLUMNS = (
    Column(head="agent_id", width=14),
    Column(head="name", width=20),
    Column(head="site", width=12),
    Column(head="date_local", width=12, style="plain_date"),
    Column(head="start_local", width=18, style="local"),
    Column(head="end_local", width=18, style="local"),
    Column(head="breaks", width=56),
    Column(head="queue", width=18),
    Column(head="where", width=10),
    Column(head="zone", width=18),
)


def write_shifts(sheet: Sheet, inputs: ReportInput) -> None:
    """Write the roster for the planner's hand; ``wfm edit DIR --from`` reads it."""
    sheet.table(COLUMNS, _rows(inputs))
    sheet.printed(0)


def _rows(inputs: ReportInput) -> Iterator[tuple[object, ...]]:
    agents = {agent.agent_id: agent for agent in inputs.instance.agents}
    for shift in inputs.roster.shifts:
        agent = agents[shift.agent_id]
        row = shift_row(shift, inputs.instance, agent.zone)
        yield (
            agent.agent_id, agent.name, agent.site_id, row.date_local,
            row.start_local, row.end_local, row.breaks, row.queue, row.where,
            agent.zone,
        )  # fmt: skip
