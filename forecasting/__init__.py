"""Forecasts of contacts and handle time; public functions load on first use."""

from typing import Any

_EXPORTS = {
    "forecast": "forecasting.run",
    "backtest": "forecasting.rolling",
    "accuracy": "forecasting.track_record",
    "totals": "forecasting.period_totals",
    "long_term": "forecasting.months_ahead",
    "handle_times": "forecasting.reasons",
    "reforecast": "forecasting.intraday",
    "reconciled": "forecasting.reconciliation",
}


def __getattr__(name: str) -> Any:
    """Load the exported function *name* (PEP 562)."""
    if name in _EXPORTS:
        from importlib import import_module

        return getattr(import_module(_EXPORTS[name]), name)
    msg = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(msg)
