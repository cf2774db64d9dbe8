"""Loads and stores: memory bytes to the core's memories and back."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from golden.machine.checks import Request
from golden.machine.operands import memory_region, transfer_lines, transfer_tensor
from golden.machine.outcome import MemoryWrite, StorageRange
from golden.machine.storage import Storage
from golden.memory import Memory


def run_load(request: Request, storage: Storage, memory: Memory, *, failed: bool) -> StorageRange:
    """Execute a load that passed its checks; returns what it wrote.

    With ``failed``, after a bus error, everything it would have written becomes unknown.
    """
    region = memory_region(request)
    if failed:
        data = np.zeros((region.h, region.w, region.c), dtype=np.uint8)
        known = np.full(data.shape, False)
    else:
        data, known = memory.view(region), memory.known_view(region)
    name = request.format.name
    if name == "ld.t":
        tensor = transfer_tensor(request)
        storage.write(tensor, data.view(np.int8), known)
        return transfer_lines(request)
    if name == "ld.l":
        storage.lut[:] = data.ravel().view(np.int8)
        storage.lut_known[:] = known.ravel()
        return StorageRange(what="lut", first=0, end=storage.lut.size)
    first = request.values["first"]
    if name in ("ld.w", "ld.m", "ld.mt"):
        count = _weights(request, storage.wbuf, data.view(np.int8))
        _weights(request, storage.wbuf_known, known)
        return StorageRange(what="wbuf", first=first, end=first + count)
    count = request.values["count"]
    _parameters(request, storage, data.reshape(count, -1), known.reshape(count, -1))
    return StorageRange(what="pbuf", first=first, end=first + count)


def run_store(request: Request, storage: Storage, memory: Memory, *, failed: bool) -> MemoryWrite:
    """Execute a store that passed its checks; returns what it wrote.

    With ``failed``, after a bus error, its bytes in memory become unknown.
    """
    region = memory_region(request)
    values, known = storage.read(transfer_tensor(request))
    data = np.ascontiguousarray(values).view(np.uint8)
    if failed:
        memory.forget(region)
        return MemoryWrite(region=region, data=data, known=np.zeros_like(known))
    memory.view(region)[:] = data
    memory.known_view(region)[:] = known
    return MemoryWrite(region=region, data=data, known=known)


def _weights(request: Request, buffer: NDArray[Any], data: NDArray[Any]) -> int:
    """Put what ld.w, ld.m or ld.mt moves, [h, w, c], into the weight buffer; returns the words.

    ld.m writes byte (k, n) to word (n div Cols)*K + k, ld.mt byte (n, k) to (n div Cols)*C + k,
    both at byte n mod Cols; bytes of a word beyond the last n stay as they are.
    """
    cols, first = request.core.cols, request.values["first"]
    if request.format.name == "ld.w":
        rows = data.reshape(-1, cols)
        buffer[first : first + len(rows)] = rows
        return len(rows)
    matrix = data.reshape(-1, data.shape[2])  # [k, n] of ld.m, [n, k] of ld.mt
    if request.format.name == "ld.mt":
        matrix = matrix.T
    depth, width = matrix.shape
    for n in range(0, width, cols):
        block = matrix[:, n : n + cols]
        start = first + n // cols * depth
        buffer[start : start + depth, : block.shape[1]] = block
    return request.core.blocks(width) * depth


def _parameters(
    request: Request, storage: Storage, data: NDArray[np.uint8], known: NDArray[np.bool_]
) -> None:
    """Entries [count, bytes]: Cols int32 biases and, from ld.p, Cols multipliers and shifts."""
    cols = request.core.cols
    entries = slice(request.values["first"], request.values["first"] + len(data))

    def words(start: int) -> tuple[NDArray[np.int32], NDArray[np.bool_]]:
        part = np.ascontiguousarray(data[:, start : start + 4 * cols]).view("<i4")
        mask: NDArray[np.bool_] = np.all(
            known[:, start : start + 4 * cols].reshape(len(data), cols, 4), axis=2
        )
        return part, mask

    storage.bias[entries], storage.bias_known[entries] = words(0)
    if request.format.name == "ld.p":
        storage.mult[entries], storage.mult_known[entries] = words(4 * cols)
        storage.shift[entries] = np.ascontiguousarray(data[:, 8 * cols :]).view(np.int8)
        storage.shift_known[entries] = known[:, 8 * cols :]
