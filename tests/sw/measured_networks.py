"""Networks whose cycles were measured: each makes the compiler choose, or the core wait.

Strips, slices of channels, sums in parts, pairs, joined and folded convolutions, moves, several
jobs; and random ones for what nobody thought of.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from golden.network import Network
from golden.network import operations as ops
from golden.operators.windows import resolve_padding
from sw.importer import import_network
from sw.kernels import KERNELS
from tests.sw.layers import add, conv, depthwise, pool, product, transpose
from tests.sw.random_networks import Builder, random_network

ROOT = Path(__file__).resolve().parents[2]
RANDOM = 24
LARGE = (6, 22, 37, 52, 62, 63)
Made = Callable[[Builder], list[int]]  # gives the outputs


def _network(make: Made) -> Network:
    builder = Builder(rng=np.random.default_rng(1))
    outputs = make(builder)
    written = {t for layer in builder.layers for t in layer.outputs}
    inputs = [t.index for t in builder.tensors if t.index not in written and t.data is None]
    return Network(
        name="measured", tensors=tuple(builder.tensors), layers=tuple(builder.layers),
        inputs=tuple(inputs), outputs=tuple(outputs), state=builder.state,
    )  # fmt: skip


def _large(seed: int) -> Made:
    """A random chain of layers, none of whose tensors has room beside the next."""

    def make(b: Builder) -> list[int]:
        b.rng = np.random.default_rng(seed)
        size = b.integer(40, 71)
        x = b.tensor((1, size, size, 8 * b.integer(1, 4)))
        for _ in range(b.integer(3, 4)):
            kind = b.integer(0, 4)
            if kind == 0:
                x = depthwise(b, x)
            elif kind == 1:
                x = conv(b, x, 8 * b.integer(1, 7), (1, 1))
            elif kind == 2:
                x = conv(b, x, 8 * b.integer(1, 2))
            elif kind == 3:
                x = pool(b, x, (3, 3), (1, 1), average=b.rng.random() < 0.5)
            else:
                x = add(b, x, b.tensor(b.shape(x)))
        return [x]

    return make


def _two_tables(b: Builder) -> list[int]:
    """Of more channels than half the parameter buffer has entries for."""
    x = b.tensor((1, 5, 6, 300))
    x = b.layer(ops.Lookup(table=b.int8((256,))), [x], b.shape(x))[0]
    x = pool(b, x, (3, 3), (1, 1), average=True)
    return [add(b, x, b.tensor((1, 5, 6, 300)))]


def _after_the_host(b: Builder) -> list[int]:
    x = b.tensor((1, 40, 48, 1))
    (y,) = b.layer(ops.Softmax(input_scale=0.1, beta=1.0), [x], b.shape(x))
    return [conv(b, y, 8, (10, 4), (2, 2))]


def _ring(b: Builder) -> list[int]:
    """The last rows are kept, as streaming networks do."""
    x = b.tensor((1, 3, 20, 16))
    b.state["kept"] = b.int8((1, 6, 20, 16))
    (old,) = b.layer(ops.ReadVariable(variable="kept"), [], (1, 6, 20, 16))
    (both,) = b.layer(ops.Concatenation(axis=1), [old, x], (1, 9, 20, 16))
    cut = ops.Slice(slices=((slice(None), slice(3, None)),), output_shapes=((1, 6, 20, 16),))
    (new,) = b.layer(cut, [both], (1, 6, 20, 16))
    b.layer(ops.AssignVariable(variable="kept"), [new])
    return [conv(b, both, 8)]


def _blocks_of_mobilenet(b: Builder) -> list[int]:
    """Of which no tensor fits."""
    x = b.tensor((1, 72, 72, 16))
    for channels, stride in ((24, 1), (32, 2)):
        x = conv(b, depthwise(b, x, stride=stride), channels, (1, 1))
    return [x]


def _in_turn(b: Builder) -> list[int]:
    x = depthwise(b, b.tensor((1, 64, 64, 24)))
    return [add(b, x, conv(b, x, 24, (1, 1)))]


def _then_a_small_one(b: Builder) -> list[int]:
    x = conv(b, depthwise(b, b.tensor((1, 64, 64, 24))), 64, (1, 1))
    return [pool(b, x, (8, 8), (8, 8), average=True)]


def _one_by_one(b: Builder) -> list[int]:
    """Two of the tensors fit, three do not; the first is needed again at the end."""
    first = x = conv(b, b.tensor((1, 40, 40, 3)), 16)
    for _ in range(3):
        x = conv(b, x, 16)
    x = pool(b, add(b, x, first), (2, 2), (2, 2), average=False)
    return [product(b, conv(b, x, 32, stride=(2, 2)), 20)]


def _many_inputs(b: Builder) -> list[int]:
    x = b.tensor((1, 36, 36, 16))
    others = [b.tensor((1, 36, 36, 16)) for _ in range(3)]
    for other in others:
        x = add(b, conv(b, x, 16, (1, 1)), other)
    return [add(b, x, others[0])]


def _grouped(b: Builder) -> list[int]:
    x = b.tensor((1, 13, 11, 24))
    window = resolve_padding(13, 11, kernel=(3, 3))
    operation = ops.Convolution(
        weights=b.int8((36, 3, 3, 6)), bias=b.bias(36), window=window, input_zero_point=-4,
        requantisation=b.requantisation(54, 36),
    )  # fmt: skip
    return b.layer(operation, [x], (1, 13, 11, 36))


def _batch(b: Builder) -> list[int]:
    x = b.tensor((3, 9, 7, 12))
    window = resolve_padding(9, 7, kernel=(3, 3))
    operation = ops.Depthwise(
        weights=b.int8((3, 3, 12)), bias=b.bias(12), window=window, input_zero_point=4,
        requantisation=b.requantisation(9, 12),
    )  # fmt: skip
    return b.layer(operation, [x], (3, 9, 7, 12))


def _spread(b: Builder) -> list[int]:
    x = b.tensor((1, 9, 7, 10))
    operation = ops.TransposedConvolution(
        weights=b.int8((6, 3, 4, 10)), bias=b.bias(6), stride=(2, 3), padding=(1, 1),
        size=(17, 20), input_zero_point=4, requantisation=b.requantisation(40, 6),
    )  # fmt: skip
    return b.layer(operation, [x], (1, 17, 20, 6))


def _residual(b: Builder) -> list[int]:
    x = conv(b, b.tensor((1, 32, 32, 3)), 16)
    y = conv(b, conv(b, x, 16), 16)
    x = add(b, x, y)
    y = conv(b, conv(b, x, 32, stride=(2, 2)), 32)
    return [add(b, y, conv(b, x, 32, (1, 1), (2, 2)))]


def _concatenated(b: Builder) -> list[int]:
    x = b.tensor((1, 20, 20, 12))
    parts = [conv(b, x, 20), conv(b, x, 12, (1, 1)), x]
    (y,) = b.layer(ops.Concatenation(axis=3), parts, (1, 20, 20, 44))
    return [conv(b, y, 8, (1, 1))]


def _padded(b: Builder) -> list[int]:
    x = b.tensor((1, 17, 19, 9))
    operation = ops.Pad(paddings=((0, 0), (2, 3), (1, 4), (0, 2)), value=-7)
    return b.layer(operation, [x], (1, 22, 24, 11))


def _sliced(b: Builder) -> list[int]:
    x = b.tensor((1, 30, 22, 20))
    parts = ((slice(None), slice(1, None, 2), slice(3, 20), slice(2, 19)),)
    return b.layer(ops.Slice(slices=parts, output_shapes=((1, 15, 17, 17),)), [x], (1, 15, 17, 17))


def _split(b: Builder) -> list[int]:
    x = conv(b, b.tensor((1, 16, 16, 8)), 32)
    whole = (slice(None),) * 3
    parts = tuple((*whole, slice(k * 16, k * 16 + 16)) for k in (0, 1))
    shape = (1, 16, 16, 16)
    halves = b.layer(ops.Slice(slices=parts, output_shapes=(shape, shape)), [x], shape, shape)
    return [add(b, conv(b, halves[0], 16), halves[1])]


def _attention(b: Builder) -> list[int]:
    x = b.tensor((1, 4, 33, 20))
    y = b.tensor((1, 4, 33, 20))
    scales = b.requantisation(20, 1)
    operation = ops.MatrixProduct(
        a_zero_point=1, b_zero_point=0, adjoint_a=False, adjoint_b=True,
        requantisation=ops.Requantisation(
            multiplier=scales.multiplier[:1], shift=scales.shift[:1], output_zero_point=0
        ),
    )  # fmt: skip
    (scores,) = b.layer(operation, [x, y], (1, 4, 33, 33))
    b.layer(ops.Softmax(input_scale=0.1, beta=1.0), [scores], (1, 4, 33, 33))
    shares = b.layers[-1].outputs[0]
    last = ops.MatrixProduct(
        a_zero_point=-128, b_zero_point=0, adjoint_a=True, adjoint_b=False,
        requantisation=operation.requantisation,
    )  # fmt: skip
    return b.layer(last, [shares, y], (1, 4, 33, 20))


def _products(b: Builder) -> list[int]:
    """Each matrix in several chunks: as it lies, and transposed."""
    scales = b.requantisation(64, 1)
    made = []
    for adjoint, shape in ((False, (1, 2, 64, 150)), (True, (1, 2, 150, 64))):
        operation = ops.MatrixProduct(
            a_zero_point=1, b_zero_point=0, adjoint_a=False, adjoint_b=adjoint,
            requantisation=ops.Requantisation(
                multiplier=scales.multiplier[:1], shift=scales.shift[:1], output_zero_point=0
            ),
        )  # fmt: skip
        operands = [b.tensor((1, 2, 21, 64)), b.tensor(shape)]
        made += b.layer(operation, operands, (1, 2, 21, 150))
    return made


def _repeated(b: Builder) -> list[int]:
    return [add(b, b.tensor((1, 18, 21, 16)), b.tensor((1, 1, 21, 1)))]


def _smaller_of_two(b: Builder) -> list[int]:
    x, y = b.tensor((1, 9, 9, 40)), b.tensor((1, 9, 9, 40))
    return b.layer(ops.Maximum(smallest=True), [x, y], (1, 9, 9, 40))


def _reduced(b: Builder) -> list[int]:
    x = b.tensor((1, 12, 11, 24))
    mean = ops.Mean(
        axes=(1, 2), keep_dims=True, input_zero_point=3, output_zero_point=-2,
        multiplier=1 << 30, shift=1,
    )  # fmt: skip
    return [
        *b.layer(mean, [x], (1, 1, 1, 24)),
        *b.layer(ops.Extreme(axes=(1,), keep_dims=False, smallest=False), [x], (1, 11, 24)),
    ]


def _resized(b: Builder) -> list[int]:
    x = b.tensor((1, 9, 10, 12))
    operation = ops.ResizeBilinear(size=(18, 20), align_corners=False, half_pixel=True)
    return b.layer(operation, [x], (1, 18, 20, 12))


def _kilobyte(b: Builder) -> list[int]:
    """The least that is stored in strips while the next are computed."""
    x = conv(b, b.tensor((1, 8, 8, 8)), 16)
    return [x, conv(b, x, 16)]


def _larger(b: Builder) -> list[int]:
    x = b.tensor((1, 9, 10, 12))
    operation = ops.ResizeNearest(size=(18, 30), align_corners=False, half_pixel=False)
    return b.layer(operation, [x], (1, 18, 30, 12))


NETWORKS: dict[str, Callable[[], Network]] = {
    "mnist": lambda: import_network(ROOT / "models" / "mnist" / "mnist.tflite"),
    **{kernel.name: lambda make=kernel.make: make(1) for kernel in KERNELS},  # type: ignore[misc]
    **{
        name: lambda make=make: _network(make)  # type: ignore[misc]
        for name, make in {
            "image in strips": lambda b: [conv(b, b.tensor((1, 90, 94, 12)), 10)],
            "image in strips, stride 2": lambda b: [
                conv(b, b.tensor((1, 96, 96, 9)), 24, (5, 5), (2, 2))
            ],
            "rows of an image in strips": lambda b: [
                conv(b, b.tensor((1, 3, 700, 40)), 16, (3, 5))
            ],
            "folded columns": lambda b: [conv(b, b.tensor((1, 40, 48, 1)), 8, (10, 4), (2, 2))],
            "folded columns, then joined": lambda b: [
                depthwise(b, conv(b, b.tensor((1, 40, 48, 1)), 8, (3, 5), (1, 2)))
            ],
            "few columns to fold": lambda b: [
                conv(b, b.tensor((1, 40, 48, 4)), 8, (3, 2), (1, 2), "VALID")
            ],
            "columns too dear to fold": lambda b: [
                depthwise(b, conv(b, b.tensor((1, 64, 64, 3)), 8, (4, 4), (2, 2)))
            ],
            "pointwise, then joined": lambda b: [
                conv(b, conv(b, b.tensor((1, 28, 28, 32)), 16, (1, 1)), 16)
            ],
            "depthwise of many channels": lambda b: [depthwise(b, b.tensor((1, 25, 25, 200)))],
            "depthwise, stride 2": lambda b: [depthwise(b, b.tensor((1, 30, 30, 48)), 5, 2)],
            "largest of wide rows": lambda b: [
                pool(b, b.tensor((1, 40, 24, 57)), (5, 2), (1, 2), average=False)
            ],
            "averages in strips": lambda b: [
                pool(b, b.tensor((1, 26, 62, 73)), (4, 3), (1, 1), average=True)
            ],
            "sums in parts": lambda b: [product(b, b.tensor((1, 1, 40, 2600)), 24)],
            "sums in parts of one tile": lambda b: [product(b, b.tensor((1, 1, 5, 1500)), 70)],
            "kernel in parts": lambda b: [conv(b, b.tensor((1, 14, 14, 64)), 12, (7, 7))],
            "many filters": lambda b: [conv(b, b.tensor((1, 7, 7, 48)), 130)],
            "sums of large tensors": lambda b: [
                add(b, b.tensor((1, 40, 40, 48)), b.tensor((1, 40, 40, 48)))
            ],
            "table": lambda b: b.layer(
                ops.Lookup(table=b.int8((256,))), [b.tensor((1, 80, 31, 50))], (1, 80, 31, 50)
            ),
            "transposed image": lambda b: [transpose(b, b.tensor((1, 6, 24, 24)), (0, 2, 3, 1))],
            "rows for columns": lambda b: [transpose(b, b.tensor((1, 31, 17, 24)), (0, 2, 1, 3))],
            "strips in turn": lambda b: [
                conv(b, depthwise(b, b.tensor((1, 64, 64, 24))), 64, (1, 1))
            ],
            "strips in turn, then a sum": _in_turn,
            "strips in turn, then a small one": _then_a_small_one,
            "one by one": _one_by_one,
            "many inputs": _many_inputs,
            "grouped": _grouped,
            "batch": _batch,
            "spread": _spread,
            "row wider than the scratchpad": lambda b: [conv(b, b.tensor((1, 3, 2500, 32)), 8)],
            "pixel larger than the scratchpad": lambda b: [
                depthwise(b, b.tensor((1, 3, 3, 8_000)))
            ],
            "fits to the last line": lambda b: b.layer(
                ops.Lookup(table=b.int8((256,))), [b.tensor((1, 64, 64, 8))], (1, 64, 64, 8)
            ),
            "kernel in parts that stride": lambda b: [
                conv(b, b.tensor((1, 33, 31, 20)), 9, (11, 13), (2, 3))
            ],
            "many channels": _two_tables,
            "image in strips, small result": lambda b: [
                conv(b, b.tensor((1, 96, 96, 9)), 48, (5, 5), (4, 4))
            ],
            "eight rows": lambda b: [conv(b, b.tensor((1, 8, 8, 8)), 8, (1, 1))],
            "two rows": lambda b: [conv(b, b.tensor((1, 2, 60, 16)), 16, (1, 1))],
            "weights that just stay": lambda b: [conv(b, b.tensor((1, 48, 64, 8)), 64, (4, 4))],
            "parameters that do not stay": lambda b: [
                conv(b, b.tensor((1, 32, 32, 8)), 264, (1, 1))
            ],
            "stored kilobyte": _kilobyte,
            "folded after the host": _after_the_host,
            "kept in a ring": _ring,
            **{f"large {seed}": _large(seed) for seed in LARGE},
            "blocks of mobilenet": _blocks_of_mobilenet,
            "residual": _residual,
            "concatenated": _concatenated,
            "padded": _padded,
            "sliced": _sliced,
            "split": _split,
            "attention": _attention,
            "products": _products,
            "repeated": _repeated,
            "smaller of two": _smaller_of_two,
            "reduced": _reduced,
            "bilinear": _resized,
            "nearest": _larger,
        }.items()
    },
    **{
        f"random {seed}": lambda seed=seed: random_network(seed)  # type: ignore[misc]
        for seed in range(1000, 1000 + RANDOM)
    },
}
CONFIGS = ("8x8", "4x8", "16x4")
