"""Commands to print, which a person pastes into a shell: they must do just what they say."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping


def make_command(target: str, variables: Mapping[str, object], words: Iterable[str] = ()) -> str:
    """Return `make <target> NAME=value ... ARGS=...`.

    Args:
        target: of the Makefile.
        variables: those of make; None and empty ones are left out.
        words: further options, a word each. They pass two shells and make, which reads `$`.
    """
    line = ["make", target]
    line += [f"{name}={shlex.quote(str(value))}" for name, value in variables.items()
             if value is not None and value != ""]  # fmt: skip
    if more := " ".join(shlex.quote(word) for word in words):
        line.append(f"ARGS={shlex.quote(more.replace('$', '$$'))}")
    return " ".join(line)
