"""The search by best weeks: what runs when, and when it is over.

1. Rules and terms are read once into flat tables.
2. Greedy best-response weeks give the first legal roster within seconds.
3. A second process raises the lower bound (Lagrangian relaxation), sends weeks from
   which to search on, and afterwards solves neighbourhoods: the weeks of a few people
   at once, as a small MIP.
4. Meanwhile the local search improves the roster; whatever either finds is judged by
   the exact score alone.
5. A problem of a few people is solved as a whole instead, to proven optimality; one
   of many people alike in the second process, by counting them (:mod:`solver.counted`).

With ``deterministic_rounds`` no decision depends on the clock: rounds of the local
search and of the bound are counted, and the second process does nothing else.
"""

from solver.as_one import RESERVE_S, AsOne
from solver.bound_job import JOB as BOUND
from solver.bound_job import BoundFound, BoundJob, WeeksComing, WeeksFound
from solver.columns.whole import WholeFound
from solver.conflicts import week_conflicts
from solver.core.ascent import rough_prices
from solver.core.choices import roster_of
from solver.core.local_search import LocalSearch
from solver.counted import JOB as COUNTED
from solver.counted import can_count, counted_job
from solver.cpsat.linear import JOB as MIP
from solver.cpsat.linear import MipJob, Optimum, programme
from solver.explain import Diagnosis, examine
from solver.fine_search import FineSearch
from solver.heat import COLD, HEAT, PRICED_HEAT, heat_at
from solver.neighbourhood import Neighbourhood, Neighbourhoods, transplant
from solver.problem import Problem, score
from solver.shares import tables_of
from solver.trace import Course
from solver.trials import WARM, Trials, combined, run_trials, teams_of, trials_for
from solver.verdict import shortfalls_of
from wfm.domain.roster import Roster

LOCAL_ROUNDS = 50
"""Rounds of the local search in one deterministic round."""
BOUND_ROUNDS = 150
"""Rounds of the bound for each deterministic round."""
FIRST_CHUNK_S, LONGEST_CHUNK_S = 2.0, 12.0
START_PART = 0.14
"""Part of the time that preparing the start may take."""
DIAGNOSE_AFTER_S = 20.0
"""From then on a roster that misses guarantees is asked why."""
RESERVED_SCORES = 3.0
"""How many times what a score takes is kept for the last one, if that is more."""
SCORES_APART = 5.0
"""The local search works at least that many times as long as a score takes."""
BOUND_S, BOUND_PART = 120.0, 0.6
"""The bound has all of a short search, and at least that part of a long one."""
COUNTED_PART, LEAST_COUNTED_S = 0.3, 8.0
"""Part of the time in which people alike may be counted, and what they get at least."""
FAR = 0.01
"""From that gap on weeks from prices are worth more than to search on."""
PEOPLE, MIP_S = 4, 20.0
"""Size and longest time of a neighbourhood."""


