"""Column generation: a column is one agent's legal stretch over the whole plan."""
