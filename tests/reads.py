"""What tests read of the checkout besides what they import: measured while they run.

    open, list a folder, start a program --audit events of Python--> the file of tests that runs,
                                                                     the module that asked for it

`make test` keeps it, to know what an edit can touch (scripts/runs/inputs.py). What a module has
read once and keeps was read for whoever imports it; hence the second.
"""

from __future__ import annotations

import importlib.util
import json
import os
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

# Not part of what an edit changes.
MADE = ("build", ".venv", ".git", ".pytest_cache", ".ruff_cache", ".mypy_cache")
EVENTS = frozenset({"open", "os.listdir", "os.scandir", "subprocess.Popen"})
FINDER = "<frozen importlib._bootstrap_external>"  # looks for modules in folders
DEEPEST = 40  # frames looked at for the module that asked


def add_options(parser: pytest.Parser) -> None:
    """Add the options with which `make test` asks."""
    parser.addoption("--reads", type=Path, help="folder for notes of what the tests read")
    parser.addoption("--listed", type=Path, help="file for a list of the tests and their marks")


def start(config: pytest.Config) -> None:
    """Do what was asked for."""
    if folder := config.getoption("--reads"):
        config.pluginmanager.register(Reads(folder, config.rootpath))
    if path := config.getoption("--listed"):
        config.pluginmanager.register(Listing(path))


class Listing:
    """Plugin of pytest that writes which tests there are, and their marks."""

    def __init__(self, path: Path) -> None:
        """Take the file to write."""
        self._path = path

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Write it."""
        found = [
            [item.nodeid, sorted(mark.name for mark in item.iter_markers())]
            for item in session.items
        ]
        self._path.write_text(json.dumps(found), encoding="utf-8")


class Reads:
    """Plugin of pytest that notes them, and writes a file of this process at the end."""

    def __init__(self, folder: Path, root: Path) -> None:
        """Take note from now on of what lies below `root`; the file goes into `folder`."""
        self._folder = folder
        self._root = str(root)
        self._found: dict[str, set[str]] = {}
        self._tests = ""
        self._on = True
        self._top = f"{root}{os.sep}"
        sys.addaudithook(self._hear)

    @pytest.hookimpl(wrapper=True)
    def pytest_make_collect_report(self, collector: pytest.Collector) -> Iterator[None]:
        """Note what importing a file of tests reads."""
        self._tests = collector.nodeid.partition("::")[0]
        return (yield)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        """Note what a test reads, its fixtures with it."""
        self._tests = item.nodeid.partition("::")[0]
        return (yield)

    def pytest_sessionfinish(self) -> None:
        """Write what was found."""
        self._on = False
        content = {name: sorted(found) for name, found in sorted(self._found.items())}
        path = self._folder / f"reads-{os.getpid()}.json"
        path.write_text(json.dumps(content), encoding="utf-8")

    def _hear(self, event: str, args: tuple[object, ...]) -> None:
        if event in EVENTS and self._on:
            with suppress(OSError, ValueError):  # a working folder that is gone: not ours to say
                self._note(event, args)

    def _note(self, event: str, args: tuple[object, ...]) -> None:
        told = ""
        if event == "open":
            told = self._inside(args[0])
        elif event == "subprocess.Popen" and isinstance(args[1], list | tuple):
            told = json.dumps(["run", *map(os.fsdecode, args[1])])
        elif event != "subprocess.Popen" and sys._getframe(2).f_code.co_filename != FINDER:
            told = self._inside(args[0]) and f"{self._inside(args[0])}/"
        if told:
            for name in (self._tests, self._asking()):
                self._found.setdefault(name, set()).add(told)

    def _inside(self, name: object) -> str:
        """Return a path from the root on; empty for what is made, and what lies elsewhere."""
        if not isinstance(name, str | bytes | os.PathLike):
            return ""  # a descriptor
        path = os.path.abspath(os.fsdecode(name))  # noqa: PTH100  # links stay what they are
        if path.endswith(".pyc"):
            try:
                path = importlib.util.source_from_cache(path)
            except ValueError:
                return ""
        if path == self._root:
            return "."
        inside = path.removeprefix(self._top)
        return "" if inside == path or inside.startswith(MADE) else inside

    def _asking(self) -> str:
        """Return the innermost file of the checkout that is running, the framework's apart."""
        frame = sys._getframe(3)
        for _ in range(DEEPEST):
            name = frame.f_code.co_filename
            if name.startswith(self._top):
                inside = name.removeprefix(self._top)
                if not inside.startswith((*MADE, "tb/honeyguide", "tests/reads.py")):
                    return inside
            if frame.f_back is None:
                break
            frame = frame.f_back
        return self._tests
