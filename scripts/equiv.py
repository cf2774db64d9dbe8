"""`make equiv`: the framework's."""

from __future__ import annotations

from honeyguide import cli
from honeyguide.proofs.equivalence_command import main

if __name__ == "__main__":
    cli.run_command(main)
