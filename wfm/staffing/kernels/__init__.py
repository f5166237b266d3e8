"""Compiled twins of the waiting formulas; :mod:`wfm.staffing.compiled` loads them."""
