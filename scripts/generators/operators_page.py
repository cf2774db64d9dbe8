"""docs/operators.md, from the importer's registry."""

from __future__ import annotations

from sw.importer.entry import CORE, Entry
from sw.importer.registry import FAMILIES

HEAD = """# Operators

Generated from the registry in `sw/importer/` (`make generate`).

What the importer takes of a TensorFlow Lite file. *Types* are those of the data; each is judged
by random models of that operator and type, which golden has to compute bit for bit as the judge
does (`tests/golden/fuzz_models.py`). Besides, every operator that only moves elements takes values
of any type.

- uint8 is taken wherever int8 is: the top bit of each byte is turned over at the network's border,
  and zero points are 128 less.
- int4 weights are taken wherever int8 weights are.
- float32 stands at the border, in front of QUANTIZE and behind DEQUANTIZE.
- What depends on constants alone is computed when the file is read.

*Runs on*: the core where an instruction computes exactly that; `make run` says which layers the
host computes, and why. *Judge*: tflite-micro, or the reference kernels of LiteRT where that has no
kernel, or one that does not define its result.
"""


def operators_page() -> str:
    """Return the page."""
    parts = [HEAD]
    for family, entries in FAMILIES.items():
        parts.append(f"## {family[0].upper()}{family[1:]}\n")
        parts.append("| operator | types | runs on | limits | judge |\n|---|---|---|---|---|")
        parts += [_row(entry) for entry in entries]
        parts.append("")
    return "\n".join(parts)


def _row(entry: Entry) -> str:
    where = entry.where
    if where == CORE and len(entry.types) > 1:
        where = "core, host"
    return f"| {entry.name} | {', '.join(entry.types)} | {where} | {entry.limits} | {entry.judge} |"
