"""What every command of Ratel shares: one-sentence errors and no traceback for a user's mistake."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from typing import NoReturn


class UserError(Exception):
    """The user has to change something; the message is one sentence that says what."""


class Parser(argparse.ArgumentParser):
    """An argument parser whose error is one sentence instead of a page of usage."""

    def error(self, message: str) -> NoReturn:
        """Print the sentence and exit with 2."""
        print(f"ratel: {message} (see {self.prog} --help)", file=sys.stderr)
        sys.exit(2)


def parser(command: str, about: str | None) -> Parser:
    """Return a parser for `python -m scripts.<command>`; `about` is usually the module's doc."""
    return Parser(
        prog=f"python -m scripts.{command}",
        description=about,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )


def count(text: str) -> int:
    """Return a positive integer; for `add_argument(type=count)`."""
    try:
        value = int(text)
    except ValueError:
        value = 0
    if value < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of 1 or more")
    return value


def seed(text: str) -> int:
    """Return a seed, 0 or more, decimal or 0x; for `add_argument(type=seed)`."""
    try:
        value = int(text, 0)
    except ValueError:
        value = -1
    if value < 0:
        raise argparse.ArgumentTypeError(f"{text!r} is not a seed (a number of 0 or more)")
    return value


def run_command(
    command: Callable[[list[str]], int], *expected: type[Exception], argv: list[str] | None = None
) -> NoReturn:
    """Run a command's main function and exit with what it returns.

    A UserError, or one of the `expected` exceptions, becomes one sentence and exit code 1;
    an interrupt exit code 130. Anything else is a fault of ours and keeps its traceback.
    """
    try:
        code = command(sys.argv[1:] if argv is None else argv)
    except (UserError, *expected) as error:
        print(f"ratel: {error}", file=sys.stderr)
        code = 1
    except KeyboardInterrupt:
        print("ratel: interrupted.", file=sys.stderr)
        code = 130
    except BrokenPipeError:  # the reader of a pipe, `| head`, has gone
        code = 141
        sys.stderr.close()
    sys.exit(code)
