"""Ranges of the core's memories that an instruction reads and writes, as dispatch compares them."""

from __future__ import annotations

from golden.isa import ACC, BIAS, HOLD, MAC, PERCH
from golden.machine.checks import Request
from golden.machine.layout import Tensor, tensor_lines
from golden.machine.operands import input_tensor, output_tensor, second_tensor, transfer_tensor
from golden.machine.outcome import StorageRange


def compute_reads(request: Request) -> tuple[StorageRange, ...]:
    """What a mac or vec instruction reads."""
    name = request.format.name
    ranges = [] if name == "fill" else [_lines(request, input_tensor(request))]
    if request.format.binary:
        ranges.append(_lines(request, second_tensor(request)))
    if name == "lut":
        ranges.append(StorageRange(what="lut", first=0, end=256))
    if name in MAC:
        ranges += _mac_reads(request)
    return tuple(ranges)


def compute_writes(request: Request) -> tuple[StorageRange, ...]:
    """What a mac or vec instruction writes."""
    if request.values.get("flags", 0) & HOLD:
        return (StorageRange(what="acc", first=0, end=1),)
    return (_lines(request, output_tensor(request)),)


def transfer_lines(request: Request) -> StorageRange:
    """Lines of the scratchpad that ld.t writes or st.t reads."""
    return _lines(request, transfer_tensor(request))


def _mac_reads(request: Request) -> list[StorageRange]:
    groups, values = request.groups, request.values
    conv = request.format.name == "conv"
    blocks = request.core.blocks(groups["out"]["oc"] if conv else groups["in"]["c"])
    steps = groups["kernel"]["kh"] * groups["kernel"]["kw"] * (groups["in"]["c"] if conv else 1)
    first = values["wbase"]
    ranges = [StorageRange(what="wbuf", first=first, end=first + blocks * steps)]
    if values["flags"] & (PERCH | BIAS):
        first = values["pbase"]
        ranges.append(StorageRange(what="pbuf", first=first, end=first + blocks))
    if values["flags"] & ACC:
        ranges.append(StorageRange(what="acc", first=0, end=1))
    return ranges


def _lines(request: Request, tensor: Tensor) -> StorageRange:
    first, end = tensor_lines(request.core, tensor)
    return StorageRange(what="spad", first=first, end=end)
