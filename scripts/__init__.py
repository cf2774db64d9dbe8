"""What the Makefile calls: thin commands over small modules."""
