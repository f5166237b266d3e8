"""One file per forecast model."""
