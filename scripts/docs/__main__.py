"""Make the documents into a site: build/docs/index.html.

Every warning is an error: a link or an anchor that leads nowhere, a page that the navigation leaves
out. Nothing is fetched, now or when the site is read.
"""

from __future__ import annotations

import logging
import sys
from pathlib import Path

from honeyguide.cli import UserError, parser, run_command
from honeyguide.project import BUILD, ROOT


class Warnings(logging.Handler):
    """Collects what MkDocs complains of."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a complaint once."""
        line = record.getMessage()
        if line not in self.lines:
            self.lines.append(line)


def build_site(settings: Path, folder: Path) -> list[str]:
    """Build the site and return what is wrong with it, one line each.

    Args:
        settings: mkdocs.yml.
        folder: where the site goes; what was there goes.
    """
    from mkdocs.commands.build import build
    from mkdocs.config import load_config

    said = Warnings()
    logger = logging.getLogger("mkdocs")
    logger.addHandler(said)
    try:
        build(load_config(str(settings), site_dir=str(folder)))
    finally:
        logger.removeHandler(said)
    return said.lines


def main(argv: list[str]) -> int:
    """Build the site; return 1 if something is wrong with it."""
    parser("docs", __doc__).parse_args(argv)
    folder = BUILD / "docs"
    try:
        problems = build_site(ROOT / "mkdocs.yml", folder)
    except ImportError as missing:
        raise UserError(f"{missing.name} is missing: `make env-dev` installs it") from None
    for problem in problems:
        print(f"  {problem}", file=sys.stderr)
    if problems:
        print(f"FAIL: {len(problems)} findings")
        return 1
    print(f"{folder / 'index.html'}")
    return 0


if __name__ == "__main__":
    run_command(main)
