"""Plan folder in, results out."""
