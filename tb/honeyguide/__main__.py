"""`python -m honeyguide COMMAND`, for a project whose pyproject.toml names a core's description."""

from __future__ import annotations

import sys
from importlib import import_module

from honeyguide import cli
from honeyguide.faults.command import EXPECTED

COMMANDS = ("regress", "coverage", "waves", "faults", "plan", "diff", "bisect")


def main(argv: list[str]) -> int:
    """Hand on to the command."""
    if not argv or argv[0] not in COMMANDS:
        raise cli.UserError(f"python -m honeyguide {'|'.join(COMMANDS)} [--help]")
    return int(import_module(f"honeyguide.{argv[0]}.command").main(argv[1:]))


if __name__ == "__main__":
    cli.run_command(main, *EXPECTED, argv=sys.argv[1:])
