"""A debugger inside the simulation."""
