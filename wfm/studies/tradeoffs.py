"""Rosters between which only a person can choose: the set, judged, side by side."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from solver.outcome import Infeasible, NotFound, Outcome, Solved
from solver.pareto.frontier import check_asked, frontier
from solver.pareto.measures import changed_agent_days
from solver.pareto.outcome import Frontier, FrontierLimits, OnPoint, Point
from solver.trace import Stop
from wfm.domain.errors import UsageError
from wfm.domain.plan import PlanFolder
from wfm.domain.roster import Roster
from wfm.domain.tradeoffs import TradeOff, TradeOffs
from wfm.evaluation.certificate import Certificate
from wfm.evaluation.service import achieved
from wfm.pipeline.instance import roster_grid
from wfm.pipeline.judge import judge, plan_rules
from wfm.pipeline.spans import shifts_of
from wfm.results import RosterResult

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ParetoResult:
    """A set of rosters, none better than another in all that was asked.

    Attributes
    ----------
    base
        The roster that the search began with, and all that led to it.
    found
        What the survey returned.
    certificates
        The checker's word on each roster, in the order of the set.
    table
        The set as it is kept and shown; its rosters are numbered from 1.
    """

    base: RosterResult
    found: Frontier
    certificates: tuple[Certificate, ...]
    table: TradeOffs

    @property
    def balanced(self) -> int:
        """Number of the roster nearest to the best of every measure at once."""
        return self.table.balanced

    def pick(self, number: int | None = None) -> RosterResult:
        """Return one roster of the set, by default the balanced one.

        Its bound and gap are those at the plan's own prices.

        Raises
        ------
        UsageError
            If there is no such number.
        """
        number = self.balanced if number is None else number
        if not 1 <= number <= len(self.found.points):
            msg = f"no roster {number} in the set of {len(self.found.points)}"
            raise UsageError(msg)
        point, solved = self.found.points[number - 1], self.base.solved
        if solved is None:
            msg = "a set of rosters begins with a roster"
            raise ValueError(msg)
        picked = _as_solved(solved, point)
        return replace(
            self.base,
            outcome=_with_best(self.base.outcome, picked),
            solved=picked,
            certificate=self.certificates[number - 1],
        )

    def to_frame(self) -> "pd.DataFrame":
        """Return one row per roster, as in ``out/pareto/pareto.csv``."""
        import pandas as pd

        from wfm.io.tradeoff_files import HEADER, cells

        rows = cells(self.table, self.balanced)
        return pd.DataFrame(rows, columns=list(HEADER))

    def plot(self) -> "Figure":
        """Return a figure of the set, measure against measure."""
        from wfm.report.tradeoff_plots import tradeoff_plot

        return tradeoff_plot(self.table)


def _with_best(outcome: Outcome, picked: Solved) -> Outcome:
    """Return *outcome* with another roster as its best."""
    match outcome:
        case Solved():
            return picked
        case Infeasible() | NotFound():
            return replace(outcome, best=picked)


def _as_solved(base: Solved, point: Point) -> Solved:
    score = point.found
    return replace(
        base,
        roster=score.roster,
        allocation=score.served.allocation,
        objective=score.objective,
        terms=dict(score.terms),
        bound=min(base.bound, score.objective),
        avoidable_base=min(base.avoidable_base, score.objective),
    )


def pareto(
    base: RosterResult,
    asked: Sequence[str],
    *,
    published: Roster | None = None,
    published_as: str = "",
    limits: FrontierLimits | None = None,
    on_point: OnPoint | None = None,
    stop: Stop = None,
) -> ParetoResult:
    """Return rosters between which *asked* has to decide, from *base* on.

    Raises
    ------
    UsageError
        If the measures can't be asked for, or there is no roster to begin with.
    """
    require_asked(asked, published)
    if base.solved is None:
        msg = "there is no roster to begin with"
        raise UsageError(msg)
    found = frontier(
        base.instance,
        plan_rules(base.folder),
        asked,
        base.solved.roster,
        start_bound=base.solved.bound if base.status == "ok" else None,
        published=published,
        limits=limits,
        on_point=on_point,
        stop=stop,
    )
    proofs = tuple(judge(base.folder, base.instance, p.roster) for p in found.points)
    rows = tuple(
        _row(base, number, point, proof, published)
        for number, (point, proof) in enumerate(
            zip(found.points, proofs, strict=True), 1
        )
    )
    table = TradeOffs(
        asked=tuple(asked),
        currency=base.folder.plan.currency,
        rows=rows,
        balanced=found.balanced + 1,
        published=published_as,
    )
    return ParetoResult(base=base, found=found, certificates=proofs, table=table)


def published_roster(directory: Path, folder: PlanFolder) -> tuple[str, Roster | None]:
    """Return the name of the week's published roster, and the roster itself.

    Blank and ``None`` where nothing was published.
    """
    from wfm.io.roster_state import ROSTER_FILE, content_of, published
    from wfm.io.rosters import read_roster_rows

    version = published(directory, folder.plan.first_date)
    if version is None:
        return "", None
    content_of(directory, version, ROSTER_FILE)
    path = version.path(directory, ROSTER_FILE)
    rows = read_roster_rows(path, folder.plan, folder.agents)
    grid, contracts = roster_grid(folder), folder.plan.contracts
    shifts = shifts_of(rows, grid, folder.agents, contracts)
    return version.name, Roster(shifts=shifts)


def require_asked(asked: Sequence[str], published: Roster | None) -> None:
    """Check the measures before long work.

    Raises
    ------
    UsageError
        Saying what is wrong with them.
    """
    try:
        check_asked(asked, has_published=published is not None)
    except ValueError as error:
        raise UsageError(str(error)) from error


def _row(
    base: RosterResult,
    number: int,
    point: Point,
    proof: Certificate,
    published: Roster | None,
) -> TradeOff:
    instance, value = base.instance, point.measures
    staffed = point.found.served.allocation.agents.sum(axis=0)
    queues = achieved(instance, base.requirement, staffed).queues
    contacts = sum(queue.offered_contacts for queue in queues)
    answered = sum(queue.offered_contacts * queue.service_level for queue in queues)
    steps = sum(shift.paid_steps for shift in point.roster.shifts)
    changed = changed_agent_days(published or point.roster, point.roster)
    return TradeOff(
        number=number,
        roster_hash=proof.roster_hash,
        paid_cost=value.paid_cost,
        paid_hours=steps * instance.grid.interval_hours,
        missing_hours=value.missing_hours,
        service_level=answered / contacts if contacts else 1.0,
        unfair_shifts=value.unfair_shifts,
        changed_shifts=value.changed_shifts,
        changed_people=len({name for name, _ in changed}),
        violations=len(proof.violations),
        service_weight=point.weights.service,
        fairness_weight=point.weights.fairness,
        changes_weight=point.weights.changes,
        weighted=point.weighted,
        bound=point.bound,
    )
