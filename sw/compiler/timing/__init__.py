"""Cycle model of the core, from docs/architecture.md section 6.

geometry of an instruction --> execute, transfer (cycles of each engine) --> decode (what is known
of it beforehand) --> core (who waits; banks: who waits for a bank)
"""
