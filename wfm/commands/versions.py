"""Published rosters: publish, go back, tell apart.

Every command returns its exit code: 0 done, 1 a finding.
"""

from dataclasses import replace
from datetime import date
from pathlib import Path

from wfm.commands.findings import say
from wfm.commands.manifest import recorded_search
from wfm.commands.outputs import simulated, write_report
from wfm.commands.run import DONE, FINDING, Run
from wfm.domain.errors import UsageError
from wfm.domain.roster import Roster
from wfm.domain.roster_edits import change_between
from wfm.io.diff_files import write_diff
from wfm.io.fairness_ledger import LEDGER_FILE, ledger_bytes, rebuild_ledger
from wfm.io.requirement_store import kept_requirement
from wfm.io.roster_state import (
    ROSTERS,
    Version,
    content_of,
    keep_version,
    published,
    state_lock,
    version_named,
    versions,
)
from wfm.pipeline.edit_effect import Desk, desk_of, effect_between
from wfm.pipeline.fairness import fairness_rows
from wfm.pipeline.roster_diff import differences
from wfm.report.terminal_edits import (
    cost_line,
    cover_table,
    difference_lines,
    rule_lines,
)
from wfm.rosters.drafts import (
    REQUIREMENT,
    ROSTER,
    Draft,
    Signature,
    open_draft,
    propose,
    roster_after,
)
from wfm.rosters.taking import (
    report_input,
    take,
    version_contents,
    version_of,
    write_out,
)


def publish(run: Run, signature: Signature) -> int:
    """Publish the draft: keep it whole, write the fairness ledger and all exports.

    The roster published before is superseded. One that breaks rules is published as
    well, and marked. Publishing the same roster again only writes what hangs on it.
    """
    directory = run.plan.directory
    with state_lock(directory):
        draft = open_draft(run.plan)
        before = published(directory, draft.week)
        is_same = before is not None and before.roster_hash == draft.roster_hash
        number = before.number if is_same and before else next_number(draft)
        name = f"{draft.week}/v{number}"
        inputs = report_input(draft, draft.judged, {"version": name})
        inputs = replace(
            inputs,
            simulation=simulated(run, inputs),
            solved=recorded_search(draft.manifest, draft.judged),
        )
        with write_out(draft, draft.judged, inputs) as folder:
            write_report(folder, inputs, calendars=True, sequence=number)
        if not is_same:
            _keep(draft, signature, name)
        rebuild_ledger(directory)
        return _say_published(run, draft, name, before)


def next_number(draft: Draft) -> int:
    """Return the number that the next version gets."""
    known = versions(draft.directory, draft.week)
    return 1 + max((version.number for version in known), default=0)


def _keep(draft: Draft, signature: Signature, name: str) -> None:
    record = replace(version_of(draft, signature), state="published")
    rows = fairness_rows(draft.desk.instance, draft.roster, draft.week, name)
    contents = version_contents(draft) | {LEDGER_FILE: ledger_bytes(rows)}
    keep_version(draft.directory, record, contents)


def _say_published(run: Run, draft: Draft, name: str, before: Version | None) -> int:
    if before is not None and before.name == name:
        say(run.console, f"published already, as {name}; its exports are written anew")
    elif before is not None:
        old = _version_roster(draft.desk, draft, before)
        found = differences(old, draft.roster, draft.desk.instance)
        people = len({d.agent_id for d in found})
        text = f"against {before.name}, now superseded: {_counted(len(found))} of "
        say(run.console, f"{text}{counted(people, 'person', 'people')} changed")
    breaches = len(draft.judged.certificate.violations)
    say(run.console, f"published as {name}: {draft.directory / ROSTERS / name}")
    if breaches:
        proof = draft.out / "certificate.json"
        text = f"{counted(breaches, 'breach', 'breaches')} of rules; see {proof}"
        say(run.console, text, "red")
    return FINDING if breaches else DONE


def _version_roster(desk: Desk, draft: Draft, version: Version) -> Roster:
    content_of(draft.directory, version, ROSTER)
    path = version.path(draft.directory, ROSTER)
    return draft.plan.read_roster(desk.folder, desk.instance, path)


def report(run: Run) -> int:
    """Write report, workbook and pages of the draft anew, with all that was found."""
    with state_lock(run.plan.directory):
        draft = open_draft(run.plan)
        inputs = report_input(draft, draft.judged, {})
        inputs = replace(
            inputs,
            simulation=simulated(run, inputs),
            solved=recorded_search(draft.manifest, draft.judged),
        )
        with write_out(draft, draft.judged, inputs) as folder:
            write_report(folder, inputs, calendars=run.calendars)
    say(run.console, f"report: {draft.out / 'report.html'}")
    return FINDING if draft.judged.certificate.violations else DONE


def revert(run: Run, target: str, signature: Signature) -> int:
    """Make an earlier state the draft again: a version, or the state after an edit.

    It is an edit like others: logged, and undone by ``wfm undo``.
    """
    with state_lock(run.plan.directory):
        draft = open_draft(run.plan)
        roster = _state(draft, target)
        proposal = propose(draft, change_between(draft.roster, roster))
        if not proposal.change:
            say(run.console, f"the draft is as {target} already")
            return DONE
        edit = take(draft, proposal, f"revert to {target}", signature)
        noted = dict.fromkeys(f.name for e in draft.history for f in e.files)
    for line in difference_lines(proposal.differences, draft.desk.instance):
        say(run.console, line)
    for line in rule_lines(proposal.effect, draft.desk.instance):
        say(run.console, line)
    for name in noted:
        say(run.console, f"{name} stays as it is; wfm undo takes such notes back")
    say(run.console, f"edit {edit.number} taken over: {draft.out / ROSTER}")
    return FINDING if proposal.effect.broken else DONE


