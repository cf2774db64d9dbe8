"""actionlint: the workflows of a GitHub repository, their expressions, actions and scripts."""

from __future__ import annotations

import sys
from pathlib import Path

from honeyguide.lint.step import Outcome, tool


def workflows(root: Path) -> Outcome:
    """Check every workflow below `root`/.github."""
    files = sorted((root / ".github" / "workflows").glob("*.y*ml"))
    if not files:
        return Outcome(problems=("no workflow was found below .github/workflows/",))
    program = Path(sys.executable).with_name("actionlint")
    if not program.is_file():
        return Outcome(problems=("actionlint is missing: `make env-dev` installs it",))
    names = [file.relative_to(root) for file in files]
    code, lines = tool([program, "-oneline", "-no-color", "-shellcheck=", *names], cwd=root)
    if code and not lines:
        lines = [f"actionlint exited with {code}"]
    return Outcome(problems=tuple(lines) if code else (), checked=f"{len(files)} workflows")
