"""Judging rosters without a solver."""
