"""Cover in which deferred work gives way: its prices against linear programmes."""

import numpy as np
import pytest
from scipy.optimize import linprog
from support.plain_kernels import make_plain
from support.search_cases import compiled_of, random_instance, random_rules

from solver.core import margins, slots
from solver.core.ascent import mean_price
from solver.core.slots import HEAD
from solver.core.soft_cover import LEVELS, PRICED, ROUGH, SoftCover, may_be_done
from solver.core.tables import (
    ARRIVAL,
    BACKLOG_CLASS,
    DUE,
    FIRST_BREAK,
    OPTION_END,
    OPTION_START,
    PIECE_CLASS,
    PIECE_PRICE,
    PIECE_USEFUL,
    WINDOW_STEPS,
    WORK_BEYOND,
)
from solver.fine_search import FineSearch
from solver.problem import read_problem

SEEDS = (0, 7, 15, 18)


def search_of(seed):
    """A search at some roster, its deferred work placed."""
    instance, rules = random_instance(seed, num_agents=5), random_rules(seed)
    search = FineSearch(
        read_problem(instance, rules), compiled_of(instance, rules), seed=5
    )
    search.construct()
    search._place_work()
    return search


def pieces_at(compiled, state, t, give, worth):
    """Class, price, width and usefulness of each piece of need, work giving way."""
    beyond = compiled.backlog.rows[:, WORK_BEYOND].tolist()
    found = []
    for i, piece in enumerate(compiled.cover.pieces):
        width, price = state.width[t, i], piece[PIECE_PRICE]
        is_soft = i in beyond
        less = min(width, give.units) if is_soft else 0.0
        left = give.less * worth[beyond.index(i)] if is_soft else 0.0
        for units, value in ((width - less, price), (less, min(price, left))):
            found.append((int(piece[PIECE_CLASS]), value, units, piece[PIECE_USEFUL]))
    for b, row in enumerate(compiled.backlog.rows):
        full = compiled.cover.pieces[row[WORK_BEYOND], PIECE_PRICE]
        price = min(full, give.more * worth[b])
        room = give.units * may_be_done(compiled.backlog)[b, t]
        found.append((int(row[BACKLOG_CLASS]), price, room, 1.0))
    return found


def least_cost(compiled, pieces, serves, heads):
    """The least cost of *heads* per group, by who serves which piece how much."""
    idle = compiled.cover_need.idle_price
    pairs = [
        (g, i)
        for g in range(len(heads))
        for i, (c, *_) in enumerate(pieces)
        if serves[g, c]
    ]
    total = sum(price * width for _, price, width, _ in pieces)
    total += idle * HEAD * sum(heads)
    if not pairs:
        return total
    gain = [-pieces[i][1] - idle * pieces[i][3] for _, i in pairs]
    of_group = [[1.0 * (g == own) for own, _ in pairs] for g in range(len(heads))]
    of_piece = [[1.0 * (i == own) for _, own in pairs] for i in range(len(pieces))]
    limits = [HEAD * n for n in heads] + [width for _, _, width, _ in pieces]
    found = linprog(gain, A_ub=of_group + of_piece, b_ub=limits, method="highs")
    return total + found.fun


def heads_at(search, t):
    heads = np.zeros(len(search.compiled.cover.component_of_group))
    for a, g in enumerate(search.compiled.cover_need.group_of_agent.tolist()):
        days = search.now.days(a)
        for day in range(days.start, days.stop):
            heads[g] += works(search, day, t)
    return heads + search.compiled.cover_need.fixed_heads[t]


def works(search, day, t):
    """Whether the shift of an agent-day is at work at step t."""
    o, weeks = search.now.choice[day], search.compiled.weeks
    if o < 0 or not weeks.options[o, OPTION_START] <= t < weeks.options[o, OPTION_END]:
        return False
    own = weeks.breaks[slice(*weeks.options[[o, o + 1], FIRST_BREAK])]
    starts = search.now.taken[day, : len(own)]
    return not any(
        s <= t < s + n
        for s, n in zip(starts, weeks.windows[own, WINDOW_STEPS], strict=True)
    )


@pytest.mark.parametrize("give", [ROUGH, PRICED], ids=["rough", "priced"])
@pytest.mark.parametrize("seed", SEEDS)
def test_a_head_more_or_less_costs_what_the_linear_programme_says(
    seed, give, monkeypatch
):
    search = search_of(seed)
    compiled, state = search.compiled, search.now.cover
    soft = SoftCover(search.now)
    worth = np.full(may_be_done(compiled.backlog).shape, mean_price(compiled))
    if give is PRICED:
        worth *= np.random.default_rng(seed).choice(LEVELS, size=worth.shape)
        soft.use_worth(worth * 1.01)  # takes the nearest level
    soft.follow()
    for module in (slots, margins):
        make_plain(monkeypatch, module)
    cover = compiled.cover
    num_c = len(cover.subset_of_class) - 1
    serves = np.zeros((len(cover.counts), num_c), dtype=bool)
    for c in range(num_c):
        own = cover.class_subset[slice(*cover.subset_of_class[c : c + 2])]
        serves[:, c] = cover.counts[:, own].all(axis=1)
    first, last = compiled.cover_need.window
    compared = 0
    for t in range(first, last, 2):
        heads = heads_at(search, t)
        pieces = pieces_at(compiled, state, t, give, worth[:, t])
        at_rest = least_cost(compiled, pieces, serves, heads)
        for g in range(len(heads)):
            for sign in (1, -1):
                if heads[g] + sign < 0:
                    continue
                moved = heads + sign * (np.arange(len(heads)) == g)
                expected = least_cost(compiled, pieces, serves, moved) - at_rest
                assert margins.margin(soft.margins, g, t, sign) == pytest.approx(
                    expected, abs=1e-3
                )
                compared += 1
    assert compared > 20


def test_work_may_be_done_between_arrival_and_due_time_while_the_queue_is_open():
    compiled = search_of(7).compiled
    backlog = compiled.backlog
    may = may_be_done(backlog)
    assert may.any()
    for b, row in enumerate(may):
        own = slice(*backlog.bucket_of_backlog[b : b + 2])
        inside = [
            (backlog.buckets[own, ARRIVAL] <= t) & (t < backlog.buckets[own, DUE])
            for t in range(len(row))
        ]
        expected = [bool(x.any()) for x in inside] & backlog.open_steps[b]
        assert row.tolist() == expected.tolist()


@pytest.mark.parametrize("seed", SEEDS)
def test_after_soft_moves_costs_are_those_of_the_work_as_placed(seed):
    search = search_of(seed)
    assert search._soft is not None
    for over in (0.0, 0.95):
        search._over = over
        search._move(1e4)
        now, again = search.now, search_of(seed)
        again._go_to(now.choice, now.taken, now.levels.profile)
        assert now.value() == pytest.approx(again.now.value(), abs=1e-3)
        assert now.cover.cost == pytest.approx(again.now.cover.cost, abs=1e-3)
