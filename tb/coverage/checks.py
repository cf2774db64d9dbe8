"""Every check of docs/architecture.md section 5, as bins: `conv SIZE OC`.

Written from that table and not from a model of it, so that a check which both the core and the
golden machine forgot would stay a hole in the coverage.
"""

from __future__ import annotations

from golden.isa_table import GROUPS

_WINDOW = "SIZE KH,SIZE KW,SIZE SY,SIZE SX,SIZE DY,SIZE DX"
_INPUT = "SIZE H,SIZE W,SIZE C,SIZE P,SIZE CBS"
_OUTPUT = "SIZE OUT_P,SIZE OUT_CBS"
_SPAD = "SPAD BASE,SPAD OUT_BASE,OVERLAP OUT_BASE"
_SCALE = "VALUE ACT,VALUE MULT,VALUE SHIFT"
_TENSOR = f"{_INPUT},SIZE PIX_PITCH,SIZE ROW_PITCH,SPAD BASE,MEMORY ADDR"
_MATRIX = (
    "RESERVED RS2,SIZE H,SIZE W,SIZE C,SIZE PIX_PITCH,SIZE ROW_PITCH,WBUF WBASE,MEMORY ADDR,"
    "BUS_READ NONE,WINDOW NONE"
)
_ENTRIES = "ALIGN ADDR,SIZE COUNT,PARAM PBASE,MEMORY ADDR,BUS_READ NONE,WINDOW NONE"
_MAC = (
    f"RESERVED FLAGS,{_INPUT},SIZE OH,SIZE OW,{_OUTPUT},{_WINDOW},{_SCALE},{_SPAD},WBUF WBASE,"
    "PARAM PBASE"
)
_SECOND = f"RESERVED RS2,{_INPUT},SIZE IN2_P,SIZE IN2_CBS,{_OUTPUT},{_SCALE},{_SPAD},SPAD IN2_BASE"
_SUM = f"{_SECOND},VALUE MULT1,VALUE SHIFT1,VALUE MULT2,VALUE SHIFT2"
_POOL = f"RESERVED RS2,{_INPUT},SIZE OH,SIZE OW,{_OUTPUT},{_WINDOW},VALUE ACT,{_SPAD}"
_MOVE = f"RESERVED RS2,{_INPUT},{_OUTPUT},{_SPAD}"

_CHECKS = {
    "illegal": "ILLEGAL NONE",
    "ld.t": f"{_TENSOR},BUS_READ NONE,WINDOW NONE",
    "st.t": f"{_TENSOR},BUS_WRITE NONE,WINDOW NONE",
    "ld.m": _MATRIX,
    "ld.mt": _MATRIX,
    "ld.w": "SIZE COUNT,WBUF WBASE,MEMORY ADDR,BUS_READ NONE,WINDOW NONE",
    "ld.p": _ENTRIES,
    "ld.b": _ENTRIES,
    "ld.l": "RESERVED RS2,MEMORY ADDR,BUS_READ NONE,WINDOW NONE",
    "conv": f"{_MAC},SIZE OC,ACC FLAGS",
    "dwconv": _MAC,
    "add": _SUM,
    "sub": _SUM,
    "mul": _SECOND,
    "maxpool": _POOL,
    "avgpool": _POOL,
    "lut": _MOVE,
    "copy": _MOVE,
    "fill": f"RESERVED RS1,RESERVED RS2,SIZE H,SIZE W,SIZE C,{_OUTPUT},SPAD OUT_BASE",
    "fence": "RESERVED RS1",
    "rdcnt": "VALUE RS1",
}
_OPERAND_BITS = 32


def check_bins() -> tuple[str, ...]:
    """Return `mnemonic CODE FIELD` for every check an instruction can fail."""
    bins = [f"{name} {check}" for name, text in _CHECKS.items() for check in text.split(",")]
    for group in GROUPS:
        for operand, fields in (("RS1", group.rs1), ("RS2", group.rs2)):
            if sum(field.bits for field in fields) < _OPERAND_BITS:
                bins.append(f"{group.name} RESERVED {operand}")
    return tuple(bins)
