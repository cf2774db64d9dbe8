"""What each layer of a network did on the core, as JSON values."""

from __future__ import annotations

from typing import Any

from golden.config import CoreConfig
from golden.network import Network
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
    for layer, measured in zip(network.layers, result.layers, strict=False):
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
