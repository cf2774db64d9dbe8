"""Which files are generated, and from what."""

from __future__ import annotations

import re
from pathlib import Path

from scripts.generators.c_header import isa_c_header
from scripts.generators.isa_page import isa_page
from scripts.generators.isa_source import SpecError, load_descriptors, load_isa
from scripts.generators.manifests import bender, fusesoc_core, ipxact, read_interface
from scripts.generators.operators_page import operators_page
from scripts.generators.python_table import isa_builders, isa_table
from scripts.generators.testplan_page import testplan_page
from scripts.generators.verilog import descriptor_header, isa_header
from scripts.generators.wait_trace import wait_trace


def generated_files(spec: Path) -> dict[str, str]:
    """Text of every generated file by its path in the checkout, made from the folder ``spec``.

    Raises SpecError for a contradiction in spec/ and when the SystemRDL compiler is missing.
    """
    # Imported here, so that a missing compiler is a sentence and no traceback.
    from scripts.generators.register_model import register_model
    from scripts.generators.register_source import load_registers
    from scripts.generators.registers import (
        register_c_header,
        register_page,
        register_python,
        register_verilog_header,
    )

    isa = load_isa(spec / "isa.toml")
    descriptors = load_descriptors(spec / "descriptors.toml")
    registers = load_registers(spec / "registers.rdl")
    files = {
        "rtl/include/ratel_isa.vh": isa_header(isa),
        "rtl/include/ratel_desc.vh": descriptor_header(descriptors),
        "rtl/include/ratel_regs.vh": register_verilog_header(registers),
        "golden/isa_table.py": isa_table(isa),
        "golden/isa_builders.py": isa_builders(isa),
        "golden/registers_table.py": register_python(registers),
        "tb/env/register_model.py": register_model(registers),
        "sw/include/ratel_isa.h": isa_c_header(isa),
        "sw/include/ratel_regs.h": register_c_header(registers),
        "docs/isa.md": isa_page(isa),
        "docs/registers.md": register_page(registers),
        "docs/testplan.md": testplan_page(spec / "testplan.toml"),
        "docs/operators.md": operators_page(),
        "tb/hdl/wait_trace.sv": wait_trace(),
    }
    if (spec.parent / "rtl" / "ratel_core.v").is_file():  # not in a copy of spec/ alone
        interface = read_interface(spec.parent)
        files["ratel.core"] = fusesoc_core(interface)
        files["Bender.yml"] = bender(interface)
        files["integration/ratel.xml"] = ipxact(interface, registers)
    for name, text in files.items():
        _refuse_duplicates(name, text)
    return files


def _refuse_duplicates(name: str, text: str) -> None:
    """Two fields whose names meet in one macro would silently redefine it."""
    macros = re.findall(r"^(?:#|`)define\s+(\w+)", text, flags=re.MULTILINE)
    guarded = {macro for macro in macros if macros.count(macro) > 1}
    if guarded:
        raise SpecError(f"{name} would define {', '.join(sorted(guarded))} twice")
