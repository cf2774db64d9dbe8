"""`make selftest`: the framework's."""

from __future__ import annotations

from honeyguide import cli
from honeyguide.faults.command import EXPECTED, main

if __name__ == "__main__":
    cli.run_command(main, *EXPECTED)
