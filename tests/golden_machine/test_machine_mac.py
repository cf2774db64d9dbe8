"""conv and dwconv, from layouts in the scratchpad, against the operators on NHWC arrays."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from golden.config import config_names
from golden.isa import Instruction
from golden.isa_builders import (
    cfg_act,
    cfg_kernel,
    cfg_ld_pitch,
    cfg_ld_shape,
    cfg_out,
    cfg_pad,
    cfg_scale,
    conv,
    copy,
    dwconv,
    ld_mt,
)
from golden.isa_table import ErrorCode, MacFlag
from golden.machine import Tensor, mac
from golden.machine.storage import Held, dense
from golden.numerics import requantize, wrap_int32
from golden.operators.convolution import (
    convolution,
    convolution_accumulate,
    depthwise,
    depthwise_accumulate,
)
from golden.operators.matmul import matmul
from golden.operators.windows import Window
from tests.golden_machine.machine_harness import Harness

CONFIGS = config_names()
PERCH, BIAS, ACC, HOLD = MacFlag.PERCH, MacFlag.BIAS, MacFlag.ACC, MacFlag.HOLD


class Layer:
    """A random layer on a harness: tensors with gaps, any window, extreme scales included."""

    def __init__(self, harness: Harness, *, depthwise: bool) -> None:
        rng = harness.rng

        def pick(low: int, high: int) -> int:
            return int(rng.integers(low, high + 1))

        self.harness = harness
        self.h, self.w = pick(1, 9), pick(1, 9)
        self.c = pick(1, 20)
        self.oc = self.c if depthwise else pick(1, 20)
        self.window = Window(
            kernel_h=pick(1, 3),
            kernel_w=pick(1, 3),
            stride_h=pick(1, 3),
            stride_w=pick(1, 3),
            dilation_h=pick(1, 3),
            dilation_w=pick(1, 3),
            pad_top=pick(0, 3),
            pad_left=pick(0, 3),
            out_h=pick(1, 7),
            out_w=pick(1, 7),
        )
        self.zin, self.zout = pick(-128, 127), pick(-128, 127)
        self.act = tuple(sorted((pick(-128, 127), pick(-128, 127))))
        self.x = harness.int8(self.h, self.w, self.c)
        self.bias = rng.integers(-(1 << 31), 1 << 31, self.oc).astype(np.int32)
        self.mult = rng.integers(0, 1 << 31, self.oc).astype(np.int32)
        self.shift = rng.integers(-31, 31, self.oc).astype(np.int8)
        blocks, out_blocks = harness.config.blocks(self.c), harness.config.blocks(self.oc)
        self.source = Tensor(
            base=3, h=self.h, w=self.w, c=self.c, p=self.w + pick(0, 3), cbs=blocks + pick(0, 2)
        )
        self.target = Tensor(
            base=harness.config.spad_depth // 2,
            h=self.window.out_h,
            w=self.window.out_w,
            c=self.oc,
            p=self.window.out_w + pick(0, 3),
            cbs=out_blocks + pick(0, 2),
        )
        harness.load(self.source, self.x)
        harness.parameters(2, self.bias, self.mult, self.shift)
        harness.ok(
            *harness.operands(self.source, self.target),
            cfg_kernel(
                kh=self.window.kernel_h,
                kw=self.window.kernel_w,
                sy=self.window.stride_h,
                sx=self.window.stride_w,
                dy=self.window.dilation_h,
                dx=self.window.dilation_w,
            ),
            cfg_pad(pt=self.window.pad_top, pl=self.window.pad_left, zin=self.zin, zout=self.zout),
            cfg_act(act_min=self.act[0], act_max=self.act[1]),
            cfg_scale(mult=int(self.mult[0]), shift=int(self.shift[0])),
        )

    def run(self, build: Callable[..., Instruction], flags: int) -> NDArray[np.int8]:
        self.outcome = self.harness.ok(
            build(
                in_base=self.source.base,
                out_base=self.target.base,
                wbase=9,
                pbase=2,
                flags=int(flags),
            )
        )
        return self.harness.store(self.target)[None]

    def scales(self, flags: int) -> dict[str, Any]:
        perch, bias = flags & PERCH, flags & BIAS
        return {
            "bias": self.bias if bias else None,
            "multiplier": self.mult if perch else self.mult[0],
            "shift": self.shift if perch else self.shift[0],
            "window": self.window,
            "input_zero_point": self.zin,
            "output_zero_point": self.zout,
            "act_min": self.act[0],
            "act_max": self.act[1],
        }


@pytest.mark.parametrize("config", CONFIGS)
@pytest.mark.parametrize("number", range(12))
def test_convolution_equals_the_operator(config: str, number: int, seed: int) -> None:
    harness = Harness(config, seed * 1000 + number)
    layer = Layer(harness, depthwise=False)
    kernel = (layer.window.kernel_h, layer.window.kernel_w)
    weights = harness.int8(layer.oc, *kernel, layer.c)
    harness.weights(9, weights.reshape(layer.oc, -1))
    flags = (0, PERCH, BIAS, PERCH | BIAS)[number % 4]
    result = layer.run(conv, flags)
    assert np.array_equal(result, convolution(layer.x[None], weights, **layer.scales(flags)))
    raw = convolution_accumulate(
        layer.x[None], weights, window=layer.window, input_zero_point=layer.zin
    )
    mac = layer.outcome.mac
    assert mac is not None
    assert np.array_equal(mac.products, raw.reshape(-1, layer.oc))
    biases = layer.bias if flags & BIAS else np.zeros_like(layer.bias)
    assert np.array_equal(mac.total, wrap_int32(mac.products.astype(np.int64) + biases))


@pytest.mark.parametrize("config", CONFIGS)
@pytest.mark.parametrize("number", range(12))
def test_depthwise_equals_the_operator(config: str, number: int, seed: int) -> None:
    harness = Harness(config, seed * 1000 + 500 + number)
    layer = Layer(harness, depthwise=True)
    kernel = (layer.window.kernel_h, layer.window.kernel_w)
    weights = harness.int8(*kernel, layer.c)
    harness.weights(9, weights.reshape(-1, layer.c).T)
    flags = (0, PERCH, BIAS, PERCH | BIAS)[number % 4]
    result = layer.run(dwconv, flags)
    assert np.array_equal(result, depthwise(layer.x[None], weights, **layer.scales(flags)))
    raw = depthwise_accumulate(
        layer.x[None], weights, window=layer.window, input_zero_point=layer.zin
    )
    mac = layer.outcome.mac
    assert mac is not None
    assert np.array_equal(mac.products, raw.reshape(-1, layer.c))


@pytest.mark.parametrize("config", CONFIGS)
@pytest.mark.parametrize(("m", "k", "n"), [(1, 1, 1), (5, 17, 9), (13, 8, 16), (16, 33, 3)])
def test_matrix_product_of_two_activations(config: str, m: int, k: int, n: int) -> None:
    """B^T loaded as a matrix, both zero points in play, channels of A as K."""
    harness = Harness(config)
    a, b = harness.int8(m, k), harness.int8(n, k)
    source = dense(harness.config, base=0, h=1, w=m, c=k)
    target = dense(harness.config, base=100, h=1, w=m, c=n)
    harness.load(source, a[None])
    harness.ok(
        cfg_ld_shape(w=n, h=1, c=k, cbs=0),
        cfg_ld_pitch(row_pitch=0, pix_pitch=k, p=0),
        ld_mt(addr=harness.put(b, align=1), first=0),
        *harness.operands(source, target),
        cfg_kernel(kh=1, kw=1),
        cfg_pad(zin=-7, zw=100, zout=5),
        cfg_act(),
        cfg_scale(mult=1518500250, shift=-6),
        conv(in_base=0, out_base=100, wbase=0),
    )
    reference = matmul(
        a,
        b.T,
        a_zero_point=-7,
        b_zero_point=100,
        output_zero_point=5,
        multiplier=1518500250,
        shift=-6,
    )
    assert np.array_equal(harness.store(target)[0], reference)


@pytest.mark.parametrize("config", CONFIGS)
@pytest.mark.parametrize("parts", [2, 3])
def test_a_product_split_along_k_equals_the_whole(config: str, parts: int) -> None:
    """Each part reads its blocks of the input; hold keeps the sums, acc goes on from them."""
    harness = Harness(config)
    rows, cols = harness.config.rows, harness.config.cols
    k, oc, kernel = parts * cols, cols - 1, 2
    x, weights = harness.int8(2, rows, k), harness.int8(oc, kernel, 1, k)
    source = dense(harness.config, base=0, h=2, w=rows, c=k)
    target = dense(harness.config, base=100, h=1, w=rows, c=oc)
    bias = harness.rng.integers(-9999, 9999, oc)
    harness.load(source, x)
    harness.parameters(0, bias, np.full(oc, 1 << 30), np.full(oc, -9))
    harness.ok(
        *harness.operands(source, target),
        cfg_kernel(kh=kernel, kw=1),
        cfg_pad(zin=11),
        cfg_act(),
    )
    slices = [weights[..., part * cols : (part + 1) * cols] for part in range(parts)]
    steps = kernel * cols
    for part, piece in enumerate(slices):
        harness.weights(part * steps, piece.reshape(oc, -1))
    harness.weights(parts * steps, weights.reshape(oc, -1))
    harness.ok(conv(in_base=0, out_base=100, wbase=parts * steps, flags=int(PERCH | BIAS)))
    whole = harness.store(target)
    harness.ok(*harness.operands(Tensor(base=0, h=2, w=rows, c=cols, p=rows, cbs=parts), target))
    target = dense(harness.config, base=200, h=1, w=rows, c=oc)
    for part in range(parts):
        flags = (ACC if part else 0) | (HOLD if part < parts - 1 else PERCH)
        # The bias is added where the sum ends; flags of a part that holds must not matter.
        flags |= BIAS
        held = part < parts - 1
        outcome = harness.ok(
            conv(
                in_base=part,
                out_base=0 if held else 200,
                wbase=part * steps,
                flags=int(flags),
            )
        )
        assert outcome.mac is not None
        assert (outcome.mac.output is None) == held
        assert [r.what for r in outcome.writes] == (["acc"] if held else ["spad"])
    assert np.array_equal(harness.store(target), whole)


def test_accumulators_are_lost_with_the_next_compute_instruction_but_not_with_a_refused_one() -> (
    None
):
    harness = Harness("8x8")
    source = dense(harness.config, base=0, h=1, w=8, c=8)
    target = dense(harness.config, base=50, h=1, w=8, c=8)
    harness.load(source, harness.int8(1, 8, 8))
    harness.weights(0, harness.int8(8, 8))
    harness.ok(*harness.operands(source, target), cfg_kernel(kh=1, kw=1), cfg_act())
    hold = conv(in_base=0, out_base=0, wbase=0, flags=int(HOLD))
    go_on = conv(in_base=0, out_base=50, wbase=0, flags=int(ACC))
    refused = conv(in_base=0, out_base=50, wbase=2047, flags=0)

    def error_of(instruction: Instruction) -> ErrorCode | None:
        error = harness.machine.execute(instruction).error
        return error.code if error else None

    harness.ok(hold)
    assert error_of(refused) == ErrorCode.WBUF
    harness.ok(go_on)
    assert error_of(go_on) == ErrorCode.ACC
    harness.ok(hold, copy(in_base=0, out_base=80))
    assert error_of(go_on) == ErrorCode.ACC
    harness.ok(hold, cfg_out(ow=7, oh=1, oc=8, cbs=1))
    assert error_of(go_on) == ErrorCode.ACC
    harness.ok(cfg_out(ow=8, oh=1, oc=7, cbs=1))
    assert error_of(go_on) == ErrorCode.ACC
    harness.ok(cfg_out(ow=8, oh=1, oc=8, cbs=1), go_on)
    harness.ok(hold)
    harness.machine.reset()
    harness.ok(*harness.operands(source, target), cfg_kernel(kh=1, kw=1), cfg_act())
    assert error_of(go_on) == ErrorCode.ACC


def test_without_acc_what_a_hold_left_is_not_added() -> None:
    harness = Harness("8x8")
    source = dense(harness.config, base=0, h=1, w=8, c=8)
    target = dense(harness.config, base=50, h=1, w=8, c=8)
    harness.load(source, harness.int8(1, 8, 8))
    harness.weights(0, harness.int8(8, 8))
    plain = conv(in_base=0, out_base=50, wbase=0)
    harness.ok(*harness.operands(source, target), cfg_kernel(kh=1, kw=1), cfg_act())
    alone = harness.ok(plain).mac
    harness.ok(conv(in_base=0, out_base=0, wbase=0, flags=int(HOLD)))
    after = harness.ok(plain).mac
    assert alone is not None and after is not None and alone.products.any()
    assert np.array_equal(alone.products, after.products)


def test_accumulators_wrap() -> None:
    """A bias of 2^31 - 1 on top of a held sum of 1 and a product of 1; a hold adds no bias."""
    harness = Harness("4x4")
    source = dense(harness.config, base=0, h=1, w=1, c=1)
    harness.load(source, np.ones((1, 1, 1), dtype=np.int8))
    harness.weights(0, np.ones((1, 1), dtype=np.int8))
    harness.parameters(0, np.array([(1 << 31) - 1]), np.array([0]), np.array([0]))
    harness.ok(
        *harness.operands(source, dense(harness.config, base=9, h=1, w=1, c=1)),
        cfg_kernel(kh=1, kw=1),
        cfg_act(),
        cfg_scale(mult=1 << 30, shift=1),
        conv(in_base=0, out_base=0, wbase=0, flags=int(HOLD | BIAS)),
    )
    outcome = harness.ok(conv(in_base=0, out_base=9, wbase=0, flags=int(ACC | BIAS)))
    assert outcome.mac is not None
    assert outcome.mac.total.tolist() == [[-(1 << 31) + 1]]
    assert outcome.mac.output is not None
    assert outcome.mac.output[0, 0] == requantize(
        np.array([-(1 << 31) + 1]), multiplier=1 << 30, shift=1, output_zero_point=0
    )


@pytest.mark.parametrize("seed", range(30))
def test_wrapped_is_told_as_python_counts_it(seed: int) -> None:
    """One sum after the other with integers of any size, from what a hold left near the ends."""
    harness = Harness("4x4", seed)
    rng, machine, end = harness.rng, harness.machine, 1 << 31
    rows, deep, channels = (int(rng.integers(1, high)) for high in (5, 40, 5))
    x = harness.int8(1, rows, deep)
    w = harness.int8(deep, channels)
    source = dense(harness.config, base=0, h=1, w=rows, c=deep)
    target = dense(harness.config, base=900, h=1, w=rows, c=channels)
    harness.load(source, x)
    harness.weights(0, w.T)
    zin, zw = int(rng.integers(-128, 128)), int(rng.integers(-128, 128))
    reach = int(rng.choice([1 << 12, 1 << 16, 1 << 20]))
    held = int(rng.choice([-1, 1])) * (end - reach) + rng.integers(-reach, reach, (rows, channels))
    bias = int(rng.choice([0, 1 << 10, 1 << 31])) * rng.uniform(-1, 1, channels)
    biases = np.clip(bias, -end, end - 1).astype(np.int32)
    harness.parameters(0, biases, np.zeros(channels), np.zeros(channels))
    sums, by_bias = False, False
    for row in range(rows):
        for channel in range(channels):
            total = int(held[row, channel])
            for step in range(deep):
                total += (int(x[0, row, step]) - zin) * (int(w[step, channel]) - zw)
                sums |= not -end <= total < end
            total = (total + end) % (2 * end) - end
            by_bias |= not -end <= total + int(biases[channel]) < end
    harness.ok(
        *harness.operands(source, target), cfg_kernel(kh=1, kw=1), cfg_act(),
        cfg_pad(zin=zin, zw=zw), conv(in_base=0, out_base=0, wbase=0, flags=int(HOLD)),
    )  # fmt: skip
    assert machine.wrapped == {}, "no product alone leaves int32"
    machine._held = Held(products=held.astype(np.int32), known=np.ones(held.shape, dtype=np.bool_))
    trace = harness.ok(conv(in_base=0, out_base=900, wbase=0, flags=int(ACC | BIAS))).mac
    assert trace is not None
    assert (trace.sums_wrap, trace.bias_wraps) == (sums, by_bias)
    assert machine.wrapped == ({0: True} if sums or by_bias else {})
    machine.abort()
    assert not any(machine.wrapped.values()), "an abort may have come before it"


def test_wrapped_is_not_told_of_what_is_unspecified() -> None:
    """A bias that was never loaded: the bit may be set; a known one that wraps sets it anyway."""
    harness = Harness("4x4")
    source = dense(harness.config, base=0, h=1, w=1, c=1)
    harness.load(source, np.ones((1, 1, 1), dtype=np.int8))
    harness.weights(0, np.ones((2, 1), dtype=np.int8))
    ask = conv(in_base=0, out_base=9, wbase=0, pbase=0, flags=int(BIAS))
    operands = harness.operands(source, dense(harness.config, base=9, h=1, w=1, c=2))
    harness.ok(*operands, cfg_kernel(kh=1, kw=1), cfg_act(), ask)
    assert harness.machine.wrapped == {0: False}
    harness.machine.wrapped.clear()
    harness.parameters(0, np.zeros(2), np.zeros(2), np.zeros(2))
    harness.ok(ask)
    assert harness.machine.wrapped == {}
    harness.machine.storage.bias_known[0, 0] = False
    harness.ok(ask)
    assert harness.machine.wrapped == {0: False}, "one of two is enough"
    harness.parameters(0, np.array([0, (1 << 31) - 1]), np.zeros(2), np.zeros(2))
    harness.machine.storage.bias_known[0, 0] = False
    harness.ok(ask)
    assert harness.machine.wrapped == {0: True}
    harness.machine.clear_wrapped(0xFE, sure=True)
    assert harness.machine.wrapped == {0: True}
    harness.machine.clear_wrapped(1, sure=False)
    assert harness.machine.wrapped == {0: False}
    harness.machine.clear_wrapped(1, sure=True)
    assert harness.machine.wrapped == {}


@pytest.mark.parametrize("depthwise_layer", [False, True])
@pytest.mark.parametrize("known", [False, True])
def test_work_done_in_small_pieces_is_the_same(
    depthwise_layer: bool, known: bool, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    traces: list[Any] = []
    for piece in (1 << 22, 1):
        monkeypatch.setattr(mac, "_CHUNK", piece)
        harness = Harness("4x4", seed)
        layer = Layer(harness, depthwise=depthwise_layer)
        steps = layer.window.kernel_h * layer.window.kernel_w
        steps *= 1 if depthwise_layer else layer.c
        harness.weights(9, harness.int8(layer.oc, steps))
        harness.machine.storage.spad_known[...] = True
        harness.machine.storage.spad_known[4] = known
        traces.append(
            harness.ok(
                (dwconv if depthwise_layer else conv)(
                    in_base=layer.source.base, out_base=layer.target.base, wbase=9
                )
            ).mac
        )
    whole, pieces = traces
    assert np.array_equal(whole.products, pieces.products)
    assert np.array_equal(whole.known, pieces.known)


@pytest.mark.parametrize("pad", [65535, 40000])
def test_extreme_padding_and_strides_read_the_zero_point(pad: int) -> None:
    harness = Harness("8x8")
    source = dense(harness.config, base=0, h=2, w=2, c=3)
    target = dense(harness.config, base=50, h=40, w=40, c=1)
    harness.load(source, harness.int8(2, 2, 3))
    harness.weights(0, harness.int8(1, 27))
    outcome = harness.ok(
        *harness.operands(source, target),
        cfg_kernel(kh=3, kw=3, sx=255, sy=255, dx=255, dy=255),
        cfg_pad(pl=pad, pt=pad, zin=-77),
        cfg_act(),
        conv(in_base=0, out_base=50, wbase=0),
    )
    assert outcome.mac is not None
    assert not outcome.mac.products.any() and outcome.mac.known.all()
