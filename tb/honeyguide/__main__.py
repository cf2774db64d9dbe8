"""`python -m honeyguide COMMAND`, for a project whose pyproject.toml names a core's description."""

from __future__ import annotations

import sys
from importlib import import_module

from honeyguide import cli
from honeyguide.faults.command import EXPECTED

COMMANDS = {
    "regress": "honeyguide.regress.command",
    "coverage": "honeyguide.regress.coverage",
    "waves": "honeyguide.waves.command",
    "faults": "honeyguide.faults.command",
    "mutate": "honeyguide.mutate.command",
    "plan": "honeyguide.plan.command",
    "diff": "honeyguide.diff.command",
    "bisect": "honeyguide.bisect.command",
    "debug": "honeyguide.debug.command",
}


def main(argv: list[str]) -> int:
    """Hand on to the command."""
    if not argv or argv[0] not in COMMANDS:
        raise cli.UserError(f"python -m honeyguide {'|'.join(COMMANDS)} [--help]")
    return int(import_module(COMMANDS[argv[0]]).main(argv[1:]))


if __name__ == "__main__":
    cli.run_command(main, *EXPECTED, argv=sys.argv[1:])
