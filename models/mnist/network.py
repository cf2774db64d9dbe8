"""The network as a table of layers, and the shapes and work that follow from it.

    28x28x1 -> conv -> conv /2 -> depthwise -> pointwise -> depthwise /2 -> pointwise -> conv /2
            -> reshape -> fully connected -> 10 logits

Each row is there to exercise something: one input channel; 20 channels, no multiple of 8; SAME
padding with stride 2, which is uneven (0 before, 1 after on 28 rows); `point1` without an
activation, so that a zero point other than -128 pads a depthwise layer; VALID padding; 10 outputs.
"""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["conv", "depthwise", "fully_connected"]
Padding = Literal["SAME", "VALID"]
Activation = Literal["NONE", "RELU", "RELU6"]
Hwc = tuple[int, int, int]


@dataclass(frozen=True, kw_only=True)
class Layer:
    """One layer: `channels` are output channels; a fully connected layer reads its input flat."""

    name: str
    kind: Kind
    channels: int
    kernel: int = 1
    stride: int = 1
    padding: Padding = "SAME"
    activation: Activation = "RELU"


INPUT_SHAPE: Hwc = (28, 28, 1)

LAYERS = (
    Layer(name="conv1", kind="conv", channels=8, kernel=3),
    Layer(name="conv2", kind="conv", channels=20, kernel=3, stride=2),
    Layer(name="depth1", kind="depthwise", channels=20, kernel=3, activation="RELU6"),
    Layer(name="point1", kind="conv", channels=32, activation="NONE"),
    Layer(name="depth2", kind="depthwise", channels=32, kernel=3, stride=2, activation="RELU6"),
    Layer(name="point2", kind="conv", channels=32),
    Layer(name="conv3", kind="conv", channels=32, kernel=3, stride=2, padding="VALID"),
    Layer(name="logits", kind="fully_connected", channels=10, activation="NONE"),
)


@dataclass(frozen=True, kw_only=True)
class PlacedLayer:
    """A layer with the shapes (height, width, channels) it has in this network."""

    layer: Layer
    input_shape: Hwc
    output_shape: Hwc

    @property
    def weight_shape(self) -> tuple[int, ...]:
        """Shape in TensorFlow Lite's order: OHWI, 1HWC for depthwise, OI for fully connected."""
        layer = self.layer
        if layer.kind == "fully_connected":
            height, width, channels = self.input_shape
            return (layer.channels, height * width * channels)
        if layer.kind == "depthwise":
            return (1, layer.kernel, layer.kernel, layer.channels)
        return (layer.channels, layer.kernel, layer.kernel, self.input_shape[2])

    @property
    def macs(self) -> int:
        """Multiply-accumulates for one image, padding counted as TensorFlow Lite's users do."""
        weights = 1
        for size in self.weight_shape:
            weights *= size
        if self.layer.kind == "fully_connected":
            return weights
        return self.output_shape[0] * self.output_shape[1] * weights


def same_padding(size: int, kernel: int, stride: int) -> tuple[int, int]:
    """Rows added (before, after) by TensorFlow's SAME: the odd one goes after."""
    total = max((-(-size // stride) - 1) * stride + kernel - size, 0)
    return total // 2, total - total // 2


def _output_size(size: int, layer: Layer) -> int:
    if layer.padding == "SAME":
        return -(-size // layer.stride)
    return (size - layer.kernel) // layer.stride + 1


def place_layers() -> list[PlacedLayer]:
    """Walk the table and give every layer its shapes."""
    placed = []
    shape = INPUT_SHAPE
    for layer in LAYERS:
        if layer.kind == "fully_connected":
            output: Hwc = (1, 1, layer.channels)
        else:
            output = (
                _output_size(shape[0], layer),
                _output_size(shape[1], layer),
                layer.channels,
            )
        placed.append(PlacedLayer(layer=layer, input_shape=shape, output_shape=output))
        shape = output
    return placed


def table() -> str:
    """The network as a text table: operator, shapes, parameters, multiply-accumulates."""
    lines = [f"{'layer':8} {'operator':16} {'input':>10} {'output':>10} {'weights':>8} {'MACs':>8}"]
    total = 0
    for placed in place_layers():
        layer = placed.layer
        weights = 1
        for size in placed.weight_shape:
            weights *= size
        operator = f"{layer.kind} {layer.kernel}x{layer.kernel}/{layer.stride}"
        if layer.kind == "fully_connected":
            operator = layer.kind
        source = "x".join(str(size) for size in placed.input_shape)
        target = "x".join(str(size) for size in placed.output_shape)
        lines.append(
            f"{layer.name:8} {operator:16} {source:>10} {target:>10} {weights:8} {placed.macs:8}"
        )
        total += placed.macs
    lines.append(f"{'total':8} {'':16} {'':10} {'':10} {'':8} {total:8}")
    return "\n".join(lines)


if __name__ == "__main__":
    print(table())
