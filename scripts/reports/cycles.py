"""Where the cycles of a run went, from the core's counters.

full      the array's steps, had every cell worked in each: MACs / cells
edges     steps in which cells were idle: tails of pixels and channels, padding of a group
operands  the execute engine was at work and made no step, because words were still coming
drain     the same, because the results before were still leaving
waiting   nothing to execute: loads before the first step, dependencies, stores after the last
"""

from __future__ import annotations

from collections.abc import Mapping

from golden.config import CoreConfig
from scripts.runs.floors import peak


def where_cycles_went(counters: Mapping[str, int], core: CoreConfig) -> dict[str, float]:
    """Return shares of the busy cycles (0..1, together 1); empty when there were none."""
    busy = counters.get("busy", 0)
    if not busy:
        return {}
    full = counters["macs"] / peak(core)
    parts = {
        "full": full,
        "edges": counters["steps"] - full,
        "operands": counters["execute_fetch"],
        "drain": counters["execute_drain"],
    }
    parts["waiting"] = busy - sum(parts.values())
    return {name: value / busy for name, value in parts.items()}


def sentence(shares: Mapping[str, float]) -> str:
    """Return the shares as one line."""
    words = {
        "full": "array full",
        "edges": "cells idle",
        "operands": "operands missing",
        "drain": "results leaving",
        "waiting": "nothing to execute",
    }
    return ", ".join(f"{words[name]} {100 * value:.1f} %" for name, value in shares.items())
