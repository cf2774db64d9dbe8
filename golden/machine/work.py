"""How much the array does for an instruction: what the counters `steps` and `macs` count.

A tile takes a step a cycle, `architecture.md` section 3 says how many; a step is useful once for
each pixel and channel that becomes an output byte.
"""

from __future__ import annotations

from golden.machine.operands import Operands

_STEPS_OF_A_POINT = {"add": 2, "sub": 2, "mul": 2, "lut": 1, "copy": 1, "fill": 1}


def array_work(request: Operands) -> tuple[int, int]:
    """Return array steps and useful multiply-accumulates of a mac or vec instruction."""
    name, groups, core = request.format.name, request.groups, request.core
    image, out, kernel = groups["in"], groups["out"], groups["kernel"]
    steps = _STEPS_OF_A_POINT.get(name)
    pixels = image["h"] * image["w"] if steps else out["oh"] * out["ow"]
    if steps is None:
        steps = kernel["kh"] * kernel["kw"] * (image["c"] if name == "conv" else 1)
    channels = out["oc"] if name == "conv" else image["c"]
    tiles = -(-pixels // core.rows) * core.blocks(channels)
    macs = pixels * channels * steps if name in ("conv", "dwconv") else 0
    return tiles * steps, macs
