#!/bin/sh
# The simulators that ours is compared with, in an environment of their own.
set -e
cd "$(dirname "$0")/../.."
python3 -m venv .venv-peers-simulation
.venv-peers-simulation/bin/python -m pip install --quiet --upgrade pip
.venv-peers-simulation/bin/python -m pip install --quiet \
    --requirement benchmarks/peers/simulation-requirements.txt
