"""Forecasts against peers on real data: ``python benchmarks/forecasting.py [BLOCK]``.

Prints one markdown table a block. ``--quick`` takes every fourth origin, ``--peers``
with no name after it only ours, ``--models`` only those named, the first one judged;
``--check`` exits with 1 if a claim does not hold. Peers need their environment
(``benchmarks/peers/forecasting-environment.sh`` makes it) and their answers are kept
in ``benchmarks/cache``.
"""

import os
import sys
from pathlib import Path


def main() -> int:
    # This file bears the name of the package that it measures.
    sys.path[0] = str(Path(__file__).resolve().parents[1])
    for threads in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ[threads] = "1"  # before numpy loads
    from benchmarks.forecasting_blocks import run

    return run(sys.argv[1:])


if __name__ == "__main__":
    raise SystemExit(main())
