"""The coverage points: a name and its bins, all texts. The model samples them, the plan names them.

A bin that nothing can hit is not listed; where that is not obvious, a comment says why.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import product

from golden.isa import BINARY, COMPUTE, MAC, WINDOWED
from golden.isa_table import GROUPS, INSTRUCTIONS, Counter
from golden.registers_table import REGISTERS
from tb.coverage.abort_states import STATES
from tb.coverage.checks import check_bins

Bins = tuple[str, ...]

MNEMONICS = tuple(item.name for item in (*GROUPS, *INSTRUCTIONS))
LOADS = tuple(name for name in MNEMONICS if name.startswith("ld."))
TRANSFERS = (*LOADS, "st.t")
PITCHED = ("ld.t", "ld.m", "ld.mt", "st.t")
MOVES = tuple(name for name in COMPUTE if name not in (*BINARY, *WINDOWED))

SIZE = ("one", "few", "many")
FIT = ("tight", "loose")
STEP = ("one", "two", "more")
SIGNED = ("lowest", "negative", "zero", "positive", "highest")
SCALE = tuple(f"mult {x}" for x in ("zero", "usual", "highest")) + tuple(
    f"shift {x}" for x in ("lowest", "right", "none", "left", "highest")
)
CHANNELS = ("one", "three", "tail", "block", "blocks", "blocks and tail")
PIXELS = ("one", "part of a tile", "tile", "tiles", "tiles and part")
WINDOW = (
    "1x1", "row", "column", "both", "strided", "dilated", "padded", "stride over kernel",
    "outside",
)  # fmt: skip
STATUS_BITS = tuple(
    field.name for register in REGISTERS if register.name == "STATUS" for field in register.fields
)


def cross(*parts: Iterable[str], but: Iterable[str] = ()) -> Bins:
    """Return all combinations, words separated by a blank, without those in `but`."""
    left_out = set(but)
    joined = (" ".join(words) for words in product(*parts))
    return tuple(text for text in joined if text not in left_out)


def fields(group: Iterable[str], classes: Iterable[str]) -> Bins:
    """Return the bins of several fields of the same kind."""
    return cross(group, classes)


def _accesses() -> Bins:
    """Each register read and written, accesses that are refused among them."""
    named = [register.name for register in REGISTERS]
    return (*cross([*named, "hole"], ("read", "write")), "CTRL partial write",
            "DB_INSTR partial write")  # fmt: skip


HAZARDS = (
    *cross(("spad RAW",), ("load-execute", "load-store", "execute-execute", "execute-store")),
    *cross(("spad WAR",), ("execute-load", "store-load", "store-execute", "execute-execute")),
    *cross(("spad WAW",), ("load-load", "load-execute", "execute-load", "execute-execute")),
    *cross(("wbuf", "pbuf", "lut"), ("RAW load-execute", "WAR execute-load", "WAW load-load")),
    *("memory RAW store-load", "memory WAR load-store", "memory WAW store-store"),
    "acc RAW execute-execute",
)

POINTS: dict[str, Bins] = {
    # instructions
    "instruction.executed": cross(MNEMONICS, ("xif", "doorbell")),
    "instruction.error": check_bins(),
    "instruction.fence": tuple(f"clear={c} done={d}" for c, d in product((0, 1), repeat=2)),
    "instruction.counter": tuple(counter.name for counter in Counter),
    "instruction.destination": cross(("fence", "rdcnt"), ("x0", "register")),
    "instruction.flags": (
        *(f"conv {flags:04b}" for flags in range(16)),
        *(f"dwconv {flags:04b}" for flags in range(4)),
    ),
    # fields of the configuration, of instructions that ran
    "field.ld.shape": (*fields(("w", "h", "c"), SIZE), *fields(("cbs",), FIT)),
    "field.ld.pitch": fields(("row_pitch", "pix_pitch", "p"), FIT),
    "field.st.shape": (*fields(("w", "h", "c"), SIZE), *fields(("cbs",), FIT)),
    "field.st.pitch": fields(("row_pitch", "pix_pitch", "p"), FIT),
    "field.in": (*fields(("w", "h", "c"), SIZE), *fields(("cbs",), FIT)),
    "field.out": (*fields(("ow", "oh", "oc"), SIZE), *fields(("cbs",), FIT)),
    "field.pitch": fields(("in_p", "out_p", "in2_p", "in2_cbs"), FIT),
    "field.kernel": (*fields(("kw", "kh"), SIZE), *fields(("sx", "sy", "dx", "dy"), STEP)),
    "field.pad": (
        *fields(("pl", "pt"), ("none", "some")),
        *fields(("zin", "zw", "zout"), SIGNED),
    ),
    "field.act": ("full", "low only", "high only", "both", "one value"),
    "field.fill": SIGNED,
    "field.scale": SCALE,
    "field.scale1": SCALE,
    "field.scale2": SCALE,
    # operands
    "operand.address": cross(
        TRANSFERS, ("aligned", "unaligned")
    ),  # to a beat; ld.p and ld.b to words of it
    "operand.line": cross(("ld.t", "st.t", *COMPUTE), ("first", "middle", "last")),
    "operand.pixel": cross(("ld.t", "st.t"), ("0", "whole lines", "within a line")),
    "operand.word": cross(("ld.w", "ld.m", "ld.mt", *MAC), ("first", "middle", "last")),
    "operand.entry": cross(("ld.p", "ld.b", *MAC), ("first", "middle", "last")),
    "operand.count": cross(("ld.w", "ld.p", "ld.b"), ("one", "more")),
    # shapes of operators
    "operator.channels": cross((*COMPUTE, "ld.t", "st.t"), CHANNELS),
    "operator.outputs": cross(("conv",), CHANNELS),
    "operator.pixels": cross(COMPUTE, PIXELS),
    "operator.window": cross(WINDOWED, WINDOW),
    "operator.in_place": (
        *cross(BINARY, ("apart", "on first", "on second", "same inputs")),
        *cross(MOVES, ("apart", "on first"), but=("fill apart", "fill on first")),
    ),
    "operator.matrix": ("product", "hold", "hold and go on", "end"),
    "operator.accumulator": (*cross(MAC, ("wrap", "negative", "positive")), "conv wrap in a sum"),
    "operator.clamp": cross(MAC, ("lowest", "between", "highest")),
    # transfers and the memory port
    "transfer.shape": cross(PITCHED, ("dense", "pixels apart", "rows apart", "one pixel")),
    "transfer.page": cross(TRANSFERS, ("inside", "across")),
    "bus.burst": cross(("read", "write"), ("one beat", "some", "longest")),
    "bus.page_end": ("read", "write"),
    "bus.response": cross(("read", "write"), ("OKAY", "SLVERR", "DECERR")),
    "bus.outstanding": cross(("read", "write"), ("one", "more")),
    # order
    "hazard.pair": HAZARDS,
    "queue.undecided": ("one", "some", "full"),
    "queue.unanswered": ("one", "more"),
    "queue.engine": cross(("load", "execute", "store"), ("within", "beyond")),
    "queue.counter": tuple(counter.name for counter in Counter),
    # CV-X-IF
    "xif.issue": (
        "two operands 11", "one operand 01", "one operand 11",
        *cross(("illegal", "foreign"), ("00", "01", "10", "11")),
    ),
    "xif.decision": cross(("commit", "kill"), ("same cycle", "next cycle", "soon", "late")),
    "xif.refused": ("commit", "kill"),
    "xif.sequence": cross(("commit", "kill"), ("commit", "kill")),
    "xif.id": tuple(str(number) for number in range(16)),
    "xif.illegal": ("class", "operation", "rd", "rs2"),
    "xif.result": ("empty", "value", "value for x0"),
    # registers, interrupt, reset
    "register.access": _accesses(),
    "register.strobes": ("none", "some", "all"),
    "register.counter": tuple(counter.name for counter in Counter),
    "register.status": cross(STATUS_BITS, ("0", "1")),
    "doorbell.word": ("runs", "refused", "illegal", "value"),
    "doorbell.order": ("alone", "before undecided", "after committed", "with a commit"),
    "interrupt.enable": ("0", "1", "2", "3"),
    "interrupt.status": ("0", "1", "2", "3"),
    "interrupt.clear": ("1", "2", "3"),
    "interrupt.line": ("rise", "fall"),
    "error.register": ("empty", "held", "cleared by register", "cleared by fence"),
    "error.order": ("first", "later"),
    "reset.kind": cross(("pin", "soft"), ("idle", "busy")),
    "control.clear_counters": ("idle", "busy"),
    # ways out: what each engine was at when a job was cut off
    **{
        f"abort.{engine}": cross(("abort", "soft reset"), states)
        for engine, states in STATES.items()
    },
    "abort.watchdog": ("load", "execute", "store"),
}  # fmt: skip
