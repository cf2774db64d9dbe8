"""What every command shares: one-sentence errors and no traceback for a user's mistake."""

from __future__ import annotations

import argparse
import errno
import io
import os
import signal
import sys
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from difflib import get_close_matches
from pathlib import Path
from typing import Any, NoReturn

from honeyguide.place import PlaceError
from honeyguide.project import BUILD, NAME, SECTION, own_prefix, shell_settings
from honeyguide.surroundings import settle

MISSING = "the following arguments are required: "  # as argparse says it


class UserError(Exception):
    """The user has to change something; the message is one sentence that says what."""


class Parser(argparse.ArgumentParser):
    """An argument parser whose error is one sentence instead of a page of usage."""

    def parse_args(  # type: ignore[override]
        self, args: Sequence[str] | None = None, namespace: argparse.Namespace | None = None
    ) -> argparse.Namespace:
        """Parse; an unknown option is refused with the known one that is most like it."""
        known, extra = self.parse_known_args(args, namespace)
        if extra:
            hint = did_you_mean(extra[0].partition("=")[0], self._option_string_actions)
            self.error(f"unrecognized arguments: {' '.join(extra)}{hint}")
        return known

    def error(self, message: str) -> NoReturn:
        """Print the sentence and exit with 2; what misses is told as make wants it."""
        missing = message.removeprefix(MISSING).split(", ") if message.startswith(MISSING) else []
        if missing and all(name.startswith("--") for name in missing):
            words = " ".join(f"{name[2:].upper()}=" for name in missing)
            message = f"say {words} (of make; here {' '.join(missing)})"
        print(f"{NAME}: {message} (see {self.prog} --help)", file=sys.stderr)
        sys.exit(2)


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return `; did you mean X?` if a known word is near enough to a mistyped one, or nothing."""
    close = get_close_matches(word, list(known), n=1, cutoff=0.5)
    return f"; did you mean {close[0]}?" if close else ""


def parser(command: str, about: str | None) -> Parser:
    """Return a parser for a command; `about` is usually the module's doc."""
    return Parser(
        prog=f"python -m {SECTION.get('commands', 'honeyguide')}.{command}",
        description=about,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )


def whole(text: str) -> int:
    """Return a whole number: decimal, with leading zeros or without, or 0x, 0o, 0b.

    Raises:
        ValueError: it is none.
    """
    plain = text.strip().lower()
    if not plain.isascii() or "_" in plain:
        raise ValueError(text)
    return int(plain, 0 if plain.lstrip("+-")[:2] in ("0x", "0o", "0b") else 10)


def count(text: str) -> int:
    """Return a positive integer; for `add_argument(type=count)`."""
    return at_least(1, text, "a number of 1 or more")


def seed(text: str) -> int:
    """Return a seed, 0 or more; for `add_argument(type=seed)`."""
    return at_least(0, text, "a seed (a number of 0 or more)")


def at_least(least: int, text: str, what: str) -> int:
    """Return a whole number that is not less than `least`; `what` says so to a person."""
    try:
        value = whole(text)
    except ValueError:
        value = least - 1
    if value < least:
        raise argparse.ArgumentTypeError(f"{text!r} is not {what}")
    return value


MOST_STALL = 0.9  # above it a bus hardly moves, and a run takes for ever


def share(text: str) -> float:
    """Return a probability from 0 to 0.9; for `add_argument(type=share)`."""
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0.0 <= value <= MOST_STALL:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 0 to {MOST_STALL}")
    return value


# An option that several commands have means the same in each; what is said here can be narrowed.
OPTIONS: dict[str, dict[str, Any]] = {
    "base": {"default": "HEAD", "metavar": "COMMIT", "help": "commit to compare with; HEAD"},
    "cluster": {"default": "", "metavar": "ADDRESS", "help": "address of a Dask scheduler"},
    "config": {"help": "configuration of the core, by name"},
    "count": {"type": count, "help": "inputs to run"},
    "env": {
        "action": "append", "default": [], "metavar": "NAME=VALUE",
        "help": "a variable of the test",
    },
    "fault": {"default": "", "metavar": "NAMES", "help": "faults, by parts of names, with commas"},
    "first": {"type": seed, "default": 0, "metavar": "N", "help": "number of the first of them"},
    "input": {"type": Path, "metavar": "FILE", "help": "inputs, a .npy file"},
    "jobs": {
        "type": count, "default": os.cpu_count() or 1, "metavar": "N",
        "help": "at a time; as many as there are processors by default",
    },
    "model": {"type": Path, "metavar": "FILE", "help": "the network, a .tflite or .onnx file"},
    "module": {"metavar": "NAMES", "help": "only in these, with commas"},
    "n": {"type": count, "help": "runs"},
    "no-oracle": {
        "dest": "oracle", "default": "", "metavar": "WHY",
        "help": "pass although no oracle judges the network, and say why",
    },
    "no-view": {"action": "store_true", "help": "do not open GTKWave"},
    "only": {"metavar": "NAMES", "help": "only these, with commas; all by default"},
    "proof": {
        "metavar": "NAME",
        "help": "the counterexample of a proof, or of one of its faults (NAME-fault-N)",
    },
    "rtl": {"type": Path, "metavar": "FOLDER", "help": "take the core from this folder"},
    "seed": {"type": seed, "default": 1, "help": "root of every random choice"},
    "speed": {
        "choices": ("tile", "pin"), "default": "tile", "help": "who drives the pins: pin is slow"
    },
    "stall": {
        "type": share, "default": 0.0, "help": "chance that the bus waits, 0..0.9, each beat"
    },
    "test": {"help": "tests of the bench: files or classes"},
    "tests": {"help": "only these: entries of the suite, tests or files, with commas"},
    "waves": {"action": "store_true", "help": "record waves"},
}  # fmt: skip


