"""Every pair of engines over every resource: the second instruction needs the first to be finished.

RAW  the second reads what the first writes
WAR  the second writes what the first reads
WAW  both write
"""

from __future__ import annotations

from collections.abc import Callable

from golden.isa import Instruction
from tb.sequences.slots import Slots

Pair = Callable[[Slots], list[Instruction]]

# Slots 0..2 are tensors, 3 and 4 targets nobody else uses; places as slots.
HAZARDS: dict[str, Pair] = {
    # scratchpad
    "spad RAW load-execute": lambda s: [s.load(0, 3), s.conv(0, 3, 0, 0)],
    "spad RAW load-store": lambda s: [s.load(0, 3), s.store(0, 4)],
    "spad RAW execute-store": lambda s: [s.conv(0, 3, 0, 0), s.store(3, 4)],
    "spad RAW execute-execute": lambda s: [s.conv(0, 3, 0, 0), s.dwconv(3, 4, 1, 1)],
    "spad RAW execute-execute second input": lambda s: [
        s.conv(0, 3, 0, 0), s.vector("add", 1, 4, 3),
    ],
    "spad RAW vec-mac": lambda s: [s.vector("copy", 0, 3, 0), s.conv(3, 4, 0, 0)],
    "spad RAW mac-vec": lambda s: [s.dwconv(0, 3, 0, 0), s.vector("lut", 3, 4, 0)],
    "spad WAR execute-load": lambda s: [s.conv(0, 3, 0, 0), s.load(0, 4)],
    "spad WAR execute-load second input": lambda s: [s.vector("add", 0, 3, 1), s.load(1, 4)],
    "spad WAR store-load": lambda s: [s.store(0, 4), s.load(0, 3)],
    "spad WAR store-execute": lambda s: [s.store(3, 4), s.conv(0, 3, 0, 0)],
    "spad WAR execute-execute": lambda s: [s.conv(0, 3, 0, 0), s.vector("fill", 1, 0, 1)],
    "spad WAW load-execute": lambda s: [s.load(3, 4), s.vector("fill", 0, 3, 0)],
    "spad WAW execute-load": lambda s: [s.conv(0, 3, 0, 0), s.load(3, 4)],
    "spad WAW load-load": lambda s: [s.load(3, 4), s.load(3, 2)],
    "spad WAW execute-execute": lambda s: [s.conv(0, 3, 0, 0), s.vector("fill", 1, 3, 1)],
    # weights, parameters, table
    "weights RAW load-execute": lambda s: [s.load_weights(0, 3), s.conv(0, 3, 0, 0)],
    "weights WAR execute-load": lambda s: [s.conv(0, 3, 0, 0), s.load_weights(0, 2)],
    "weights WAW load-load": lambda s: [
        s.load_weights(0, 3), s.load_weights(0, 2), s.conv(0, 3, 0, 0),
    ],
    "parameters RAW load-execute": lambda s: [
        s.load_parameters(0, 3), s.conv(0, 3, 0, 0, bias=True),
    ],
    "parameters RAW biases-execute": lambda s: [
        s.load_biases(0, 4), s.dwconv(0, 3, 0, 0, bias=True),
    ],
    "parameters WAR execute-load": lambda s: [
        s.conv(0, 3, 0, 0, bias=True), s.load_parameters(0, 2),
    ],
    "table RAW load-execute": lambda s: [s.load_table(3), s.vector("lut", 0, 3, 0)],
    "table WAR execute-load": lambda s: [s.vector("lut", 0, 3, 0), s.load_table(1)],
    # memory
    "memory RAW store-load": lambda s: [s.store(0, 4), s.load(3, 4)],
    "memory RAW store-load weights": lambda s: [
        s.store(0, 4), s.load_weights(0, 4), s.conv(1, 3, 0, 0),
    ],
    "memory RAW store-load parameters": lambda s: [
        s.store(0, 4), s.load_parameters(0, 4), s.conv(1, 3, 0, 0, bias=True),
    ],
    "memory RAW store-load table": lambda s: [
        s.store(0, 4), s.load_table(4), s.vector("lut", 1, 3, 0),
    ],
    "memory WAR load-store": lambda s: [s.load(3, 4), s.store(0, 4)],
    "memory WAW store-store": lambda s: [s.store(0, 4), s.store(1, 4)],
    # chains over all three engines
    "chain load-execute-store-load": lambda s: [
        s.load(0, 3), s.conv(0, 3, 0, 0), s.store(3, 4), s.load(1, 4), s.dwconv(1, 4, 1, 1),
    ],
    "configuration overtakes": lambda s: [
        s.conv(0, 3, 0, 0), *s.setup()[5:9], s.conv(1, 4, 0, 0), *s.setup(),
    ],
}  # fmt: skip
