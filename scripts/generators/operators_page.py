"""docs/operators.md, from the importer's registry."""

from __future__ import annotations

from sw.importer.from_onnx.handlers import BOTH, HANDLERS, ON_HOST, SEARCHED, STEPPED
from sw.importer.registry import CORE, FAMILIES, OPERATORS, Entry

HEAD = """# Operators

Generated from the registry in `sw/importer/` (`make generate`).

What the importer takes of a TensorFlow Lite file (ONNX: at the end). *Types* are those of the
data; each is judged by random models of that operator and type, which golden has to compute bit
for bit as the judge does (`tests/golden/fuzz_models.py`). Besides, every operator that only moves
elements takes values of any type.

- uint8 is taken wherever int8 is: the top bit of each byte is turned over at the network's border,
  and zero points are 128 less.
- int4 weights are taken wherever int8 weights are.
- float32 stands at the border, in front of QUANTIZE and behind DEQUANTIZE.
- What depends on constants alone is computed when the file is read.

*Runs on*: the core where an instruction computes exactly that; `make run` says which layers the
host computes, and why. Tensors, channels and kernels that exceed the core's buffers are computed in
parts; a layer whose sizes fit no part either (channels beyond 65,535 in several pixels of a row) is
the host's. *Judge*: tflite-micro, or the reference kernels of LiteRT where that has no kernel, or
one that does not define its result.
"""


HOSTS = """## Why these are the host's

What the core makes is a byte: a 32-bit sum, scaled by a factor that is known before the network
runs. Nothing else is exact by its instructions.

- **SOFTMAX**: its exponentials have 32 bits, and its factor is the reciprocal of their sum, found
  row by row. A unit of its own would need a table of 256 words of 32 bits (that of the core holds
  bytes), maxima and sums over channels, and a reciprocal in the very steps of gemmlowp's Newton
  iteration. At three cycles an element and 40 a row it would take 0.03 to 0.16 % of the cycles of
  the classifiers of MLPerf Tiny, 1.1 % with 1,001 classes (MobileNetV1 0.25, 128x128), and add
  58 % to those of attention over nine tokens. In networks that classify it is the last layer: the
  core is free by then. What it costs on the CPU is measured: DS-CNN on the RISC-V system
  (`make soc MODEL=ds_cnn`) takes Ratel 46,941 cycles and the CPU 3,027 for a row of 12, 6.1 % of
  49,968.
- **int16**: results have two bytes, sums of int16 products more than 32 bits. It would double
  scratchpad words, gather and array rows for what about one public file in sixty has.
- **UNIDIRECTIONAL_SEQUENCE_LSTM, SVDF**: their gates, cell state and sums between two products are
  int16 or int32.
- **SQUARED_DIFFERENCE, DIV, comparisons, ARG_MAX**: no instruction squares or
  divides two tensors, or makes a truth value or a place of them.
"""


ONNX = """## ONNX

`make run`, `check` and `compile` take quantised `.onnx` files as well, in QDQ form (float32
operators between DequantizeLinear and QuantizeLinear) and in QOperator form, with int8 or uint8
activations (one scale a tensor), int8, uint8, int4 or uint4 weights (scales by channel), float32
or quantised at the border, operator sets 10 to 25. Images stay in NHWC from the first convolution
to where their order counts; [n, c, w] is an image of one row. What depends on constants alone is
computed when the file is read; a dimension without a number is 1. `requirements-onnx.txt` is
installed when the first file is read.

Between DequantizeLinear and QuantizeLinear several float32 operators may stand. Of one tensor they
are a table; a factor and a summand for each channel are a depthwise convolution; anything else
the host computes in float32, also what leaves the network as float32. Products may not stand there
without a QuantizeLinear behind them. Dynamic quantisation (DynamicQuantizeLinear, MatMulInteger,
ConvInteger) is refused: its scales are not known before the network runs.

The judge is onnxruntime, layer by layer on golden's values. It scales int32 sums in float32 and
rounds half to even, where the core multiplies by an integer. Both are staircases over the sum, so
for each channel the integer is searched that has its steps where float32 has them
(`sw/importer/from_onnx/requantise.py`). *found*: where it exists for every sum that the weights
can reach, every bit must be equal; elsewhere, and behind a limit or float32 biases, one step is
allowed and counted. *equal*: every bit. *step*: float32 arithmetic inside, one step is allowed and
counted; float32 that leaves the network may be 1e-5 apart. Each operator is tested in a network of
`models/onnx_networks.py` or in a small file of `tests/onnx_networks/strangers/`, which has the
habits of exporters.

| operator | form | runs on | against onnxruntime |
|---|---|---|---|"""


def onnx_row(name: str) -> str:
    """Return the line of an operator of ONNX."""
    own = name.startswith(("QLinear", "QGemm"))
    moves = name not in SEARCHED | STEPPED and name not in ("QuantizeLinear", "DequantizeLinear")
    form = "QOperator" if own else "both" if moves else "QDQ"
    judged = "found" if name in SEARCHED else "step" if name in STEPPED else "equal"
    where = "host" if name in ON_HOST else "core"
    if name in BOTH:
        where = f"core, host ({BOTH[name]})"
    return f"| {name} | {form} | {where} | {judged} |"


def operators_page() -> str:
    """Return the page."""
    parts = [HEAD]
    for family in FAMILIES:
        entries = OPERATORS.of(family)
        parts.append(f"## {family[0].upper()}{family[1:]}\n")
        parts.append("| operator | types | runs on | limits | judge |\n|---|---|---|---|---|")
        parts += [_row(entry) for entry in entries]
        parts.append("")
    parts.append(HOSTS)
    parts.append(ONNX)
    parts += [onnx_row(name) for name in sorted(HANDLERS)]
    parts.append("")
    return "\n".join(parts)


def _row(entry: Entry) -> str:
    where = entry.where
    if where == CORE and (len(entry.types) > 1 or "the host" in entry.limits):
        where = "core, host"
    return f"| {entry.name} | {', '.join(entry.types)} | {where} | {entry.limits} | {entry.judge} |"
