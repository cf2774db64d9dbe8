"""Functional coverage: which situations the monitors saw and the golden machine judged."""
