"""Quantise the trained network to an int8 TensorFlow Lite model.

    python -m models.mnist.quantise         # build/mnist/float.npz -> models/mnist/mnist.tflite

Post-training, after TensorFlow Lite's 8-bit specification
(https://ai.google.dev/edge/litert/conversion/tensorflow/quantization/quantization_spec):

    activations   int8, per tensor   r = scale (q - zero_point), range seen on training images
    weights       int8 in [-127, 127], zero point 0, a scale per output channel
                  (fully connected: one scale)
    bias          int32, zero point 0, scale = input scale x weight scale
"""

import argparse
import logging
import sys
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.mnist import network
from models.tflite_writer import TfliteWriter

LOG = logging.getLogger("mnist.quantise")
FLOAT_FILE = Path("build/mnist/float.npz")
MODEL_FILE = Path(__file__).with_name("mnist.tflite")

WEIGHT_MAX = 127
INT32 = np.iinfo(np.int32)


@dataclass(frozen=True, kw_only=True)
class Activation:
    """Quantisation of one activation tensor: real = scale * (q - zero_point)."""

    scale: float
    zero_point: int


# Pixels 0..255 become -128..127 and stand for 0..1: the input costs no arithmetic.
IMAGE = Activation(scale=1 / 255, zero_point=-128)


def activation_range(low: float, high: float) -> Activation:
    """Spread 256 steps over [low, high], widened to hold zero, with zero exactly on a step."""
    low, high = min(low, 0.0), max(high, 0.0)
    if high == low:
        raise ValueError("an activation is zero for every training image")
    scale = (high - low) / 255
    return Activation(scale=scale, zero_point=round(-128 - low / scale))


def weight_scales(weight: NDArray[np.float32], axis: int | None) -> NDArray[np.float64]:
    """Scale of each slice along `axis` (None: one for all), greatest weight at +-127."""
    if axis is None:
        peak = np.abs(weight).max(keepdims=True).reshape(1)
    else:
        others = tuple(n for n in range(weight.ndim) if n != axis)
        peak = np.abs(weight).max(axis=others)
    # A channel of zeros may have any scale but 0.
    peak = np.where(peak == 0, 1.0, peak)
    # The file holds float32 scales; weights must be divided by what is written there.
    return (peak / WEIGHT_MAX).astype(np.float32).astype(np.float64)


def quantise_weight(
    weight: NDArray[np.float32], scales: NDArray[np.float64], axis: int | None
) -> NDArray[np.int8]:
    """Nearest step, ties to even, clipped to the symmetric range."""
    shape = [1] * weight.ndim
    if axis is not None:
        shape[axis] = -1
    steps = np.rint(weight / scales.reshape(shape))
    return np.clip(steps, -WEIGHT_MAX, WEIGHT_MAX).astype(np.int8)


def quantise_bias(bias: NDArray[np.float32], scales: NDArray[np.float64]) -> NDArray[np.int32]:
    """Nearest step of the accumulator's scale, saturated to int32."""
    return np.clip(np.rint(bias / scales), INT32.min, INT32.max).astype(np.int32)


def build_model(arrays: Mapping[str, NDArray[np.float32]]) -> bytes:
    """The .tflite file's bytes from the float file's arrays (see `train.py`).

    Raises KeyError when an array is missing, ValueError when one has another shape than the table.
    """
    writer = TfliteWriter("MNIST digits, int8")
    image = writer.add_tensor(
        "image", (1, *network.INPUT_SHAPE), scale=IMAGE.scale, zero_point=IMAGE.zero_point
    )
    x, source = image, IMAGE
    for placed in network.place_layers():
        layer = placed.layer
        weight = arrays[f"{layer.name}/weight"]
        if weight.shape != placed.weight_shape:
            raise ValueError(
                f"{layer.name}: weights are {weight.shape}, the table says {placed.weight_shape}"
            )
        low, high = arrays[f"{layer.name}/range"]
        target = activation_range(float(low), float(high))
        axis = {"conv": 0, "depthwise": 3, "fully_connected": None}[layer.kind]
        scales = weight_scales(weight, axis)
        bias_scales = np.float32(source.scale).astype(np.float64) * scales
        w = writer.add_tensor(
            f"{layer.name}/weight",
            weight.shape,
            data=quantise_weight(weight, scales, axis),
            scale=scales,
            channel_axis=axis or 0,
        )
        b = writer.add_tensor(
            f"{layer.name}/bias",
            (layer.channels,),
            dtype="int32",
            data=quantise_bias(arrays[f"{layer.name}/bias"], bias_scales),
            scale=bias_scales,
        )
        stride = (layer.stride, layer.stride)
        if layer.kind == "fully_connected":
            flat = writer.reshape(f"{layer.name}/flat", x, (1, placed.weight_shape[1]))
            x = writer.fully_connected(
                layer.name,
                flat,
                w,
                b,
                scale=target.scale,
                zero_point=target.zero_point,
                activation=layer.activation,
            )
        else:
            x = writer.conv_2d(
                layer.name,
                x,
                w,
                b,
                scale=target.scale,
                zero_point=target.zero_point,
                stride=stride,
                padding=layer.padding,
                activation=layer.activation,
                depthwise=layer.kind != "conv",
            )
        LOG.info(
            "%-8s output scale %.6f zero point %4d, weight scales %.2e .. %.2e",
            layer.name,
            target.scale,
            target.zero_point,
            scales.min(),
            scales.max(),
        )
        source = target
    return writer.finish(inputs=[image], outputs=[x])


def main() -> int:
    """Command line: read the float file, write the model."""
    parser = argparse.ArgumentParser(description="Quantise the MNIST network to int8 TFLite.")
    parser.add_argument("--weights", type=Path, default=FLOAT_FILE, help="what train.py wrote")
    parser.add_argument("--out", type=Path, default=MODEL_FILE)
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    if not options.weights.is_file():
        print(f"error: {options.weights} not found: run models.mnist.train first", file=sys.stderr)
        return 1
    if not zipfile.is_zipfile(options.weights):
        print(f"error: {options.weights} is not an npz file of models.mnist.train", file=sys.stderr)
        return 1
    try:
        with np.load(options.weights) as arrays:
            model = build_model(arrays)
        options.out.write_bytes(model)
    except (KeyError, ValueError) as error:
        print(f"error: {options.weights} does not fit the network: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"error: {error.filename}: {error.strerror}", file=sys.stderr)
        return 1
    LOG.info("wrote %s (%d bytes)", options.out, len(model))
    return 0


if __name__ == "__main__":
    sys.exit(main())
