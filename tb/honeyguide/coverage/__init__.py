"""Functional and code coverage: merge what runs left, grade it, show it."""
