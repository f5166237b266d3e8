#!/bin/sh
# Make the peers' own environment beside the project's: .venv-peers-forecasting
set -eu
cd "$(dirname "$0")/../.."
test -x .venv-peers-forecasting/bin/python ||
    "${PYTHON:-python3}" -m venv .venv-peers-forecasting
.venv-peers-forecasting/bin/python -m pip install --quiet \
    --requirement benchmarks/peers/forecasting-requirements.txt
