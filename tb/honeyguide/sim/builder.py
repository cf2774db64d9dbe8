"""Build a Verilated cocotb simulation once per content, and reuse it.

    build/sim/<top>-<key>/        key = hash of sources, includes, parameters, options, tools, and
                                  the code that makes the command lines
      <top>                       the simulation
      build.json                  what it was built from; written last, so it also says "complete"
      build.log                   what Verilator and the compiler said

Two processes that want the same key meet at a file lock; the second finds the work done.
"""

from __future__ import annotations

import dataclasses
import fcntl
import hashlib
import json
import logging
import os
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cocotb_tools

from honeyguide.place import PlaceError, full, plain, real, workshop
from honeyguide.project import BUILD, ROOT
from honeyguide.sim import objects, toolchain
from honeyguide.sim.design import Design, Mistake
from honeyguide.sim.errors import HdlError
from honeyguide.sim.objects import compile_model, missing_bytes
from honeyguide.sim.sources import code_of, hdl_files
from honeyguide.sim.supervise import supervise
from honeyguide.sim.toolchain import MAIN, MAIN_INCLUDES, clean_environment, error_lines
from honeyguide.sim.workers import threads

log = logging.getLogger(__name__)

FORMAT = 3  # raise it when this file changes what a build consists of
MOST_SAID = 10
# The command lines are made here; cocotb's part is kept by its version and its content.
CODE = (
    Path(__file__), Path(__file__).with_name("runner.py"), Path(toolchain.__file__),
    Path(objects.__file__), Path(cocotb_tools.__path__[0], "runner.py"),
)  # fmt: skip
MUCH_BYTES = 1_000_000  # of C++ to optimise: some five seconds
MOST_MODELS = 8  # kept as C++ of Verilator, a few megabytes each

_examined: dict[str, list[Mistake]] = {}
_examining = threading.Lock()


@dataclass(frozen=True, kw_only=True)
class SimBuild:
    """One simulation to build.

    Attributes:
        top: the top module; its signals are public, all others are not (see `public`).
        sources: Verilog and SystemVerilog files and `.vlt` files, in order.
        includes: folders for `include; every HDL file in them is part of the key.
        library_dirs: folders that Verilator looks up missing modules in (`-y`).
        parameters: parameters of the top module; write strings with their quotes.
        defines: macros.
        public: further modules whose signals cocotb may see; costs speed.
        traced: build with waves compiled in (a fifth slower even when they are not recorded).
        quick: compile without optimisation, for a simulation that runs once or twice.
        coverage: count lines, toggles, expressions and `cover` statements.
        timing: allow delays and `##` in HDL (`--timing`).
        cpp_sources: C++ files to link in.
        export_symbols: let ctypes find functions of `cpp_sources` in the running simulation.
        args: further Verilator options.
        design: the core alone, whose mistakes are looked for before it is built; see `examine`.
    """

    top: str
    sources: Sequence[Path | str]
    includes: Sequence[Path | str] = ()
    library_dirs: Sequence[Path | str] = ()
    parameters: Mapping[str, int | str] = field(default_factory=dict)
    defines: Mapping[str, int | str] = field(default_factory=dict)
    public: Sequence[str] = ()
    traced: bool = False
    quick: bool = False
    coverage: bool = False
    timing: bool = True
    cpp_sources: Sequence[Path | str] = ()
    export_symbols: bool = False
    timescale: tuple[str, str] = ("1ns", "1ps")
    args: Sequence[str] = ()
    design: Design | None = None


def build(wanted: SimBuild, *, root: Path | None = None, store: Path | None = None) -> Path:
    """Return the folder of the built simulation, building it first if it is not there.

    Args:
        wanted: what to build.
        root: where builds are kept; `build/sim` by default.
        store: where objects are kept, those of all builds; `build/objects` by default.

    Raises:
        HdlError: a file is missing, or Verilator or the compiler refused the design.
    """
    check_inputs(wanted)
    try:
        base = workshop(root or BUILD / "sim")
        description = describe(wanted)
    except PlaceError as error:
        raise HdlError(str(error)) from None
    target = base / f"{wanted.top}-{key_of(description)}"
    if not (target / "build.json").is_file():
        with locked(base / f".{target.name}.lock"):
            if not (target / "build.json").is_file():
                make(wanted, target, description, store or BUILD / "objects")
    made = json.loads((target / "build.json").read_text(encoding="utf-8"))
    if made["mistakes"] and made["text"] != text_hash(wanted):  # their lines may have moved
        made["mistakes"] = examine(wanted)
    warn(made["mistakes"])
    return target