def add(options: argparse.ArgumentParser, *names: str, **narrowed: Any) -> None:
    """Add options that other commands have too, by name; `narrowed` says what differs here."""
    for name in names:
        options.add_argument(f"--{name}", **{**OPTIONS[name], **narrowed})


_at_failure: list[Callable[[str], None]] = []


def on_failure(what: Callable[[str], None]) -> None:
    """Call `what` with a sentence if the command breaks off."""
    _at_failure.append(what)


def run_command(
    command: Callable[[list[str]], int], *expected: type[Exception], argv: list[str] | None = None
) -> NoReturn:
    """Run a command's main function and exit with what it returns.

    A UserError, one of the `expected` exceptions, or what the system refuses (a full disk, a folder
    of another user's) becomes one sentence and exit code 1; an interrupt, and a request to end,
    exit code 130. Anything else is a fault of ours and keeps its traceback.
    """
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, interrupted)
    _at_failure.clear()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # names of files where the terminal is ASCII
            stream.reconfigure(errors="backslashreplace")
    told: tuple[type[Exception], ...] = (UserError, PlaceError, *expected)
    settings, taken = settle(own_prefix(), shell_settings())
    if taken:
        print(f"{NAME}: set in the shell and not used: {', '.join(taken)}", file=sys.stderr)
    for name, text in settings.items():
        print(f"{NAME}: from the shell: {name}={text}", file=sys.stderr)
    try:
        # The launcher has blocked them, so that one that came during the imports is taken here.
        signal.pthread_sigmask(signal.SIG_UNBLOCK, (signal.SIGINT, signal.SIGTERM, signal.SIGHUP))
        code = command(sys.argv[1:] if argv is None else argv)
        if sys.stdout is not None:
            sys.stdout.flush()  # here, where what stands in the way becomes a sentence
    except told as error:
        code = broken_off(str(error))
    except KeyboardInterrupt:
        before = signal.signal(signal.SIGINT, signal.SIG_IGN)  # a second one would get in the way
        broken_off("interrupted.")
        signal.signal(signal.SIGINT, before)
        code = 130
    except MemoryError as error:
        code = broken_off(f"not enough memory: {error or 'none is left'}")
    except BrokenPipeError:  # the reader of a pipe, `| head`, has gone
        code = 141
        forget_output()
    except OSError as error:
        if (said := refusal(error)) is None:
            raise
        forget_output()
        code = broken_off(said)
    sys.exit(code)


def forget_output() -> None:
    """Let nobody try again to write what standard output did not take."""
    with suppress(OSError, ValueError, AttributeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def interrupted(*_: object) -> None:
    """Treat a request to end like an interrupt from the keyboard: what was started is ended."""
    raise KeyboardInterrupt


def broken_off(sentence: str) -> int:
    """Say why a command ends, here and in its report; return the exit code."""
    print(f"{NAME}: {sentence}", file=sys.stderr)
    for what in _at_failure:
        with suppress(OSError, UserError):  # the disk may be full
            what(sentence)
    return 1


# What stands in the way of a file or a process that a command needs; nothing of ours to repair.
OF_THE_USER = (
    errno.EISDIR, errno.ENOTDIR, errno.ELOOP, errno.ENAMETOOLONG, errno.EMFILE, errno.ENFILE,
    errno.ENOMEM, errno.EAGAIN,
)  # fmt: skip


def refusal(error: OSError) -> str | None:
    """Return a sentence on what the system refused for a reason of the user's; else None."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        where = error.filename or BUILD
        return f"no space left on the disk of {where}; free some, then run it again"
    if error.errno == errno.EFBIG:
        where = error.filename or f"a file below {BUILD}"
        return f"the shell lets no file grow that large (ulimit -f): {where}"
    if error.errno in OF_THE_USER:
        return f"{(error.strerror or str(error)).lower()}: {error.filename2 or error.filename}"
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS) and error.filename is not None:
        return (
            f"{error.filename} can't be written to ({error.strerror}); name another folder for "
            "everything that is made: make ... BUILD=/some/folder"
        )
    return None
