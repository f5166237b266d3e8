"""Open workforce-management optimiser for contact centres."""

__version__ = "0.1.0"
