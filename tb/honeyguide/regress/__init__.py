"""The regression engine: many runs, each a process of its own, one report."""
