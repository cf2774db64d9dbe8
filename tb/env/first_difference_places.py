"""What an instruction must write, byte by byte, and what the core's records say it wrote.

Every memory of the core is a row of bytes here:

    spad (line*Rows + bank)*Cols + lane     wbuf word*Cols + lane
    pbuf (entry*9 + slot)*Cols + lane       lut  index            memory: its addresses
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from golden.config import CoreConfig
from golden.machine import Tensor
from golden.machine.checks import Request
from golden.machine.operands import output_tensor, transfer_tensor
from golden.machine.storage import Storage, words
from tb.env.trace_records import Kind

PBUF_SLOTS = 9


@dataclass(frozen=True, kw_only=True)
class Bytes:
    """Bytes of one memory.

    Attributes:
        memory: spad, wbuf, pbuf, lut or memory.
        place: int64 [...], as the module says; its shape is what people count in, see `axes`.
        value: uint8 of the same shape.
        known: bool of the same shape; a byte that is not known may have any value.
        axes: names of the axes, for messages.
    """

    memory: str
    place: NDArray[np.int64]
    value: NDArray[np.uint8]
    known: NDArray[np.bool_]
    axes: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Written:
    """Bytes as the core wrote them, in order: place, value, cycle."""

    place: NDArray[np.int64]
    value: NDArray[np.uint8]
    cycle: NDArray[np.int64]


def tensor_places(core: CoreConfig, tensor: Tensor) -> NDArray[np.int64]:
    """Places in the scratchpad of a tensor's bytes, [h, w, c]."""
    line, bank = words(core, tensor)
    first = (line * core.rows + bank) * core.cols
    lanes = first[..., None] + np.arange(core.cols)
    return lanes.reshape(tensor.h, tensor.w, -1)[:, :, : tensor.c]


def scratchpad_bytes(core: CoreConfig, storage: Storage, tensor: Tensor) -> Bytes:
    """A tensor in the golden scratchpad."""
    place = tensor_places(core, tensor)
    return Bytes(
        memory="spad", place=place, axes=("y", "x", "channel"),
        value=storage.spad.reshape(-1)[place].view(np.uint8),
        known=storage.spad_known.reshape(-1)[place],
    )  # fmt: skip


def compute_output(request: Request, storage: Storage) -> Bytes:
    """What a mac or vec instruction has written, from the golden storage after it."""
    return scratchpad_bytes(request.core, storage, output_tensor(request))


