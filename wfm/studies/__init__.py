"""Studies beside the plan's own roster, as functions: what :mod:`wfm.api` hands on."""
