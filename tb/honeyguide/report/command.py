"""Commands to print, which a person pastes into a shell: they must do just what they say."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping

from honeyguide.project import SECTION


def make_command(target: str, variables: Mapping[str, object], words: Iterable[str] = ()) -> str:
    """Return `make <target> NAME=value ... ARGS=...`.

    Args:
        target: of the Makefile.
        variables: those of make; None and empty ones are left out.
        words: further options, a word each. They pass two shells and make, which reads `$`.
    """
    if "commands" not in SECTION:  # a project without commands of its own has no Makefile either
        return own_command(target, variables, words)
    line = ["make", target]
    line += [f"{name}={shlex.quote(str(value))}" for name, value in variables.items()
             if value is not None and value != ""]  # fmt: skip
    if more := " ".join(shlex.quote(word) for word in words):
        line.append(f"ARGS={shlex.quote(more.replace('$', '$$'))}")
    return " ".join(line)


def own_command(command: str, variables: Mapping[str, object], words: Iterable[str]) -> str:
    """Return the same as a command of the framework: `python -m honeyguide COMMAND --name ...`."""
    line = ["python", "-m", "honeyguide", command]
    for name, value in variables.items():
        if name == "WAVES":
            line.append("--waves")
        elif value is not None and value != "":
            line += [f"--{name.lower()}", str(value)]
    return shlex.join([*line, *words])
