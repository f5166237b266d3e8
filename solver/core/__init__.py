"""Compiled search: exact best-response weeks, slot costs, local search, bound."""