def pick(run: Run, number: int, signature: Signature) -> int:
    """Make a roster of the set in ``out/pareto`` the draft, as an edit like others."""
    from wfm.io.tradeoff_files import (
        FOLDER,
        read_tradeoffs,
        roster_path,
        write_tradeoffs,
    )
    from wfm.report.tradeoff_plots import tradeoff_png

    with state_lock(run.plan.directory):
        table = read_tradeoffs(run.out)
        path = roster_path(run.out, number)
        if table is None or not path.exists():
            msg = f"{path} is not there; a set: wfm roster DIR --pareto cost,service"
            raise UsageError(msg)
        draft = open_draft(run.plan)
        desk = draft.desk
        roster = run.plan.read_roster(desk.folder, desk.instance, path)
        proposal = propose(draft, change_between(draft.roster, roster))
        if not proposal.change:
            say(run.console, f"the draft is roster {number} already")
            return DONE
        edit = take(draft, proposal, f"trade-off {number}", signature)
        folder = run.out / FOLDER
        write_tradeoffs(folder, table, number, tradeoff_png(table, number))
    shifts = counted(len(proposal.differences), "shift", "shifts")
    say(run.console, f"roster {number} taken: {shifts} differ from the draft before")
    say(run.console, f"edit {edit.number} taken over: {draft.out / ROSTER}")
    return FINDING if proposal.after.certificate.violations else DONE


def _state(draft: Draft, target: str) -> Roster:
    if target.isascii() and target.isdigit():
        return roster_after(draft, int(target))
    version = version_named(draft.directory, target, draft.week)
    if version is None:
        msg = f"{target!r} is neither a version such as v2 nor the number of an edit"
        raise UsageError(msg)
    if version.week != draft.week:
        msg = f"{version.name} is of another week than the plan, {draft.week}"
        raise UsageError(msg)
    return _version_roster(draft.desk, draft, version)


def list_versions(run: Run) -> int:
    """List what was kept, of every week."""
    found = versions(run.plan.directory)
    if not found:
        say(run.console, "no roster was kept; to publish the draft: wfm publish DIR")
    for version in found:
        why = f": {version.why}" if version.why else ""
        base = f", from {version.based_on}" if version.based_on else ""
        say(
            run.console,
            f"{version.name}  {version.state}{base}  "
            f"{version.when_utc:%Y-%m-%d %H:%M} UTC  {version.who}{why}",
        )
    return DONE


def diff(run: Run, first: str, second: str, out: Path | None) -> int:
    """Tell two rosters apart: who, when, what, which rule, cover and cost.

    Each is a file, a version (``v2``, ``2026-10-26/v2``), ``draft`` or ``published``.
    The exit code is 1 where the second breaks rules that the first keeps.
    """
    desk = _desk(run, first, second)
    rosters = [_roster(run, desk, text) for text in (first, second)]
    before = desk.judged(rosters[0])
    after = desk.judged(rosters[1], near=before)
    effect = effect_between(desk, before, after)
    found = differences(rosters[0], rosters[1], desk.instance, effect.broken)
    say(run.console, f"{first} -> {second}: {_counted(len(found))} changed")
    for line in (
        *difference_lines(found, desk.instance),
        *rule_lines(effect, desk.instance),
    ):
        say(run.console, line)
    table = cover_table(effect)
    if table is not None:
        run.console.print(table)
    say(run.console, cost_line(effect, desk.folder.plan.currency))
    if out is not None:
        write_diff(out, found, effect, desk.instance, (first, second))
        say(run.console, f"diff: {out}")
    return FINDING if effect.broken else DONE


def counted(count: int, one: str, many: str) -> str:
    """Return ``1 shift`` or ``3 shifts``."""
    return f"{count} {one if count == 1 else many}"


def _counted(count: int) -> str:
    return counted(count, "shift", "shifts")


def _desk(run: Run, *texts: str) -> Desk:
    """Return the desk for the week of the rosters, with the requirement that fits."""
    from wfm.api import PEOPLE_FILES

    week = run.plan.read(frozenset()).plan.first_date
    named = [v for text in texts if (v := _version(run, text, week)) is not None]
    weeks = {v.week for v in named} | ({week} if len(named) < len(texts) else set())
    if len(weeks) > 1:
        listed = " and ".join(str(day) for day in sorted(weeks))
        msg = f"the rosters are of different weeks: {listed}"
        raise UsageError(msg)
    plan = run.plan.with_({"week": min(weeks).isoformat()}) if weeks else run.plan
    folder = plan.read(PEOPLE_FILES)
    table = run.out / REQUIREMENT
    if named and named[-1].requirement_hash:
        table = named[-1].path(run.plan.directory, REQUIREMENT)
    return desk_of(folder, kept_requirement(table, folder.plan))


def _version(run: Run, text: str, week: date) -> Version | None:
    if text == "draft" or Path(text).is_file():
        return None
    return version_named(run.plan.directory, text, week)


def _roster(run: Run, desk: Desk, text: str) -> Roster:
    directory = run.plan.directory
    if text == "draft":
        path = run.out / ROSTER
    elif Path(text).is_file():
        path = Path(text)
    else:
        version = version_named(directory, text, desk.folder.plan.first_date)
        if version is None:
            msg = (
                f"{text!r} is no file, version, 'draft' or 'published'; see: "
                "wfm publish DIR --list"
            )
            raise UsageError(msg)
        content_of(directory, version, ROSTER)
        path = version.path(directory, ROSTER)
    return run.plan.read_roster(desk.folder, desk.instance, path)
