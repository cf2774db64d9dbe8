"""The flatbuffer writer: what it refuses, and a network of several layers read by tflite-micro."""

import numpy as np
import pytest

from models.tflite_writer import TfliteWriter, conv_output_size
from tests.tflm.oracle import Oracle


def test_a_network_keeps_every_tensor() -> None:
    rng = np.random.default_rng(1)
    w = TfliteWriter("three layers")
    x = w.add_tensor("x", (1, 6, 6, 2), scale=0.1, zero_point=3)
    weights = rng.integers(-128, 128, (4, 3, 3, 2))
    f = w.add_tensor("f", weights.shape, data=weights, scale=[0.01] * 4, channel_axis=0)
    y = w.conv_2d("conv", x, f, -1, scale=0.3, zero_point=-4, stride=(2, 1), activation="RELU")
    p = w.pool_2d("pool", "MAX_POOL_2D", y, window=(3, 2), stride=(1, 2))
    flat = w.reshape("flat", p, (1, 12))
    s = w.softmax("softmax", flat)
    assert w.shape(y) == (1, 3, 6, 4)
    assert w.shape(p) == (1, 1, 3, 4)

    image = rng.integers(-128, 128, (1, 6, 6, 2), dtype=np.int8)
    oracle = Oracle(w.finish([x], [s]), preserve_all=True)
    (output,) = oracle.run([image])
    conv = oracle.tensor(y)
    assert conv.shape == (1, 3, 6, 4)
    assert conv.min() == -4  # RELU at the zero point
    pooled = conv.reshape(1, 3, 3, 2, 4).max(axis=(1, 3))
    np.testing.assert_array_equal(oracle.tensor(p).reshape(1, 3, 4), pooled)
    np.testing.assert_array_equal(oracle.tensor(flat).ravel(), pooled.ravel())
    assert output.shape == (1, 12)


@pytest.mark.parametrize(
    ("size", "kernel", "stride", "dilation", "padding", "expected"),
    [(28, 3, 2, 1, "SAME", 14), (28, 3, 2, 1, "VALID", 13), (9, 3, 1, 3, "VALID", 3)],
)
def test_output_size(
    size: int, kernel: int, stride: int, dilation: int, padding: str, expected: int
) -> None:
    assert conv_output_size(size, kernel, stride, dilation, padding) == expected


def test_mistakes_are_named() -> None:
    w = TfliteWriter()
    x = w.add_tensor("x", (1, 7), scale=1.0)
    with pytest.raises(ValueError, match="at least one operator"):
        w.finish([x], [x])
    with pytest.raises(ValueError, match="unknown type 'int4'"):
        w.add_tensor("y", (1,), dtype="int4")
    with pytest.raises(ValueError, match="6 values for shape"):
        w.add_tensor("y", (2, 4), data=np.zeros(6))
    with pytest.raises(ValueError, match="unknown TensorFlow Lite operator 'CONV'"):
        w.add_operator("CONV", [x], [x])
    with pytest.raises(ValueError, match="has no option 'alfa'"):
        w.add_operator("LEAKY_RELU", [x], [x], alfa=1.0)
    with pytest.raises(ValueError, match="takes no options"):
        w.add_operator("TANH", [x], [x], alpha=1.0)
    weights = w.add_tensor("w", (2, 4), data=np.zeros(8), scale=1.0)
    with pytest.raises(ValueError, match="not a batch of depth 4"):
        w.fully_connected("y", x, weights, scale=1.0, zero_point=0)
    with pytest.raises(ValueError, match="SAME or VALID"):
        conv_output_size(5, 3, 1, 1, "FULL")