def make(wanted: SimBuild, target: Path, description: Mapping[str, Any], store: Path) -> None:
    """Build into `target`, and look for mistakes in the design meanwhile."""
    shutil.rmtree(target, ignore_errors=True)  # left over by an interrupted build
    target.mkdir()
    log.info("building %s", target.name)
    with threads(1) as pool:
        examined = pool.submit(examine, wanted)
        try:
            compile_design(wanted, target, store=workshop(store))
        except HdlError as error:
            examined.result()  # which may know better what is wrong
            raise explained(wanted, error) from None
        finish(target, description, mistakes=examined.result(), text=text_hash(wanted))


def is_built(wanted: SimBuild, *, root: Path | None = None) -> bool:
    """Tell whether `build` would find everything done."""
    check_inputs(wanted)
    base, key = workshop(root or BUILD / "sim"), key_of(describe(wanted))
    return (base / f"{wanted.top}-{key}" / "build.json").is_file()


def key_of(description: Mapping[str, Any]) -> str:
    """Return the name of what has this description."""
    text = json.dumps(description, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def text_hash(wanted: SimBuild) -> str:
    """Return a hash of the core's files with their comments."""
    design = wanted.design
    files = [] if design is None else [design.root / path for path in design.sources]
    return hashlib.sha256("".join(content_hash(path) for path in files).encode()).hexdigest()


def finish(
    target: Path, description: Mapping[str, Any], *, mistakes: Sequence[str], text: str
) -> None:
    """Write what the simulation was built from, which also says that it is complete."""
    finished = target / "build.json.tmp"
    content = {**description, "mistakes": list(mistakes), "text": text}
    finished.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    finished.replace(target / "build.json")


def check_inputs(wanted: SimBuild) -> None:
    """Raise HdlError for a file that is not there or a name that can't be a module."""
    if not wanted.top.isidentifier():
        raise HdlError(f"{wanted.top!r} can't be the name of a top module")
    if not wanted.sources:
        raise HdlError(f"no source files were given for {wanted.top}")
    for path in map(Path, [*wanted.sources, *wanted.cpp_sources]):
        if not path.is_file():
            raise HdlError(f"source file of {wanted.top} not found: {path}")
    for path in map(Path, [*wanted.includes, *wanted.library_dirs]):
        if not path.is_dir():
            raise HdlError(f"folder given for {wanted.top} not found: {path}")


def describe(wanted: SimBuild) -> dict[str, Any]:
    """Return everything that decides what comes out, as JSON values; files by their content."""
    folders = [*wanted.includes, *wanted.library_dirs]
    listed = [*map(Path, wanted.sources), *map(Path, wanted.cpp_sources), MAIN]
    found = [path for folder in folders for path in hdl_files(Path(folder))]
    asked = dataclasses.asdict(dataclasses.replace(wanted, design=None))
    for name in ("sources", "cpp_sources", "includes", "library_dirs"):
        asked[name] = [str(plain(path)) for path in asked[name]]
    read = content_hash if wanted.coverage else code_hash  # coverage counts by line
    asked["fst"] = wanted.traced and toolchain.can_write_fst()
    return {
        "format": FORMAT,
        "build": json.loads(json.dumps(asked, default=list)),
        "files": {str(plain(path)): read(path) for path in [*listed, *found]},
        "tools": toolchain.versions(),
        "compiled": "quick" if wanted.quick else "fast",
        "options": [*trace_options(wanted), *verilator_options(wanted)],
        "code": [content_hash(path) for path in CODE],
    }


def examine(wanted: SimBuild) -> list[str]:
    """Return the mistakes in the core's Verilog, a sentence each, looked for before it is built.

    What only stands in the way of elaborating the core alone is left to the build itself.

    Raises:
        HdlError: the hardware would not do what a simulation shows: a loop, two drivers.
    """
    found = mistakes_of(wanted)
    if any(one.refused for one in found):
        return []
    if fatal := [str(one) for one in found if one.fatal]:
        said = "\n  ".join(fatal[:MOST_SAID])
        raise HdlError(f"no simulation would show what this design does: {said}")
    return [str(one) for one in found]


def mistakes_of(wanted: SimBuild) -> list[Mistake]:
    """Return what is wrong with the core alone; looked for once."""
    if wanted.design is None:
        return []
    key = f"{text_hash(wanted)} {wanted.design} {sorted(wanted.parameters.items())}"
    with _examining:  # quick and fast builds ask for the same
        if key not in _examined:
            from honeyguide.sim.mistakes import find_mistakes  # only what is built is examined

            _examined[key] = find_mistakes(wanted.design, wanted.parameters)
    return _examined[key]


def explained(wanted: SimBuild, error: HdlError) -> HdlError:
    """Return the error of a build with what is wrong with the core alone in front.

    A checker that looks into the core is the first to miss what is not there.
    """
    head, *rest = str(error).splitlines()
    said = [str(one) for one in mistakes_of(wanted) if one.refused][:MOST_SAID]
    return HdlError("\n".join([head, *(f"  {text}" for text in said), *rest]))


def warn(mistakes: Sequence[str]) -> None:
    """Say what is wrong with the design that is simulated all the same."""
    for text in mistakes[:MOST_SAID]:
        log.warning("design: %s", text)
    if len(mistakes) > MOST_SAID:
        log.warning("design: ... and %d more, see make lint", len(mistakes) - MOST_SAID)


def content_hash(path: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def code_hash(path: Path) -> str:
    """Return the SHA-256 of what a simulation is made of, in hexadecimal."""
    return hashlib.sha256(code_of(path)).hexdigest()


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold an exclusive lock on `path`; the system frees it when the process ends."""
    with path.open("w", encoding="utf-8") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def compile_design(wanted: SimBuild, target: Path, *, store: Path) -> None:
    """Verilate, unless that was done for a build of the same with other optimisation, and compile.

    Raises:
        HdlError: Verilator or the compiler refused the design.
    """
    log_file = target / "build.log"
    with verilated(wanted, target.parent) as made:
        shutil.copyfile(made / "verilator.log", log_file)
        writing = threading.Lock()

        def run(command: Sequence[str]) -> int:
            with tempfile.TemporaryFile() as said:
                started = time.monotonic()
                code = supervise(command, cwd=made, env=clean_environment(), output=said)
                seconds = time.monotonic() - started
                said.seek(0)
                with writing, log_file.open("ab") as stream:
                    stream.write(f"$ {' '.join(command)}\n".encode() + said.read())
                    stream.write(f"# {seconds:.2f} s\n".encode())
            return (code or 0) if not full(target) else 1

        program = target / wanted.top
        if compile_model(
            made, program, store=store, includes=MAIN_INCLUDES,
            quick=wanted.quick, jobs=os.cpu_count() or 1, run=run,
        ):  # fmt: skip
            raise refused(wanted, target, log_file)
    forget_old(made.parent)


@contextmanager
def verilated(wanted: SimBuild, base: Path) -> Iterator[Path]:
    """Give the folder with the model in C++, written by Verilator unless it is there."""
    like = describe(dataclasses.replace(wanted, quick=False))
    made = base / "verilated" / f"{wanted.top}-{key_of(like)}"
    made.parent.mkdir(exist_ok=True)
    with locked(made.parent / f".{made.name}.lock"):
        if not (made / "complete").is_file():
            shutil.rmtree(made, ignore_errors=True)
            made.mkdir()
            verilate(wanted, made, made / "verilator.log")
            (made / "complete").touch()
        os.utime(made)
        yield made


def build_first(wanted: SimBuild) -> SimBuild:
    """Return what to build for the first verdict: this, or the same without optimisation.

    The latter where most of the model has to be compiled, which takes five times as long for the
    fast one; both are made of the same C++.

    Raises:
        HdlError: Verilator refused the design.
    """
    if is_built(wanted):
        return wanted
    quick = dataclasses.replace(wanted, quick=True)
    if is_built(quick):
        return quick
    try:
        with verilated(wanted, workshop(BUILD / "sim")) as made:
            missing = missing_bytes(made, store=workshop(BUILD / "objects"), includes=MAIN_INCLUDES)
    except HdlError as error:
        examine(wanted)  # which may know better what is wrong
        raise explained(wanted, error) from None
    return quick if missing > MUCH_BYTES else wanted


def verilate(wanted: SimBuild, made: Path, log_file: Path) -> None:
    """Let Verilator write the model in C++ into `made`."""
    from honeyguide.sim.runner import QuietVerilator  # and cocotb, which takes long to import

    public = made / "public.vlt"
    lines = [f'public_flat_rw -module "{name}" -var "*"' for name in (wanted.top, *wanted.public)]
    public.write_text("\n".join(["`verilator_config", *lines, ""]), encoding="utf-8")
    try:
        QuietVerilator(trace_options=trace_options(wanted)).build(
            sources=[public, *map(plain, wanted.sources)],
            includes=[*map(plain, wanted.includes)],
            defines=wanted.defines,
            parameters=wanted.parameters,
            build_args=verilator_options(wanted),
            hdl_toplevel=wanted.top,
            build_dir=made,
            timescale=wanted.timescale,
            log_file=log_file,
        )
    except subprocess.CalledProcessError:
        raise refused(wanted, made, log_file) from None


def refused(wanted: SimBuild, folder: Path, log_file: Path) -> HdlError:
    """Return what to say of a build that failed."""
    if nothing_left := full(folder, log_file):
        return HdlError(f"building {wanted.top} failed: {nothing_left}")
    reasons = refusals(log_file, folder) or error_lines(log_file)
    reason = "\n  ".join(reasons) if reasons else "no error line was found"
    return HdlError(real(f"building {wanted.top} failed:\n  {reason}\n  log: {log_file}"))


def forget_old(folder: Path) -> None:
    """Delete models that Verilator wrote, all but the last few and those that are in use."""
    models = sorted(folder.glob("[!.]*"), key=lambda path: path.stat().st_mtime)
    for path in models[:-MOST_MODELS]:
        with (folder / f".{path.name}.lock").open("w", encoding="utf-8") as handle:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            shutil.rmtree(path, ignore_errors=True)


def refusals(log_file: Path, folder: Path, *, count: int = 3) -> list[str]:
    """Return the errors of Verilator in a build's log, as sentences with paths from the root."""
    from honeyguide.sim.verilator_messages import mistakes_in

    lines = log_file.read_text(encoding="utf-8", errors="replace").splitlines()
    found = [str(one) for one in mistakes_in(lines, folder) if one.refused]
    return [text.replace(f"{plain(ROOT)}/", "") for text in found[:count]]


def trace_options(wanted: SimBuild) -> list[str]:
    """Return Verilator's options for waves: FST where it can be compiled, else VCD."""
    if not wanted.traced:
        return []
    kind = "--trace-fst" if toolchain.can_write_fst() else "--trace-vcd"
    return [kind, "--trace-structs", "--trace-max-width", "4096", "--trace-max-array", "64"]


def verilator_options(wanted: SimBuild) -> list[str]:
    """Return the options of Verilator that are ours rather than the cocotb runner's."""
    options = ["--assert", "--x-assign", "unique", "--x-initial", "unique"]
    options.append("--timing" if wanted.timing else "--no-timing")
    if wanted.coverage:
        options += [f"--coverage-{kind}" for kind in ("line", "toggle", "expr", "user")]
    for folder in wanted.library_dirs:
        options += ["-y", str(plain(folder))]
    if wanted.library_dirs:
        options.append("+libext+.v+.sv")
    if wanted.export_symbols:
        options += ["-LDFLAGS", "-rdynamic"]
    options += [str(plain(path)) for path in wanted.cpp_sources]
    return [*options, *wanted.args]
