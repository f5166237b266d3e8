"""The search for a roster: which of the searches runs.

Rules and terms are read once into constraints and prices. Where nothing is counted but
whole shifts (no queues, no breaks), columns do it all (:mod:`solver.columns.search`);
else people's best weeks (:mod:`solver.week_search`). Whatever either finds is judged by
the exact score alone.
"""

from collections.abc import Mapping, Sequence

from solver.columns.compile import Stretches, stretches_of
from solver.columns.long_search import LongSearch
from solver.columns.search import ColumnSearch
from solver.outcome import OnProgress, Outcome, SolveLimits
from solver.problem import Problem, read_problem
from solver.rule import Rule
from solver.term import Term
from solver.trace import Course, Stop
from solver.verdict import verdict, without_people
from solver.week_search import WeekSearch
from wfm.domain.roster import RosterInstance


def solve(
    instance: RosterInstance,
    rules: Sequence[Rule],
    terms: Mapping[str, Term] | None = None,
    limits: SolveLimits | None = None,
    on_progress: OnProgress | None = None,
    stop: Stop = None,
) -> Outcome:
    """Return the best roster found within *limits*, with a proven bound.

    Parameters
    ----------
    instance, rules
        The problem.
    terms
        Objective terms by name, all registered ones by default.
    limits
        Time, gap, seed, workers; see :class:`solver.outcome.SolveLimits`.
    on_progress
        Told of every better roster and bound.
    stop
        An event or function that is polled; the search then ends with what it has.

    Raises
    ------
    ModelError
        If a result contradicts its own recomputation.
    """
    course = Course(limits or SolveLimits(), on_progress, stop)
    problem = read_problem(instance, rules, terms)
    if not instance.agents:
        return without_people(problem, course)
    if (stretches := stretches_of(problem)) is not None:
        return _by_columns(problem, stretches, course)
    course.method = "weeks"
    with WeekSearch(problem, course) as search:
        search.run()
    return verdict(
        problem, course, search.conflicts, search.base_cost, search.diagnosis
    )


def _by_columns(problem: Problem, stretches: Stretches, course: Course) -> Outcome:
    """Search over whole stretches: nothing is counted but shifts."""
    course.method = "columns"
    kind = LongSearch if stretches.is_long else ColumnSearch
    with kind(problem, stretches, course) as search:
        search.run()
    return verdict(problem, course, search.conflicts)
