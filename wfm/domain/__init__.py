"""Frozen value types of the field, units, errors, registry."""
