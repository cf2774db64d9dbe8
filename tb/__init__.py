"""The bench: agents, environment, sequences and tests on cocotb and pyuvm."""
