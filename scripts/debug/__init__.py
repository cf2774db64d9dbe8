"""Measures and reports for debugging: how well the first difference names a fault."""
