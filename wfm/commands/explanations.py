"""The command that says why an interval is short, and what would fill it."""

import time
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from wfm.commands.findings import say
from wfm.commands.run import DONE, FINDING, Run
from wfm.domain.errors import UsageError
from wfm.domain.findings import OutageNote
from wfm.domain.roster import RosterInstance
from wfm.evaluation.describe import span_text
from wfm.io.finding_files import GAPS, OUTAGES, keep_findings
from wfm.io.output import result_path, write_atomic
from wfm.io.problems import did_you_mean
from wfm.rosters.explaining import (
    Desktop,
    Explained,
    binding_words,
    explain,
    fix_words,
    gap_frame,
    gap_notes,
    people_words,
    ranked_gaps,
    standing_roster,
)

if TYPE_CHECKING:
    from wfm.rosters.outages import Outage


def explain_one(run: Run, queue: str, at: datetime, roster: Path | None) -> int:
    """Say why the interval of *queue* that holds *at* is as it is."""
    clock = time.perf_counter()
    given = standing_roster(run.plan, roster, run.external.get("requirement"))
    found = explain(given, queue, at)
    _say(run, given, found)
    say(run.console, f"explained in {time.perf_counter() - clock:.1f} s")
    return DONE


def explain_worst(run: Run, most: int, roster: Path | None) -> int:
    """Say it for the dearest gaps, and write ``out/gaps.csv``."""
    given = standing_roster(run.plan, roster, run.external.get("requirement"))
    found = ranked_gaps(given, most)
    for item in found:
        _say(run, given, item)
    target = result_path(run.out, "gaps.csv")
    write_atomic(target, gap_frame(found, given).to_csv(index=False))
    if roster is None:
        keep_findings(run.out, GAPS, _hash(given), gap_notes(found, given))
    say(run.console, f"{len(found)} gaps: {target}")
    return DONE


def _hash(given: Desktop) -> str:
    from wfm.evaluation.certificate import roster_hash

    return roster_hash(given.desk.instance, given.roster)


def offer(
    run: Run, at: datetime, hours: float, most: int, vendor: float, roster: Path | None
) -> int:
    """Say what could be offered from *at* on, best first; write ``out/offers.csv``.

    *vendor* is the price of a vendor's agent-hour in units of the plan's currency; 0
    leaves vendors out.
    """
    from solver.offers import Prices
    from wfm.io.tables import write_table
    from wfm.pipeline.money import minor_digits
    from wfm.pipeline.roster_diff import clock_words
    from wfm.report.text import money
    from wfm.rosters.offering import HEADER, judged_offers, offer_rows

    given = standing_roster(run.plan, roster, run.external.get("requirement"))
    instance, currency = given.desk.instance, given.desk.folder.plan.currency
    hourly = round(vendor * 10 ** minor_digits(currency) * 1000)
    found = judged_offers(
        given, at, hours=hours, most=most, prices=Prices(vendor_hour=hourly)
    )
    for item in found:
        offered, (queue, gain) = item.offer, item.best
        span = clock_words(
            instance, offered.agent_id, offered.start_idx, offered.end_idx
        )
        aside = f" ({'; '.join(item.sets_aside)})" if item.sets_aside else ""
        say(
            run.console,
            f"{offered.kind} {offered.agent_id or offered.queue_id} {span}: gains "
            f"{money(offered.worth, currency)} for {money(offered.price, currency)}; "
            f"{item.missing_hours:+.1f} h missing, {queue} {100 * gain:+.2f} "
            f"points{aside}",
        )
    target = result_path(run.out, "offers.csv")
    write_table(target, HEADER, offer_rows(found, given))
    say(run.console, f"{len(found)} offers: {target}")
    return DONE


def outages(run: Run, sites: Sequence[str], roster: Path | None) -> int:
    """Say for each site which guarantees would fail without it, and if for good."""
    from wfm.commands.findings import lack_text, lacks_of, say_conflict
    from wfm.rosters.outages import site_outages

    given = standing_roster(run.plan, roster, run.external.get("requirement"))
    instance, currency = given.desk.instance, given.desk.folder.plan.currency
    names = list(sites) or list(instance.sites)
    for name in names:
        if name not in instance.sites:
            msg = f"no site {name!r} in the plan{did_you_mean(name, instance.sites)}"
            raise UsageError(msg)
    found = site_outages(given, names)
    notes = [_outage_note(item, instance, currency) for item in found]
    for item, note in zip(found, notes, strict=True):
        text = f"without {note.site_id}: {note.at_once} gaps at once; rostered anew "
        style = None if item.holds else "bold red"
        say(run.console, text + note.verdict, style)
        for lack in lacks_of(item.mended, instance):
            say(run.console, f"  {lack_text(lack, instance)}")
        if item.conflict is not None:
            say_conflict(run.console, item.conflict, instance, currency)
    if roster is None and not sites:
        keep_findings(run.out, OUTAGES, _hash(given), notes)
        say(run.console, f"kept for the report: wfm report {run.plan.directory}")
    return DONE if all(item.holds for item in found) else FINDING


def _outage_note(item: "Outage", instance: RosterInstance, currency: str) -> OutageNote:
    from wfm.commands.findings import (
        conflict_cure_words,
        conflict_words,
        lack_text,
        lacks_of,
    )

    conflict = item.conflict
    return OutageNote(
        site_id=item.site_id,
        at_once=len(lacks_of(item.at_once, instance)),
        lacks=tuple(lack_text(x, instance) for x in lacks_of(item.mended, instance)),
        conflict="" if conflict is None else conflict_words(conflict),
        cures=()
        if conflict is None
        else tuple(conflict_cure_words(c, instance, currency) for c in conflict.cures),
    )


def _say(run: Run, given: Desktop, found: Explained) -> None:
    from wfm.report.text import money

    why, instance = found.why, given.desk.instance
    currency = given.desk.folder.plan.currency
    zone = next(q.zone for q in instance.queues if q.queue_id == why.queue_id)
    when = span_text(instance, why.start_idx, why.end_idx, zone)
    per_hour = 60 / instance.step_minutes
    say(run.console, f"{why.queue_id}, {when}", "bold")
    say(
        run.console,
        f"  needed {why.required:.1f}, served {why.served:.1f}, missing "
        f"{why.missing:.1f}; guaranteed {why.guaranteed}",
    )
    say(run.console, f"  what binds: {binding_words(why)}")
    price = money(round(why.marginal_price * per_hour), currency)
    shortage = money(round(why.shortage_price * per_hour), currency)
    text = f"  one person more there is worth {price} an hour"
    say(run.console, f"{text} (the last missing one is charged {shortage})")
    for line in people_words(why):
        say(run.console, f"    {line}")
    for number, fix in enumerate(found.fixes, 1):
        say(run.console, f"  fix {number}: {fix_words(fix, given)}")
    if why.missing > 0 and not found.fixes:
        say(run.console, "  no fix was found")
