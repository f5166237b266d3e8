"""The master in whole stretches: a small integer programme over known columns."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from solver.columns.compile import Stretches
from solver.columns.pricer import Column
from solver.cpsat.linear import Optimum, Programme, minimise
from wfm.domain.arrays import IntArray


def restricted(
    stretches: Stretches,
    agents: Sequence[int],
    given: IntArray,
    columns: Sequence[Column],
) -> Programme:
    """Return the choice of one of *columns* per agent, missing and surplus priced."""
    num_r, num_p = len(stretches.wanted), len(columns)
    place = {a: num_r + n for n, a in enumerate(agents)}
    rows = [column.rows for column in columns]
    row = np.concatenate(
        [*rows, [place[c.agent] for c in columns], np.arange(num_r), np.arange(num_r)]
    ).astype(np.int64)
    column = np.concatenate(
        [
            np.repeat(np.arange(num_p), [len(own) for own in rows]),
            np.arange(num_p + 2 * num_r),
        ]
    )
    value = np.ones(len(row))
    value[len(row) - num_r :] = -1.0
    right = np.concatenate([stretches.wanted - given, np.ones(len(agents))])
    free = np.full(2 * num_r, 1e6)
    return Programme(
        cost=np.concatenate(
            [[c.cost for c in columns], stretches.short, stretches.over]
        ).astype(float),
        rows=(value, row, column),
        low=right.astype(float),
        high=right.astype(float),
        least=np.zeros(num_p + 2 * num_r),
        most=np.concatenate([np.ones(num_p), free]),
    )


def chosen(optimum: Optimum, columns: Sequence[Column]) -> list[Column]:
    """Return the columns that *optimum* takes."""
    if optimum.values is None:
        return []
    taken: Any = np.flatnonzero(optimum.values[: len(columns)] > 0.5)
    return [columns[n] for n in taken.tolist()]


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """The best combination found (nothing if none), and whether it is the best."""

    columns: list[Column]
    is_proven: bool


def best_choice(
    stretches: Stretches,
    agents: Sequence[int],
    given: IntArray,
    columns: Sequence[Column],
    max_time_s: float,
) -> Choice:
    """Solve the restricted programme here."""
    programme = restricted(stretches, agents, given, columns)
    optimum = minimise(programme, max_time_s=max_time_s)
    return Choice(columns=chosen(optimum, columns), is_proven=optimum.is_optimal)
