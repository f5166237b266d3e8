#!/bin/sh
# Make the peer's own environments beside the project: .venv-peers-staffing, and with
# NEWER_PYTHON (3.12 to 3.14) .venv-peers-staffing-newer, whose pyworkforce has Erlang A.
set -eu
cd "$(dirname "$0")/../.."
make_one() {
    test -x "$2/bin/python" || "$1" -m venv "$2"
    "$2/bin/python" -m pip install --quiet \
        --requirement benchmarks/peers/staffing-requirements.txt
}
make_one "${PYTHON:-python3}" .venv-peers-staffing
if test -n "${NEWER_PYTHON:-}"; then
    make_one "$NEWER_PYTHON" .venv-peers-staffing-newer
fi
