"""One check and what came of it."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from honeyguide.sim.supervise import supervise


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What a check found.

    Attributes:
        problems: one entry a finding, first line first; empty when all is well.
        left_out: why the check could not be made; empty when it was.
        checked: what was looked at, for the summary ("42 files").
    """

    problems: tuple[str, ...] = ()
    left_out: str = ""
    checked: str = ""

    @property
    def passed(self) -> bool:
        """Whether nothing was found."""
        return not self.problems


def tool(
    command: Sequence[object], *, cwd: Path, env: Mapping[str, str] | None = None
) -> tuple[int, list[str]]:
    """Run a tool and return its exit code and what it printed, both streams, without blanks."""
    with tempfile.TemporaryFile() as said:
        code = supervise(
            [str(word) for word in command], cwd=cwd, output=said,
            env=os.environ if env is None else env,
        )  # fmt: skip
        said.seek(0)
        text = said.read().decode(errors="replace")
    return code or 0, [line.rstrip() for line in text.splitlines() if line.strip()]
