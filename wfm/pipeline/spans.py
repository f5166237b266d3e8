"""Roster rows to shifts and back, on a roster grid."""

from collections.abc import Container, Iterable, Mapping, Sequence
from datetime import date

from wfm.domain.grid import IntervalGrid
from wfm.domain.people import Agent, EmploymentContract
from wfm.domain.plan import RosterRow
from wfm.domain.roster import WORK, Shift, WorkSpan


def shifts_of(
    rows: Iterable[RosterRow],
    grid: IntervalGrid,
    agents: Sequence[Agent],
    contracts: Mapping[str, EmploymentContract],
) -> tuple[Shift, ...]:
    """Return the shifts that *rows* spell out; rows of unknown agents are left out.

    Rows of one agent and local date that follow each other make one shift; a gap
    starts another, so that a second shift on one date stays visible to the rules. What
    no contract knows as a kind of break is a duty off the queues.
    """
    paid = {
        agent.agent_id: paid_kinds(contracts[agent.contract_id]) for agent in agents
    }
    breaks = {kind for contract in contracts.values() for kind in paid_kinds(contract)}
    by_day: dict[tuple[str, date], list[RosterRow]] = {}
    for row in rows:
        if row.agent_id in paid:
            by_day.setdefault((row.agent_id, row.date_local), []).append(row)
    shifts: list[Shift] = []
    for (agent_id, day), day_rows in sorted(by_day.items()):
        spans = [_span(row, grid, paid[agent_id], breaks) for row in day_rows]
        places = {grid.index_of(row.start_utc): row.where for row in day_rows}
        shifts += [
            Shift(
                agent_id=agent_id,
                date_local=day,
                spans=piece,
                where=places[piece[0].start_idx],
            )
            for piece in _pieces(sorted(spans))
        ]
    return tuple(shifts)


def paid_kinds(contract: EmploymentContract) -> dict[str, bool]:
    """Return the kinds of break that the contract knows -> whether they are paid."""
    return {rule.kind: rule.paid for t in contract.templates for rule in t.breaks}


def _span(
    row: RosterRow, grid: IntervalGrid, paid: Mapping[str, bool], breaks: Container[str]
) -> WorkSpan:
    return WorkSpan(
        start_idx=grid.index_of(row.start_utc),
        end_idx=grid.index_of(row.end_utc),
        activity=row.activity,
        queue=row.queue_id,
        paid=row.activity == WORK or paid.get(row.activity, True),
        duty=row.activity != WORK and row.activity not in breaks,
    )


def _pieces(spans: Sequence[WorkSpan]) -> Iterable[tuple[WorkSpan, ...]]:
    piece: list[WorkSpan] = []
    for span in spans:
        if piece and piece[-1].end_idx != span.start_idx:
            yield tuple(piece)
            piece = []
        piece.append(span)
    if piece:
        yield tuple(piece)
