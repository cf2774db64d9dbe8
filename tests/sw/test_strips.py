"""Strips and parts of kernels, against what each output pixel reads; estimates, by hand."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise, product

import numpy as np
import pytest

from golden.config import CoreConfig, load_config
from golden.operators.windows import Window
from sw.compiler.compile import mark_first
from sw.compiler.estimate import Work, together, work
from sw.compiler.geometry import Shape
from sw.compiler.operations import Alias, ArrayOp, HostOp, LoweredOp
from sw.compiler.packing import LARGEST_KERNEL, splits_kernel, weight_parts
from sw.compiler.spreading import spread_pitch
from sw.compiler.strips import (
    Span,
    Strip,
    columns_span,
    legal_starts,
    part_of_strip,
    rows_span,
    strip_of,
)
from sw.compiler.timing.execute import execute_cost
from sw.compiler.timing.tiles import TileShape

CONFIG = load_config("8x8")


def _op(
    kind: str = "conv", image: tuple[int, int, int] = (16, 16, 16), channels: int = 24,
    kernel: tuple[int, int] = (3, 3), stride: tuple[int, int] = (1, 1),
    dilation: tuple[int, int] = (1, 1), pad: tuple[int, int] = (1, 1),
    out: tuple[int, int] | None = None,
) -> ArrayOp:  # fmt: skip
    out_h, out_w = out or (-(-image[0] // stride[0]), -(-image[1] // stride[1]))
    window = Window(
        kernel_h=kernel[0], kernel_w=kernel[1], stride_h=stride[0], stride_w=stride[1],
        dilation_h=dilation[0], dilation_w=dilation[1], pad_top=pad[0], pad_left=pad[1],
        out_h=out_h, out_w=out_w,
    )  # fmt: skip
    made = channels if kind == "conv" else image[2]
    return ArrayOp(
        layer=0, kind=kind, operands=(0,), output=1, window=window,
        in_shape=Shape(h=image[0], w=image[1], c=image[2]),
        out_shape=Shape(h=out_h, w=out_w, c=made),
    )  # fmt: skip


def _reads(
    first: int, end: int, size: int, stride: int, pad: int, taps: range, dilation: int
) -> list[int]:
    """Indices of the input inside the image that some tap of outputs [first, end) reads."""
    reached = {y * stride - pad + tap * dilation for y in range(first, end) for tap in taps}
    return sorted(index for index in reached if 0 <= index < size)


def _check(span: Span, reads: list[int], low: int) -> None:
    """``low`` is where the first tap of the first output looks."""
    assert 0 <= span.a < span.b
    if reads:
        assert span.a <= reads[0] and reads[-1] < span.b
    # The core sees an image of b - a with so much padding in front of it.
    assert span.pad >= 0
    if reads or span.a:
        assert span.a - span.pad == low


@pytest.mark.parametrize("case", range(120))
def test_a_strip_has_the_input_that_its_outputs_read(case: int) -> None:
    rng = np.random.default_rng(case)
    image = tuple(int(n) for n in rng.integers(1, 12, 3))
    kernel, stride, dilation = (
        tuple(int(n) for n in rng.integers(1, most, 2)) for most in (5, 4, 3)
    )
    pad = tuple(
        int(rng.integers(0, (k - 1) * d + 1)) for k, d in zip(kernel, dilation, strict=True)
    )
    out = tuple(int(n) for n in rng.integers(1, 9, 2))
    op = _op("conv", image, 8, kernel, stride, dilation, pad, out)  # type: ignore[arg-type]
    y0 = int(rng.integers(out[0]))
    y1 = int(rng.integers(y0 + 1, out[0] + 1))
    x0 = int(rng.integers(out[1]))
    x1 = int(rng.integers(x0 + 1, out[1] + 1))
    y, x = rows_span(op, y0, y1), columns_span(op, x0, x1)
    assert (y.first, y.end, x.first, x.end) == (y0, y1, x0, x1)
    assert (y.size, y.in_size) == (y1 - y0, y.b - y.a)
    rows = _reads(y0, y1, image[0], stride[0], pad[0], range(kernel[0]), dilation[0])
    columns = _reads(x0, x1, image[1], stride[1], pad[1], range(kernel[1]), dilation[1])
    _check(y, rows, y0 * stride[0] - pad[0])
    if rows:
        assert y.b == min(
            image[0], (y1 - 1) * stride[0] - pad[0] + (kernel[0] - 1) * dilation[0] + 1
        )
    if (x0, x1) == (0, out[1]):
        assert (x.a, x.b, x.pad) == (0, image[1], pad[1])
    else:
        _check(x, columns, x0 * stride[1] - pad[1])
    strip = Strip(y=y, x=x)
    assert strip.out_pixels == (y1 - y0) * (x1 - x0)
    assert strip.in_pixels == (y.b - y.a) * (x.b - x.a)
    r0 = int(rng.integers(kernel[0]))
    r1 = int(rng.integers(r0 + 1, kernel[0] + 1))
    seen = part_of_strip(op, strip, (r0, r1), (0, kernel[1]))
    if (r0, r1) == (0, kernel[0]):
        assert seen == strip
        return
    reads = _reads(y0, y1, image[0], stride[0], pad[0], range(r0, r1), dilation[0])
    if reads and pad[0] - r0 * dilation[0] >= 0:
        _check(seen.y, reads, y0 * stride[0] - pad[0] + r0 * dilation[0])
    elif reads:
        assert seen.y.a <= reads[0] and reads[-1] < seen.y.b


def test_what_has_no_window_reads_what_it_makes() -> None:
    op = _op("add")
    assert rows_span(op, 3, 7) == Span(first=3, end=7, a=3, b=7, pad=0)
    assert columns_span(op, 2, 5) == Span(first=2, end=5, a=2, b=5, pad=0)


@pytest.mark.parametrize("case", range(60))
def test_a_strip_of_residents_starts_at_the_beginning_of_a_line(case: int) -> None:
    rng = np.random.default_rng(case)
    kind = ("conv", "add")[case % 2]
    image = tuple(int(n) for n in rng.integers(1, 25, 3))
    stride = (int(rng.integers(1, 4)), 1) if kind == "conv" else (1, 1)
    pad = (int(rng.integers(0, 3)), 1)
    op = _op(kind, image, 8, (3, 3), stride, (1, 1), pad)  # type: ignore[arg-type]
    pitch = int(rng.integers(image[1], image[1] + 8))
    for given, resident in product((None, pitch), (True, False)):
        found = legal_starts(CONFIG, op, input_pitch=given, output_resident=resident)
        wanted = []
        for row in range(op.out_shape.h):
            first = rows_span(op, row, row + 1).a if kind == "conv" else row
            good = not resident or row * op.out_shape.w % 8 == 0
            wanted += [row] if good and (given is None or first * given % 8 == 0) else []
        assert found == wanted
        assert found[0] == 0


def _covered(config: CoreConfig, op: ArrayOp) -> tuple[int, int]:
    """How many parts a kernel has, and the words of the largest; each weight is in one of them."""
    seen = np.zeros((op.window.kernel_h, op.window.kernel_w, op.in_shape.c), dtype=int)
    parts = weight_parts(config, op)
    for part in parts:
        seen[slice(*part.rows), slice(*part.columns), slice(*part.channels)] += 1
        assert part.channels[0] % config.cols == 0
        assert part.words == np.prod([b - a for a, b in (part.rows, part.columns, part.channels)])
    assert (seen == 1).all()
    return len(parts), max(part.words for part in parts)


def test_a_kernel_is_cut_into_parts_of_half_the_weight_buffer() -> None:
    """Of 2,048 words; of one tile already where two blocks do not fit, the first into 320."""
    whole = _op(image=(16, 16, 227))
    assert _covered(CONFIG, whole) == (1, 9 * 227)  # one block fits, so it is not cut
    assert _covered(CONFIG, _op(image=(16, 16, 228)))[0] == 3
    assert _covered(CONFIG, _op(image=(16, 16, 240))) == (3, 9 * 80)
    assert _covered(CONFIG, _op("dwconv", (16, 16, 2000), kernel=(50, 50))) == (1, 2500 * 2000)
    one = _op(image=(2, 4, 64))
    assert _covered(CONFIG, one) == (1, 9 * 64)
    assert _covered(CONFIG, _op(image=(2, 4, 113))) == (1, 9 * 113)
    assert _covered(CONFIG, _op(image=(2, 4, 114))) == (2, 9 * 64)
    assert _covered(CONFIG, _op(image=(3, 4, 114)))[0] == 1  # two tiles
    first = replace(one, first_of_phase=True)
    assert _covered(CONFIG, first) == (2, 9 * 32)
    assert _covered(CONFIG, replace(_op(image=(2, 4, 35)), first_of_phase=True)) == (1, 315)
    assert _covered(CONFIG, replace(_op(image=(2, 4, 36)), first_of_phase=True))[0] == 2
    assert not splits_kernel(CONFIG, first)


def test_the_first_of_each_phase_knows_that_it_is() -> None:
    """Behind the start, or what the host does, whatever needs no work there."""
    array, alias = _op(), Alias(layer=1, source=1, output=2)
    host = HostOp(layer=2, operands=(1,), outputs=(2,))
    lowered: list[LoweredOp] = [
        alias, alias, array, alias, array, host,
        array, array, host, alias, array, host, host, array,
    ]  # fmt: skip
    mark_first(lowered)
    marked = [at for at, op in enumerate(lowered) if isinstance(op, ArrayOp) and op.first_of_phase]
    assert marked == [2, 6, 10, 13]


def test_a_kernel_that_no_channel_block_fits_is_cut_itself() -> None:
    large = _op(kernel=(17, 16), image=(20, 20, 8))
    assert 17 * 16 * 8 > 2048
    count, words = _covered(CONFIG, large)
    assert (count, words) == (2, 9 * 16 * 8)
    assert splits_kernel(CONFIG, large)
    # 16 rows of a block fill the buffer to the last word.
    assert _covered(CONFIG, _op(kernel=(16, 16), image=(20, 20, 8))) == (1, 2048)
    assert _covered(CONFIG, _op(kernel=(16, 16), image=(20, 20, 16))) == (2, 2048)
    wide = _op(kernel=(2, 300), image=(4, 300, 4))
    assert _covered(CONFIG, wide)[0] >= 2
    assert max(p.columns[1] - p.columns[0] for p in weight_parts(CONFIG, wide)) <= LARGEST_KERNEL
    tall = _op(kernel=(256, 1), image=(300, 4, 2))
    assert [part.rows for part in weight_parts(CONFIG, tall)] == [(0, 128), (128, 256)]
    assert len(weight_parts(CONFIG, _op(kernel=(255, 1), image=(300, 4, 2)))) == 1


def _pitch_cycles(op: ArrayOp, pitch: int, words: tuple[int, ...]) -> int:
    w = op.window
    shape = TileShape(
        rows=8, in_h=op.in_shape.h, in_w=op.in_shape.w, in_pitch=pitch, out_h=op.out_shape.h,
        out_w=op.out_shape.w, kernel=(w.kernel_h, w.kernel_w), stride=(w.stride_h, w.stride_w),
        dilation=(w.dilation_h, w.dilation_w), padding=(w.pad_top, w.pad_left), words=words,
    )  # fmt: skip
    return execute_cost(shape, -(-op.out_shape.c // 8), 1, False).body


@pytest.mark.parametrize("width", [4, 5, 8, 12, 16, 20, 33])
@pytest.mark.parametrize("stride", [1, 2, 3])
def test_rows_are_spread_as_far_as_is_fastest_and_no_further(width: int, stride: int) -> None:
    for kind, image, words in (
        ("dwconv", (9, width, 5), (1,)), ("conv", (9, width, 11), (8, 3)),
        ("maxpool", (9, width, 16), (1,)),
    ):  # fmt: skip
        op = _op(kind, image, 9, stride=(stride, stride))
        most = [p for p in range(width, width + 8) if 4 * p <= 5 * width + 16]
        cycles = {pitch: _pitch_cycles(op, pitch, words) for pitch in most}
        chosen = spread_pitch(CONFIG, op)
        assert chosen == min(most, key=lambda pitch: (cycles[pitch], pitch))
    assert spread_pitch(CONFIG, _op("add", (9, width, 8))) == width
    assert spread_pitch(CONFIG, _op("dwconv", (9, width, 8), kernel=(1, 1), stride=(2, 2))) == width
    assert spread_pitch(CONFIG, _op("dwconv", (1, width, 8), stride=(2, 2))) == width


def _work(op: ArrayOp, bounds: tuple[int, ...], *, channels: int = 0, stored: bool = True) -> Work:
    strips = [strip_of(op, a, b) for a, b in pairwise(bounds)]
    return work(CONFIG, op, strips, loaded=len(op.operands), stored=stored, channels=channels)


def test_an_estimate_is_what_array_and_bus_have_to_do() -> None:
    one = _work(_op(), (0, 16))
    # 32 tiles of 3 blocks, 9 taps of 16 channels each; words of 2 blocks in, of 3 blocks out
    assert (one.array, one.loads, one.stores) == ((32 * 3 * 144,), (256 * 2,), (256 * 3,))
    assert (one.parts, one.busy) == (1, False)
    assert one.cycles == 512 + 768 // 2 + 13_824 + 30
    two = _work(_op(), (0, 8, 16))
    assert (two.loads, two.stores, two.array) == ((288, 288), (384, 384), (6912, 6912))
    assert two.cycles == 288 + 192 + 2 * (6912 + 30)
    assert _work(_op(), (0, 16), stored=False).stores == (0,)
    resident = work(CONFIG, _op(), [strip_of(_op(), 0, 16)], loaded=0, stored=False)
    assert (resident.loads, resident.stores) == ((0,), (0,))


def test_an_estimate_knows_who_waits_for_banks() -> None:
    """Rows two apart share banks by two; a word of one channel has no time to spare."""
    pixels = 8 * 8 // 8
    assert _work(_op(image=(16, 16, 12), stride=(2, 2)), (0, 8)).array == (pixels * 3 * 9 * 12,)
    assert _work(_op(image=(16, 16, 9), stride=(2, 2)), (0, 8)).array == (pixels * 3 * 9 * 10,)
    assert _work(_op(image=(16, 16, 8), stride=(2, 2)), (0, 8)).array == (pixels * 3 * 9 * 8,)
    pool = _work(_op("maxpool", stride=(2, 2)), (0, 8))
    assert pool.array == (pixels * 2 * 18,)
    assert pool.busy
    assert pool.cycles == pool.loads[0] + pool.stores[0] // 2 + 30 + max(
        pool.array[0] + pool.stores[0], pool.loads[0]
    )
    add = replace(_op("add"), operands=(0, 2))
    assert _work(add, (0, 16)).array == (32 * 2 * 8,)  # an item for each row, more than steps
    assert _work(add, (0, 16)).loads == (2 * 256 * 2,)


def test_an_estimate_loads_weights_again_that_do_not_stay() -> None:
    few, many = (_op(image=(16, 16, c), channels=64) for c in (14, 15))
    assert 8 * 9 * 14 <= 1024 < 8 * 9 * 15
    assert _work(few, (0, 8, 16)).loads == (288, 288)
    assert _work(many, (0, 8, 16)).loads == (288 + 1080, 288 + 1080)
    half = _op(image=(16, 16, 128), channels=64, kernel=(1, 1), pad=(0, 0))  # 1,024 words
    assert _work(half, (0, 16)).loads == (256 * 16,)
    assert work(CONFIG, many, [strip_of(many, 0, 16)], loaded=0, stored=True).loads == (1080,)
    assert work(CONFIG, many, [strip_of(many, 0, 16)], loaded=0, stored=False).loads == (0,)


def test_an_estimate_of_some_channels_at_once_has_a_run_for_each_pixel() -> None:
    op = _op("dwconv", (16, 16, 20))
    whole, some = _work(op, (0, 16)), _work(op, (0, 16), channels=8)
    assert (whole.parts, some.parts) == (1, 3)
    assert (whole.loads, some.loads) == ((256 * 3,), (256 * 6,))
    assert (whole.stores, some.stores) == ((256 * 3,), (256 * 6,))
    aligned = _work(_op("dwconv", (16, 16, 24)), (0, 16), channels=8)
    assert aligned.loads == (256 * 3,)
    assert some.cycles == (1536 + 768) // 3 + max(some.array[0] + 1536, 1536) + 90


def test_two_that_take_turns_hide_what_one_of_them_waits_for() -> None:
    def made(array: int, loads: int, stores: int, *, busy: bool = False, parts: int = 1) -> Work:
        return Work(
            array=(array, array), loads=(loads, loads), stores=(stores, stores), parts=parts,
            busy=busy,
        )  # fmt: skip

    assert together(made(500, 10, 20), made(300, 30, 40)) == 1600 + 4 * 30 + 10 + 40
    assert together(made(50, 1000, 20), made(300, 30, 40)) == 2060 + 4 * 30 + 1000 + 40
    busy = together(made(500, 10, 200, busy=True), made(100, 30, 40, parts=2))
    assert busy == 1000 + 480 + 6 * 30 + 10 + 40
