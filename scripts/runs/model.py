"""A network as a command takes it: imported, compiled, with inputs that fit."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from golden.config import CoreConfig
from golden.network import Network, Tensor
from golden.numerics import limits
from honeyguide.cli import UserError
from scripts.runs.floors import Floors, floors
from sw.compiler.fastest import compile_network
from sw.compiler.program import MEMORY_BASE, NpuPhase, Program
from sw.execution import join_inputs
from sw.importer.model import import_network, is_onnx

Array = NDArray[Any]

# The bench numbers what it writes with 32 bits of cycles and keeps all of memory three times.
MOST_MEMORY = 256 << 20


@dataclass(frozen=True, kw_only=True)
class Model:
    """A .tflite or .onnx file for one configuration of the core."""

    path: Path
    core: CoreConfig
    network: Network
    program: Program
    floors: Floors
    compile_seconds: float = 0.0  # reading and compiling the file

    @property
    def name(self) -> str:
        """The file's name without its ending."""
        return self.path.stem

    @property
    def runs_on_core(self) -> bool:
        """Whether the core has anything to do; a lone MEAN is computed by the host."""
        return any(isinstance(phase, NpuPhase) for phase in self.program.phases)

    @property
    def input_shape(self) -> tuple[int, ...]:
        """Shape of its input."""
        return self.network.tensors[self.network.inputs[0]].shape


def load_model(path: Path, core: CoreConfig) -> Model:
    """Return a model that the core can run.

    Raises:
        NetworkError: the file is not a usable int8 network; the message says why in one sentence.
        CompileError: the core can't run it.
        UserError: it needs more memory than the bench has.
    """
    ensure_onnx(path)
    started = time.monotonic()
    network = import_network(path)
    program = compile_network(core, network, memory_base=MEMORY_BASE)
    if program.memory_end > MOST_MEMORY:
        raise UserError(f"{path} needs {program.memory_end >> 20} MiB of memory, too much to run")
    return Model(
        path=path,
        core=core,
        network=network,
        program=program,
        floors=floors(program),
        compile_seconds=time.monotonic() - started,
    )


def ensure_onnx(path: Path) -> None:
    """Install what ONNX files need, if `path` is one."""
    if is_onnx(path) and path.is_file():
        from scripts.runs.onnx_packages import ensure_packages

        ensure_packages()


def read_inputs(path: Path, model: Model) -> Array:
    """Return the inputs of a .npy file, [n, ...], where ... is the shape of the input.

    One input alone is taken as well, and axes of length 1 may be left out. A network with several
    inputs takes a .npz file with an array for each, by the name of its tensor.

    Raises:
        UserError: the file can't be read, or what it holds does not fit.
    """
    try:
        if path.exists() and not path.is_file() and not path.is_dir():
            raise UserError(f"cannot read the inputs {path}: it is a device or a pipe, no file")
        # Mapped, so that what the file says of its size is held against the file.
        loaded = np.load(path, allow_pickle=False, mmap_mode="r")
        several = isinstance(loaded, np.lib.npyio.NpzFile)
        arrays = (
            {name: loaded[name] for name in loaded.files} if several else {"": np.array(loaded)}
        )
    except OSError as error:
        raise UserError(f"cannot read the inputs {path}: {error.strerror or error}") from None
    except (ValueError, EOFError):
        raise UserError(f"{path} is not a NumPy file (.npy)") from None
    tensors = [model.network.tensors[index] for index in model.network.inputs]
    if len(tensors) == 1:
        if several:
            raise UserError(f"{path} holds several arrays (.npz); one array (.npy) is wanted")
        return _fitted(path, model.name, tensors[0], arrays[""])
    names = [tensor.name for tensor in tensors]
    if not several or set(arrays) != set(names):
        raise UserError(
            f"{model.name} has {len(names)} inputs; give a .npz file with the arrays "
            f"{', '.join(repr(name) for name in names)}"
        )
    fitted = [_fitted(path, name, t, arrays[name]) for name, t in zip(names, tensors, strict=True)]
    if len({len(array) for array in fitted}) != 1:
        raise UserError(f"{path} holds another number of inputs for each tensor; give all as many")
    return join_inputs(model.network, fitted)


def _fitted(path: Path, name: str, tensor: Tensor, array: Array) -> Array:
    """Return an array as [n, ...] of a tensor's type and shape."""
    shape = tensor.shape
    if array.dtype != np.dtype(tensor.dtype):
        raise UserError(f"{path} is {array.dtype}; {name} takes {tensor.dtype} of shape {shape}")
    squeezed = tuple(size for size in shape if size != 1)
    if tuple(size for size in array.shape if size != 1) == squeezed and array.shape[:1] != (1,):
        return array.reshape(1, *shape)
    if array.ndim and tuple(size for size in array.shape[1:] if size != 1) == squeezed:
        if not len(array):
            raise UserError(f"{path} holds no input")
        return array.reshape(len(array), *shape)
    raise UserError(
        f"{path} has shape {array.shape}; {name} takes {shape}, or several of them stacked"
    )


def random_inputs(model: Model, count: int, seed: int) -> Array:
    """Return `count` random inputs, the same for the same seed.

    Integers are any, but those that are indices lead somewhere; float32 is what the tensor that
    QUANTIZE makes of it can hold, and a little more.
    """
    return inputs_of(model.network, count, seed)


def inputs_of(network: Network, count: int, seed: int) -> Array:
    """Return `count` random inputs of a network, see `random_inputs`."""
    random = np.random.default_rng(seed)
    arrays: list[Array] = []
    for index in network.inputs:
        tensor = network.tensors[index]
        shape = (count, *tensor.shape)
        if tensor.dtype == "bool":
            arrays.append(random.random(shape) < 0.5)
        elif (places := _places(network, index)) is not None:
            arrays.append(random.integers(0, places, shape, dtype=tensor.dtype))
        elif tensor.dtype == "float32":
            low, high = _span(network, index)
            arrays.append(random.uniform(low, high, shape).astype(np.float32))
        else:
            least, most = limits(tensor.dtype)
            arrays.append(random.integers(least, most, shape, dtype=tensor.dtype, endpoint=True))
    return join_inputs(network, arrays)


def _places(network: Network, index: int) -> int | None:
    """Return how many places every axis has that an input is an index of; None if it is none."""
    sizes = [
        min(network.tensors[layer.inputs[0]].shape)
        for layer in network.layers
        if layer.operator in ("GATHER", "GATHER_ND") and index in layer.inputs[1:]
    ]
    return min(sizes, default=None)


def _span(network: Network, index: int) -> tuple[float, float]:
    """Return the values that the readers of a float32 input can tell apart."""
    for layer in network.layers:
        if index in layer.inputs and layer.operator in ("QUANTIZE", "QuantizeLinear"):
            made = network.tensors[layer.outputs[0]]
            least, most = limits(made.dtype)
            edge = 3 * made.scale
            largest = float(np.finfo(np.float32).max)  # a scale may reach beyond it
            return (
                max((least - made.zero_point) * made.scale - edge, -largest),
                min((most - made.zero_point) * made.scale + edge, largest),
            )
    return -100.0, 100.0
