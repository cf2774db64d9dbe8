"""`make fuzz-files`: mutated network files, each of which must end in a network or one sentence."""
