"""A network as a command takes it: imported, compiled, with inputs that fit."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from golden.config import CoreConfig
from golden.network import Network
from honeyguide.cli import UserError
from honeyguide.env.settings import MEMORY_BASE
from scripts.runs.floors import Floors, floors
from sw.compiler import compile_network
from sw.compiler.program import NpuPhase, Program
from sw.importer import import_network

# The bench numbers what it writes with 32 bits of cycles and keeps all of memory three times.
MOST_MEMORY = 256 << 20


@dataclass(frozen=True, kw_only=True)
class Model:
    """A .tflite file for one configuration of the core."""

    path: Path
    core: CoreConfig
    network: Network
    program: Program
    floors: Floors

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
        UserError: it has another number of inputs than one.
    """
    network = import_network(path)
    if len(network.inputs) != 1:
        raise UserError(f"{path} has {len(network.inputs)} inputs; networks with one input run")
    program = compile_network(core, network, memory_base=MEMORY_BASE)
    if program.memory_end > MOST_MEMORY:
        raise UserError(f"{path} needs {program.memory_end >> 20} MiB of memory, too much to run")
    return Model(path=path, core=core, network=network, program=program, floors=floors(program))


def read_inputs(path: Path, model: Model) -> NDArray[np.int8]:
    """Return the inputs of a .npy file, int8 [n, ...], where ... is the shape of the input.

    One input alone is taken as well, and axes of length 1 may be left out.

    Raises:
        UserError: the file can't be read, or what it holds does not fit.
    """
    try:
        array = np.load(path, allow_pickle=False)
    except OSError as error:
        raise UserError(f"cannot read the inputs {path}: {error.strerror or error}") from None
    except (ValueError, EOFError):
        raise UserError(f"{path} is not a NumPy file (.npy)") from None
    if not isinstance(array, np.ndarray):
        raise UserError(f"{path} holds several arrays (.npz); one array (.npy) is wanted")
    shape = model.input_shape
    if array.dtype != np.int8:
        raise UserError(f"{path} is {array.dtype}; {model.name} takes int8 of shape {shape}")
    squeezed = tuple(size for size in shape if size != 1)
    if tuple(size for size in array.shape if size != 1) == squeezed and array.shape[:1] != (1,):
        return array.reshape(1, *shape)
    if array.ndim and tuple(size for size in array.shape[1:] if size != 1) == squeezed:
        if not len(array):
            raise UserError(f"{path} holds no input")
        return array.reshape(len(array), *shape)
    raise UserError(
        f"{path} has shape {array.shape}; {model.name} takes {shape}, or several of them stacked"
    )


def random_inputs(model: Model, count: int, seed: int) -> NDArray[np.int8]:
    """Return `count` inputs of random bytes, the same for the same seed."""
    random = np.random.default_rng(seed)
    return random.integers(-128, 128, (count, *model.input_shape), dtype=np.int8)
