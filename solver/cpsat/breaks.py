"""Break starts of the shifts of one agent and date."""

from collections.abc import Iterable

from ortools.sat.python import cp_model

from solver.cpsat.presence import BreakStart
from wfm.calendar.catalogue import ShiftOption

_Place = tuple[int, int]  # position within the shift, length in steps


def add_breaks(
    model: cp_model.CpModel, shifts: list[tuple[ShiftOption, cp_model.IntVar]]
) -> list[BreakStart]:
    """Add the break starts of a date of which at most one shift is chosen.

    The starts are shared by all shifts of the date: the chosen shift has each of its
    breaks once, inside that shift's own window.
    """
    having: dict[_Place, list[cp_model.IntVar]] = {}
    allowing: dict[tuple[_Place, int], list[cp_model.IntVar]] = {}
    for option, literal in shifts:
        for k, window in enumerate(option.breaks):
            place = (k, window.length_steps)
            having.setdefault(place, []).append(literal)
            for t in range(window.first_idx, window.last_idx + 1):
                allowing.setdefault((place, t), []).append(literal)
    starts: list[BreakStart] = []
    for ((k, length), t), literals in sorted(
        allowing.items(), key=lambda item: item[0]
    ):
        literal = model.new_bool_var("")
        model.add_bool_or(literals).only_enforce_if(literal)
        starts.append(
            BreakStart(position=k, length_steps=length, start_idx=t, literal=literal)
        )
    for place, literals in having.items():
        taken = [s.literal for s in starts if (s.position, s.length_steps) == place]
        model.add(cp_model.LinearExpr.sum(taken) == cp_model.LinearExpr.sum(literals))
    if any(_may_clash(option) for option, _ in shifts):
        _keep_apart(model, starts)
    return starts


def starts_of(option: ShiftOption, taken: Iterable[BreakStart]) -> list[int]:
    """Return where the breaks of *option* start, in their order."""
    start_of = {(s.position, s.length_steps): s.start_idx for s in taken}
    return [start_of[k, w.length_steps] for k, w in enumerate(option.breaks)]


def _may_clash(option: ShiftOption) -> bool:
    """Return whether two breaks could overlap or swap inside their windows."""
    pairs = zip(option.breaks, option.breaks[1:], strict=False)
    return any(a.last_idx + a.length_steps > b.first_idx for a, b in pairs)


def _keep_apart(model: cp_model.CpModel, starts: list[BreakStart]) -> None:
    for one in starts:
        for other in starts:
            if other.position == one.position + 1 and (
                other.start_idx < one.start_idx + one.length_steps
            ):
                model.add_at_most_one(one.literal, other.literal)
