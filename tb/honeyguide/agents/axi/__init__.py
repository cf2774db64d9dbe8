"""AXI4: external memory."""
