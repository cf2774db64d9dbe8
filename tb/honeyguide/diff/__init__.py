"""What changed from one regression to another."""
