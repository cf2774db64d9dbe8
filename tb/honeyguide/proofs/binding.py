"""The rules of the proofs as assertions of a simulation: a file that binds them to their modules.

What a proof assumes of a module's surroundings (`HOST...`) is an assertion there like every rule,
so a simulation of the whole core says whether the core keeps what its proofs rest on.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from honeyguide.proofs.table import Proof


def bind_rules(proofs: Sequence[Proof], path: Path) -> list[Path]:
    """Write the file that binds; return it behind the rules that it needs."""
    proofs = list({proof.module: proof for proof in proofs}.values())  # rules are there once
    lines = [f"bind {proof.module} {proof.instance(formal=False)}" for proof in proofs]
    text = "// Written from the table of proofs; do not edit.\n" + "\n".join(lines) + "\n"
    if not path.is_file() or path.read_text(encoding="utf-8") != text:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return [*(proof.rules for proof in proofs), path]
