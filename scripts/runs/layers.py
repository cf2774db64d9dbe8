"""What each layer of a network did on the core, as JSON values and as a table."""

from __future__ import annotations

from typing import Any

from golden.config import CoreConfig
from golden.network import Network
from honeyguide.report.table import percent, shape_text, table
from scripts.runs.floors import layer_macs, peak
from scripts.runs.networks import NetworkResult


def layer_entries(
    core: CoreConfig, network: Network, result: NetworkResult
) -> list[dict[str, Any]]:
    """Return a dictionary for each layer, ready for a report.

    Cycles run from the end of the layer before to the end of this one, over all inputs, so they add
    up to the whole; utilisation is the layer's MACs over them and the size of the array. The inputs
    are those that reached the layer (`runs`), of which one that failed did not come to its end.
    """
    entries = []
    pairs = zip(network.layers, result.layers, strict=False)  # a run may have ended early
    for layer, measured in pairs:
        macs = layer_macs(network, layer) if measured["where"] == "npu" else 0
        cycles = measured["cycles"]
        offered = cycles * peak(core)
        entries.append(
            {
                **measured,
                "name": network.tensors[layer.outputs[0]].name if layer.outputs else "",
                "macs": macs,
                "utilisation": macs * measured["runs"] / offered if offered else 0.0,
                "cycles_each": round(cycles / max(measured["runs"], 1)),
            }
        )
    return entries


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
