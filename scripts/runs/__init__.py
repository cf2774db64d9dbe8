"""What the commands share: build the bench, run a network on the RTL, compare with the oracle."""
