"""The constraint vocabulary in CP-SAT."""
