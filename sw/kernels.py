"""Benchmark kernels: one-layer networks with seeded random weights, and how each is measured.

*On chip* means that every operand is in the scratchpad and the weight buffer before the clock
starts and the result is left there; *memory* means from the first load to the last byte stored.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from golden.config import CoreConfig
from golden.isa import Instruction
from golden.network import Layer, Network, Tensor
from golden.network.operations import (
    Addition,
    Convolution,
    Depthwise,
    FullyConnected,
    Operation,
    Requantisation,
)
from golden.numerics import quantize_multiplier
from golden.operators.parameters import add_parameters
from golden.operators.windows import resolve_padding
from sw.compiler.program import NpuPhase, Program


@dataclass(frozen=True, kw_only=True)
class Kernel:
    """A named benchmark: ``make`` builds its network from a seed."""

    name: str
    on_chip: bool
    make: Callable[[int], Network]


def matmul(rows: int, depth: int, units: int) -> Callable[[int], Network]:
    """Matrix product rows x depth by depth x units."""

    def make(seed: int) -> Network:
        rng = np.random.default_rng(seed)
        operation = FullyConnected(
            weights=rng.integers(-127, 128, (units, depth)).astype(np.int8),
            bias=rng.integers(-1000, 1000, units).astype(np.int32),
            input_zero_point=3,
            requantisation=_requantisation(depth),
            output_shape=(rows, units),
        )
        return _network(f"matmul {rows}x{depth}x{units}", (rows, depth), (rows, units), operation)

    return make


def convolution(
    size: int, in_c: int, out_c: int, *, kernel: int = 3, stride: int = 1
) -> Callable[[int], Network]:
    """Square convolution with SAME padding on a size x size image."""

    def make(seed: int) -> Network:
        rng = np.random.default_rng(seed)
        window = resolve_padding(size, size, kernel=(kernel, kernel), stride=(stride, stride))
        operation = Convolution(
            weights=rng.integers(-127, 128, (out_c, kernel, kernel, in_c)).astype(np.int8),
            bias=rng.integers(-1000, 1000, out_c).astype(np.int32),
            window=window,
            input_zero_point=-5,
            requantisation=_requantisation(kernel * kernel * in_c, out_c),
        )
        return _network(
            f"conv {kernel}x{kernel}/{stride} {size}x{size}x{in_c} to {out_c}",
            (1, size, size, in_c),
            (1, window.out_h, window.out_w, out_c),
            operation,
        )

    return make


def depthwise(size: int, channels: int, *, stride: int = 1) -> Callable[[int], Network]:
    """Depthwise 3x3 convolution with SAME padding on a size x size image."""

    def make(seed: int) -> Network:
        rng = np.random.default_rng(seed)
        window = resolve_padding(size, size, kernel=(3, 3), stride=(stride, stride))
        operation = Depthwise(
            weights=rng.integers(-127, 128, (3, 3, channels)).astype(np.int8),
            bias=rng.integers(-1000, 1000, channels).astype(np.int32),
            window=window,
            input_zero_point=-5,
            requantisation=_requantisation(9, channels),
        )
        return _network(
            f"depthwise 3x3/{stride} {size}x{size}x{channels}",
            (1, size, size, channels),
            (1, window.out_h, window.out_w, channels),
            operation,
        )

    return make


def addition(size: int, channels: int) -> Callable[[int], Network]:
    """Elementwise sum of two images."""

    def make(seed: int) -> Network:
        shape = (1, size, size, channels)
        operation = Addition(
            parameters=add_parameters(0.05, 0.04, 0.07), subtract=False,
            a_zero_point=seed % 7, b_zero_point=-5, output_zero_point=2,
            act_min=-128, act_max=127,
        )  # fmt: skip
        tensors = tuple(_tensor(index, name, shape) for index, name in enumerate("abs"))
        layer = Layer(
            index=0, operator="Addition", inputs=(0, 1), outputs=(2,), operation=operation
        )
        return Network(
            name=f"add {size}x{size}x{channels}", tensors=tensors, layers=(layer,),
            inputs=(0, 1), outputs=(2,),
        )  # fmt: skip

    return make


def chain(count: int, *, size: int = 16) -> Callable[[int], Network]:
    """``count`` square matrix products, each of which waits for what the one before wrote."""

    def make(seed: int) -> Network:
        rng = np.random.default_rng(seed)
        tensors = [_tensor(index, f"t{index}", (size, size)) for index in range(count + 1)]
        layers = [
            Layer(
                index=index,
                operator="FullyConnected",
                inputs=(index,),
                outputs=(index + 1,),
                operation=FullyConnected(
                    weights=rng.integers(-127, 128, (size, size)).astype(np.int8),
                    bias=rng.integers(-1000, 1000, size).astype(np.int32),
                    input_zero_point=3,
                    requantisation=_requantisation(size),
                    output_shape=(size, size),
                ),
            )
            for index in range(count)
        ]
        return Network(
            name=f"chain of {count}",
            tensors=tuple(tensors),
            layers=tuple(layers),
            inputs=(0,),
            outputs=(count,),
        )

    return make


KERNELS = (
    Kernel(name="gemm_32_onchip", on_chip=True, make=matmul(32, 32, 32)),
    Kernel(name="gemm_64_onchip", on_chip=True, make=matmul(64, 64, 64)),
    Kernel(name="gemm_128_onchip", on_chip=True, make=matmul(128, 128, 128)),
    Kernel(name="gemm_64_memory", on_chip=False, make=matmul(64, 64, 64)),
    Kernel(name="gemm_128_memory", on_chip=False, make=matmul(128, 128, 128)),
    Kernel(name="gemm_33x65x17_onchip", on_chip=True, make=matmul(33, 65, 17)),
    Kernel(name="conv3x3", on_chip=True, make=convolution(32, 16, 16)),
    Kernel(name="conv3x3_s2", on_chip=True, make=convolution(32, 16, 16, stride=2)),
    Kernel(name="conv1x1", on_chip=True, make=convolution(24, 32, 32, kernel=1)),
    Kernel(name="conv3x3_c3", on_chip=True, make=convolution(32, 3, 16)),
    Kernel(name="dw3x3_s1", on_chip=True, make=depthwise(24, 32)),
    Kernel(name="dw3x3_s2", on_chip=True, make=depthwise(32, 16, stride=2)),
    Kernel(name="fc_640x128", on_chip=False, make=matmul(1, 640, 128)),
    Kernel(name="add_24x24x32", on_chip=True, make=addition(24, 32)),
    Kernel(name="gemm_16_chain_of_8", on_chip=True, make=chain(8)),
)


@dataclass(frozen=True, kw_only=True)
class TimedProgram:
    """Three jobs: what comes before the clock starts, what is timed, what comes after it stops."""

    before: list[Instruction]
    timed: list[Instruction]
    after: list[Instruction]


def timed_program(program: Program, *, on_chip: bool) -> TimedProgram:
    """Jobs of a one-phase program; each that is not empty ends with a fence.

    On chip, everything is loaded before the clock starts and stored after it stops. Raises
    ValueError when the operands do not fit at once.
    """
    (phase,) = program.phases
    if not isinstance(phase, NpuPhase):
        raise ValueError("a kernel is one phase of the core")
    steps = [step.instruction for step in phase.steps]
    if not on_chip:
        return TimedProgram(before=[], timed=steps, after=[])
    loads = [i for i in steps if _belongs(i, "ld")]
    stores = [i for i in steps if _belongs(i, "st")]
    rest = [i for i in steps[:-1] if not _belongs(i, "ld") and not _belongs(i, "st")]
    _require_room(program.config, loads)
    wait = steps[-1]
    return TimedProgram(before=[*loads, wait], timed=[*rest, wait], after=[*stores, wait])


def _belongs(instruction: Instruction, engine: str) -> bool:
    return _name(instruction).startswith((f"{engine}.", f"cfg.{engine}."))


def _name(instruction: Instruction) -> str:
    return instruction.format.name if instruction.format is not None else ""


def _count(instruction: Instruction) -> int:
    item = instruction.format
    return item.unpack(instruction.rs1, instruction.rs2)["count"] if item is not None else 0


def _require_room(config: CoreConfig, loads: list[Instruction]) -> None:
    for mnemonics, room in ((("ld.w",), config.wbuf_depth), (("ld.p", "ld.b"), config.param_depth)):
        needed = sum(_count(i) for i in loads if _name(i) in mnemonics)
        if needed > room:
            raise ValueError(
                f"{mnemonics[0]} loads {needed} words in all, there is room for {room}"
            )


def _requantisation(depth: int, channels: int = 1) -> Requantisation:
    # About the scale that brings random products back into int8.
    multiplier, shift = quantize_multiplier(1.0 / (64.0 * depth**0.5))
    return Requantisation(
        multiplier=np.full(channels, multiplier, dtype=np.int32),
        shift=np.full(channels, shift, dtype=np.int32),
        output_zero_point=-3,
    )


def _network(
    name: str, in_shape: tuple[int, ...], out_shape: tuple[int, ...], operation: Operation
) -> Network:
    tensors = (_tensor(0, "input", in_shape), _tensor(1, "output", out_shape))
    kind = type(operation).__name__
    layer = Layer(index=0, operator=kind, inputs=(0,), outputs=(1,), operation=operation)
    return Network(name=name, tensors=tensors, layers=(layer,), inputs=(0,), outputs=(1,))


def _tensor(index: int, name: str, shape: tuple[int, ...]) -> Tensor:
    return Tensor(index=index, name=name, shape=shape, dtype="int8", scale=1.0, zero_point=0)
