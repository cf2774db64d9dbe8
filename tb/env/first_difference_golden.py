"""What the golden machine says about one instruction, kept for a comparison after the job."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from golden.isa import VECTOR, decode
from golden.isa_table import GROUPS, ErrorCode
from golden.machine import MACHINE_MODE, Machine, Outcome, Owner
from golden.machine.checks import Request
from golden.machine.interpreter import SYSTEM
from golden.machine.operands import input_tensor, second_tensor
from golden.machine.storage import ConfigFile, Storage
from golden.machine.window import axes, gather_taps
from tb.env.first_difference_places import Bytes, compute_output, load_output

BUS_ERRORS = (ErrorCode.BUS_READ, ErrorCode.BUS_WRITE, ErrorCode.WINDOW)
AT_WORK = (*BUS_ERRORS, ErrorCode.WATCHDOG, ErrorCode.INTEGRITY)  # no check finds these
_LARGEST = 1 << 24  # taps: beyond it the accumulators of pooling are not worked out


@dataclass(frozen=True, kw_only=True)
class Accumulators:
    """What the array must hand to the drain: int64 [pixels, channels], and which are specified."""

    values: NDArray[np.int64]
    known: NDArray[np.bool_]


@dataclass(kw_only=True)
class GoldenInstruction:
    """One executed instruction.

    Attributes:
        outcome: what the golden machine returned.
        request: operands and configuration, None for words that are no instruction.
        output: bytes it wrote, None if it wrote none or they are unspecified after a bus error.
        accumulators: of mac and vec instructions.
        issued, committed, answered: cycles at the ports, None when it came by the doorbell.
        foreign: it found the core empty, because its owner is of another domain.
    """

    outcome: Outcome
    request: Request | None = None
    output: Bytes | None = None
    accumulators: Accumulators | None = None
    issued: int | None = None
    committed: int | None = None
    answered: int | None = None
    foreign: bool = False


def is_foreign(machine: Machine, word: int, owner: Owner) -> bool:
    """Whether an instruction finds nothing of what was before: its owner is of another domain."""
    item = decode(word)
    return item is not None and item.name not in SYSTEM and owner.domain != machine.tenant


def request_of(
    machine: Machine, word: int, rs1: int, rs2: int, owner: Owner = MACHINE_MODE
) -> Request | None:
    """The instruction as the checks see it, with a copy of the configuration as it finds it."""
    item = decode(word)
    if item is None:
        return None
    groups = ConfigFile()
    if not is_foreign(machine, word, owner):
        groups.groups = dict(machine.groups.groups)
    return Request(
        format=item, rs1=rs1, rs2=rs2, values=item.unpack(rs1, rs2), groups=groups,
        core=machine.config, held_shape=None, owner=owner,
    )  # fmt: skip


def group_words(machine: Machine) -> dict[str, tuple[int, int]]:
    """The configuration as it is now: both operands of each group, by mnemonic."""
    found = {}
    for item in GROUPS:
        values = machine.groups[item.name.removeprefix("cfg.")]
        rs1 = sum(field.put(values[field.name]) for field in item.rs1)
        rs2 = sum(field.put(values[field.name]) for field in item.rs2)
        found[item.name] = (rs1, rs2)
    return found


def vector_accumulators(request: Request, storage: Storage) -> Accumulators | None:
    """What the array must make of a vec instruction, from the golden storage before it.

    Bytes pass for lut, copy and fill; pools leave the maximum or the sum of the taps inside; the
    elementwise ones pack both operands, zero points off: (x1 - z1) << 16 | (x2 - z2) & 0xffff.
    """
    name, groups = request.format.name, request.groups
    if name == "fill":
        shape = groups["in"]
        values = np.full((shape["h"] * shape["w"], shape["c"]), groups["act"]["fill"])
        return Accumulators(values=values.astype(np.int64), known=np.ones_like(values, np.bool_))
    x, known = storage.read(input_tensor(request))
    if request.format.windowed:
        return _pool(request, x, known)
    first = x.astype(np.int64)
    if request.format.binary:
        y, y_known = storage.read(second_tensor(request))
        high = first - groups["pad"]["zin"]
        low = (y.astype(np.int64) - groups["pad"]["zw"]) & 0xFFFF
        packed = (high & 0xFFFF) << 16 | low
        first, known = np.where(packed >> 31, packed - (1 << 32), packed), known & y_known
    channels = x.shape[2]
    return Accumulators(values=first.reshape(-1, channels), known=known.reshape(-1, channels))


def _pool(request: Request, x: NDArray[np.int8], known: NDArray[np.bool_]) -> Accumulators | None:
    vertical, horizontal = axes(request.groups)
    channels = x.shape[2]
    taps = vertical.out * vertical.kernel * horizontal.out * horizontal.kernel * channels
    if taps > _LARGEST:
        return None
    rows = slice(0, vertical.out)
    maximum = request.format.name == "maxpool"
    wide = gather_taps(x.astype(np.int64), vertical, horizontal, rows, -128 if maximum else 0)
    mask = gather_taps(known, vertical, horizontal, rows, True).all(axis=(2, 3))
    values = wide.max(axis=(2, 3)) if maximum else wide.sum(axis=(2, 3))
    return Accumulators(values=values.reshape(-1, channels), known=mask.reshape(-1, channels))


def after(machine: Machine, golden: GoldenInstruction) -> None:
    """Add what the instruction wrote, right after the golden machine executed it."""
    outcome, request = golden.outcome, golden.request
    if outcome.error is not None or request is None:
        return
    if outcome.memory_write is not None:
        write = outcome.memory_write
        golden.output = Bytes(
            memory="memory", place=write.region.addresses(), value=write.data,
            known=write.known, axes=("y", "x", "channel"),
        )  # fmt: skip
    elif outcome.memory_read is not None:
        golden.output = load_output(request, machine.storage)
    elif outcome.mac is not None:
        mac = outcome.mac
        golden.accumulators = Accumulators(values=mac.products.astype(np.int64), known=mac.known)
        if mac.output is not None:
            golden.output = compute_output(request, machine.storage)
    elif request.format.name in VECTOR:
        golden.output = compute_output(request, machine.storage)
