"""The blocks of the forecasting benchmark, and its command line."""

import argparse
from collections.abc import Callable, Sequence
from functools import partial

from benchmarks.forecasting_accuracy import accuracy, models
from benchmarks.forecasting_bands import bands
from benchmarks.forecasting_cost import imports, scale
from benchmarks.forecasting_data import SETS, folder
from benchmarks.forecasting_handle_time import handle_time
from benchmarks.forecasting_intraday import intraday
from benchmarks.forecasting_protocol import protocol
from benchmarks.forecasting_report import Block, claims_text
from benchmarks.forecasting_runs import PEERS
from benchmarks.forecasting_speed import speed
from benchmarks.forecasting_totals import totals

QUICK_STRIDE = 4
LIGHT_PEERS = {"tech_thin": PEERS[:1], "types1": PEERS[:1], "types10": PEERS[:1]}


def blocks(
    quick: bool, names: Sequence[str], peers: Sequence[str]
) -> dict[str, Callable[[], Block]]:
    """Return what makes each block, by name, in the order of the report."""
    stride = QUICK_STRIDE if quick else 1
    found: dict[str, Callable[[], Block]] = {}
    for key in SETS:
        chosen = [peer for peer in peers if peer in LIGHT_PEERS.get(key, PEERS)]
        found[key] = partial(accuracy, key, chosen, names, stride)
    found |= {
        "protocol": lambda: protocol(names, stride),
        "bands": lambda: bands(names[0], peers, stride),
        "totals": lambda: totals(names[0], stride),
        "intraday": lambda: intraday(stride),
        "handle_time": handle_time,
        "scale": lambda: scale(100 if quick else 1000, names[0]),
        "import": imports,
        "speed": lambda: speed(names[0]),
    }
    return found


def run(arguments: Sequence[str]) -> int:
    """Print the blocks asked for; return 1 if *--check* and a claim does not hold."""
    parser = argparse.ArgumentParser(prog="forecasting.py")
    parser.add_argument("block", nargs="*", help="all, if none is named")
    parser.add_argument("--models", nargs="*", help="ours, the judged one first")
    parser.add_argument("--peers", nargs="*", default=PEERS, choices=PEERS)
    parser.add_argument("--quick", action="store_true", help="every fourth origin")
    parser.add_argument("--check", action="store_true", help="exit 1 if a claim fails")
    options = parser.parse_args(arguments)
    if not folder().is_dir():
        print(f"no data at {folder()}; set WFM_SHARED")
        return 2
    made = blocks(options.quick, options.models or models(), options.peers)
    unknown = set(options.block) - set(made)
    if unknown:
        parser.error(f"no block {sorted(unknown)}; there are {', '.join(made)}")
    claims = []
    for name in options.block or made:
        block = made[name]()
        print(block.text(), flush=True)
        claims += block.claims
    print(claims_text(claims))
    return int(options.check and not all(claim.holds for claim in claims))
