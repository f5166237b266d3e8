"""A run through the kernels of the stretch programme that fits in a message."""

from multiprocessing.connection import Connection

import numpy as np
from support.column_cases import random_case

from solver.columns.compile import compile_stretches
from solver.columns.pricer import Pricer


def digest(answer: Connection) -> None:
    """Send the best stretches of some agents at some prices."""
    found = []
    for seed in range(8):
        stretches = compile_stretches(random_case(seed).problem)
        pricer = Pricer(stretches)
        rng = np.random.default_rng(seed)
        for exact in (True, False):
            worth = rng.normal(0.0, 10.0, len(stretches.agents[0].shifts))
            best = pricer.best(0, worth, exact=exact)
            choices = None if best.column is None else best.column.choices.tolist()
            found.append((best.most, choices))
    answer.send(found)
