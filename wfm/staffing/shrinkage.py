"""Paid time that is not spent on contacts, as a factor on agents."""

from collections.abc import Iterable

from wfm.domain.demand import ShrinkageComponent


def gross_up_factor(
    components: Iterable[ShrinkageComponent], *, include_rostered: bool = False
) -> float:
    r"""Return the agents to schedule for one agent at work.

    :math:`\prod_i 1 / (1 - s_i)`: losses compound, and each is a share of what is
    *scheduled*. (The common ``1 + s`` falls short by :math:`s^2`, 9 % at 30 %.)

    Parameters
    ----------
    components
        Shares of paid time lost.
    include_rostered
        Whether breaks, meetings and leave count too, which a roster places itself: no
        for a roster, yes for a capacity plan.

    Raises
    ------
    ValueError
        If a share is not in ``[0, 1)``.
    """
    factor = 1.0
    for component in components:
        if not 0.0 <= component.fraction < 1.0:
            msg = (
                f"shrinkage {component.name!r} must be in [0, 1), "
                f"got {component.fraction}"
            )
            raise ValueError(msg)
        if include_rostered or not component.rostered:
            factor /= 1.0 - component.fraction
    return factor
