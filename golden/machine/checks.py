"""The checks of docs/architecture.md section 5, in their order; the first that fails counts.

Each function yields ``(failed, code, field, detail)`` and is consumed lazily, so a later check may
rely on what an earlier one made sure of (sizes are not zero, for one).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from golden.config import CoreConfig
from golden.isa import ACC, BIAS, HOLD, MAC, MAC_FLAGS, PERCH, VECTOR
from golden.isa_format import InstructionFormat
from golden.isa_table import Counter, ErrorCode, FieldId
from golden.machine.operands import (
    input_tensor,
    memory_region,
    output_tensor,
    second_tensor,
    transfer_tensor,
)
from golden.machine.storage import ConfigFile, Tensor, tensor_lines
from golden.machine.windows import MACHINE_MODE, Owner

E, F = ErrorCode, FieldId
HIGH_HALF = 32  # rdcnt of counter n + 32 returns the upper half
Check = tuple[bool, ErrorCode, FieldId, int]
_WORD = 0xFFFFFFFF
_SHIFT_MIN, _SHIFT_MAX = -31, 30


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """The first check that failed; ``detail`` is the 32-bit detail word."""

    code: ErrorCode
    field: FieldId
    detail: int


@dataclass(frozen=True, kw_only=True)
class Request:
    """An instruction with all that its checks look at."""

    format: InstructionFormat
    rs1: int
    rs2: int
    values: dict[str, int]
    groups: ConfigFile
    core: CoreConfig
    held_shape: tuple[int, int] | None  # (OH*OW, OC) of what a hold left, None: nothing to continue
    owner: Owner = MACHINE_MODE
    user_counters: bool = False  # users may read counters


def first_refusal(request: Request) -> Refusal | None:
    """Run an instruction's checks in order; None when it passes all of them."""
    for failed, code, field, detail in _checks(request.format)(request):
        if failed:
            return Refusal(code=code, field=field, detail=detail & _WORD)
    return None


def _checks(item: InstructionFormat) -> Callable[[Request], Iterator[Check]]:
    if item.name.startswith("cfg."):
        return _configuration
    if item.name in MAC:
        return _mac
    if item.name in VECTOR:
        return _arithmetic if item.binary else _pool if item.windowed else _movement
    return {
        "ld.t": _tensor_transfer,
        "st.t": _tensor_transfer,
        "ld.m": _matrix_load,
        "ld.mt": _matrix_load,
        "ld.w": _weight_load,
        "ld.p": _parameter_load,
        "ld.b": _parameter_load,
        "ld.l": _table_load,
        "fence": _fence,
        "rdcnt": _read_counter,
    }[item.name]


# --- pieces ---------------------------------------------------------------------------------------


def _reserved(request: Request, operand: str) -> Iterator[Check]:
    value = getattr(request, operand)
    field = F.RS1 if operand == "rs1" else F.RS2
    yield bool(value & getattr(request.format, f"reserved_{operand}")), E.RESERVED, field, value


def _nonzero(values: dict[str, int], *names: str) -> Iterator[Check]:
    for name in names:
        yield values[name] == 0, E.SIZE, F[name.upper()], values[name]


def _at_least(value: int, minimum: int, field: FieldId) -> Iterator[Check]:
    yield value < minimum, E.SIZE, field, value


def _end(end: int, limit: int, code: ErrorCode, field: FieldId) -> Iterator[Check]:
    yield end > limit, code, field, min(end, _WORD)


def _memory(end: int) -> Iterator[Check]:
    yield from _end(end, 1 << 32, E.MEMORY, F.ADDR)


def _lines(core: CoreConfig, tensor: Tensor, field: FieldId) -> Iterator[Check]:
    yield from _end(tensor_lines(core, tensor)[1], core.spad_depth, E.SPAD, field)


def _pitches(pitch: dict[str, int], shape: dict[str, int]) -> Iterator[Check]:
    """Distances in memory against the shape that is moved."""
    yield from _at_least(pitch["pix_pitch"], shape["c"], F.PIX_PITCH)
    row = (shape["w"] - 1) * pitch["pix_pitch"] + shape["c"]
    yield shape["h"] > 1 and pitch["row_pitch"] < row, E.SIZE, F.ROW_PITCH, pitch["row_pitch"]


