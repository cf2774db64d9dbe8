"""Reduces a program that fails to the smallest that still fails in the same way."""
