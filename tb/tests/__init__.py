"""cocotb test modules, one feature each; tests/sim runs them under pytest."""
