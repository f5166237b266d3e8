"""A run through all tour kernels whose results fit in a message."""

from multiprocessing.connection import Connection

import numpy as np
from support.tour_cases import random_instance

from solver.tours.polish import Polish
from solver.tours.result import tours_of
from solver.tours.tables import copy_of


def digest(answer: Connection) -> None:
    """Send costs and tours of a few small searches."""
    found = []
    for seed in (2, 6, 9):
        instance = random_instance(seed, floor=True, seats=True, idle=15)
        polish = Polish(instance, seed=seed)
        polish.greedy(4)
        polish.run(1, 1.0)
        polish.run(1, 0.0)
        found.append(taken(polish, instance))
        crowded = copy_of(polish._state)
        for a in np.flatnonzero(crowded.place[:, 1] < 0).tolist():
            crowded.place[a] = crowded.place[0]
            crowded.starts[a] = crowded.starts[0]
            crowded.breaks[a] = crowded.breaks[0]
        polish.load(crowded)
        found.append(taken(polish, instance))
    answer.send(found)


def taken(polish: Polish, instance):
    snapshot = polish.snapshot()
    tours = tours_of(instance, snapshot.state)
    return snapshot.cost, snapshot.faults, [repr(tour) for tour in tours]
