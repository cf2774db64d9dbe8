"""Operators as pure functions on NumPy arrays: int8 NHWC, explicit integer quantisation."""
