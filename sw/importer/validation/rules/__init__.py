"""Rules on the numbers of operators, by group; `validation/operators.py` says which apply."""
