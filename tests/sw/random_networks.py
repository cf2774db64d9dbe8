"""Random small networks over all operators, from a seed: branches, concatenations, variables.

Arithmetic parameters are random too: what matters is that both sides use the same ones.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from golden.network import Layer, Network, Tensor
from golden.network import operations as ops
from golden.operators.parameters import add_parameters
from golden.operators.windows import Window, resolve_padding


@dataclass(kw_only=True)
class Builder:
    """A network under construction; ``images`` are the 4-D tensors that may be read."""

    rng: np.random.Generator
    tensors: list[Tensor] = field(default_factory=list)
    layers: list[Layer] = field(default_factory=list)
    images: list[int] = field(default_factory=list)
    state: dict[str, np.ndarray] = field(default_factory=dict)

    def integer(self, low: int, high: int) -> int:
        """Random integer in low..high."""
        return int(self.rng.integers(low, high + 1))

    def int8(self, shape: tuple[int, ...]) -> np.ndarray:
        """Random int8 array."""
        return self.rng.integers(-128, 128, shape).astype(np.int8)

    def tensor(self, shape: tuple[int, ...], data: np.ndarray | None = None) -> int:
        """Add a tensor."""
        index = len(self.tensors)
        self.tensors.append(
            Tensor(
                index=index,
                name=f"t{index}",
                shape=tuple(int(n) for n in shape),
                dtype="int8",
                scale=0.1,
                zero_point=0,
                data=data,
            )
        )
        return index

    def layer(
        self, operation: ops.Operation, inputs: list[int], *shapes: tuple[int, ...]
    ) -> list[int]:
        """Add a layer; return its outputs."""
        outputs = [self.tensor(shape) for shape in shapes]
        self.layers.append(
            Layer(
                index=len(self.layers),
                operator=type(operation).__name__,
                inputs=tuple(inputs),
                outputs=tuple(outputs),
                operation=operation,
            )
        )
        self.images += [t for t in outputs if len(self.tensors[t].shape) == 4]
        return outputs

    def any_image(self) -> int:
        """A tensor to read, rather a late one."""
        late = self.images[-3:]
        pool = late if self.rng.random() < 0.7 else self.images
        return pool[self.integer(0, len(pool) - 1)]

    def shape(self, tensor: int) -> tuple[int, ...]:
        """Shape of a tensor."""
        return self.tensors[tensor].shape

    def requantisation(self, depth: int, channels: int) -> ops.Requantisation:
        """Scales that bring sums of that depth to about int8."""
        count = channels if self.rng.random() < 0.6 else 1
        low = self.integer(-128, 0)
        return ops.Requantisation(
            multiplier=self.rng.integers(1 << 30, (1 << 31) - 1, count).astype(np.int32),
            shift=np.full(count, -6 - int(np.log2(depth) / 2), dtype=np.int32)
            + self.rng.integers(-1, 2, count).astype(np.int32),
            output_zero_point=self.integer(-20, 20),
            act_min=low,
            act_max=self.integer(low, 127),
        )

    def bias(self, channels: int) -> np.ndarray | None:
        """Biases, sometimes none."""
        if self.rng.random() < 0.2:
            return None
        return self.rng.integers(-5000, 5000, channels).astype(np.int32)


def window(b: Builder, shape: tuple[int, ...]) -> Window:
    """Random kernel, stride, dilation and padding that fit the image."""
    _, h, w, _ = shape
    same = b.rng.random() < 0.6
    kernel, dilation = [], []
    for size in (h, w):
        d = b.integer(1, 2)
        limit = 5 if same else max(1, (size - 1) // d + 1)
        kernel.append(b.integer(1, min(5, limit)))
        dilation.append(d)
    return resolve_padding(
        h,
        w,
        kernel=(kernel[0], kernel[1]),
        stride=(b.integer(1, 3), b.integer(1, 3)),
        dilation=(dilation[0], dilation[1]),
        padding="SAME" if same else "VALID",
    )


def convolution(b: Builder) -> None:
    x = b.any_image()
    in_c, out_c = b.shape(x)[3], b.integer(1, 40)
    w = window(b, b.shape(x))
    operation = ops.Convolution(
        weights=b.int8((out_c, w.kernel_h, w.kernel_w, in_c)),
        bias=b.bias(out_c),
        window=w,
        input_zero_point=b.integer(-128, 127),
        requantisation=b.requantisation(w.kernel_h * w.kernel_w * in_c, out_c),
    )
    b.layer(operation, [x], (1, w.out_h, w.out_w, out_c))


def depthwise(b: Builder) -> None:
    x = b.any_image()
    out_c = b.shape(x)[3] * (b.integer(1, 2) if b.shape(x)[3] < 20 else 1)
    w = window(b, b.shape(x))
    operation = ops.Depthwise(
        weights=b.int8((w.kernel_h, w.kernel_w, out_c)),
        bias=b.bias(out_c),
        window=w,
        input_zero_point=b.integer(-128, 127),
        requantisation=b.requantisation(w.kernel_h * w.kernel_w, out_c),
    )
    b.layer(operation, [x], (1, w.out_h, w.out_w, out_c))


def fully_connected(b: Builder) -> None:
    x = b.any_image()
    shape = b.shape(x)
    flatten = b.rng.random() < 0.5
    depth, rows = (int(np.prod(shape)), 1) if flatten else (shape[3], shape[1] * shape[2])
    units = b.integer(1, 24)
    operation = ops.FullyConnected(
        weights=b.int8((units, depth)),
        bias=b.bias(units),
        input_zero_point=b.integer(-128, 127),
        requantisation=b.requantisation(depth, units),
        output_shape=(1, 1, rows, units),
    )
    b.layer(operation, [x], (1, 1, rows, units))


def pooling(b: Builder) -> None:
    x = b.any_image()
    w = window(b, b.shape(x))
    w = resolve_padding(
        b.shape(x)[1],
        b.shape(x)[2],
        kernel=(min(w.kernel_h, b.shape(x)[1]), min(w.kernel_w, b.shape(x)[2])),
        stride=(w.stride_h, w.stride_w),
        padding="SAME",
    )
    low = b.integer(-128, 0)
    operation = ops.Pooling(
        window=w, average=b.rng.random() < 0.5, act_min=low, act_max=b.integer(low, 127)
    )
    b.layer(operation, [x], (1, w.out_h, w.out_w, b.shape(x)[3]))


def mean(b: Builder) -> None:
    x = b.any_image()
    operation = ops.Mean(
        axes=(1, 2),
        keep_dims=True,
        input_zero_point=b.integer(-9, 9),
        output_zero_point=b.integer(-9, 9),
        multiplier=b.integer(1 << 30, (1 << 31) - 1),
        shift=b.integer(-2, 2),
    )
    b.layer(operation, [x], (1, 1, 1, b.shape(x)[3]))


def second_operand(b: Builder, shape: tuple[int, ...]) -> int:
    """A tensor or constant that can be joined with one of this shape."""
    fitting = [
        t for t in b.images if all(n in (1, m) for n, m in zip(b.shape(t), shape, strict=True))
    ]
    if fitting and b.rng.random() < 0.7:
        return fitting[b.integer(0, len(fitting) - 1)]
    small = tuple(1 if b.rng.random() < 0.5 else n for n in shape)
    small = small[b.integer(0, 3) :]
    return b.tensor(small, b.int8(small))


def elementwise(b: Builder) -> None:
    x = b.any_image()
    shape = b.shape(x)
    operands = [x, second_operand(b, shape)]
    if b.rng.random() < 0.5:
        operands.reverse()
    points = {
        "a_zero_point": b.integer(-128, 127),
        "b_zero_point": b.integer(-128, 127),
        "output_zero_point": b.integer(-20, 20),
        "act_min": -128,
        "act_max": b.integer(0, 127),
    }
    if b.rng.random() < 0.4:
        operation: ops.Operation = ops.Multiplication(
            multiplier=b.integer(1 << 30, (1 << 31) - 1), shift=b.integer(-8, -3), **points
        )
    else:
        first, second = (float(b.rng.uniform(0.01, 0.2)) for _ in range(2))
        operation = ops.Addition(
            parameters=add_parameters(first, second, 0.15), subtract=b.rng.random() < 0.5, **points
        )
    b.layer(operation, operands, shape)


def lookup(b: Builder) -> None:
    x = b.any_image()
    b.layer(ops.Lookup(table=b.int8((256,))), [x], b.shape(x))


def concatenation(b: Builder) -> None:
    x = b.any_image()
    axis = b.integer(1, 3)
    shape = b.shape(x)
    fitting = [t for t in b.images if all(b.shape(t)[a] == shape[a] for a in range(4) if a != axis)]
    chosen = [fitting[b.integer(0, len(fitting) - 1)] for _ in range(b.integer(1, 2))]
    if b.rng.random() < 0.2:
        chosen.append(b.tensor(shape, b.int8(shape)))
    operands = [x, *chosen]
    extent = sum(b.shape(t)[axis] for t in operands)
    made = tuple(extent if a == axis else n for a, n in enumerate(shape))
    if int(np.prod(made)) <= 6000:
        b.layer(ops.Concatenation(axis=axis), operands, made)


def pad(b: Builder) -> None:
    x = b.any_image()
    channels = (b.integer(0, 3), b.integer(0, 3)) if b.rng.random() < 0.3 else (0, 0)
    paddings = ((0, 0), (b.integer(0, 2), b.integer(0, 2)), (b.integer(0, 2), 1), channels)
    made = tuple(n + p + q for n, (p, q) in zip(b.shape(x), paddings, strict=True))
    (y,) = b.layer(ops.Pad(paddings=paddings, value=b.integer(-9, 9)), [x], made)
    if b.rng.random() < 0.7:
        b.images.remove(y)
        k = (min(2, made[1]), min(2, made[2]))
        w = resolve_padding(made[1], made[2], kernel=k, padding="VALID")
        pad = b.layers[-1].operation
        assert isinstance(pad, ops.Pad)
        pad_value = pad.value
        operation = ops.Convolution(
            weights=b.int8((5, *k, made[3])),
            bias=b.bias(5),
            window=w,
            input_zero_point=pad_value if b.rng.random() < 0.7 else 3,
            requantisation=b.requantisation(4 * made[3], 5),
        )
        b.layer(operation, [y], (1, w.out_h, w.out_w, 5))


def slices(b: Builder) -> None:
    x = b.any_image()
    index, shape = [], []
    for size in b.shape(x):
        start = b.integer(0, size - 1)
        stop = b.integer(start + 1, size)
        index.append(slice(start, stop, b.integer(1, 2)))
        shape.append(len(range(*index[-1].indices(size))))
    parts, shapes = [tuple(index)], [tuple(shape)]
    if b.shape(x)[3] % 2 == 0 and b.rng.random() < 0.4:
        half = b.shape(x)[3] // 2
        whole = (slice(None),) * 3
        parts = [(*whole, slice(0, half)), (*whole, slice(half, None))]
        shapes = [(*b.shape(x)[:3], half)] * 2
    operation = ops.Slice(slices=tuple(parts), output_shapes=tuple(shapes))
    b.layer(operation, [x], *shapes)


def matrix_product(b: Builder) -> None:
    x = b.any_image()
    batch, heads, rows, depth = b.shape(x)
    adjoint_a, adjoint_b = b.rng.random() < 0.3, b.rng.random() < 0.5
    if adjoint_a:
        rows, depth = depth, rows
    units = b.integer(1, 12)
    right = (1, heads if b.rng.random() < 0.5 else 1, depth, units)
    if adjoint_b:
        right = (*right[:2], units, depth)
    fitting = [t for t in b.images if b.shape(t) == right]
    y = fitting[0] if fitting else b.tensor(right, b.int8(right))
    if not fitting:
        # Made by the core: a table of a constant slice would do; a copy of x is simpler.
        y = copy_of_size(b, x, right)
    requantisation = b.requantisation(depth, 1)
    operation = ops.MatrixProduct(
        a_zero_point=b.integer(-9, 9),
        b_zero_point=b.integer(-9, 9),
        adjoint_a=adjoint_a,
        adjoint_b=adjoint_b,
        requantisation=ops.Requantisation(
            multiplier=requantisation.multiplier[:1],
            shift=requantisation.shift[:1],
            output_zero_point=0,
        ),
    )
    b.layer(operation, [x, y], (batch, heads, rows, units))


def copy_of_size(b: Builder, x: int, shape: tuple[int, ...]) -> int:
    """A constant, or a reshaped slice of ``x`` where it has enough bytes."""
    size = int(np.prod(shape))
    flat = int(np.prod(b.shape(x)))
    if flat < size or b.rng.random() < 0.3:
        return b.tensor(shape, b.int8(shape))
    (line,) = b.layer(ops.Reshape(shape=(1, 1, 1, flat)), [x], (1, 1, 1, flat))
    b.images.remove(line)
    part = (slice(None), slice(None), slice(None), slice(0, size))
    cut = ops.Slice(slices=(part,), output_shapes=((1, 1, 1, size),))
    (piece,) = b.layer(cut, [line], (1, 1, 1, size))
    b.images.remove(piece)
    (y,) = b.layer(ops.Reshape(shape=shape), [piece], shape)
    return y


def reshape(b: Builder) -> None:
    x = b.any_image()
    _, h, w, c = b.shape(x)
    shape = (1, w, h, c) if b.rng.random() < 0.5 else (1, 1, h, w * c)
    b.layer(ops.Reshape(shape=shape), [x], shape)


def variable(b: Builder) -> None:
    """A ring of the last pixels, as streaming networks keep them."""
    x = b.any_image()
    shape = b.shape(x)
    name = f"v{len(b.state)}"
    b.state[name] = b.int8(shape)
    (old,) = b.layer(ops.ReadVariable(variable=name), [], shape)
    joined = (1, shape[1] * 2, *shape[2:])
    (both,) = b.layer(ops.Concatenation(axis=1), [old, x], joined)
    keep = (slice(None), slice(shape[1], None))
    cut = ops.Slice(slices=(keep,), output_shapes=(shape,))
    (new,) = b.layer(cut, [both], shape)
    b.layer(ops.AssignVariable(variable=name), [new])


def transpose(b: Builder) -> None:
    x = b.any_image()
    axes = (0, *(int(a) + 1 for a in b.rng.permutation(3)))
    shape = tuple(b.shape(x)[a] for a in axes)
    b.layer(ops.Transpose(permutation=axes), [x], shape)


def softmax(b: Builder) -> None:
    x = b.any_image()
    b.layer(ops.Softmax(input_scale=0.1, beta=1.0), [x], b.shape(x))


KINDS = (
    (convolution, 5),
    (depthwise, 3),
    (fully_connected, 1),
    (pooling, 2),
    (mean, 0.5),
    (elementwise, 4),
    (lookup, 1),
    (concatenation, 3),
    (pad, 2),
    (slices, 2),
    (matrix_product, 2),
    (reshape, 1),
    (variable, 1),
    (transpose, 1),
    (softmax, 0.3),
)


def random_network(seed: int) -> Network:
    """Network number ``seed``."""
    b = Builder(rng=np.random.default_rng(seed))
    inputs = []
    for _ in range(b.integer(1, 2)):
        shape = (1, b.integer(1, 14), b.integer(1, 14), b.integer(1, 20))
        inputs.append(b.tensor(shape))
    b.images += inputs
    weights = np.array([weight for _, weight in KINDS])
    for _ in range(b.integer(2, 7)):
        KINDS[int(b.rng.choice(len(KINDS), p=weights / weights.sum()))][0](b)
    read = {t for layer in b.layers for t in layer.inputs}
    ends = [t for layer in b.layers for t in layer.outputs if t not in read]
    if not ends:
        ends = [b.layers[-1].inputs[0]]
    return Network(
        name=f"random {seed}",
        tensors=tuple(b.tensors),
        layers=tuple(b.layers),
        inputs=tuple(inputs),
        outputs=tuple(ends),
        state=b.state,
    )
