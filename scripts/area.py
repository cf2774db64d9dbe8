"""`make area`: what the core costs in gates, and what its options add.

Yosys maps the core to a library's cells, given as a Liberty file (`--liberty`); without one, or
`../shared/silicon`, to plain gates, whose transistors are counted. Memories are left out. The
execute engine, which no option changes, is mapped once; the rest is flattened, so that what an
option leaves constant goes wherever it leads. Protection is the default core against one without
users (Windows = 0): windows, user pages, error records of users, owners of instructions.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
import shutil
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from golden.config import load_config
from honeyguide import cli
from honeyguide.cli import UserError
from honeyguide.project import BUILD
from honeyguide.report.table import table
from honeyguide.runs import own_place
from honeyguide.sim.yosys import yosys, yosys_environment
from tb.build import CORE, ROOT, rtl_include_dirs, rtl_sources

ENGINE, MEMORY = "ratel_execute", "ratel_sram"
ENGINE_PARAMETERS = ("Rows", "Cols", "RequantLanes")
SHARED = ROOT.parent / "shared" / "silicon"
PLAIN = {"Windows": 0}
OPTIONS: Mapping[str, Mapping[str, int]] = {
    "parity in memories": {"Integrity": 1},
    "SECDED in memories": {"Integrity": 2},
    "clock gate": {"ClockGate": 1},
    "16 windows": {"Windows": 16},
}


@dataclass(frozen=True, kw_only=True)
class Area:
    """Area of a netlist, in the library's unit or in transistors, and the part of its registers."""

    all: float
    registers: float

    def __add__(self, other: Area) -> Area:
        return Area(all=self.all + other.all, registers=self.registers + other.registers)


def measure(top: str, parameters: Mapping[str, int], folder: Path, library: Path | None) -> Area:
    """Map a module with its parameters to cells, in a folder of its own."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    left_out = {MEMORY} if top == ENGINE else {MEMORY, ENGINE}
    for path in [*rtl_sources(), *(file for one in rtl_include_dirs() for file in one.iterdir())]:
        shutil.copyfile(path, folder / path.name)
    names = [path.name for path in rtl_sources() if "adapters" not in path.parts]
    boxes = [name for name in names if Path(name).stem in left_out]
    chosen = "".join(f" -chparam {name} {value}" for name, value in parameters.items())
    cells = ["dfflibmap -liberty cells.lib", "abc -liberty cells.lib"]
    count = "stat -json -liberty cells.lib"
    if library is None:
        cells, count = ["abc -g cmos2"], "stat -json -tech cmos"
    else:
        text = gzip.decompress if library.suffix == ".gz" else bytes
        (folder / "cells.lib").write_bytes(text(library.read_bytes()))
    script = [
        *(f"read_verilog -lib {name}" for name in boxes),
        f"read_verilog -defer {' '.join(name for name in names if name not in boxes)}",
        f"hierarchy -check -top {top}{chosen}", "proc", *([] if top == ENGINE else ["flatten"]),
        "opt -full", "memory -nomap", "opt", "memory_map", "opt -full", "techmap", "opt -full",
        *cells, "opt_clean", f"tee -o area.json {count}",
    ]  # fmt: skip
    done = subprocess.run(
        yosys("-q", "-p", "; ".join(script)),
        cwd=folder, env=yosys_environment(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True, check=False,
    )  # fmt: skip
    report = folder / "area.json"
    if done.returncode or not report.is_file():
        last = (done.stdout.strip().splitlines() or ["no answer"])[-1]
        raise UserError(f"Yosys can't map {top}: {last}")
    return read(json.loads(report.read_text(encoding="utf-8")))


def read(report: Mapping[str, object]) -> Area:
    """Return the area of a design from what Yosys' `stat -json` says.

    Raises:
        UserError: it has no area.
    """
    design = report.get("design")
    assert isinstance(design, dict)
    if "area" in design:
        return Area(all=float(design["area"]), registers=float(design["sequential_area"]))
    found = design.get("estimated_num_transistors")
    if found is None:
        raise UserError("Yosys says no area: is that a Liberty file with areas of cells?")
    whole = float(re.sub(r"\+$", "", str(found)))
    return Area(all=whole, registers=0.0)


def library_file(wanted: Path | None) -> Path | None:
    """Return the Liberty file to use: the one that was named, or the one that lies beside.

    Raises:
        UserError: the one that was named is not there.
    """
    if wanted is not None:
        if not wanted.is_file():
            raise UserError(f"there is no Liberty file {wanted}")
        return wanted
    return next(iter(sorted(SHARED.glob("*.lib*"))), None)


def main(argv: list[str]) -> int:
    """Measure and print; return 1 if protection costs more than `--most`."""
    arguments = cli.parser("area", __doc__)
    cli.add(arguments, "config")
    arguments.add_argument("--liberty", type=Path, metavar="FILE", help="cells with their areas")
    arguments.add_argument("--options", action="store_true", help="measure every option, too")
    arguments.add_argument(
        "--most", type=float, default=3.0, metavar="PERCENT", help="of protection; 3 by default"
    )
    wanted = arguments.parse_args(argv)
    library = library_file(wanted.liberty)
    print(f"cells: {library.name if library else 'plain gates, in transistors: no --liberty'}")
    with own_place(BUILD / "area") as folder:
        return run(wanted, library, folder.resolve())


def run(wanted: argparse.Namespace, library: Path | None, folder: Path) -> int:
    """Map every variant and compare."""
    config = load_config(wanted.config)
    parameters = config.verilog_parameters()

    def mapped(name: str, top: str, values: Mapping[str, int]) -> Area:
        started = time.monotonic()
        area = measure(top, values, folder / re.sub(r"\W+", "_", name), library)
        print(f"  {name}: {time.monotonic() - started:.0f} s", flush=True)
        return area

    engine = mapped("execute", ENGINE, {name: parameters[name] for name in ENGINE_PARAMETERS})
    plain = engine + mapped("without users", CORE, {**parameters, **PLAIN})
    default = engine + mapped("default", CORE, parameters)
    rows = [line("without users", plain, plain), line("with protection", default, plain)]
    for name, changed in OPTIONS.items() if wanted.options else ():
        rows.append(line(name, engine + mapped(name, CORE, {**parameters, **changed}), default))
    print(table(["core", "area", "registers", "more", "%"], rows))
    print("memories are left out; options are compared with the core with protection")
    cost = 100 * (default.all / plain.all - 1)
    verdict = "PASS" if cost <= wanted.most else "FAIL"
    print(f"{verdict}: protection costs {cost:.2f} % of {config.name}, {wanted.most:g} % allowed")
    return 0 if cost <= wanted.most else 1


def line(name: str, area: Area, than: Area) -> list[str]:
    """Return a row of the table."""
    more = area.all - than.all
    share = "" if area is than else f"{100 * more / than.all:.2f}"
    return [name, f"{area.all:,.0f}", f"{area.registers:,.0f}", f"{more:,.0f}", share]


if __name__ == "__main__":
    cli.run_command(main)
