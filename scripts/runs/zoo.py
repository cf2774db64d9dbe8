"""The networks that are tested: what each is, where its file and its inputs come from.

mnist        in the repository, with its test images
wake words   the PyPI package pymicro-wakeword (only its files are read), seeded features
mlperf tiny  a folder outside the repository, with its own inputs; optional
onnx         twelve that models/onnx_networks.py writes, each with two random inputs
public       the files of another such folder, whatever is there, each with one random input
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from importlib import util
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from honeyguide.project import BUILD
from models.mnist import dataset
from models.mnist.evaluate import MODEL_FILE, to_int8
from models.onnx_networks import NETWORKS as ONNX
from scripts.runs.model import Model, random_inputs, read_inputs
from tb.build import ROOT

WAKE_WORDS = ("alexa", "hey_jarvis", "hey_mycroft", "okay_nabu")
WAKE_WORD_STEPS = 24
MLPERF = {
    "resnet8": "pretrainedResnet_quant",
    "mobilenet": "vww_96_int8",
    "ds_cnn": "kws_ref_model",
    "autoencoder": "ad01_int8",
}
MNIST_IMAGES = 100
ONNX_INPUTS = 2
WRITERS = (ROOT / "models" / "onnx_networks.py", ROOT / "models" / "onnx_writer.py")

Inputs = Callable[[Model], NDArray[np.generic]]


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One network.

    Attributes:
        name: what it is called in reports.
        path: the .tflite file; None when it is not on this machine.
        missing: why it is not, in a sentence.
        absent: why tflite-micro is known not to judge it; empty where it must.
        inputs: makes all its inputs, [n, ...].
        budgeted: whether its cycles are held to a budget; not where it is small and made for its
            operators alone.
    """

    name: str
    inputs: Inputs
    path: Path | None = None
    missing: str = ""
    absent: str = ""
    budgeted: bool = True


def zoo(seed: int) -> list[Entry]:
    """Return every network that is known, also those that are not here."""
    return [
        Entry(name="mnist", path=MODEL_FILE, inputs=lambda _: mnist_inputs()),
        *(wake_word(name, seed) for name in WAKE_WORDS),
        *(onnx(name, seed) for name in ONNX),
        *(mlperf(name, stem) for name, stem in MLPERF.items()),
        *public(seed),
    ]


def onnx(name: str, seed: int) -> Entry:
    """Return a network of models/onnx_networks.py, written if that has not been done."""

    def make(model: Model) -> NDArray[np.generic]:
        return random_inputs(model, ONNX_INPUTS, seed)

    if util.find_spec("onnx") is None:
        missing = "the package onnx is not installed; make run MODEL=net.onnx installs it"
        return Entry(name=name, inputs=make, missing=missing)
    sources = b"".join(path.read_bytes() for path in WRITERS)
    folder = BUILD / "onnx" / hashlib.sha256(sources).hexdigest()[:16]
    path = folder / f"{name}.onnx"
    if not path.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        part = folder / f"{name}.{os.getpid()}.part"
        part.write_bytes(ONNX[name](1))
        part.replace(path)
    return Entry(name=name, path=path, inputs=make, budgeted=False)


def mnist_inputs() -> NDArray[np.int8]:
    """Return the first test images."""
    return to_int8(dataset.load_test_images().images[:MNIST_IMAGES])


def wake_word(name: str, seed: int) -> Entry:
    """Return a wake-word network; its package is not imported, it would load a native library."""
    found = util.find_spec("pymicro_wakeword")
    if found is None or found.origin is None:
        return Entry(
            name=name, inputs=speech(seed), missing="the package pymicro-wakeword is not installed"
        )
    path = Path(found.origin).parent / "models" / f"{name}.tflite"
    if not path.is_file():
        return Entry(name=name, inputs=speech(seed), missing=f"{path} is not there")
    return Entry(name=name, path=path, inputs=speech(seed))


def speech(seed: int) -> Inputs:
    """Return a maker of features that look like speech: bands that swell and fade over silence.

    int8, -128 is silence; one array a step, in order, because the network remembers.
    """

    def make(model: Model) -> NDArray[np.int8]:
        random = np.random.default_rng(seed)
        frames, bands = model.input_shape[-2], model.input_shape[-1]
        time = np.arange(WAKE_WORD_STEPS * frames)[:, None]
        band = np.arange(bands)[None, :]
        level = np.zeros((len(time), bands))
        for _ in range(12):  # formants: one place in time and in frequency each
            when, where = random.uniform(0, len(time)), random.uniform(0, bands)
            level += np.exp(-(((time - when) / 6.0) ** 2) - ((band - where) / 4.0) ** 2)
        noisy = 220.0 * level + random.uniform(0, 40, level.shape) - 128.0
        features = np.clip(np.rint(noisy), -128, 127).astype(np.int8)
        return features.reshape(WAKE_WORD_STEPS, *model.input_shape)

    return make


def mlperf(name: str, stem: str) -> Entry:
    """Return a network of MLPerf Tiny with the real inputs that lie beside it."""
    folder = models_folder() / "mlperf_tiny"
    path, inputs = folder / f"{stem}.tflite", folder / f"{stem}.inputs.npy"

    def make(model: Model) -> NDArray[np.generic]:
        return read_inputs(inputs, model)

    if not path.is_file() or not inputs.is_file():
        return Entry(
            name=name,
            inputs=make,
            missing=f"{stem}.tflite and its inputs are not in {folder} (RATEL_MODELS names it)",
        )
    return Entry(name=name, path=path, inputs=make)


def public(seed: int) -> list[Entry]:
    """Return the networks of the folder of public files, or one that says that it is not here."""

    def make(model: Model) -> NDArray[np.generic]:
        return random_inputs(model, 1, seed)

    folder = models_folder() / "public"
    found = sorted(folder.glob("*.tflite"))
    if not found:
        missing = f"there is no network in {folder} (RATEL_MODELS names it)"
        return [Entry(name="public", inputs=make, missing=missing)]
    return [Entry(name=path.stem, path=path, inputs=make) for path in found]


def models_folder() -> Path:
    """Return the folder for models outside the repository, which may not exist."""
    named = os.environ.get("RATEL_MODELS")
    return Path(named) if named else ROOT.parent / "shared" / "models"
