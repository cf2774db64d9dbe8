"""`make soc`: networks and random programs on a RISC-V CPU with Ratel as its coprocessor."""
