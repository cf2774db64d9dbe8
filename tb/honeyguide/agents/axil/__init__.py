"""AXI4-Lite: registers and doorbell."""
