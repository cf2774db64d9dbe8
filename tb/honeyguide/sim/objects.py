"""Compile and link what Verilator wrote; every object is kept by its content and made once.

    <store>/<key>.o            key = compiler, flags, the unit's text, the headers that it includes
    <store>/<key>/early.h.gch  Verilator's own headers, compiled: they never change with a design

What one edit changes in the generated C++ are the few files with the functions that it touched
(`--output-split` makes them small); the rest comes out of the store. A new signal changes the
layout of the model, so that everything is compiled again: for that, `quick` compiles two large
units without optimisation, in a fifth of the time.

What only runs at the start (`Slow`) is one unit, never optimised, shared by quick and fast builds;
so are Verilator's library and what the bench brings.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shlex
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from honeyguide.sim.toolchain import compiler, compiler_version, verilator_root, versions
from honeyguide.sim.workers import threads

MOST_BYTES = 2 << 30  # of a store; the objects that were not used for longest go first
KEPT_S = 3600.0  # those used since stay in any case: a build may be about to link them
INCLUDED = re.compile(rb'^\s*#\s*include\s+"([^"]+)"', re.MULTILINE)
# For what runs every cycle, and for the rest, which would take minutes to optimise for nothing.
FAST, SLOW = "-O2", "-O0"
# For one command in a folder: its exit code, what it says goes to the log of the build.
Runner = Callable[[Sequence[str]], int]


@dataclass(frozen=True, kw_only=True)
class Unit:
    """One thing to compile: `text` if it is not the file itself, in the order of compilation."""

    name: str
    files: tuple[Path, ...]
    optimise: str
    early: bool = False

    @property
    def text(self) -> bytes:
        """What is compiled: the file, or lines that include several."""
        if len(self.files) == 1:
            return self.files[0].read_bytes()
        return "".join(f'#include "{path.name}"\n' for path in self.files).encode()

    @property
    def size(self) -> int:
        """Bytes to compile."""
        return sum(path.stat().st_size for path in self.files)


class Store:
    """Objects of any build, by content."""

    def __init__(
        self, folder: Path, made: Path, includes: Sequence[Path], flags: Sequence[str]
    ) -> None:
        """Take objects from, and put them into `folder`; `made` has the generated headers."""
        self.folder = folder
        self._made = made
        self._searched = (made, *includes)
        self._flags = tuple(flags)
        self._tag = repr((sorted(versions().items()), compiler(), self._flags)).encode()
        self._hashes: dict[Path, bytes] = {}
        folder.mkdir(parents=True, exist_ok=True)

    def place(self, unit: Unit) -> Path:
        """Return where the object of a unit is, or will be."""
        digest = hashlib.sha256(self._tag)
        digest.update(f"{unit.optimise} {unit.early}".encode())
        for path in unit.files:
            digest.update(b"\0" + self._hash(path))
            for header in sorted(self._headers(path, set())):
                digest.update(header.name.encode() + self._hash(header))
        return self.folder / f"{digest.hexdigest()[:32]}.o"

    def _hash(self, path: Path) -> bytes:
        if path not in self._hashes:
            self._hashes[path] = hashlib.sha256(path.read_bytes()).digest()
        return self._hashes[path]

    def _headers(self, path: Path, found: set[Path]) -> set[Path]:
        """Return what a file includes, Verilator's own headers apart: they are in the tag."""
        for name in INCLUDED.findall(path.read_bytes()):
            for folder in (path.parent, *self._searched):
                header = folder / os.fsdecode(name)
                if header.is_file() and header not in found:
                    found.add(header)
                    self._headers(header, found)
        return found

    def early_header(self, optimise: str) -> tuple[Path, list[str]]:
        """Return a header of Verilator's headers that the model includes, and how to compile it."""
        texts = [path.read_bytes() for path in self._made.glob("*.h")]
        names = {os.fsdecode(name) for text in texts for name in INCLUDED.findall(text)}
        own = sorted(name for name in names if (verilator_root() / "include" / name).is_file())
        ordered = sorted(own, key=lambda name: (name != "verilated.h", name))
        text = "".join(f'#include "{name}"\n' for name in ordered)
        key = hashlib.sha256(self._tag + optimise.encode() + text.encode()).hexdigest()[:32]
        header = self.folder / key / "early.h"
        header.parent.mkdir(exist_ok=True)
        if not header.is_file():
            write(header, text.encode())
        return header, [optimise, *self._flags, "-x", "c++-header", str(header)]

    def early_words(self, optimise: str) -> list[str]:
        """Return the words with which a unit begins with that header."""
        header, _ = self.early_header(optimise)
        if "clang" in compiler_version():
            return ["-include-pch", f"{header}.gch"]
        return ["-include", str(header)]

    def trim(self) -> None:
        """Delete objects that were not used for long, if there are too many."""
        entries = []
        for path in [*self.folder.glob("*.o"), *self.folder.glob("*/*.gch")]:
            stat = path.stat()
            entries.append((stat.st_mtime, stat.st_size, path))
        total = sum(size for _, size, _ in entries)
        for used, size, path in sorted(entries):
            if total <= MOST_BYTES or used > time.time() - KEPT_S:
                break
            path.unlink(missing_ok=True)
            total -= size


