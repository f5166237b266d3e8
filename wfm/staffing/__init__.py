"""From forecast to requirement."""
