"""Tests: how the parts behave alone, together, and when they are broken."""