def write(path: Path, data: bytes) -> None:
    """Write a file in one step; another process may write the same."""
    temporary = path.with_name(f"{path.name}.{os.getpid()}")
    temporary.write_bytes(data)
    temporary.replace(path)


def model_flags(options: dict[str, Any], includes: Sequence[Path]) -> list[str]:
    """Return the compiler's flags for a Verilated model, as Verilator's own makefile has them."""
    root = verilator_root() / "include"
    kinds = {
        "COVERAGE": options["coverage"], "SC": False, "TIMING": options["use_timing"],
        "TRACE": options["trace"], "TRACE_FST": options["trace_fst"],
        "TRACE_VCD": options["trace_vcd"], "TRACE_SAIF": options["trace_saif"],
    }  # fmt: skip
    clang = "clang" in compiler_version()
    return [
        *(f"-I{folder}" for folder in (*includes, root, root / "vltstd")),
        "-DVERILATOR=1",
        *(f"-DVM_{name}={int(bool(on))}" for name, on in kinds.items()),
        "-std=gnu++20",
        *(["-fcoroutines"] if options["use_timing"] and not clang else []),
    ]


def description(made: Path) -> dict[str, Any]:
    """Return what Verilator says of the model in `made`.

    It writes other letters than those of ASCII as C does, a byte of UTF-8 an octal number.
    """

    def letters(match: re.Match[str]) -> str:
        if not match[1]:
            return match[0]  # a backslash of the path's own
        return bytes(int(number, 8) for number in match[1].split("\\")[1:]).decode()

    text = next(made.glob("V*.json")).read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(re.sub(r"\\\\|((?:\\[0-7]{3})+)", letters, text))
    return found


def units_of(sources: dict[str, list[str]], *, quick: bool) -> list[Unit]:
    """Return what there is to compile."""

    def paths(*kinds: str) -> tuple[Path, ...]:
        return tuple(Path(name) for kind in kinds for name in sources.get(kind, []))

    fast = paths("classes_fast", "support_fast")
    found = [
        Unit(name=f"slow{number}", files=files, optimise=SLOW, early=True)
        for number, files in enumerate(halves(paths("classes_slow", "support_slow")))
    ]
    if quick:
        found += [
            Unit(name=f"fast{number}", files=files, optimise=SLOW, early=True)
            for number, files in enumerate(halves(fast))
        ]
    else:
        found += [Unit(name=p.stem, files=(p,), optimise=FAST, early=True) for p in fast]
    found += [Unit(name=p.stem, files=(p,), optimise=FAST) for p in paths("global")]
    return found + [Unit(name=p.stem, files=(p,), optimise=FAST) for p in paths("user_classes")]


