"""What sourcing options cost, and how sure that is; functions load on first use."""

from typing import Any

_EXPORTS = {
    "compare": "scenarios.comparison",
    "crossings": "scenarios.break_even",
    "invoices": "scenarios.invoice",
    "irr": "scenarios.finance",
    "npv_end_of_period": "scenarios.finance",
    "npv_from_now": "scenarios.finance",
    "payback": "scenarios.finance",
    "reconcile": "scenarios.reconciliation",
    "score_vendors": "scenarios.scorecard",
    "study_capacity": "scenarios.capacity_study",
    "study_risk": "scenarios.chain_risk",
}


def __getattr__(name: str) -> Any:
    """Load the exported function *name* (PEP 562)."""
    if name in _EXPORTS:
        from importlib import import_module

        return getattr(import_module(_EXPORTS[name]), name)
    msg = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(msg)
