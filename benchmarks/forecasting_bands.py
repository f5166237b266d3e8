"""Bands: how often they hold, how wide they are, and what they lose."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from benchmarks import forecasting_runs as runs_of
from benchmarks.forecasting_accuracy import deaf, thin
from benchmarks.forecasting_data import SETS, DataSet
from benchmarks.forecasting_report import Block, Claim, three
from benchmarks.forecasting_runs import Runs
from benchmarks.forecasting_scores import Actual, coverage, pinball, width

KEYS = ("bank30", "tech30", "taxi30", "tech_thin")
JUDGED = ("bank30", "tech30")
WINDOWS = ("D1", "W1", "W4-6")
PINBALL_OVER_MSTL = 0.45


PEERS = ("mstl", "prophet")  # LightGBM has no bands here


def bands(name: str, peers: Sequence[str], stride: int = 1) -> Block:
    """Return coverage of the 80 % band, its width, and pinball loss, by set."""
    block = Block(
        title="80 % bands and pinball loss (10, 25, 50, 75, 90 %; over mean volume)",
        head=(
            "set, method",
            *(f"{w} covers" for w in WINDOWS),
            *(f"{w} width" for w in WINDOWS),
            *(f"{w} pinball" for w in WINDOWS),
            "W4-6 pinball / MSTL [90 %]",
        ),
    )
    counts = {window: np.zeros(2) for window in WINDOWS}
    for key in KEYS:
        data = SETS[key]()
        found = _found(data, name, peers)
        runs = {who: thin(r, stride) for who, r in found.items() if r is not None}
        actual = Actual.of(replace(data, origins=data.origins[::stride]))
        for who, own in runs.items():
            block.rows.append(_row(f"{key}, {who}", actual, own, runs.get("mstl")))
        if key in JUDGED:
            for window in WINDOWS:
                counts[window] += coverage(actual, runs[name], window)
            block.claims += _claims(key, actual, runs[name], runs.get("mstl"))
    for window in ("D1", "W1"):
        share = counts[window][0] / counts[window][1]
        text = f"bands: {window} coverage, bank and Technion pooled"
        block.claims.append(Claim(text=text, value=share, at_least=0.75, at_most=0.85))
    return block


def _found(data: DataSet, name: str, peers: Sequence[str]) -> dict[str, Runs | None]:
    chosen = PEERS if data.key != "tech_thin" else PEERS[:1]
    ours = {
        name: runs_of.ours(data, name),
        deaf(name): runs_of.ours(data, name, holidays=False),
    }
    return ours | {p: runs_of.peer(data, p) for p in chosen if p in peers}


def _row(label: str, actual: Actual, runs: Runs, mstl: Runs | None) -> tuple[str, ...]:
    cells = [label]
    for window in WINDOWS:
        inside, total = coverage(actual, runs, window)
        cells.append(f"{inside / total:.3f}")
    cells += [f"{width(actual, runs, window):.2f}" for window in WINDOWS]
    cells += [f"{pinball(actual, runs, window).value:.4f}" for window in WINDOWS]
    if mstl is None:
        return (*cells, "")
    ratio = pinball(actual, runs, "W4-6").ratio_to(pinball(actual, mstl, "W4-6"))
    return (*cells, three(ratio))


def _claims(key: str, actual: Actual, runs: Runs, mstl: Runs | None) -> list[Claim]:
    claims = []
    for window in ("D1", "W1"):
        inside, total = coverage(actual, runs, window)
        text = f"bands: {window} coverage on {key}"
        share = inside / total
        claims.append(Claim(text=text, value=share, at_least=0.70, at_most=0.88))
    if mstl is not None:
        own, other = (pinball(actual, r, "W4-6") for r in (runs, mstl))
        text = f"bands: W4-6 pinball over MSTL's on {key}"
        ratio = own.ratio_to(other)[0]
        claims.append(Claim(text=text, value=ratio, at_most=PINBALL_OVER_MSTL))
    return claims