def halves(files: Sequence[Path]) -> Iterator[tuple[Path, ...]]:
    """Yield the files in two parts of about the same size; small ones in one."""
    total = sum(path.stat().st_size for path in files)
    first: list[Path] = []
    rest = list(files)
    while rest and 2 * sum(path.stat().st_size for path in first) < total and total > 1 << 20:
        first.append(rest.pop(0))
    yield from (tuple(part) for part in (first, rest) if part)


def compile_model(
    made: Path, program: Path, *, store: Path, includes: Sequence[Path], quick: bool, jobs: int,
    run: Runner,
) -> int:  # fmt: skip
    """Compile the model that Verilator wrote into `made`, and link it; return an exit code.

    Args:
        made: Verilator's folder, with the description that `--make json` writes.
        program: the simulation to make.
        store: where objects are kept.
        includes: further folders for `#include`.
        quick: optimise nothing.
        jobs: compilers at a time.
        run: runs one command.
    """
    described = description(made)
    options = described["options"]
    flags = model_flags(options, [made, *includes])
    # The folder's name is none of the object's content: it is left out of the key.
    kept = Store(store, made, includes, model_flags(options, includes))
    units = units_of(described["sources"], quick=quick)
    places = {unit: kept.place(unit) for unit in units}
    missing = [unit for unit in units if not places[unit].is_file()]
    for place in places.values():
        if place.is_file():
            os.utime(place)
    code = compile_missing(missing, places, kept, flags, made, jobs=jobs, run=run)
    if code:
        return code
    libraries = ["-llz4", "-lz"] if options["trace_fst"] else []
    ours = [word for text in options.get("ldflags", []) for word in shlex.split(text)]
    objects = [str(places[unit]) for unit in units]
    code = run([*compiler(), *objects, *ours, *libraries, "-pthread", "-o", str(program)])
    kept.trim()
    return code


def missing_bytes(made: Path, *, store: Path, includes: Sequence[Path]) -> int:
    """Return how much of a model a fast build would have to optimise."""
    described = description(made)
    kept = Store(store, made, includes, model_flags(described["options"], includes))
    units = units_of(described["sources"], quick=False)
    return sum(
        unit.size
        for unit in units
        if unit.early and unit.optimise == FAST and not kept.place(unit).is_file()
    )


def compile_missing(
    missing: Sequence[Unit], places: dict[Unit, Path], kept: Store, flags: Sequence[str],
    made: Path, *, jobs: int, run: Runner,
) -> int:  # fmt: skip
    """Compile units into the store, the largest first; return the first exit code that is not 0."""
    with threads(jobs) as pool:
        early: dict[str, Future[int]] = {
            level: pool.submit(compile_early, kept, level, run)
            for level in sorted({unit.optimise for unit in missing if unit.early})
        }

        def one(unit: Unit) -> int:
            words = [unit.optimise, *flags]
            if unit.early:
                if code := early[unit.optimise].result():
                    return code
                words = [*kept.early_words(unit.optimise), *words]
            source = unit.files[0]
            if len(unit.files) > 1:
                source = made / f"{unit.name}_unit.cpp"
                write(source, unit.text)
            output = places[unit].with_suffix(f".{os.getpid()}")
            code = run([*compiler(), *words, "-c", "-o", str(output), str(source)])
            if not code:
                output.replace(places[unit])
            return code

        # Those without the early headers first: they need not wait for them.
        ordered = sorted(missing, key=lambda unit: (unit.early, -unit.size))
        running = [pool.submit(one, unit) for unit in ordered]
        codes = [task.result() for task in [*early.values(), *running]]
    return next((code for code in codes if code), 0)


def compile_early(kept: Store, optimise: str, run: Runner) -> int:
    """Compile the early header of a level unless it is there."""
    header, words = kept.early_header(optimise)
    target = header.with_suffix(".h.gch")
    if target.is_file():
        os.utime(target)
        return 0
    output = header.with_suffix(f".{os.getpid()}")
    code = run([*compiler(), *words, "-o", str(output)])
    if not code:
        output.replace(target)
    return code
