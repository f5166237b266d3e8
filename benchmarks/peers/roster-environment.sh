#!/bin/sh
# Make the peer's own environment beside the project: .venv-peers-roster.
set -eu
cd "$(dirname "$0")/../.."
test -x .venv-peers-roster/bin/python || "${PYTHON:-python3}" -m venv .venv-peers-roster
.venv-peers-roster/bin/python -m pip install --quiet \
    --requirement benchmarks/peers/roster-requirements.txt
