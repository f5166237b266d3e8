"""What departing from known shifts costs in a roster model."""

from collections.abc import Callable

from ortools.sat.python import cp_model

from solver.cpsat.model import RosterModel
from solver.term import ChangePrice
from wfm.domain.roster import WORK, Shift

Charge = Callable[[cp_model.IntVar, int], None]


def charge_changes(model: RosterModel, price: ChangePrice, charge: Charge) -> None:
    """Charge every shift of *model* that is not the known one, less a day off.

    What a day off costs is left out: it is the same for every roster.
    """
    for (name, day), options in model.literals.items():
        known = price.live.get((name, day))
        off = price.of_day_off(name, day)
        for option, literal in options:
            is_kept = known is not None and (option.start_idx, option.end_idx) == (
                known.start_idx,
                known.end_idx,
            )
            charge(literal, (0 if is_kept else price.per_shift) - off)
            if known is not None and option.where != known.where:
                charge(literal, price.per_break if is_kept else 0)
            elif known is not None and is_kept and price.per_break:
                moved = model.model.new_bool_var("")
                _mark_moved(model, known, literal, moved)
                charge(moved, price.per_break)


def _mark_moved(
    model: RosterModel, known: Shift, literal: cp_model.IntVar, moved: cp_model.IntVar
) -> None:
    """Make *moved* hold where the shift is taken and a break lies elsewhere."""
    starts = {
        (start.position, start.length_steps, start.start_idx): start.literal
        for start in model.breaks[known.agent_id, known.date_local]
    }
    breaks = (span for span in known.spans if span.activity != WORK)
    for position, span in enumerate(breaks):
        place = (position, span.end_idx - span.start_idx, span.start_idx)
        as_known = starts.get(place)
        kept = [] if as_known is None else [as_known]
        model.model.add_bool_or([literal.negated(), moved, *kept])
