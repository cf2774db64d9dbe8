"""Random layers of the array: convolution, depthwise, fully connected, matrix product, split K."""

from __future__ import annotations

import numpy as np

from golden import isa_builders as isa
from golden.isa_table import MacFlag
from golden.machine.storage import Tensor
from tb.sequences import values
from tb.sequences.program import DoesNotFitError, Program
from tb.sequences.values import chance, pick

STEPS = 6000  # array steps a layer may take, so that a job stays short


def _window(program: Program, *, natural: float) -> tuple[dict[str, int], int, int, int, int]:
    """Kernel fields, padding (pt, pl) and output size (oh, ow) for the input in `program.size`."""
    random = program.random
    h, w = program.size
    kernel = {
        "kh": pick(random, [1, 1, 2, 3, 3, 5, 7]), "kw": pick(random, [1, 1, 2, 3, 3, 5, 7]),
        "sy": pick(random, [1, 1, 1, 2, 2, 3]), "sx": pick(random, [1, 1, 1, 2, 2, 3]),
        "dy": pick(random, [1, 1, 1, 2, 3]), "dx": pick(random, [1, 1, 1, 2, 3]),
    }  # fmt: skip
    tall, wide = (kernel["kh"] - 1) * kernel["dy"] + 1, (kernel["kw"] - 1) * kernel["dx"] + 1
    pt, pl = int(random.integers(tall)), int(random.integers(wide))
    below, right = int(random.integers(tall)), int(random.integers(wide))
    oh = (h + pt + below - tall) // kernel["sy"] + 1
    ow = (w + pl + right - wide) // kernel["sx"] + 1
    if not chance(random, natural):  # windows may lie outside the image altogether
        pt, pl = int(random.integers(12)), int(random.integers(12))
        oh, ow = int(random.integers(1, 9)), int(random.integers(1, 9))
    return kernel, pt, pl, max(oh, 1), max(ow, 1)


def _scaling(program: Program, outputs: int, products: int, *, bias: bool, perch: bool) -> int:
    """Emit the requantisation; return the first parameter entry (0 when none is used)."""
    random = program.random
    mult = values.multipliers(random, outputs)
    shift = values.shifts(random, outputs, products=products)
    if not perch:
        program.emit(isa.cfg_scale(mult=int(mult[0]), shift=int(shift[0])))
    if not (bias or perch):
        return 0
    return program.parameters(values.biases(random, outputs), mult, shift)


