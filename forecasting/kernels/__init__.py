"""Compiled loops of the forecast; their callers load them on the first question."""
