"""Where the layers of a compiled network are computed."""

from __future__ import annotations

from golden.network import Layer
from sw.compiler.program import HostPhase, Program


def place_of(program: Program, layer: Layer) -> str:
    """Where a layer is computed: npu, host, alias or folded."""
    for phase in program.phases:
        if isinstance(phase, HostPhase):
            if phase.op.layer == layer.index:
                return "host"
        elif any(op.layer == layer.index for op in phase.ops):
            return "npu"
    return "alias" if layer.outputs and layer.outputs[0] in program.roots else "folded"
