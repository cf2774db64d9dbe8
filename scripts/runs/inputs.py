"""Which files a file of tests can be touched by.

    a file of tests --> what it imports or names as a module, and what that imports, ...
                    --> what these have read, listed and started when they ran (tests/reads.py)
                    --> SIMULATED, for simulations: what a simulation may import or is built from
                    --> all there is, where it started what reads no one knows what

A page or a test is read by few commands; an edit of one touches those and the tests that read it.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from itertools import pairwise
from pathlib import Path

from honeyguide.project import BUILD
from honeyguide.sim.sources import HDL_SUFFIXES, code_of

ALWAYS = ("pyproject.toml", "requirements.txt", "requirements-dev.txt", "tests/conftest.py")
SIMULATION_IS = 3  # steps away
SIMULATED = ("golden", "models", "rtl", "spec", "sw", "tb")
# These commands read no pages and no tests; what any other reads is not known.
SIMULATING = frozenset(
    f"scripts.{name}"
    for name in (
        "area", "bench", "compile", "debug", "model_check", "networks", "random_networks",
        "regress", "replay", "run", "shrink", "sim", "soc", "watch",
    )
)  # fmt: skip
CODE = "#code"  # behind the path of a Verilog file: what it holds without comments
APART = ("docs/", "tests/")
NOT_LOOKED_INTO = ("build", "node_modules")
# What is imported, on one line or in brackets; and a module in a text: "scripts.sim", "tb.core:X".
IMPORT = re.compile(
    r"^\s*(?:from\s+([\w.]+)\s+import\s+(\([^)]*\)|[^\n#]+)|import\s+([\w., ]+))", re.M
)
TYPES = re.compile(r"^if TYPE_CHECKING:\n(?:[ \t].*\n|\n)+", re.M)  # imported by nobody
NAMED = re.compile(r"""["']([a-z_]\w*(?:\.\w+)+)(?::\w+)?["']""")
TARGET = re.compile(r"^([a-z-]+):.*##.*\n((?:\t.*\n)+)", re.M)
MODULE = re.compile(r"-m (scripts[\w.]*)")
# Programs that read what they are told, by name or by folder, and nothing else of the checkout;
# so does what tests have built for themselves.
TOLD = re.compile(r"(verilator|g\+\+|clang|c\+\+|cc|gcc|iverilog|vvp|yosys|yowasp|zig|nm|gtkwave)")


def all_files(root: Path) -> dict[str, str]:
    """Return every file of the checkout by its path from there, with a hash of what it holds.

    Of Verilog there is a second entry for its code: a comment is nothing to a simulation.
    """
    found = {}
    for folder, inner, names in os.walk(root):
        inner[:] = sorted(
            name
            for name in inner
            if not name.startswith("__")
            and name not in NOT_LOOKED_INTO
            and (not name.startswith(".") or name in (".github", ".ci"))
        )
        for name in sorted(names):
            path = Path(folder, name)
            if not path.is_file():
                continue
            inside = str(path.relative_to(root))
            found[inside] = digest(path.read_bytes())
            if path.suffix in HDL_SUFFIXES:
                found[f"{inside}{CODE}"] = digest(code_of(path))
    return found


def digest(data: bytes) -> str:
    """Return a short hash."""
    return hashlib.sha256(data).hexdigest()[:20]


@dataclass(kw_only=True, eq=False)
class Checkout:
    """The files of a checkout, and what depends on what.

    Attributes:
        root: where it lies.
        hashes: what its files hold.
        reads: of files of tests and modules, what they have read when they ran.
    """

    root: Path
    hashes: Mapping[str, str]
    reads: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def inputs(self, tests: str, *, simulates: bool) -> dict[str, int]:
        """Return what a file of tests depends on, each with how far away it is: 0 is itself.

        What ends with a slash is a folder's list of names.
        """
        found = self._closure([tests, *ALWAYS])
        for name, far in list(found.items()):
            for read in self.reads.get(name, ()):
                for path in self._read(read):
                    found.setdefault(path, far + 1)
        if simulates:
            for path in self._below(SIMULATED):
                if f"{path}{CODE}" not in self.hashes:
                    found.setdefault(path, SIMULATION_IS)
        return found

    def content(self, paths: Iterable[str]) -> str:
        """Return a hash of what these paths hold."""
        text = "".join(f"{path} {self._holds(path)}\n" for path in sorted(paths))
        return digest(text.encode())

    def _holds(self, path: str) -> str:
        if path.endswith("/"):
            return " ".join(self._names.get(path.removesuffix("/"), ()))
        return self.hashes.get(path, "none")

    @cached_property
    def _names(self) -> dict[str, list[str]]:
        """What each folder has in it."""
        found: dict[str, set[str]] = {}
        for path in self._files:
            inside = Path(path)
            for lower, upper in pairwise((inside, *inside.parents)):
                found.setdefault(str(upper), set()).add(lower.name)
        return {folder: sorted(names) for folder, names in found.items()}

    @property
    def _files(self) -> list[str]:
        return [path for path in self.hashes if not path.endswith(CODE)]

    def _below(self, folders: Sequence[str]) -> list[str]:
        tops = tuple(f"{folder}/" for folder in folders)
        return [path for path in self.hashes if path.startswith(tops)]

    def _closure(self, files: Sequence[str]) -> dict[str, int]:
        """Return what these files import, directly or not, with the number of steps to it."""
        found = {name: int(place > 0) for place, name in enumerate(files)}
        new = list(files)
        while new:
            name = new.pop(0)
            for other in self._imports(name):
                if other not in found:
                    found[other] = found[name] + 1
                    new.append(other)
        return found

    @cache  # noqa: B019  # one lives as long as the command
    def _imports(self, file: str) -> tuple[str, ...]:
        if not file.endswith(".py") or file not in self.hashes:
            return ()
        text = TYPES.sub("", (self.root / file).read_text(encoding="utf-8"))
        names = [f"{name}.__main__" for name in NAMED.findall(text)]
        for package, those, plain in IMPORT.findall(text):
            if package:
                names += [package, *(f"{package}.{word}" for word in re.findall(r"\w+", those))]
            names += re.findall(r"[\w.]+", plain)
        places = ["", "tb/", f"{Path(file).parent}/".removeprefix("./"), "examples/accumulator/"]
        found = {path for name in names for place in places for path in self._module(place, name)}
        around = [str(folder / "conftest.py") for folder in Path(file).parents]
        found |= {path for path in around if path in self.hashes}  # pytest reads them by itself
        return tuple(sorted(found))

    def _module(self, place: str, name: str) -> list[str]:
        """Return the files of a module and of the packages around it."""
        parts = name.split(".")
        found = []
        for count in range(1, len(parts) + 1):
            stem = place + "/".join(parts[:count])
            found += [f"{stem}.py", f"{stem}/__init__.py"]
        return [path for path in found if path in self.hashes]

    def _read(self, told: str) -> Iterator[str]:
        """Yield what is behind a note of tests/reads.py."""
        if told.startswith("["):
            yield from self._started(json.loads(told)[1:])
        elif told.endswith(".py"):
            yield from self._closure([told])
        else:
            yield told

    def _started(self, words: list[str]) -> Iterator[str]:
        """Yield what a program may have read."""
        program = Path(words[0]).name
        if program == "make":
            yield from self._commands(self._behind(words[1:]))
        elif program.startswith("python"):
            modules = [words[2]] if words[1:2] == ["-m"] and words[2:] else []
            yield from self._commands([name for name in modules if name.startswith("scripts")])
        elif words[0].startswith(str(BUILD)):
            return  # a simulation: see SIMULATED
        elif TOLD.match(program) or words[0].startswith(tempfile.gettempdir()):
            for word in words:
                path = os.path.relpath(word.removeprefix("-I"), self.root)
                yield from [path] if path in self.hashes else self._below([path])
        else:
            yield from self._files

    def _behind(self, words: Sequence[str]) -> list[str]:
        """Return the modules that make starts for its targets; none if that is not clear."""
        targets = dict(TARGET.findall((self.root / "Makefile").read_text(encoding="utf-8")))
        found = [MODULE.search(targets[word]) for word in words if word in targets]
        return [match[1] for match in found if match] if all(found) else []

    def _commands(self, modules: Sequence[str]) -> Iterator[str]:
        """Yield what commands may read; they may start others, so that is nearly everything."""
        if not modules:
            yield from self._files
            return
        narrow = all(name in SIMULATING for name in modules)
        for path in self._files:
            if not (narrow and (path.startswith(APART) or re.fullmatch(r"[^/]+\.md", path))):
                yield path
