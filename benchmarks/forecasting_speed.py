"""Speed against MSTL: CPU time of one forecast, both measured in the same minutes."""

from dataclasses import replace

import numpy as np

from benchmarks import forecasting_runs as runs_of
from benchmarks.forecasting_data import SETS
from benchmarks.forecasting_report import Block, Claim

KEYS = ("bank30", "taxi30", "tech30")
ORIGINS = 5
AT_LEAST = 200.0


def speed(name: str) -> Block:
    """Return CPU time of one forecast of six weeks, ours and MSTL's, by set."""
    block = Block(
        title=f"CPU time of one forecast, {name} and MSTL, one thread",
        head=("set", "MSTL ms", "ours ms", "times"),
        notes=[
            "Medians over five origins, each history met for the first time. Imports, "
            "compilation and one forecast before do not count on either side. Ours is "
            "the whole call: holidays, bands, handle time and the choice of model. A "
            "country's holidays by year stay in the process from the first call on."
        ],
    )
    for key in KEYS:
        data = SETS[key]()
        every = -(-len(data.origins) // ORIGINS)
        data = replace(data, key=f"{key}-speed", origins=data.origins[::-every][::-1])
        peer = runs_of.peer(data, "mstl", anew=True)
        if peer is None:
            continue
        both = (peer, runs_of.ours(data, name))
        mstl, ours = (1000.0 * float(np.median(runs.cpu_s)) for runs in both)
        block.rows.append((key, f"{mstl:.0f}", f"{ours:.2f}", f"{mstl / ours:.0f}"))
        text = f"{key}: times MSTL's speed"
        block.claims.append(Claim(text=text, value=mstl / ours, at_least=AT_LEAST))
    return block