def _clamp(groups: ConfigFile) -> Iterator[Check]:
    low, high = groups["act"]["act_min"], groups["act"]["act_max"]
    yield low > high, E.VALUE, F.ACT, (high & 0xFF) << 8 | low & 0xFF


def _scale(groups: ConfigFile, suffix: str = "") -> Iterator[Check]:
    scale = groups[f"scale{suffix}"]
    yield scale["mult"] < 0, E.VALUE, F[f"MULT{suffix}"], scale["mult"]
    outside = not _SHIFT_MIN <= scale["shift"] <= _SHIFT_MAX
    yield outside, E.VALUE, F[f"SHIFT{suffix}"], scale["shift"]


def _overlap(request: Request, output: Tensor, *inputs: Tensor) -> Iterator[Check]:
    """The output may meet an input only in place, that is with the same base, P and CBS."""
    first, end = tensor_lines(request.core, output)
    for tensor in inputs:
        low, high = tensor_lines(request.core, tensor)
        same = (tensor.base, tensor.p, tensor.cbs) == (output.base, output.p, output.cbs)
        allowed = same and not request.format.windowed
        yield first < high and low < end and not allowed, E.OVERLAP, F.OUT_BASE, output.base


def _input_shape(request: Request) -> Iterator[Check]:
    shape, pitch = request.groups["in"], request.groups["pitch"]
    yield from _nonzero(shape, "h", "w", "c")
    yield from _at_least(pitch["in_p"], shape["w"], F.P)
    yield from _at_least(shape["cbs"], request.core.blocks(shape["c"]), F.CBS)


def _output_room(request: Request, width: int, channels: int) -> Iterator[Check]:
    yield from _at_least(request.groups["pitch"]["out_p"], width, F.OUT_P)
    yield from _at_least(request.groups["out"]["cbs"], request.core.blocks(channels), F.OUT_CBS)


# --- instructions ---------------------------------------------------------------------------------


def _configuration(request: Request) -> Iterator[Check]:
    yield from _reserved(request, "rs1")
    yield from _reserved(request, "rs2")


def _tensor_transfer(request: Request) -> Iterator[Check]:
    kind = request.format.name.split(".")[0]
    shape, pitch = request.groups[f"{kind}.shape"], request.groups[f"{kind}.pitch"]
    yield from _nonzero(shape, "h", "w", "c")
    yield from _at_least(pitch["p"], shape["w"], F.P)
    yield from _at_least(shape["cbs"], request.core.blocks(shape["c"]), F.CBS)
    yield from _pitches(pitch, shape)
    yield from _lines(request.core, transfer_tensor(request), F.BASE)
    yield from _memory(memory_region(request).end)


def _matrix_load(request: Request) -> Iterator[Check]:
    shape, pitch = request.groups["ld.shape"], request.groups["ld.pitch"]
    yield from _reserved(request, "rs2")
    yield from _nonzero(shape, "h", "w", "c")
    yield from _pitches(pitch, shape)
    pixels, channels, core = shape["h"] * shape["w"], shape["c"], request.core
    if request.format.name == "ld.m":
        count = core.blocks(channels) * pixels
    else:
        count = core.blocks(pixels) * channels
    yield from _end(request.values["first"] + count, core.wbuf_depth, E.WBUF, F.WBASE)
    yield from _memory(memory_region(request).end)


def _weight_load(request: Request) -> Iterator[Check]:
    values = request.values
    yield from _nonzero(values, "count")
    end = values["first"] + values["count"]
    yield from _end(end, request.core.wbuf_depth, E.WBUF, F.WBASE)
    yield from _memory(memory_region(request).end)


def _parameter_load(request: Request) -> Iterator[Check]:
    values = request.values
    yield values["addr"] % 4 != 0, E.ALIGN, F.ADDR, values["addr"]
    yield from _nonzero(values, "count")
    end = values["first"] + values["count"]
    yield from _end(end, request.core.param_depth, E.PARAM, F.PBASE)
    yield from _memory(memory_region(request).end)


def _table_load(request: Request) -> Iterator[Check]:
    yield from _reserved(request, "rs2")
    yield from _memory(memory_region(request).end)


