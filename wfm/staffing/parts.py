"""What may happen to a contact, as relative weights, and the figures made of them.

The same functions serve single numbers in compiled code and whole arrays without it.
Every figure is a quotient of sums of positive terms, so that small ones keep their
digits.
"""

from typing import Any, NamedTuple

OFFERED, ANSWERED, EXCLUDING_SHORT_ABANDONS, VIRTUAL = range(4)
# Large enough for anything, small enough to be added to.
LARGEST = 1e308


class Parts(NamedTuple):
    """Relative weights, numbers or arrays of one shape.

    Attributes
    ----------
    free
        An agent is free, nobody waits.
    soon, soon_served, soon_lost
        Those who, with endless patience, would wait no longer than the threshold; of
        these the ones served, and the ones who give up.
    late, late_served, late_lost
        The same beyond the threshold.
    waited, virtual_waited, served_waited
        Weight times wait in units of *unit_s*: of all, with endless patience, of the
        served.
    still, gone
        Share whose patience outlasts the threshold, and the rest.
    unit_s
        Unit of the waits, seconds.
    """

    free: Any
    soon: Any
    soon_served: Any
    soon_lost: Any
    late: Any
    late_served: Any
    late_lost: Any
    waited: Any
    virtual_waited: Any
    served_waited: Any
    still: Any
    gone: Any
    unit_s: Any


class Figures(NamedTuple):
    """Performance, numbers or arrays.

    The fields of :class:`wfm.staffing.patience.Waits`, and the share served.
    """

    p_wait: Any
    mean_wait_s: Any
    mean_wait_served_s: Any
    mean_virtual_wait_s: Any
    abandonment_fraction: Any
    served_in_time: Any
    virtual_in_time: Any
    abandoned_in_time: Any
    served_fraction: Any


def level_of(p: Parts, definition: int) -> Any:
    """Return the service level by one of the four definitions."""
    if definition == VIRTUAL:
        reached = p.free + p.soon
        return reached / (reached + p.late)
    reached = p.free + p.soon_served
    if definition == ANSWERED:
        return reached / (reached + p.late_served)
    if definition == EXCLUDING_SHORT_ABANDONS:
        return reached / (reached + p.still * p.late)
    return reached / (p.free + p.soon + p.late)


def figures_of(p: Parts) -> Figures:
    """Return all figures."""
    every = p.free + p.soon + p.late
    served = p.free + p.soon_served + p.late_served
    return Figures(
        (p.soon + p.late) / every,
        p.waited / every * p.unit_s,
        p.served_waited / served * p.unit_s,
        p.virtual_waited / every * p.unit_s,
        (p.soon_lost + p.late_lost) / every,
        (p.free + p.soon_served) / every,
        (p.free + p.soon) / every,
        (p.soon_lost + p.gone * p.late) / every,
        served / every,
    )
