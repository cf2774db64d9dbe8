"""Stimulus that runs unchanged at both speeds."""
