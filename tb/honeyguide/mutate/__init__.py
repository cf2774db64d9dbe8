"""Measure how much of the core the bench sees: change it at random places, and see what falls.

source.py       read a Verilog file: its tree, what is declared, what is an input of what
kinds.py        the kinds of changes, and all changes of each kind in a file
sample.py       which of them are tried
merge.py        all chosen changes in one core, where a number says which of them is there
runs.py         what runs on a mutant, likely killers first
rules.py        proved rules, the last judge
campaign.py     all of it, mutant by mutant; an interrupted campaign goes on where it was
report.py       table, build/reports/mutate.json
page.py         docs/trust.md
command.py      the command; a solver is asked about what is left, proofs/equivalence.py
"""
