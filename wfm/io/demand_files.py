"""events.csv, overrides.csv, backlog.csv and exchange_rates.csv."""

import re
from datetime import UTC, datetime
from typing import cast, get_args

from wfm.domain.demand import DemandEvent, Queue
from wfm.domain.edits import Operation, OverrideRow, Stage
from wfm.domain.plan import BacklogRow, ExchangeRate
from wfm.io.people_files import wall_range
from wfm.io.plan_checks import deferred_by_channel
from wfm.io.plan_file import PlanDocument
from wfm.io.problems import BadValueError, Problems, did_you_mean
from wfm.io.rows import Row, iter_rows
from wfm.io.sheets import Columns, Sheet
from wfm.io.values import parse_currency, parse_instant

_NOTES = frozenset({"note", "notes", "comment"})
EVENTS = Columns(
    required=("event", "from_local", "to_local", "kind"),
    optional=("queue", "market", "effect", "aht_factor", "note"),
    aliases={"from": "from_local", "to": "to_local"},
)
OVERRIDES = Columns(
    required=("stage", "queue", "from_local", "to_local", "op", "value"),
    optional=("name", "who", "when", "why"),
    aliases={"from": "from_local", "to": "to_local"},
    ignored=_NOTES,
)
BACKLOG = Columns(
    required=("queue", "arrived_utc", "contacts"),
    optional=("due_utc",),
    ignored=_NOTES,
)
EXCHANGE_RATES = Columns(
    required=("month", "from", "to", "rate"), optional=("source",), ignored=_NOTES
)
_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")
_MOST = 1e7
"""The most contacts or agents that a row may state, as in history.csv."""
_MOST_TIMES = 1e4
_AN_INSTANT = datetime(1971, 1, 1, tzinfo=UTC)


def read_events(
    sheet: Sheet, document: PlanDocument, problems: Problems
) -> tuple[DemandEvent, ...]:
    """Return the dated changes of demand."""
    found: list[DemandEvent] = []
    for row in iter_rows(sheet, problems):
        start, end = wall_range(row)
        effect = None
        if row.text("effect"):
            effect = row.number_in("effect", 0.0, low=0.0, high=_MOST_TIMES)
        event = DemandEvent(
            event=row.required("event"),
            kind=row.required("kind"),
            queue_ids=_event_queues(row, document),
            from_local_minute=start,
            to_local_minute=end,
            effect=effect,
            aht_factor=row.number_in("aht_factor", 1.0, low=0.01, high=_MOST_TIMES),
            note=row.text("note"),
        )
        if row.ok:
            found.append(event)
    return tuple(found)


def _event_queues(row: Row, document: PlanDocument) -> tuple[str, ...]:
    named, market = row.text("queue"), row.text("market")
    if bool(named) == bool(market):
        given = "both" if named else "neither"
        row.fault("queue", f"{given} of queue and market", "one of the two")
        return ()
    if named:
        ids = [part.strip() for part in named.split(";") if part.strip()]
        for queue_id in ids:
            if queue_id not in document.queue_names:
                hint = did_you_mean(queue_id, document.queue_names)
                row.fault("queue", f"unknown queue {queue_id!r}{hint}")
        return tuple(dict.fromkeys(ids))
    return _market_queues(row, document.plan.queues)


def _market_queues(row: Row, queues: tuple[Queue, ...]) -> tuple[str, ...]:
    """Return the queues of the countries and zones named in the row."""
    hit: list[str] = []
    for part in (p.strip() for p in row.text("market").split(";") if p.strip()):
        found = [q.queue_id for q in queues if part in (q.country, q.zone)]
        if not found:
            known = {n for q in queues for n in (q.country, q.zone) if n}
            hint = did_you_mean(part, known)
            row.fault("market", f"no queue has country or zone {part!r}{hint}")
        hit += found
    return tuple(dict.fromkeys(hit))


def read_overrides(
    sheet: Sheet, document: PlanDocument, problems: Problems
) -> tuple[OverrideRow, ...]:
    """Return the planner's changes of history, forecast and requirement."""
    found: list[OverrideRow] = []
    for row in iter_rows(sheet, problems):
        start, end = wall_range(row)
        stage = cast("Stage", row.choice("stage", get_args(Stage)))
        op = cast("Operation", row.choice("op", get_args(Operation)))
        if op == "exclude" and stage != "history":
            row.fault("op", f"exclude on the {stage}", "set 0, or exclude on history")
        entry = OverrideRow(
            stage=stage,
            queue_id=row.reference("queue", document.queue_names, "queue"),
            from_wall_minute=start,
            to_wall_minute=end,
            op=op,
            value=_override_value(row, op),
            who=row.text("who"),
            when=row.text("when"),
            why=row.text("why"),
            row=row.number,
            name=row.text("name"),
        )
        if row.ok:
            found.append(entry)
    return tuple(found)


def _override_value(row: Row, op: Operation) -> float:
    if op != "exclude":
        row.required("value")
    most = _MOST_TIMES if op == "scale" else _MOST
    return row.number_in("value", 0.0, low=-most if op == "add" else 0.0, high=most)


def read_backlog(
    sheet: Sheet, document: PlanDocument, problems: Problems
) -> tuple[BacklogRow, ...]:
    """Return the contacts of deferred queues that wait when the plan begins."""
    deferred = deferred_by_channel()
    channels = {q.queue_id: q.channel for q in document.plan.queues}
    found: list[BacklogRow] = []
    for row in iter_rows(sheet, problems):
        queue_id = row.reference("queue", document.queue_names, "queue")
        channel = channels.get(queue_id, "")
        if not deferred.get(channel, True):
            message = f"a backlog of {queue_id}, whose channel {channel} can't wait"
            row.fault("queue", message, "a queue of a deferred channel")
        row.required("contacts")
        entry = BacklogRow(
            queue_id=queue_id,
            arrived_utc=row.needed("arrived_utc", parse_instant, _AN_INSTANT),
            contacts=row.number_in("contacts", 0.0, low=0.0, high=_MOST),
            row=row.number,
            due_utc=_due(row),
        )
        if row.ok:
            found.append(entry)
    return tuple(found)


def _due(row: Row) -> datetime | None:
    if not row.text("due_utc"):
        return None
    return row.needed("due_utc", parse_instant, _AN_INSTANT)


def read_exchange_rates(sheet: Sheet, problems: Problems) -> tuple[ExchangeRate, ...]:
    """Return the rates; one per month and pair of currencies."""
    found: dict[tuple[str, str, str], ExchangeRate] = {}
    for row in iter_rows(sheet, problems):
        rate = ExchangeRate(
            month=row.needed("month", _month, ""),
            source_currency=row.needed("from", parse_currency, ""),
            target_currency=row.needed("to", parse_currency, ""),
            rate=row.number_in("rate", 0.0, low=0.0),
            source=row.text("source"),
        )
        if row.ok and rate.rate <= 0:
            row.fault("rate", "the rate is not positive", "more than 0")
        key = (rate.month, rate.source_currency, rate.target_currency)
        if row.ok and key in found:
            row.fault("month", f"a second rate for {' '.join(key)}")
        if row.ok:
            found[key] = rate
    return tuple(found.values())


def _month(text: str) -> str:
    month = text[:7] if len(text) in {10, 19} else text  # a date cell of a spreadsheet
    if not _MONTH.fullmatch(month):
        msg = f"{text!r} is no month"
        raise BadValueError(msg, "a month YYYY-MM")
    return month
