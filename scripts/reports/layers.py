"""What each layer of a network did on the core, as a table."""

from __future__ import annotations

from typing import Any

from honeyguide.report.table import percent, shape_text, table


def layer_table(entries: list[dict[str, Any]]) -> str:
    """Return the table of `make sim`: cycles of one input, comparisons of all."""
    head = ["layer", "operator", "output", "cycles", "MAC use", "comparisons", "mismatches"]
    rows = [
        [
            str(entry["index"]),
            operator_text(entry),
            shape_text(entry["shape"]),
            entry["cycles_each"],
            utilisation_text(entry),
            entry["comparisons"],
            entry["mismatches"],
        ]
        for entry in entries
    ]
    return table(head, rows)


def operator_text(entry: dict[str, Any]) -> str:
    """Return the operator, and where it ran when that is not the core."""
    places = {"npu": "", "host": " (host)", "alias": " (no work)", "folded": " (folded)"}
    return f"{entry['operator']}{places[entry['where']]}"


def utilisation_text(entry: dict[str, Any]) -> str:
    """Return the share of the array's MACs that a layer used; a dash if it has none or failed."""
    measured = entry["macs"] and entry["runs"] and not entry["mismatches"]
    return percent(entry["utilisation"], 1.0) if measured else "-"