def load_output(request: Request, storage: Storage) -> Bytes:
    """What a load has written, from the golden storage after it."""
    core, name = request.core, request.format.name
    if name == "ld.t":
        return scratchpad_bytes(core, storage, transfer_tensor(request))
    if name == "ld.l":
        place = np.arange(256, dtype=np.int64)
        return Bytes(
            memory="lut", place=place, value=storage.lut.view(np.uint8).copy(),
            known=storage.lut_known.copy(), axes=("index",),
        )  # fmt: skip
    first = request.values["first"]
    if name in ("ld.p", "ld.b"):
        return _parameters(request, storage, first, request.values["count"])
    cols = core.cols
    if name == "ld.w":
        word = first + np.arange(request.values["count"], dtype=np.int64)
        place, axes = word[:, None] * cols + np.arange(cols), ("word", "lane")
    else:
        shape = request.groups["ld.shape"]
        pixels, channels = shape["h"] * shape["w"], shape["c"]
        transposed = name == "ld.mt"
        depth, width = (channels, pixels) if transposed else (pixels, channels)
        k = np.arange(depth, dtype=np.int64)[:, None]
        n = np.arange(width, dtype=np.int64)
        place, axes = (first + n // cols * depth + k) * cols + n % cols, ("k", "n")
    return Bytes(
        memory="wbuf", place=place, axes=axes,
        value=storage.wbuf.reshape(-1)[place].view(np.uint8),
        known=storage.wbuf_known.reshape(-1)[place],
    )  # fmt: skip


def contents(storage: Storage) -> dict[str, tuple[NDArray[np.uint8], NDArray[np.bool_]]]:
    """Content and known mask of every golden memory, as the module says."""
    arrays = [(getattr(storage, name), getattr(storage, f"{name}_known"))
              for name in ("bias", "mult", "shift")]  # fmt: skip
    entries = len(storage.bias)
    return {
        "spad": _flat(storage.spad, storage.spad_known),
        "wbuf": _flat(storage.wbuf, storage.wbuf_known),
        "lut": _flat(storage.lut, storage.lut_known),
        "pbuf": _flat(
            np.concatenate(
                [np.ascontiguousarray(array).view(np.uint8).reshape(entries, -1)
                 for array, _ in arrays], axis=1,
            ),
            np.concatenate(
                [np.repeat(known, array.itemsize, axis=1) for array, known in arrays], axis=1
            ),
        ),
    }  # fmt: skip


def _flat(
    values: NDArray[np.generic], known: NDArray[np.bool_]
) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
    return values.reshape(-1).view(np.uint8).copy(), known.reshape(-1).copy()


def _parameters(request: Request, storage: Storage, first: int, count: int) -> Bytes:
    cols = request.core.cols
    slots = PBUF_SLOTS if request.format.name == "ld.p" else 4
    entries = slice(first, first + count)
    names = ("bias", "mult", "shift") if slots == PBUF_SLOTS else ("bias",)
    values, known = [], []
    for name in names:
        array = np.ascontiguousarray(getattr(storage, name)[entries])
        values.append(array.view(np.uint8).reshape(count, -1))
        mask = getattr(storage, f"{name}_known")[entries]
        known.append(np.repeat(mask, array.itemsize, axis=1))
    entry = np.arange(first, first + count, dtype=np.int64)[:, None]
    return Bytes(
        memory="pbuf", place=entry * PBUF_SLOTS * cols + np.arange(slots * cols),
        value=np.concatenate(values, axis=1), known=np.concatenate(known, axis=1),
        axes=("entry", "byte"),
    )  # fmt: skip


MEMORIES = {
    Kind.WORD: "spad",
    Kind.LOAD_SPAD: "spad",
    Kind.READ_SPAD: "spad",
    Kind.STORE_READ: "spad",
    Kind.LOAD_WBUF: "wbuf",
    Kind.READ_WBUF: "wbuf",
    Kind.LOAD_PBUF: "pbuf",
    Kind.READ_PBUF: "pbuf",
    Kind.LOAD_LUT: "lut",
    Kind.READ_LUT: "lut",
}


def first_place(
    core: CoreConfig, memory: str, line: NDArray[np.int64], bank: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Place of the first byte of a recorded word."""
    if memory == "lut":
        return line
    word = {"spad": line * core.rows + bank, "pbuf": line * PBUF_SLOTS + bank}.get(memory, line)
    return word * core.cols


def recorded_bytes(core: CoreConfig, records: NDArray[np.void]) -> dict[str, Written]:
    """Bytes of word records by memory, in the order of the records."""
    found: dict[str, list[Written]] = {}
    lanes = np.arange(core.cols)
    for kind in np.unique(records["kind"]):
        memory = MEMORIES[Kind(int(kind))]
        chosen = records[records["kind"] == kind]
        enabled = (chosen["strobes"][:, None] >> lanes & 1).astype(np.bool_)
        record, lane = np.nonzero(enabled)
        line = chosen["line"][record].astype(np.int64)
        bank = chosen["bank"][record].astype(np.int64)
        place = first_place(core, memory, line, bank) + lane
        found.setdefault(memory, []).append(
            Written(
                place=place,
                value=chosen["data"][record, lane],
                cycle=chosen["cycle"][record].astype(np.int64),
            )
        )
    return {memory: _joined(parts) for memory, parts in found.items()}


def _joined(parts: list[Written]) -> Written:
    place = np.concatenate([part.place for part in parts])
    value = np.concatenate([part.value for part in parts])
    cycle = np.concatenate([part.cycle for part in parts])
    order = np.argsort(cycle, kind="stable")
    return Written(place=place[order], value=value[order], cycle=cycle[order])


def describe_place(core: CoreConfig, memory: str, place: int) -> str:
    """A place in words."""
    cols = core.cols
    if memory == "spad":
        line, rest = divmod(place, core.rows * cols)
        return f"scratchpad line {line} bank {rest // cols} byte {rest % cols}"
    if memory == "wbuf":
        return f"weight word {place // cols} byte {place % cols}"
    if memory == "pbuf":
        entry, rest = divmod(place, PBUF_SLOTS * cols)
        if rest < 4 * cols:
            return f"parameter entry {entry} bias of channel {rest // 4}"
        if rest < 8 * cols:
            return f"parameter entry {entry} multiplier of channel {rest // 4 - cols}"
        return f"parameter entry {entry} shift of channel {rest - 8 * cols}"
    if memory == "lut":
        return f"table entry {place}"
    return f"byte {place:#x}"
