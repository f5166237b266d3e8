"""How people, steps and buckets of work answer prices, and are remembered in a bundle.

Each answer goes to the next row of its part (:mod:`solver.core.bundle`): a week,
a step's heads and work, the step at which a bucket of deferred work is done.
"""

from solver.core.bundle import Answers, keep, next_row
from solver.core.jit import inner_kernel, kernel
from solver.core.slots import HEAD
from solver.core.tables import ARRIVAL, BACKLOG_COMPONENT, DUE, BacklogTables
from solver.core.whole_step import answer_step
from solver.core.whole_tables import Board, Steps
from wfm.domain.arrays import FloatArray


@kernel
def keep_week(
    answers: Answers,
    a: int,
    work: FloatArray,
    first: int,
    best: float,
    prices: FloatArray,
    asked: int,
) -> None:
    """Keep a week at work in ``work[t]`` whose value at *prices* is *best*.

    ``prices[first + t]`` are those of the person's group.
    """
    row, num, total = next_row(answers, a), 0, 0.0
    answers.asked[row] = asked
    for t in range(work.shape[0]):
        if work[t] > 0.0:
            answers.place[row, num], answers.amount[row, num] = first + t, -HEAD
            total += HEAD * prices[first + t]
            num += 1
    answers.length[row], answers.cost[row] = num, total - best
    keep(answers, a, prices)


@kernel
def place_work(
    answers: Answers, backlog: BacklogTables, first: int, due: float, prices: FloatArray
) -> float:
    """Let each bucket go where it costs least; return the cost.

    ``prices[first + b * num_steps + t]`` are those of backlog b's work.
    """
    total, num_t = 0.0, backlog.open_steps.shape[1]
    for b in range(backlog.open_steps.shape[0]):
        start = first + b * num_t
        for n in range(backlog.bucket_of_backlog[b], backlog.bucket_of_backlog[b + 1]):
            least, at, row = due, -1, next_row(answers, n)
            for t in range(backlog.buckets[n, ARRIVAL], backlog.buckets[n, DUE]):
                if backlog.open_steps[b, t] and prices[start + t] < least:
                    least, at = prices[start + t], t
            total += least * backlog.work[n]
            answers.cost[row] = due * backlog.work[n] if at < 0 else 0.0
            answers.length[row] = 0 if at < 0 else 1
            answers.place[row, 0] = start + max(at, 0)
            answers.amount[row, 0] = backlog.work[n]
            keep(answers, n, prices)
    return total


@inner_kernel
def keep_step(
    answers: Answers,
    steps: Steps,
    k: int,
    t: int,
    part: int,
    heads: FloatArray,
    work: FloatArray,
    prices: FloatArray,
    found: float,
) -> None:
    """Keep heads and work of component *k* at *t*, which cost *found* at *prices*."""
    num_g, num_t = heads.shape
    row, num = next_row(answers, part), 0
    for i in range(steps.first_member[k], steps.first_member[k + 1]):
        g = steps.members[i]
        if heads[g, t] > 0.0:
            answers.place[row, num] = g * num_t + t
            answers.amount[row, num] = HEAD * heads[g, t]
            found -= HEAD * heads[g, t] * prices[g * num_t + t]
            num += 1
    for b in range(work.shape[0]):
        if steps.rows[b, BACKLOG_COMPONENT] == k and work[b, t] > 0.0:
            answers.place[row, num] = (num_g + b) * num_t + t
            answers.amount[row, num] = -work[b, t]
            found += work[b, t] * prices[(num_g + b) * num_t + t]
            num += 1
    answers.length[row], answers.cost[row] = num, found
    keep(answers, part, prices)


@kernel
def answer_steps(
    answers: Answers,
    steps: Steps,
    board: Board,
    window: tuple[int, int],
    first: int,
    last: int,
    heads: FloatArray,
    work: FloatArray,
    prices: FloatArray,
    cost: FloatArray,
) -> None:
    """Let steps ``first <= t < last`` of the *window* answer for each component.

    About what they cost is written to ``cost[t]``; ``heads[g, t]`` and ``work[b, t]``
    are the last answers, and become the new ones.
    """
    size, num_k = heads.size, steps.is_whole.shape[0]
    head_prices = prices[:size].reshape(heads.shape)
    work_prices = prices[size:].reshape(work.shape)
    for t in range(first, last):
        cost[t] = 0.0
        for b in range(work.shape[0]):
            work[b, t] = 0.0
        for k in range(num_k):
            found = answer_step(
                steps, board, head_prices, work_prices, k, t, heads, work
            )
            part = (t - window[0]) * num_k + k
            keep_step(answers, steps, k, t, part, heads, work, prices, found)
            cost[t] += found
