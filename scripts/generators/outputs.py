"""Which files are generated, and from what."""

from __future__ import annotations

from pathlib import Path

from scripts.generators.isa_source import load_descriptors, load_isa
from scripts.generators.verilog import descriptor_header, isa_header


def generated_files(spec: Path) -> dict[str, str]:
    """Text of every generated file by its path in the checkout, made from the folder ``spec``."""
    isa = load_isa(spec / "isa.toml")
    descriptors = load_descriptors(spec / "descriptors.toml")
    return {
        "rtl/include/ratel_isa.vh": isa_header(isa),
        "rtl/include/ratel_desc.vh": descriptor_header(descriptors),
    }
