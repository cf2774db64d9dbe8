"""Train the float network and write its folded weights and activation ranges.

    python -m models.mnist.train            # about two minutes, writes build/mnist/float.npz

Batch normalisation is folded into weights and biases, so the file holds what a converter sees:
per layer `<name>/weight` (TensorFlow Lite's order), `<name>/bias` and `<name>/range` (least and
greatest output over the training images). Everything follows from one seed.
"""

import argparse
import copy
import logging
import math
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from models.mnist import dataset, network

LOG = logging.getLogger("mnist.train")
FLOAT_FILE = Path("build/mnist/float.npz")  # what quantise.py reads by default

SEED = 1
EPOCHS = 80
BATCH = 64
PEAK_LEARNING_RATE = 6e-3
WEIGHT_DECAY = 1e-3
LABEL_SMOOTHING = 0.05
DROPOUT = 0.2
AVERAGING_DECAY = 0.995

# Light augmentation: a digit turned, moved, stretched or slanted this much is still that digit.
ROTATION_DEGREES = 12.0
SHIFT_PIXELS = 2.0
STRETCH = 0.12
SHEAR = 0.15


class Block(nn.Module):
    """One layer of the table: padding as TensorFlow does it, linear part, batch norm, clamp."""

    def __init__(self, placed: network.PlacedLayer) -> None:
        super().__init__()
        self.placed = placed
        layer = placed.layer
        channels_in = placed.input_shape[2]
        self.linear: nn.Module
        if layer.kind == "fully_connected":
            self.drop = nn.Dropout(DROPOUT)
            self.linear = nn.Linear(math.prod(placed.input_shape), layer.channels)
            self.norm = None
            return
        groups = channels_in if layer.kind == "depthwise" else 1
        self.linear = nn.Conv2d(
            channels_in, layer.channels, layer.kernel, layer.stride, groups=groups, bias=False
        )
        self.norm = nn.BatchNorm2d(layer.channels)

    def forward(self, x: Tensor) -> Tensor:
        """Float (N, C, H, W) in and out; the fully connected layer gives (N, channels)."""
        layer = self.placed.layer
        if layer.kind == "fully_connected":
            # NHWC before flattening, so that the weights come out in TensorFlow Lite's order.
            return self.linear(self.drop(x.permute(0, 2, 3, 1).flatten(1)))
        if layer.padding == "SAME":
            height, width, _ = self.placed.input_shape
            top, bottom = network.same_padding(height, layer.kernel, layer.stride)
            left, right = network.same_padding(width, layer.kernel, layer.stride)
            x = functional.pad(x, (left, right, top, bottom))
        x = self.linear(x)
        if self.norm is not None:
            x = self.norm(x)
        if layer.activation == "RELU":
            x = functional.relu(x)
        if layer.activation == "RELU6":
            x = functional.relu6(x)
        return x

    def folded(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Weight in TensorFlow Lite's order and bias, batch norm folded in (y = a x + b)."""
        weight = self.linear.weight.detach()
        if self.norm is None:
            return weight.numpy().copy(), self.linear.bias.detach().numpy().copy()
        gain = self.norm.weight.detach() / torch.sqrt(self.norm.running_var + self.norm.eps)
        bias = self.norm.bias.detach() - self.norm.running_mean * gain
        weight = weight * gain[:, None, None, None]
        # torch: O I H W, and C 1 H W for depthwise.
        order = (1, 2, 3, 0) if self.placed.layer.kind == "depthwise" else (0, 2, 3, 1)
        return weight.permute(order).contiguous().numpy(), bias.numpy()


def build_network() -> nn.Sequential:
    """The table's layers in order; input (N, 1, 28, 28) in 0..1, output (N, 10) logits."""
    return nn.Sequential(*(Block(placed) for placed in network.place_layers()))


def to_input(images: NDArray[np.uint8]) -> Tensor:
    """uint8 (N, 28, 28, 1) to float (N, 1, 28, 28) in 0..1."""
    return torch.from_numpy(images).permute(0, 3, 1, 2).float().contiguous() / 255.0


def augment(x: Tensor, rng: torch.Generator) -> Tensor:
    """Turn, stretch, slant and shift every image of the batch by its own small amount."""

    def amount(limit: float) -> Tensor:
        return (torch.rand(len(x), generator=rng) * 2 - 1) * limit

    angle = amount(math.radians(ROTATION_DEGREES))
    shear = amount(SHEAR)
    cos, sin = torch.cos(angle), torch.sin(angle)
    wide, high = 1 + amount(STRETCH), 1 + amount(STRETCH)
    # grid_sample's image is 2 units wide.
    shift_x, shift_y = amount(SHIFT_PIXELS * 2 / 28), amount(SHIFT_PIXELS * 2 / 28)
    row_x = torch.stack([cos * wide, -sin * high + shear, shift_x], dim=1)
    row_y = torch.stack([sin * wide, cos * high, shift_y], dim=1)
    grid = functional.affine_grid(
        torch.stack([row_x, row_y], dim=1), list(x.shape), align_corners=False
    )
    return functional.grid_sample(x, grid, align_corners=False)


def batches(count: int, rng: torch.Generator) -> Iterator[Tensor]:
    """Shuffled index batches of one epoch; the short last one is dropped."""
    order = torch.randperm(count, generator=rng)
    for start in range(0, count - BATCH + 1, BATCH):
        yield order[start : start + BATCH]


def accuracy(model: nn.Module, x: Tensor, labels: Tensor) -> float:
    """Share of images whose greatest logit is their label."""
    model.eval()
    with torch.no_grad():
        return float((model(x).argmax(dim=1) == labels).float().mean())


def train(x: Tensor, labels: Tensor, epochs: int, seed: int) -> nn.Sequential:
    """Train from scratch and return the running average of the weights.

    The last average is taken as it is: no epoch is chosen by its score.
    """
    torch.manual_seed(seed)
    rng = torch.Generator().manual_seed(seed)
    model = build_network()
    average = copy.deepcopy(model)
    optimiser = torch.optim.AdamW(model.parameters(), weight_decay=WEIGHT_DECAY)
    steps = epochs * (len(x) // BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, PEAK_LEARNING_RATE, steps)
    for epoch in range(epochs):
        model.train()
        total = 0.0
        for index in batches(len(x), rng):
            logits = model(augment(x[index], rng))
            loss = functional.cross_entropy(logits, labels[index], label_smoothing=LABEL_SMOOTHING)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
            total += loss.item()
            state = model.state_dict()
            for name, value in average.state_dict().items():
                if value.is_floating_point():
                    value.lerp_(state[name], 1 - AVERAGING_DECAY)
        if epoch % 10 == 9:
            LOG.info("epoch %3d  loss %.4f", epoch + 1, total / (len(x) // BATCH))
    return average.eval()


def export(model: nn.Sequential, x: Tensor) -> dict[str, NDArray[np.float32]]:
    """Folded weights and biases, and each layer's output range over the images `x`."""
    arrays: dict[str, NDArray[np.float32]] = {}
    with torch.no_grad():
        for block in model:
            assert isinstance(block, Block)
            name = block.placed.layer.name
            x = block(x)
            arrays[f"{name}/weight"], arrays[f"{name}/bias"] = block.folded()
            arrays[f"{name}/range"] = np.array([x.min().item(), x.max().item()], np.float32)
    return arrays


def main() -> int:
    """Command line: train, report, write the float file and the held-out images."""
    parser = argparse.ArgumentParser(description="Train the MNIST network in floating point.")
    parser.add_argument("--epochs", type=int, default=EPOCHS)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--out", type=Path, default=FLOAT_FILE, help="float weights (npz)")
    parser.add_argument("--test-images", type=Path, default=dataset.TEST_IMAGES)
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    if options.epochs < 1:
        parser.error("--epochs must be at least 1")
    # Known now rather than after minutes of training.
    if not options.test_images.parent.is_dir():
        parser.error(f"--test-images: folder {options.test_images.parent} does not exist")
    options.out.parent.mkdir(parents=True, exist_ok=True)
    # One thread: the order of additions, hence every bit of the result, stays the same.
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    try:
        images, labels = dataset.load_source()
    except (FileNotFoundError, ValueError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    split = dataset.make_split()
    x, y = to_input(images), torch.from_numpy(labels.astype(np.int64))
    LOG.info("%s", network.table())
    model = train(x[split.train], y[split.train], options.epochs, options.seed)
    for use in ("train", "validation", "test"):
        rows = getattr(split, use)
        LOG.info("float accuracy, %-10s %.2f %%", use, 100 * accuracy(model, x[rows], y[rows]))
    arrays: dict[str, Any] = export(model, x[split.train])
    np.savez(options.out, **arrays)
    held_out = dataset.TestImages(images=images[split.test], labels=labels[split.test], split=split)
    dataset.save_test_images(options.test_images, held_out)
    LOG.info("wrote %s and %s", options.out, options.test_images)
    return 0


if __name__ == "__main__":
    sys.exit(main())
