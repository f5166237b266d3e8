"""Night shifts: those that are on shift for some hours of the site's night."""

from collections.abc import Callable

import numpy as np

from solver.constraints import Spanned
from solver.walk import local_minute
from wfm.domain.people import Agent
from wfm.domain.roster import RosterInstance, Shift

NIGHT_SHIFT_HOURS = 3.0
"""Directive 2003/88/EC, article 2(4): who works so many hours of a night."""


def night_letter(
    instance: RosterInstance, agent: Agent, hours: float
) -> Callable[[Spanned], bool]:
    """Return a function that tells the agent's night shifts (encoder)."""
    row = instance.agent_index()[agent.agent_id]
    before = np.concatenate(([0], np.cumsum(instance.night[row]))).tolist()
    least = -(-round(hours * 60) // instance.step_minutes)

    def is_night(shift: Spanned) -> bool:
        low, high = max(0, shift.start_idx), max(0, shift.end_idx)
        inside = before[min(high, len(before) - 1)] - before[min(low, len(before) - 1)]
        past = range(shift.start_idx, min(0, shift.end_idx))
        dark = sum(_is_dark(instance, agent, idx) for idx in past)
        return bool(inside + dark >= least)

    return is_night


def _is_dark(instance: RosterInstance, agent: Agent, idx: int) -> bool:
    """Return whether a step lies in the night of the agent's site and clock."""
    site = instance.sites[agent.site_id]
    low, high = site.night_from_minute, site.night_to_minute
    minute = local_minute(instance, idx, agent.zone)
    return low <= minute < high if low <= high else minute >= low or minute < high


def is_night_shift(
    instance: RosterInstance, agent: Agent, shift: Shift, hours: float
) -> bool:
    """Return whether *shift* lies in the night for so many hours (checker)."""
    row = instance.agent_index()[agent.agent_id]
    steps = [
        bool(instance.night[row, idx]) if idx >= 0 else _is_dark(instance, agent, idx)
        for span in shift.spans
        for idx in range(span.start_idx, span.end_idx)
    ]
    return sum(steps) * instance.step_minutes >= hours * 60 - 1e-6