def _mac(request: Request) -> Iterator[Check]:
    groups, values, core = request.groups, request.values, request.core
    conv = request.format.name == "conv"
    flags = values["flags"]
    legal = MAC_FLAGS if conv else PERCH | BIAS
    yield bool(flags & ~legal), E.RESERVED, F.FLAGS, flags
    yield from _input_shape(request)
    yield from _nonzero(groups["out"], "oh", "ow")
    if conv:
        yield from _nonzero(groups["out"], "oc")
    channels = groups["out"]["oc"] if conv else groups["in"]["c"]
    hold = bool(flags & HOLD)
    if not hold:
        yield from _output_room(request, groups["out"]["ow"], channels)
    yield from _nonzero(groups["kernel"], "kh", "kw", "sy", "sx", "dy", "dx")
    yield from _clamp(groups)
    if not flags & PERCH:
        yield from _scale(groups)
    source = input_tensor(request)
    yield from _lines(core, source, F.BASE)
    if not hold:
        yield from _lines(core, output_tensor(request), F.OUT_BASE)
    blocks = core.blocks(channels)
    steps = groups["kernel"]["kh"] * groups["kernel"]["kw"] * (groups["in"]["c"] if conv else 1)
    yield from _end(values["wbase"] + blocks * steps, core.wbuf_depth, E.WBUF, F.WBASE)
    if flags & (PERCH | BIAS):
        yield from _end(values["pbase"] + blocks, core.param_depth, E.PARAM, F.PBASE)
    if not hold:
        yield from _overlap(request, output_tensor(request), source)
    if flags & (ACC | HOLD):
        pixels = groups["out"]["oh"] * groups["out"]["ow"]
        yield pixels > core.rows or channels > core.cols, E.ACC, F.FLAGS, flags
        if flags & ACC:
            yield request.held_shape != (pixels, channels), E.ACC, F.FLAGS, flags


def _arithmetic(request: Request) -> Iterator[Check]:
    groups, core = request.groups, request.core
    shape, pitch = groups["in"], groups["pitch"]
    yield from _reserved(request, "rs2")
    yield from _input_shape(request)
    yield from _at_least(pitch["in2_p"], shape["w"], F.IN2_P)
    yield from _at_least(pitch["in2_cbs"], core.blocks(shape["c"]), F.IN2_CBS)
    yield from _output_room(request, shape["w"], shape["c"])
    yield from _clamp(groups)
    if request.format.scaled:
        yield from _scale(groups)
    if "scale1" in request.format.uses:
        yield from _scale(groups, "1")
        yield from _scale(groups, "2")
    first, second, output = input_tensor(request), second_tensor(request), output_tensor(request)
    yield from _lines(core, first, F.BASE)
    yield from _lines(core, second, F.IN2_BASE)
    yield from _lines(core, output, F.OUT_BASE)
    yield from _overlap(request, output, first, second)


def _pool(request: Request) -> Iterator[Check]:
    groups, core = request.groups, request.core
    yield from _reserved(request, "rs2")
    yield from _input_shape(request)
    yield from _nonzero(groups["out"], "oh", "ow")
    yield from _output_room(request, groups["out"]["ow"], groups["in"]["c"])
    yield from _nonzero(groups["kernel"], "kh", "kw", "sy", "sx", "dy", "dx")
    yield from _clamp(groups)
    source, output = input_tensor(request), output_tensor(request)
    yield from _lines(core, source, F.BASE)
    yield from _lines(core, output, F.OUT_BASE)
    yield from _overlap(request, output, source)


def _movement(request: Request) -> Iterator[Check]:
    shape, core = request.groups["in"], request.core
    fill = request.format.name == "fill"
    yield from _reserved(request, "rs2")
    yield from _reserved(request, "rs1")  # only fill has reserved bits there
    if fill:
        yield from _nonzero(shape, "h", "w", "c")
    else:
        yield from _input_shape(request)
    yield from _output_room(request, shape["w"], shape["c"])
    output = output_tensor(request)
    if not fill:
        yield from _lines(core, input_tensor(request), F.BASE)
    yield from _lines(core, output, F.OUT_BASE)
    if not fill:
        yield from _overlap(request, output, input_tensor(request))


def _fence(request: Request) -> Iterator[Check]:
    yield from _reserved(request, "rs1")


def _read_counter(request: Request) -> Iterator[Check]:
    index = request.values["index"]
    yield index % HIGH_HALF >= len(Counter) or index >= 2 * HIGH_HALF, E.VALUE, F.RS1, index
    allowed = request.owner.privileged or request.user_counters
    yield not allowed, E.PRIVILEGE, F.RS1, index
