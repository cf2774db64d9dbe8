"""The smallest graph that still fails in the same way: operators are taken out while it does.

o-o-o-o-o-o-o        halves, quarters, ... single operators are left out; what they made is an
    |                input now, with the values that golden had there
    x  fails         until no operator can go
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from golden.network import Network, NetworkError, run_network
from scripts.random_networks.judge import Array, Failure
from scripts.runs.cut import CutError, compacted, cut, input_tensors, operators, read_model
from sw.execution import join_inputs, split_inputs
from sw.importer import import_network

# Says how a file fails on these inputs (None: random ones), in a folder of its own.
Examine = Callable[[bytes, Array | None], Failure | None]


@dataclass(frozen=True, kw_only=True)
class Shrunk:
    """A smaller network, its inputs, and how it fails."""

    raw: bytes
    inputs: Array | None
    failure: Failure
    operators: list[str]


def shrink(
    raw: bytes, inputs: Array | None, failure: Failure, examine: Examine, scratch: Path
) -> Shrunk:
    """Return the smallest network found that fails at the same stage.

    Args:
        raw: the file.
        inputs: what it failed on.
        failure: how.
        examine: says how another file fails.
        scratch: a file to import from.
    """
    values = _values(raw, inputs, scratch)
    kept = list(range(len(read_model(raw).subgraphs[0].operators)))
    best = Shrunk(raw=raw, inputs=inputs, failure=failure, operators=operators(raw))

    def attempt(chosen: list[int]) -> Shrunk | None:
        try:
            smaller = cut(raw, chosen)
        except CutError:
            return None
        given = None if values is None else _inputs(smaller, values, scratch)
        smaller = compacted(smaller)
        found = examine(smaller, given)
        if found is None or found.stage != failure.stage:
            return None
        return Shrunk(raw=smaller, inputs=given, failure=found, operators=operators(smaller))

    size = len(kept) // 2
    while size >= 1:
        start, changed = 0, False
        while start < len(kept):
            remaining = kept[:start] + kept[start + size :]
            smaller = attempt(remaining) if remaining else None
            if smaller is not None and len(smaller.operators) <= len(best.operators):
                best, kept, changed = smaller, remaining, True
            else:
                start += size
        if not changed or size > len(kept):
            size //= 2
        size = min(size, max(len(kept) - 1, 0))
    return best


def _network(raw: bytes, scratch: Path) -> Network:
    scratch.write_bytes(raw)
    return import_network(scratch)


def _values(raw: bytes, inputs: Array | None, scratch: Path) -> list[dict[int, Array]] | None:
    """Every tensor of every inference as golden has it; None where it can't say."""
    if inputs is None:
        return None
    try:
        network = _network(raw, scratch)
        state = {name: value.copy() for name, value in network.state.items()}
        runs = [run_network(network, split_inputs(network, array), state) for array in inputs]
    except (NetworkError, ValueError, IndexError, TypeError, ArithmeticError):
        return None
    constants = {t.index: t.data for t in network.tensors if t.data is not None}
    return [{**constants, **values} for values in runs]


def _inputs(raw: bytes, values: list[dict[int, Array]], scratch: Path) -> Array | None:
    """The inputs of a part: what golden has there."""
    try:
        network = _network(raw, scratch)
        wanted = input_tensors(raw)
        return join_inputs(network, [np.stack([run[i] for run in values]) for i in wanted])
    except (NetworkError, ValueError, IndexError, TypeError, KeyError):
        return None
