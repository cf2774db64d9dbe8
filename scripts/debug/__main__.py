"""`make debug`: the framework's."""

from __future__ import annotations

from honeyguide import cli
from honeyguide.debug.command import main
from honeyguide.sim import HdlError

if __name__ == "__main__":
    cli.run_command(main, HdlError)
