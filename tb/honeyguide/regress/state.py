"""What a regression has done so far, on disk after every run, so that an interrupt loses nothing.

state.jsonl of its folder    first line: what was asked for; then one line an outcome
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from importlib import metadata
from pathlib import Path
from typing import Any

from honeyguide.core import core
from honeyguide.project import ROOT
from honeyguide.regress.work import Order, Outcome


class State:
    """The file of one regression."""

    def __init__(self, path: Path, key: str) -> None:
        self.path = path
        self.key = key

    def load(self) -> dict[str, Outcome]:
        """Return the outcomes of an interrupted regression with the same key, by name.

        A last line that an interrupt cut short is dropped.
        """
        try:
            lines = self.path.read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            return {}
        records = [record for line in lines if (record := parse(line)) is not None]
        if not records or records[0].get("key") != self.key:
            return {}
        if any("finished" in record for record in records):
            return {}
        outcomes = [Outcome(**record) for record in records[1:]]
        return {outcome.name: outcome for outcome in outcomes}

    def start(self, kept: Iterable[Outcome]) -> None:
        """Begin the file with what is kept of an earlier one."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        lines = [{"key": self.key}, *(asdict(outcome) for outcome in kept)]
        temporary = self.path.with_suffix(".tmp")
        temporary.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
        temporary.replace(self.path)

    def add(self, outcome: Outcome) -> None:
        """Append one outcome."""
        self._append(asdict(outcome))

    def finish(self) -> None:
        """Say that nothing is left, so the next regression is a new one."""
        self._append({"finished": True})

    def _append(self, record: dict[str, Any]) -> None:
        with self.path.open("a", encoding="utf-8") as stream:
            stream.write(json.dumps(record) + "\n")


def parse(line: str) -> dict[str, Any] | None:
    """Return the record on a line, None when it is not whole."""
    try:
        record: dict[str, Any] = json.loads(line)
    except json.JSONDecodeError:
        return None
    return record


def sources() -> list[Path]:
    """Return what decides how a run ends, its simulation apart: every file of the core's sources.

    Not only Python: models, firmware and tables as well, whatever they are called.
    """
    folders = (Path(__file__).resolve().parents[1], *(ROOT / name for name in core().sources))
    return [
        path
        for folder in folders
        for path in sorted(folder.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    ]


def packages() -> list[str]:
    """Return the interpreter and every installed package with its version."""
    found = {f"{one.name} {one.version}" for one in metadata.distributions()}
    return [sys.version, *sorted(found)]


def files_named(orders: Sequence[Order]) -> list[Path]:
    """Return the files that orders name in their environment: a network, its inputs."""
    named = {Path(text) for wanted in orders for text in wanted.env.values() if os.sep in text}
    return sorted(path for path in named if path.is_file())


def source_key() -> str:
    """Return a name for core and bench as they are now: failures of others are another matter."""
    digest = hashlib.sha256()
    for path in [*core().hdl(), *sources()]:
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def key_of(orders: Sequence[Order]) -> str:
    """Return a hash of what is asked for and of all that decides its outcome."""
    digest = hashlib.sha256()
    for wanted in orders:
        digest.update(json.dumps(asdict(wanted), sort_keys=True).encode())
    digest.update("\n".join(packages()).encode())
    for path in [*sources(), *files_named(orders)]:
        digest.update(f"\n{path.name} {path.stat().st_size}\n".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:24]
