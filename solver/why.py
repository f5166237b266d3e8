"""Why an interval is short: what keeps each person away, and what one is worth.

Nothing here is a guess. Who could come is asked of the week programme (the cheapest
legal week with work at that time, everybody else staying); who can't is asked which
rule, left out, would make it possible; what one more person is worth follows from the
dual prices of the relaxation.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np

from solver.core.ascent import Ascent, rough_prices
from solver.core.relaxation import Relaxation
from solver.core.slots import HEAD
from solver.need import UNITS_PER_AGENT
from solver.one_person import reasons
from solver.problem import Problem, Score, read_problem, score
from solver.repair import HOLD, RepairSearch, prepared
from wfm.domain.arrays import FloatArray
from wfm.domain.roster import Prices, Roster

AT_WORK, ON_BREAK, COULD_COME = "at work", "on a break", "could come"
SLIGHT = 3000
"""Price of a change where it only decides between equals: a few minor units."""
PASSES = 16
"""Of the ascent behind the marginal prices."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Where somebody is who could serve the queue, or why not there.

    Attributes
    ----------
    state
        ``"at work"``, ``"on a break"``, ``"could come"``, or what stands in the way:
        rules, kinds of absence or ``"contract"``, joined by commas.
    cost
        What the cheapest legal week with work at that time changes in the objective,
        everybody else staying; ``None`` where there is none, or for who is at work.
    """

    agent_id: str
    state: str
    cost: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """One queue at one time.

    Attributes
    ----------
    required, served
        Mean agents over the steps; *guaranteed* are whole ones.
    shortage_price
        What the last missing agent-step there is charged with.
    marginal_price
        What one more person at work for one step would be worth by the relaxation's
        duals: what the rest of the plan would pay for it.
    binding
        What it comes down to: ``"nothing"``, ``"cost"``, ``"headcount"``,
        ``"unfinished"`` (a person could come at a gain), or the commonest reason.
    """

    queue_id: str
    start_idx: int
    end_idx: int
    required: float
    served: float
    guaranteed: int
    shortage_price: int
    marginal_price: float
    people: tuple[Person, ...]
    binding: str

    @property
    def missing(self) -> float:
        """Mean agents missing."""
        return max(0.0, self.required - self.served)

    @property
    def counts(self) -> dict[str, int]:
        """How many people are in which state, the commonest first."""
        return dict(Counter(person.state for person in self.people).most_common())


class Standing:
    """A roster that stands, in the search's hands: what single changes would do.

    Parameters
    ----------
    problem
        The plan. Change is priced only so far that nothing moves without need; no cost
        that is told has it in.
    roster
        What stands. Its breaches are no obstacle.
    seed
        Of the search.
    """

    def __init__(self, problem: Problem, roster: Roster, seed: int = 1) -> None:
        live = replace(
            problem.instance,
            live=roster.shifts,
            prices=_hardly_any_change(problem.instance.prices),
        )
        self.problem = read_problem(live, problem.rules, problem.terms)
        self.roster = roster
        self.search, self.given = prepared(self.problem, seed)
        self.score: Score = score(self.problem, roster)
        self.search.begin(self.score)
        self._prices: FloatArray | None = None

    @property
    def rows(self) -> dict[str, int]:
        """Agent id -> row in the search."""
        return {name: a for a, name in enumerate(self.search.compiled.agent_ids)}

    def coming(self, agent_id: str, steps: range) -> tuple[int, Roster] | None:
        """Return what it costs that the agent works at *steps*, and the roster.

        ``None`` where no legal week has work then.
        """
        return coming(self.search, self.rows[agent_id], steps, self.given)

    def marginal_prices(self) -> FloatArray:
        """Return ``[q, t]`` what one more person serving the queue is worth, a step."""
        if self._prices is None:
            self._prices = marginal_prices(self.search)
        return self._prices


def coming(
    search: RepairSearch, a: int, steps: range, given: Collection[str] = ()
) -> tuple[int, Roster] | None:
    """Return what it costs that agent row *a* works at *steps*, and the roster."""
    pull = np.zeros(search.problem.instance.grid.num_intervals)
    pull[steps.start : steps.stop] = HOLD
    undo, gain = search.answer(a, pull=pull)
    found = None
    if search.works_at(a, steps):
        found = round(-gain), search.present(given)
    search.take_back(undo)
    return found


def _hardly_any_change(prices: Prices) -> Prices:
    """Return *prices* at which nobody is moved for nothing."""
    return replace(prices, change_per_shift=SLIGHT, change_per_break=SLIGHT // 3)


def cost_of(found: Score) -> int:
    """Return the objective without the price of change."""
    return found.objective - found.terms.get("change", 0)


def marginal_prices(search: RepairSearch, passes: int = PASSES) -> FloatArray:
    """Return ``[q, t]`` dual prices of a person for one step, by queue."""
    compiled = search.compiled
    relaxation = Relaxation(compiled)
    ascent = Ascent(relaxation, rough_prices(compiled))
    for done in range(passes):
        ascent.run_pass(done / passes)
        if done == passes // 2:
            ascent.mean_prices()
    heads = ascent.mean_prices().heads * HEAD
    prices = np.zeros(compiled.need.live.shape)
    for q in range(len(prices)):
        able = [g for g, rows in enumerate(compiled.groups.queue_rows) if q in rows]
        if able:
            prices[q] = heads[able].min(axis=0)
    return prices


def explain_gap(standing: Standing, queue_id: str, steps: range) -> Why:
    """Return why *queue_id* is served as it is at *steps*."""
    problem = standing.problem
    q = [queue.queue_id for queue in problem.instance.queues].index(queue_id)
    served = standing.score.served.allocation.agents[:, q, steps.start : steps.stop]
    need = problem.need
    live = need.live[q, steps.start : steps.stop] / UNITS_PER_AGENT
    missing = standing.score.served.live_missing[q, steps.start : steps.stop]
    people = tuple(
        _person(standing, agent_id, steps)
        for agent_id, queues in sorted(problem.serves.items())
        if queue_id in queues
    )
    least = float(missing.mean()) / UNITS_PER_AGENT
    return Why(
        queue_id=queue_id,
        start_idx=steps.start,
        end_idx=steps.stop,
        required=float(live.mean()),
        served=float(served.sum(axis=0).mean()),
        guaranteed=int(problem.instance.guaranteed_agents[q, steps.start]),
        shortage_price=_shortage_price(standing, q, steps),
        marginal_price=float(
            standing.marginal_prices()[q, steps.start : steps.stop].mean()
        ),
        people=people,
        binding=_binding(people) if least > 0 else "nothing",
    )


def _shortage_price(standing: Standing, q: int, steps: range) -> int:
    """Return the price of the dearest unit missing at *steps*, for a whole agent."""
    need = standing.problem.need
    missing = standing.score.served.live_missing[q, steps.start : steps.stop].max()
    if missing <= 0:
        return 0
    below, widths = 0, need.widths[:, q, steps.start : steps.stop].max(axis=1)
    for width, price in zip(widths.tolist(), need.piece_prices, strict=True):
        below += width
        if missing <= below:
            return price * UNITS_PER_AGENT
    return need.piece_prices[-1] * UNITS_PER_AGENT


def _person(standing: Standing, agent_id: str, steps: range) -> Person:
    """Return where the agent is at *steps*, or why not at work."""
    state = _present(standing, agent_id, steps)
    if state == AT_WORK:
        return Person(agent_id=agent_id, state=state)
    if agent_id in standing.given:
        return Person(agent_id=agent_id, state="locked")
    found = standing.coming(agent_id, steps)
    if found is not None:
        return Person(agent_id=agent_id, state=state or COULD_COME, cost=found[0])
    if state:
        return Person(agent_id=agent_id, state=state)
    why = reasons(standing.problem, agent_id, steps)
    return Person(agent_id=agent_id, state=", ".join(why) or "several rules")


def _present(standing: Standing, agent_id: str, steps: range) -> str:
    """Return whether the agent is at work or on a break in the middle of *steps*."""
    at = (steps.start + steps.stop) // 2
    shifts = (*standing.roster.shifts, *standing.problem.instance.carry_over)
    for shift in shifts:
        if shift.agent_id == agent_id and shift.start_idx <= at < shift.end_idx:
            working = any(s.start_idx <= at < s.end_idx for s in shift.working_spans)
            return AT_WORK if working else ON_BREAK
    return ""


def _binding(people: Sequence[Person]) -> str:
    """Return what keeps the interval short, in one word."""
    costs = [person.cost for person in people if person.cost is not None]
    if costs:
        return "cost" if min(costs) > 0 else "unfinished"
    away = [person.state for person in people if person.state != AT_WORK]
    if not away:
        return "headcount"
    return Counter(away).most_common(1)[0][0]
