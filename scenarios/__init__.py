"""Sourcing scenarios: reserved layer above the pipeline; nothing is exported yet."""
