"""How much the array does for an instruction: what the counters `steps` and `macs` count.

A tile takes a step a cycle, `architecture.md` section 3 says how many; a step is useful once for
each pixel and channel that becomes an output byte.
"""

from __future__ import annotations

from golden.isa import MAC
from golden.machine.operands import Operands


def array_work(request: Operands) -> tuple[int, int]:
    """Return array steps and useful multiply-accumulates of a mac or vec instruction."""
    name, groups, core = request.format.name, request.groups, request.core
    image, out, kernel = groups["in"], groups["out"], groups["kernel"]
    if request.format.windowed:
        pixels = out["oh"] * out["ow"]
        steps = kernel["kh"] * kernel["kw"] * (image["c"] if name == "conv" else 1)
    else:
        pixels, steps = image["h"] * image["w"], 2 if request.format.binary else 1
    channels = out["oc"] if name == "conv" else image["c"]
    tiles = -(-pixels // core.rows) * core.blocks(channels)
    macs = pixels * channels * steps if name in MAC else 0
    return tiles * steps, macs
