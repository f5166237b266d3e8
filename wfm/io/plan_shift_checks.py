"""What must fit together in plan.yaml: sites, shifts, breaks, contracts, prices."""

from collections.abc import Iterator

from wfm.domain.demand import MINUTES_PER_DAY
from wfm.domain.people import SPLIT, BreakRule
from wfm.io.plan_checks import (
    check_country,
    check_reference,
    check_zone,
    judged_step,
    names_written,
)
from wfm.io.plan_convert import break_rule
from wfm.io.plan_schema import BreakTable, PlanTable, ShiftTable, SplitTable
from wfm.io.plan_split_shifts import breaks_of_split, split_lengths
from wfm.io.yaml_source import DocumentProblems, Path


def check_people(plan: PlanTable, faults: DocumentProblems) -> None:
    """Check sites, break sets, shift templates, contracts and prices."""
    step = judged_step(plan)
    _check_sites(plan, step, faults)
    for name, breaks in plan.break_sets.items():
        if faults.is_faulty(("break_sets", name)):
            continue  # places in the list may have moved
        for i, table in enumerate(breaks):
            _check_break(table, ("break_sets", name, i), step, faults)
            if table.kind == SPLIT:
                message = f"{SPLIT!r} is the gap of a split shift"
                place = ("break_sets", name, i, "kind")
                faults.at_value(place, message, "another name")
    for name, shift in plan.shift_templates.items():
        _check_shift(name, shift, plan, faults)
    templates = names_written(faults, "shift_templates")
    for name, contract in plan.employment_contracts.items():
        for i, shift_name in enumerate(contract.shifts):
            path: Path = ("employment_contracts", name, "shifts", i)
            check_reference(shift_name, templates, "shift template", path, faults)
    _check_prices(plan, faults)


def _check_sites(plan: PlanTable, step: int, faults: DocumentProblems) -> None:
    for site_id, site in plan.sites.items():
        path: Path = ("sites", site_id)
        check_country(site.country, site.subdivision, path, faults)
        check_zone(site.zone, path, plan, step, faults)
        if site.holidays != "normal" and site.country is None:
            message = f"holidays are {site.holidays}, but no country is named"
            faults.at_value((*path, "holidays"), message, "country")


def _check_break(
    table: BreakTable, path: Path, step: int, faults: DocumentProblems
) -> None:
    if (table.start_after is None) == (table.before_end is None):
        message = "a break needs one window"
        faults.at_key(path, message, "either start_after or before_end")
    for key in ("start_after", "before_end", "for_shifts"):
        for minutes in getattr(table, key) or ():
            if minutes % step and minutes != 10**6:
                message = f"{_hours(minutes)} is not on the roster's step"
                faults.at_value((*path, key), message, f"multiples of {step} min")
    if table.minutes % step:
        message = f"{table.minutes} min is not on the roster's step"
        faults.at_value((*path, "minutes"), message, f"multiples of {step} min")
    if table.start_after and table.start_after[0] > table.start_after[1]:
        message = "the window ends before it begins"
        faults.at_value((*path, "start_after"), message, "the smaller duration first")
    if table.before_end and table.before_end[0] < table.before_end[1]:
        message = "the window ends before it begins"
        faults.at_value(
            (*path, "before_end"), message, "the larger duration first, as in 2:30-1:15"
        )


def _check_shift(
    name: str, shift: ShiftTable, plan: PlanTable, faults: DocumentProblems
) -> None:
    path: Path = ("shift_templates", name)
    step = judged_step(plan)
    for key, values in (
        ("start", shift.start),
        ("every_minutes", (shift.every_minutes,)),
        ("hours", shift.hours),
    ):
        for minutes in values:
            if minutes % step:
                message = f"{_hours(minutes)} is not on the roster's step"
                faults.at_value((*path, key), message, f"multiples of {step} min")
    rules = _breaks_of(shift, plan, path, faults)
    if shift.split is not None:
        _check_gap(shift.split, (*path, "split"), step, faults)
        _check_split(shift, shift.split, rules, path, faults)
        return
    for elapsed in sorted(set(shift.hours)):
        for message in _break_faults(rules, elapsed):
            faults.at_value((*path, "breaks"), f"shift of {_hours(elapsed)}: {message}")


def _breaks_of(
    shift: ShiftTable, plan: PlanTable, path: Path, faults: DocumentProblems
) -> list[BreakRule]:
    """Return the breaks that the template names; none where they are faulty."""
    if shift.breaks is None or faults.is_faulty(("break_sets", shift.breaks)):
        return []
    known = names_written(faults, "break_sets")
    check_reference(shift.breaks, known, "break set", (*path, "breaks"), faults)
    return [break_rule(table) for table in plan.break_sets.get(shift.breaks, ())]


def _check_gap(
    split: SplitTable, path: Path, step: int, faults: DocumentProblems
) -> None:
    if split.gap[0] > split.gap[1]:
        message = "the longest gap is below the shortest"
        faults.at_value((*path, "gap"), message, "the smaller duration first")
    for key, values in (
        ("gap", split.gap),
        ("every_minutes", (split.every_minutes,)),
        ("hours", split.hours),
    ):
        for minutes in values:
            if minutes % step:
                message = f"{_hours(minutes)} is not on the roster's step"
                faults.at_value((*path, key), message, f"multiples of {step} min")


def _check_split(
    shift: ShiftTable,
    split: SplitTable,
    rules: list[BreakRule],
    path: Path,
    faults: DocumentProblems,
) -> None:
    """Check that the breaks of both parts lie in them, and that a day can hold them."""
    told: set[str] = set()
    for first, gap, second in split_lengths(shift, split):
        elapsed = first + gap + second
        if elapsed >= MINUTES_PER_DAY:
            told.add(f"{_hours(elapsed)} from start to end are more than a day")
        told |= set(
            _break_faults([*breaks_of_split(rules, first, gap, second)], elapsed)
        )
    for message in sorted(told):
        faults.at_value((*path, "split"), message)


def _break_faults(rules: list[BreakRule], elapsed: int) -> Iterator[str]:
    """Yield what is wrong with the break windows of a shift of *elapsed* minutes."""
    cursor, before = 0, "the shift's start"
    for rule in rules:
        if not rule.min_shift_minutes <= elapsed < rule.below_shift_minutes:
            continue
        early, late = rule.earliest_minutes, rule.latest_minutes
        if rule.anchor == "end":
            early, late = elapsed - early, elapsed - late
        label = f"{rule.kind} at {_hours(max(early, 0))}-{_hours(late + rule.minutes)}"
        if early < cursor:
            yield f"{label} is not after {before}"
        cursor, before = late + rule.minutes, label
    if cursor > elapsed:
        yield f"{before} runs past the shift's end"


def _check_prices(plan: PlanTable, faults: DocumentProblems) -> None:
    if plan.prices is None:
        return
    if "currency" not in faults.document.data:
        faults.at_key(("prices",), "prices in no currency", "the key 'currency'")
    steps = plan.prices.understaffing_steps
    if steps is None:
        return
    path: Path = ("prices", "understaffing_steps")
    total = sum(share for share, _ in steps)
    if abs(total - 1) > 1e-9:
        faults.at_value(path, f"the shares sum to {total:g}", "1")
    factors = [factor for _, factor in steps]
    if factors != sorted(factors):
        faults.at_value(path, "the factors fall", "factors that rise")


def _hours(minutes: int) -> str:
    return f"{minutes // 60}:{minutes % 60:02d}"
