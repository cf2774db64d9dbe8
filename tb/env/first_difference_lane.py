"""Where the wrong value of a first difference is seen in the waves, and what surrounds it in words.

lane     which bits of which signal, expected and actual: shown beside each other as numbers
texts    what each engine works on, where in the image the array is: shown as text over time
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from golden.assembler import disassemble_instruction
from golden.config import CoreConfig
from golden.isa import Instruction
from tb.env.first_difference_golden import GoldenInstruction
from tb.env.first_difference_records import ENGINES, Recording
from tb.env.first_difference_stages import Tiles

# Signals in which bytes pass, by the stage that gets them wrong.
BYTES = {
    "requantiser": "dut.u_execute.ex_wr_data_o",
    "load": "dut.u_load.spad_wr_data_o",
    "store": "dut.m_axi_wdata_o",
}
ACCUMULATORS = "dut.u_execute.acc"
_VALUES = re.compile(r"expected (-?\d+), got (-?\d+)")
_PIXEL = re.compile(r"pixel y=(\d+) x=(\d+) channel (\d+)")
_BANK = re.compile(r"scratchpad line \d+ bank \d+ byte (\d+)")
_BYTE = re.compile(r"\(byte (0x[0-9a-f]+)\)")
Texts = dict[str, list[tuple[int, int, str]]]  # first cycle, cycle after the last, text


@dataclass(frozen=True, kw_only=True)
class Lane:
    """Bits of a signal: the lowest, how many, and what they should be."""

    signal: str
    low: int
    width: int
    expected: int


def lane_of(stage: str, what: str, core: CoreConfig, width: int) -> Lane | None:
    """Return the lane that a sentence is about; None if it is about none.

    Args:
        stage: of the difference.
        what: its sentence, with expected and actual.
        core: parameters.
        width: pixels of a row of the output image.
    """
    values = _VALUES.search(what)
    if values is None:
        return None
    expected = int(values.group(1))
    if stage in ("array", "memory") and (told := _PIXEL.search(what)):
        y, x, channel = (int(text) for text in told.groups())
        lane = (y * width + x) % core.rows * core.cols + channel % core.cols
        return Lane(signal=ACCUMULATORS, low=32 * lane, width=32, expected=expected)
    if stage not in BYTES:
        return None
    if told := _BANK.search(what):
        return Lane(signal=BYTES[stage], low=8 * int(told.group(1)), width=8, expected=expected)
    if stage == "store" and (told := _BYTE.search(what)):
        lane = int(told.group(1), 16) % core.axi_bytes
        return Lane(signal=BYTES[stage], low=8 * lane, width=8, expected=expected)
    return None


def texts_of(
    recording: Recording,
    goldens: Mapping[int, GoldenInstruction],
    tiles: Mapping[int, Tiles],
    layers: Mapping[int, str],
    core: CoreConfig,
    window: tuple[int, int],
) -> Texts:
    """Return what passes in a window of cycles, in words, by the name of the trace."""
    first, last = window
    found: Texts = {name: [] for name in (*ENGINES, "layer", "array")}
    for index, item in sorted(recording.instructions.items()):
        if item.engine is None or item.start is None or item.start > last:
            continue
        end = last if item.end is None else item.end
        if end < first:
            continue
        told = disassemble_instruction(Instruction(item.word, item.rs1, item.rs2))
        found[item.engine].append((item.start, end, f"{index} {told}"))
        if layer := layers.get(index):
            found["layer"].append((item.start, end, layer))
        golden = goldens.get(index)
        if golden is None or golden.accumulators is None or golden.output is None:
            continue
        pixels = golden.accumulators.values.shape[0]
        width = int(golden.output.place.shape[1])
        across = -(-pixels // core.rows)
        for number, cycle in enumerate(tiles[index].cycles.tolist() if index in tiles else ()):
            if first <= cycle <= last:
                y, x = divmod(number % across * core.rows, width)
                block = number // across * core.cols
                text = f"{index} y={y} x={x} channels {block}..{block + core.cols - 1}"
                found["array"].append((cycle, cycle + 1, text))
    return {name: spans for name, spans in found.items() if spans}
