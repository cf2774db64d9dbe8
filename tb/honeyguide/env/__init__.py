"""The parts around the core in a test."""
