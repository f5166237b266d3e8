"""One constraint record, one encoding."""

from typing import TYPE_CHECKING, assert_never

from solver.constraints import (
    CatalogueShifts,
    CommonDates,
    ConsecutiveDays,
    Constraint,
    Custom,
    DayPattern,
    ForbidNext,
    ForbidTime,
    FreeStretch,
    Guarantee,
    HandOver,
    Heads,
    LockedShifts,
    OneShiftADay,
    PaidStepsOnDates,
    PaidStepsPerShift,
    PaidStepsPerWeek,
    RestBetweenShifts,
    Serves,
    ShapedShifts,
    ShiftCount,
    ShortestRun,
    Together,
    WeighedHeads,
    WorkedGroups,
)
from solver.cpsat.common_dates import enforce_common_dates
from solver.cpsat.cover import (
    enforce_guarantees,
    enforce_hand_over,
    enforce_heads,
    enforce_weighed_heads,
)
from solver.cpsat.pattern import enforce_pattern
from solver.cpsat.stretch import (
    enforce_forbidden_next,
    enforce_paid_on_dates,
    enforce_shift_count,
    enforce_shortest_run,
    enforce_worked_groups,
)
from solver.cpsat.together import enforce_together
from solver.cpsat.week import (
    enforce_apart,
    enforce_free_stretch,
    enforce_one_a_day,
    enforce_run,
    enforce_week_hours,
)

if TYPE_CHECKING:
    from solver.cpsat.model import RosterModel


def enforce(model: "RosterModel", constraint: Constraint) -> None:
    """Demand *constraint* of *model*."""
    match constraint:
        case Heads() | WeighedHeads() | Guarantee() | HandOver():
            _enforce_people(model, constraint)
        case Together() | CommonDates():
            _enforce_people(model, constraint)
        case Custom():
            constraint.enforce(model.model, model)
        case PaidStepsOnDates() | ShiftCount() | ForbidNext():
            _enforce_stretch(model, constraint)
        case ShortestRun() | WorkedGroups() | DayPattern():
            _enforce_stretch(model, constraint)
        case _:
            _enforce_week(model, constraint)


def _enforce_people(
    model: "RosterModel",
    constraint: Heads | WeighedHeads | Guarantee | HandOver | Together | CommonDates,
) -> None:
    match constraint:
        case Heads():
            enforce_heads(model, constraint)
        case WeighedHeads():
            enforce_weighed_heads(model, constraint)
        case Guarantee():
            enforce_guarantees(model, [constraint])
        case HandOver():
            enforce_hand_over(model, constraint)
        case Together():
            enforce_together(model, constraint)
        case CommonDates():
            enforce_common_dates(model, constraint)
        case _:
            assert_never(constraint)


def _enforce_stretch(
    model: "RosterModel",
    constraint: PaidStepsOnDates
    | ShiftCount
    | ForbidNext
    | ShortestRun
    | WorkedGroups
    | DayPattern,
) -> None:
    match constraint:
        case PaidStepsOnDates():
            enforce_paid_on_dates(model, constraint)
        case ShiftCount():
            enforce_shift_count(model, constraint)
        case ForbidNext():
            enforce_forbidden_next(model, constraint)
        case ShortestRun():
            enforce_shortest_run(model, constraint)
        case WorkedGroups():
            enforce_worked_groups(model, constraint)
        case DayPattern():
            enforce_pattern(model, constraint)
        case _:
            assert_never(constraint)


def _enforce_week(
    model: "RosterModel",
    constraint: OneShiftADay
    | CatalogueShifts
    | ForbidTime
    | PaidStepsPerShift
    | ShapedShifts
    | PaidStepsPerWeek
    | RestBetweenShifts
    | ConsecutiveDays
    | FreeStretch
    | LockedShifts
    | Serves,
) -> None:
    match constraint:
        case OneShiftADay(agent_id=agent_id):
            enforce_one_a_day(model, agent_id)
        case RestBetweenShifts(agent_id=agent_id, min_steps=min_steps):
            enforce_apart(model, agent_id, min_steps)
        case PaidStepsPerWeek():
            enforce_week_hours(model, constraint)
        case ConsecutiveDays():
            enforce_run(model, constraint)
        case FreeStretch():
            enforce_free_stretch(model, constraint)
        case CatalogueShifts() | ForbidTime() | PaidStepsPerShift() | ShapedShifts():
            pass  # the choices are made of nothing else
        case LockedShifts() | Serves():
            pass  # read when the choices are made
        case _:
            assert_never(constraint)
