"""Rules: one file each, two faces."""

from collections.abc import Iterable
from typing import ClassVar, Protocol

from solver.constraints import Constraint
from wfm.domain.registry import Registry
from wfm.domain.roster import RosterInstance, RosterRule


class Rule(RosterRule, Protocol):
    """A rule with both faces: what is allowed, and what is wrong.

    *always* says that the rule holds though no plan mentions it. *example* is what
    plan.yaml may write after the rule's name.
    """

    always: ClassVar[bool]
    example: ClassVar[str]

    def constraints(self, instance: RosterInstance) -> Iterable[Constraint]:
        """Yield what the rule demands of every roster of *instance*."""
        ...


RULES: Registry[type[Rule]] = Registry("rule", "solver.rules")


def require_whole_days(days: float, what: str) -> None:
    """Check a rule's number of days, named *what*.

    Raises
    ------
    ValueError
        If it is not a whole number from 1.
    """
    if days < 1 or days != int(days):
        msg = f"{what} must be a whole number from 1, got {days}"
        raise ValueError(msg)
