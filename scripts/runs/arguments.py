"""Kinds of option values that several commands take."""

from __future__ import annotations

import argparse

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


def add_stall_option(options: argparse.ArgumentParser) -> None:
    """Add `--stall`, the chance that a channel of the bus waits."""
    options.add_argument(
        "--stall", type=share, default=0.0, help="chance that the bus waits, 0..0.9, each beat"
    )


def stall_line(stall: float) -> str:
    """Return the line of a report on the waits that were asked for."""
    return f"stall       {stall:g}: the chance that each channel of the bus waits, each beat"


def add_oracle_option(options: argparse.ArgumentParser) -> None:
    """Add --no-oracle to a command: why tflite-micro is known not to judge a network."""
    options.add_argument(
        "--no-oracle", dest="oracle", default="", metavar="WHY",
        help="pass although TensorFlow Lite Micro does not judge the network, and say why",
    )  # fmt: skip