def _mac(program: Program, *, depthwise: bool) -> None:
    random, core = program.random, program.core
    program.size = (int(random.integers(1, 13)), int(random.integers(1, 13)))
    h, w = program.size
    c = values.channels(random, core.cols, 64)
    oc = c if depthwise else values.channels(random, core.cols, 64)
    kernel, pt, pl, oh, ow = _window(program, natural=0.8)
    steps = kernel["kh"] * kernel["kw"] * (1 if depthwise else c)
    tiles = -(-oh * ow // core.rows)
    if tiles * core.blocks(oc) * max(steps, core.rows) > STEPS:
        raise DoesNotFitError
    x, y = program.tensor(h=h, w=w, c=c), program.tensor(h=oh, w=ow, c=oc)
    program.load(x, values.int8_data(random, (h, w, c)))
    words = core.blocks(oc) * steps
    weights = program.weights(values.int8_data(random, (words, core.cols)))
    bias, perch = chance(random, 0.7), chance(random, 0.7)
    entry = _scaling(program, oc, steps, bias=bias, perch=perch)
    act_min, act_max = values.clamp(random)
    flags = MacFlag.PERCH * perch | MacFlag.BIAS * bias
    zw = values.zero_point(random) if chance(random, 0.2) else 0
    program.emit(
        isa.cfg_in(w=w, h=h, c=c, cbs=x.cbs),
        isa.cfg_out(ow=ow, oh=oh, oc=oc, cbs=y.cbs),
        isa.cfg_pitch(in_p=x.p, out_p=y.p),
        isa.cfg_kernel(**kernel),
        isa.cfg_pad(
            pl=pl, pt=pt, zin=values.zero_point(random), zw=zw, zout=values.zero_point(random)
        ),
        isa.cfg_act(act_min=act_min, act_max=act_max),
        (isa.dwconv if depthwise else isa.conv)(
            in_base=x.base, out_base=y.base, wbase=weights, pbase=entry, flags=int(flags)
        ),
    )
    program.store(y)


def convolution(program: Program) -> None:
    """A convolution of any shape."""
    _mac(program, depthwise=False)


def depthwise(program: Program) -> None:
    """A depthwise convolution of any shape."""
    _mac(program, depthwise=True)


def matmul(program: Program) -> None:
    """A fully connected layer or matrix product [M, K] x [K, N], weights as a matrix."""
    random, core = program.random, program.core
    tail = core.rows + int(random.integers(-2, 3))
    M = pick(random, [1, 2, core.rows, tail, int(random.integers(1, 40))])
    K = pick(random, [1, 3, core.cols, int(random.integers(1, 200))])
    N = values.channels(random, core.cols, 64)
    if -(-M // core.rows) * core.blocks(N) * K > STEPS:
        raise DoesNotFitError
    x, y = program.tensor(h=1, w=M, c=K), program.tensor(h=1, w=M, c=N)
    program.load(x, values.int8_data(random, (1, M, K)))
    first = program.matrix(values.int8_data(random, (K, N)))
    bias, perch = chance(random, 0.5), chance(random, 0.5)
    entry = _scaling(program, N, K, bias=bias, perch=perch)
    act_min, act_max = values.clamp(random)
    program.emit(
        isa.cfg_in(w=M, h=1, c=K, cbs=x.cbs),
        isa.cfg_out(ow=M, oh=1, oc=N, cbs=y.cbs),
        isa.cfg_pitch(in_p=x.p, out_p=y.p),
        isa.cfg_kernel(kw=1, kh=1),
        isa.cfg_pad(
            zin=values.zero_point(random), zw=values.zero_point(random),
            zout=values.zero_point(random),
        ),
        isa.cfg_act(act_min=act_min, act_max=act_max),
        isa.conv(
            in_base=x.base, out_base=y.base, wbase=first, pbase=entry,
            flags=int(MacFlag.PERCH * perch | MacFlag.BIAS * bias),
        ),
    )  # fmt: skip
    program.store(y)


def split_k(program: Program) -> None:
    """One tile whose K comes in several parts: hold, acc+hold, ..., acc."""
    random, core = program.random, program.core
    M, N = int(random.integers(1, core.rows + 1)), int(random.integers(1, core.cols + 1))
    parts = int(random.integers(2, 5))
    y = program.tensor(h=1, w=M, c=N)
    inputs: list[tuple[Tensor, int, int]] = []
    total = 0
    for _ in range(parts):
        K = values.channels(random, core.cols, 48)
        total += K
        x = program.tensor(h=1, w=M, c=K)
        program.load(x, values.int8_data(random, (1, M, K)))
        inputs.append((x, K, program.matrix(values.int8_data(random, (K, N)))))
    perch = chance(random, 0.5)
    entry = _scaling(program, N, total, bias=True, perch=perch)
    act_min, act_max = values.clamp(random)
    program.emit(
        isa.cfg_out(ow=M, oh=1, oc=N, cbs=y.cbs),
        isa.cfg_kernel(kw=1, kh=1),
        isa.cfg_pad(zin=values.zero_point(random), zout=values.zero_point(random)),
        isa.cfg_act(act_min=act_min, act_max=act_max),
    )
    for index, (x, K, first) in enumerate(inputs):
        flags = MacFlag.PERCH * perch | MacFlag.BIAS * chance(random, 0.5)
        flags |= MacFlag.ACC * (index > 0) | MacFlag.HOLD * (index < parts - 1)
        program.emit(
            isa.cfg_in(w=M, h=1, c=K, cbs=x.cbs),
            isa.cfg_pitch(in_p=x.p, out_p=y.p),
            isa.conv(in_base=x.base, out_base=y.base, wbase=first, pbase=entry, flags=int(flags)),
        )
    program.store(y)


def one_pixel(program: Program) -> None:
    """A 1x1 image with one channel, everything minimal; halves, so that every rounding is a tie."""
    random = program.random
    oc = program.core.cols
    x, y = program.tensor(h=1, w=1, c=1), program.tensor(h=1, w=1, c=oc)
    program.load(x, random.integers(-9, 10, (1, 1, 1)).astype(np.int8))
    first = program.weights(random.integers(-9, 10, (1, program.core.cols)).astype(np.int8))
    cols = program.core.cols
    bias = random.integers(-60, 60, cols).astype(np.int32)
    half = np.full(cols, 1 << 30, dtype=np.int32)
    entry = program.parameters(bias, half, random.integers(-3, 1, cols).astype(np.int8))
    program.emit(
        isa.cfg_in(w=1, h=1, c=1, cbs=x.cbs),
        isa.cfg_out(ow=1, oh=1, oc=oc, cbs=y.cbs),
        isa.cfg_pitch(in_p=x.p, out_p=y.p),
        isa.cfg_kernel(kw=1, kh=1),
        isa.cfg_pad(zout=pick(random, [0, 0, 5, -7])),
        isa.cfg_act(),
        isa.conv(
            in_base=x.base, out_base=y.base, wbase=first, pbase=entry,
            flags=int(MacFlag.PERCH | MacFlag.BIAS),
        ),
    )  # fmt: skip
    program.store(y)
