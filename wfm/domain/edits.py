"""The planner's hand: dated, named changes of figures, and what each of them did."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

Stage: TypeAlias = Literal["history", "forecast", "requirement"]
Operation: TypeAlias = Literal["set", "scale", "add", "exclude"]


@dataclass(frozen=True, slots=True, kw_only=True)
class OverrideRow:
    """overrides.csv: one change of history, forecast or requirement.

    Rows are replayed in the order of the file at every run; the files beside them are
    never changed, so taking a row out takes its effect back. ``exclude`` (history only)
    says that an interval teaches nothing: an outage, a test, a mistaken export.
    """

    stage: Stage
    queue_id: str
    from_wall_minute: int
    to_wall_minute: int
    op: Operation
    value: float
    who: str
    when: str
    why: str
    row: int
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AppliedEdit:
    """What one row of overrides.csv did in this run.

    *intervals* were hit; *before* and *after* are the sums over them: contacts, or
    agent-hours for a requirement.
    """

    edit: OverrideRow
    intervals: int
    before: float
    after: float
