"""Measure the committed int8 model with TensorFlow Lite Micro on the committed test images.

Usage: .venv/bin/python -m models.mnist.evaluate [--images 100]
"""

import argparse
import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.mnist import dataset

MODEL_FILE = Path(__file__).with_name("mnist.tflite")
ARENA_BYTES = 256 * 1024
# Bytes 4..8 of every TensorFlow Lite flatbuffer.
FILE_IDENTIFIER = b"TFL3"


def to_int8(images: NDArray[np.uint8]) -> NDArray[np.int8]:
    """Pixels 0..255 as the model's input -128..127 (scale 1/255, zero point -128)."""
    return (images.astype(np.int16) - 128).astype(np.int8)


def run_model(model: bytes, images: NDArray[np.uint8]) -> NDArray[np.int8]:
    """Logits (N, 10) int8 of uint8 images (N, 28, 28, 1), one invocation an image."""
    from tflite_micro.python.tflite_micro import runtime  # a second to load, for most for nothing

    interpreter = runtime.Interpreter.from_bytes(model, arena_size=ARENA_BYTES)
    logits = []
    for image in to_int8(images):
        interpreter.set_input(image[np.newaxis], 0)
        interpreter.invoke()
        logits.append(interpreter.get_output(0)[0].copy())
    return np.stack(logits)


def accuracy(logits: NDArray[np.int8], labels: NDArray[np.uint8]) -> float:
    """Share of images (0..1) whose greatest logit is their label; of equals the first counts."""
    return float(np.mean(logits.argmax(axis=1) == labels))


def main() -> int:
    """Command line: print accuracy and the images that are classified wrongly."""
    parser = argparse.ArgumentParser(description="Accuracy of the int8 MNIST model.")
    parser.add_argument("--model", type=Path, default=MODEL_FILE)
    parser.add_argument("--images", type=int, help="only the first so many (default: all)")
    options = parser.parse_args()
    if not options.model.is_file():
        print(f"error: {options.model} not found", file=sys.stderr)
        return 1
    model = options.model.read_bytes()
    if model[4:8] != FILE_IDENTIFIER:
        print(f"error: {options.model} is not a TensorFlow Lite model", file=sys.stderr)
        return 1
    data = dataset.load_test_images()
    count = len(data.images) if options.images is None else options.images
    if not 1 <= count <= len(data.images):
        parser.error(f"--images must be 1 to {len(data.images)}")
    labels = data.labels[:count]
    logits = run_model(model, data.images[:count])
    predicted = logits.argmax(axis=1)
    wrong = np.flatnonzero(predicted != labels)
    for index in wrong:
        print(f"image {index:3d}: a {labels[index]} taken for a {predicted[index]}")
    share = 100 * accuracy(logits, labels)
    print(f"int8 accuracy {count - len(wrong)}/{count} = {share:.2f} %")
    return 0


if __name__ == "__main__":
    sys.exit(main())
