"""In which states of its engines the core was cut off, as `tb/hdl/abort_states.sv` saw it."""

from __future__ import annotations

import ctypes

import numpy as np

from honeyguide.coverage.collector import Collector

KINDS = ("abort", "soft reset", "watchdog")
# By engine, in the order of the numbers that abort_states.sv gives them.
STATES = {
    "load": ("idle", "words", "data", "address", "announce", "failed"),
    "execute": ("idle", "rows", "taps", "gather", "weights", "steps", "drain", "writer"),
    "store": ("idle", "answers", "beats", "address", "announce", "failed"),
    "front": ("idle", "check", "slots", "sweep"),
}
MOST_STATES = 8


def sample_aborts(collector: Collector) -> None:
    """Hit a bin for each state in which an engine was cut off since the simulation began."""
    for kind, engine, state in states_met():
        if kind != "watchdog":
            collector.hit(f"abort.{engine}", f"{kind} {state}")
        elif engine != "front" and state != "idle":
            collector.hit("abort.watchdog", engine)


def states_met() -> set[tuple[str, str, str]]:
    """Return (what cut it off, engine, its state) of every abort since the simulation began."""
    lib = ctypes.CDLL(None)
    if not hasattr(lib, "trace_aborts"):
        return set()  # a stand-in for the core, which has no such states
    lib.trace_aborts.restype = ctypes.c_void_p
    shape = (len(KINDS), len(STATES), MOST_STATES)
    raw = (ctypes.c_uint32 * int(np.prod(shape))).from_address(lib.trace_aborts())
    counts = np.array(list(raw), dtype=np.uint32).reshape(shape)
    return {
        (kind, engine, state)
        for kind, engines in zip(KINDS, counts, strict=True)
        for (engine, states), row in zip(STATES.items(), engines, strict=True)
        for state, count in zip(states, row, strict=False)  # rows are as long as the longest
        if count
    }