class WeekSearch(AsOne):
    """One run: local search here, bound and neighbourhoods in a second process."""

    def __init__(self, problem: Problem, course: Course) -> None:
        self.problem, self.course = problem, course
        self.conflicts: tuple[str, ...] = ()
        self.base_cost = 0
        self.compiled, narrow = tables_of(problem)
        limits = course.limits
        start_s = None if course.is_deterministic else START_PART * limits.max_time_s
        self.local = FineSearch(problem, narrow, limits.seed, start_s)
        self.neighbourhoods: Neighbourhoods | None = None
        self.asked: Neighbourhood | None = None
        self.answers: list[Optimum] = []
        self.rosters: list[Roster] = []
        self.weeks: WeeksFound | None = None
        self.are_weeks_coming = False
        self.begun = self.tried = 0.0
        self.is_counting = False
        self.is_last_round = False
        self.worth: tuple[int, int] | None = None
        self.diagnosis: Diagnosis | None = None
        self.chunk_s = FIRST_CHUNK_S
        self.score_s = 0.0
        self.start_objective: int | None = None

    def run(self) -> None:
        """Search until the course says why to stop."""
        local = self.local
        whole = local if local.compiled is self.compiled else LocalSearch(self.compiled)
        names = self.compiled.agent_ids
        cheapest = [whole.cheapest_week(a) for a in range(len(names))]
        impossible = [n for n, c in zip(names, cheapest, strict=True) if c is None]
        if impossible:
            self.conflicts = week_conflicts(self.problem, impossible)
            return
        self.base_cost = sum(cost or 0 for cost in cheapest)
        self.local.construct()
        self.adopt("greedy")
        self.course.raise_bound(self.base_cost, "wages")
        if self.is_small():
            self.solve_whole()
        if self.course.reason() is None:
            self.start_counting()
        if self.course.reason() is None:
            self.start_bound()
            self.improve(rounds=1)
            self.adopt("sampled start")
            self.start_objective = self.local.objective
        while self.course.reason() is None:
            self.round()
        self.await_count()
        if self.course.is_deterministic:
            self.await_worker()
        self.diagnose()

    def diagnose(self) -> None:
        """Ask once why the best roster misses guarantees; go on from what is found."""
        best = self.course.best
        is_asked = self.diagnosis is not None or self.course.interrupted()
        if is_asked or best is None or not best.violations:
            return
        found = examine(
            self.problem.instance,
            self.problem.rules,
            shortfalls_of(best),
            self.course.limits,
            best.roster,
        )
        self.diagnosis = found
        if found.roster is not None:
            self.course.offer(score(self.problem, found.roster), "repair")
            self.local.load(found.roster)

    def adopt(self, phase: str) -> None:
        """Offer the local search's roster if it has become better."""
        worth = self.local_worth()
        if self.worth is None or worth < self.worth:
            self.worth = worth
            start_s = self.course.wall_s
            self.course.offer(score(self.problem, self.local.roster()), phase)
            self.score_s = self.course.wall_s - start_s

    def local_worth(self) -> tuple[int, int]:
        """Return breaches and objective of the local search's best roster."""
        return self.local.breaches.total, self.local.objective

    def start_counting(self) -> None:
        """Let the second process count people alike, if there are such."""
        if self.worker is None or not can_count(self.compiled):
            return
        seconds = max(LEAST_COUNTED_S, COUNTED_PART * self.course.left_s)
        best, limits = self.course.best, self.course.limits
        self.worker.send(COUNTED, counted_job(self.problem, best, limits, seconds))
        self.is_counting = True
        if self.course.is_deterministic:
            self.await_worker()
            self.take_answers()

    def await_count(self) -> None:
        """Wait for the count as long as there is time for one more score."""
        while self.is_counting and self.worker is not None and self.worker.is_busy:
            if self.course.interrupted() or self.course.left_s < RESERVE_S / 4:
                break
            self.listen(0.1)
        self.take_answers()

    def start_bound(self) -> None:
        """Send the bound to the second process."""
        rounds = self.course.limits.deterministic_rounds
        job = BoundJob(
            compiled=self.compiled,
            prices=rough_prices(self.compiled),
            upper=float(self.local.objective),
            rounds=None if rounds is None else rounds * BOUND_ROUNDS,
            seconds=self.bound_s() if rounds is None else None,
            wants_weeks=rounds is None and self.local.compiled is self.compiled,
        )
        if self.worker is not None:
            self.worker.send(BOUND, job)

    def bound_s(self) -> float:
        """Return how long the second process works on the bound."""
        left_s = max(0.0, self.course.left_s - self.reserve_s)
        return min(left_s, max(BOUND_S, BOUND_PART * left_s))

    @property
    def reserve_s(self) -> float:
        """Time kept for the last score, which takes seconds for thousands of people."""
        return max(RESERVE_S, RESERVED_SCORES * self.score_s)

    def round(self) -> None:
        """Let the local search work for a while, then take stock."""
        self.await_weeks()
        if self.course.is_deterministic:
            self.improve(rounds=LOCAL_ROUNDS)
        else:
            chunk_s = max(self.chunk_s, SCORES_APART * self.score_s)
            seconds = min(chunk_s, max(0.0, self.course.left_s - self.reserve_s))
            self.improve(seconds=seconds)
            self.chunk_s = min(2.0 * self.chunk_s, LONGEST_CHUNK_S)
            if seconds < self.chunk_s / 4 or self.is_last_round:
                self.course.run_out()
        self.course.rounds += 1
        self.adopt("local search")
        self.take_weeks()
        self.take_answers()
        if self.course.wall_s > DIAGNOSE_AFTER_S and not self.course.is_deterministic:
            self.diagnose()
        self.ask()

    def improve(
        self, *, seconds: float | None = None, rounds: int | None = None
    ) -> None:
        """Let the local search work; all calls together are one annealing."""
        self.local.improve(
            seconds=seconds,
            rounds=rounds,
            stop=self.is_over,
            share=self.annealed,
            heat=self.heat(),
        )

    def heat(self) -> float:
        """Return how hot the annealing is, in parts of the hottest."""
        best = self.course.best
        if best is None or self.start_objective is None:
            return COLD  # what prices have settled is not to be stirred up yet
        is_counted = self.course.is_deterministic  # when bounds arrive is not
        bound = self.base_cost if is_counted else self.course.bound
        loss = (self.start_objective - bound) / max(1, len(best.roster.shifts))
        most = PRICED_HEAT if self.begun else HEAT
        return heat_at(self.annealed(), loss, self.local.heats, most)

    def annealed(self) -> float:
        """Return which part of the annealing is over."""
        if self.tried:
            return WARM + (1.0 - WARM) * (self.share() - self.tried) / (
                1.0 - self.tried
            )
        return (self.share() - self.begun) / (1.0 - self.begun)

    def share(self) -> float:
        """Return which part of the search is over."""
        limits = self.course.limits
        if limits.deterministic_rounds is not None:
            return self.course.rounds / max(1, limits.deterministic_rounds)
        return self.course.wall_s / max(RESERVE_S, limits.max_time_s - self.reserve_s)

    def is_over(self) -> bool:
        """Return whether to leave the local search; hear the second process."""
        self.listen()
        has_answers = bool(self.answers or self.rosters or self.weeks)
        is_idle = self.may_wait or self.may_ask()
        return self.course.must_stop() or has_answers or is_idle

    def listen(self, wait_s: float = 0.0) -> None:
        """Take in what the second process has said."""
        if self.worker is None:
            return
        for message in self.worker.messages(wait_s):
            if isinstance(message, BoundFound):
                self.course.raise_bound(message.bound)
            elif isinstance(message, WeeksFound):
                self.weeks, self.are_weeks_coming = message, False
            elif isinstance(message, WeeksComing):
                self.are_weeks_coming = True
            elif isinstance(message, Optimum):
                self.answers.append(message)
            elif isinstance(message, WholeFound):
                self.is_counting = message != WholeFound()
                self.rosters += [message.roster] if message.roster else []
                self.course.raise_bound(message.bound or 0, "counted")

    def await_worker(self) -> None:
        """Wait until the second process has done its work."""
        while self.worker is not None and self.worker.is_busy:
            if self.course.interrupted():
                break
            self.listen(0.2)
        self.listen()

    def may_ask(self) -> bool:
        """Return whether the second process is free for a neighbourhood."""
        worker, best = self.worker, self.course.best
        return (
            worker is not None
            and not worker.pending
            and not self.course.is_deterministic
            and best is not None
            and not best.violations
            and self.course.left_s > MIP_S / 2 + RESERVE_S
        )

    def ask(self) -> None:
        """Send the next neighbourhood to the second process when it is free."""
        best = self.course.best
        if self.worker is None or best is None or not self.may_ask():
            return
        if self.neighbourhoods is None:
            self.neighbourhoods = Neighbourhoods(self.problem, self.course.limits.seed)
        self.asked = self.neighbourhoods.around(best, PEOPLE)
        seconds = min(MIP_S, self.course.left_s - RESERVE_S)
        job = MipJob(programme=programme(self.asked.model.model), max_time_s=seconds)
        self.worker.send(MIP, job)

    def take_answers(self) -> None:
        """Judge what was found elsewhere, and go on from it if it is better."""
        rosters, self.rosters = self.rosters, []
        for roster in rosters:
            self.go_on_from(roster, "counted")
        if rosters or not self.course.is_deterministic:
            self.settle()
        answers, self.answers = self.answers, []
        for answer in answers:
            best, asked = self.course.best, self.asked
            if answer.values is None or best is None or asked is None:
                continue
            found = asked.model.extract(answer)
            roster = transplant(best.roster, found, asked.agents)
            self.go_on_from(roster, "neighbourhood")

    @property
    def may_wait(self) -> bool:
        """Whether weeks are coming, and nobody is missing in the meantime."""
        best, worker = self.course.best, self.worker
        has_roster = best is not None and not best.violations
        is_coming = self.are_weeks_coming and worker is not None and worker.is_busy
        is_early = self.course.left_s > self.reserve_s
        return has_roster and is_coming and is_early and self.is_far

    @property
    def is_far(self) -> bool:
        """Whether the best roster is far from the bound."""
        best = self.course.best
        gap = 0 if best is None else best.objective - self.course.bound
        return best is None or gap > FAR * best.objective

    def await_weeks(self) -> None:
        """Leave the cores to the second process until its weeks come.

        What is found from them is so much better that to search before is in vain.
        """
        while self.may_wait and not self.course.must_stop():
            self.listen(0.1)

    def take_weeks(self) -> None:
        """Begin the annealing anew from weeks that prices have found.

        They are worse than what it has got to, but lead to better ones: it is tried
        several times how far.
        """
        weeks, self.weeks = self.weeks, None
        if self.worker is None or not self.worker.is_busy:
            self.are_weeks_coming = False  # before it is asked for something else
        if weeks is None or not self.is_far:
            return
        self.begun = self.share()
        roster = roster_of(self.compiled, weeks.choice, weeks.taken)
        self.local.use_worth(weeks.worth)
        self.start_objective = self.local.load(roster)
        self.try_weeks(trials_for(roster, self.course.left_s - self.reserve_s))

    def try_weeks(self, trials: Trials) -> None:
        """Go on from the best that several short annealings have come to."""

        def stop() -> bool:
            self.listen()
            return self.course.must_stop()

        found = []
        for roster in run_trials(self.local, trials, self.heat(), stop):
            found.append(roster)
            self.adopt("trial")
        if found:
            self.local.load(combined(found, teams_of(self.compiled), self.worth_of))
            self.adopt("trials")
        self.tried = self.share()

    def worth_of(self, roster: Roster) -> tuple[int, int]:
        """Return breaches and objective of a roster; the search goes on from it."""
        self.local.load(roster)
        return self.local_worth()

    def settle(self) -> None:
        """Say that the optimum is proven once bound and roster meet."""
        best = self.course.best
        if best is None or best.violations or self.course.bound < best.objective:
            return
        self.course.prove("counted")

    def go_on_from(self, roster: Roster, phase: str) -> None:
        """Offer *roster*; the local search goes on from it if it is better."""
        if self.course.offer(score(self.problem, roster), phase):
            self.local.load(roster)
            self.worth = self.local_worth()
