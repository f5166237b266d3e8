"""One file per price model."""
