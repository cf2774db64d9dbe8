"""Measure how much of the core the bench sees: change it at random places, and see what falls.

source.py       read a Verilog file: its tree, what is declared, what is an input of what
kinds.py        the kinds of changes, and all changes of each kind in a file
sample.py       which of them are tried
merge.py        all chosen changes in one core, where a number says which of them is there
runs.py         what runs on a mutant, likely killers first
campaign.py     all of it, mutant by mutant; an interrupted campaign goes on where it was
equivalence.py  is a change one at all? asked of a solver
report.py       table, build/reports/mutate.json
command.py      the command
"""
