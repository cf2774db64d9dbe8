"""Adds to recorded waves what only the bench knows: expected values as numbers, traces as text.

    fault.expected    what the failing lane should be
    fault.got         the lane itself, cut out of its signal
    fault.<name>      texts over time: what an engine works on, where in the image it is

A file in FST is rewritten by way of VCD, with GTKWave's fst2vcd and vcd2fst.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from honeyguide.waves.hierarchy import text_lines

SCOPE = "fault"
_VAR = re.compile(r"\$var\s+\S+\s+\d+\s+(\S+)\s+(\S+)")


def annotate(waves: Path, difference: Mapping[str, Any], *, top: str, clock_ps: int) -> list[str]:
    """Add what a difference knows to a wave file; return the names that were added.

    Args:
        waves: the file, which is replaced.
        difference: with `lane` and `texts`, if anything is known.
        top: the scope that all is below.
        clock_ps: picoseconds of a cycle.
    """
    lane, texts = difference.get("lane"), difference.get("texts") or {}
    packed = waves.suffix == ".fst"
    if (lane is None and not texts) or (packed and shutil.which("vcd2fst") is None):
        return []
    names = (["expected", "got"] if lane else []) + list(texts)
    temporary = waves.with_name("annotated.vcd")
    with temporary.open("w", encoding="ascii", errors="replace") as stream:
        for line in annotated(text_lines(waves), lane, texts, top=top, clock_ps=clock_ps):
            stream.write(line)
    if packed:
        made = waves.with_name("annotated.fst")
        done = subprocess.run(
            ["vcd2fst", "-v", str(temporary), "-f", str(made)], capture_output=True, check=False
        )
        temporary.unlink()
        if done.returncode or not made.is_file():
            made.unlink(missing_ok=True)
            return []
        temporary = made
    temporary.replace(waves)
    return names


def annotated(
    lines: Iterator[str],
    lane: Mapping[str, Any] | None,
    texts: Mapping[str, list[tuple[int, int, str]]],
    *,
    top: str,
    clock_ps: int,
) -> Iterator[str]:
    """Yield the lines of a VCD file with the additions in their places."""
    scope: list[str] = []
    wanted = "" if lane is None else f"{top}.{lane['signal']}"
    code = ""
    for line in lines:
        if "$scope" in line:
            scope.append(line.split()[2])
        elif "$upscope" in line:
            if scope == [top]:
                yield from declarations(lane, texts)
            scope.pop()
        elif (told := _VAR.search(line)) and ".".join([*scope, told.group(2)]) == wanted:
            code = told.group(1)
        yield line
        if "$enddefinitions" in line:
            break
    events = sorted(
        (cycle * clock_ps, number, text)
        for number, spans in enumerate(texts.values())
        for first, end, told in spans
        for cycle, text in ((first, told), (end, ""))
    )
    place = 0
    begun = False
    for line in lines:
        if line.startswith("#"):
            now = int(line[1:])
            while place < len(events) and events[place][0] <= now:
                time = events[place][0]
                if begun and time < now:
                    yield f"#{time}\n"
                while place < len(events) and events[place][0] == time:
                    _, number, text = events[place]
                    if begun:
                        yield f"s{escaped(text)} {text_code(number)}\n"
                    place += 1
            yield line
            if not begun:
                yield from beginning(lane, texts, now // clock_ps)
                begun = True
            continue
        yield line
        if code and line[:1] in "bB" and line.rstrip().endswith(f" {code}"):
            assert lane is not None
            yield f"b{cut(line[1:].split()[0], lane)} {LANE}\n"


EXPECTED, LANE = "_fe_", "_fl_"  # codes of signals; a simulator's are shorter


def text_code(number: int) -> str:
    """Code of a text trace."""
    return f"_f{number}_"


def declarations(lane: Mapping[str, Any] | None, texts: Mapping[str, Any]) -> Iterator[str]:
    """The scope with the additions."""
    yield f" $scope module {SCOPE} $end\n"
    if lane is not None:
        for code, name in ((EXPECTED, "expected"), (LANE, "got")):
            yield f"  $var wire {lane['width']} {code} {name} [{lane['width'] - 1}:0] $end\n"
    for number, name in enumerate(texts):
        yield f"  $var string 1 {text_code(number)} {name} $end\n"
    yield " $upscope $end\n"


def beginning(
    lane: Mapping[str, Any] | None, texts: Mapping[str, list[tuple[int, int, str]]], cycle: int
) -> Iterator[str]:
    """Values at the first time of the file: texts that began before it are there already."""
    if lane is not None:
        bits = int(lane["width"])
        yield f"b{int(lane['expected']) & (1 << bits) - 1:b} {EXPECTED}\n"
    for number, spans in enumerate(texts.values()):
        running = [text for first, end, text in spans if first <= cycle < end]
        yield f"s{escaped(running[-1] if running else '')} {text_code(number)}\n"


def cut(bits: str, lane: Mapping[str, Any]) -> str:
    """The bits of the lane, the highest first."""
    low, width = int(lane["low"]), int(lane["width"])
    fill = bits[0] if bits[0] in "xXzZ" else "0"
    whole = bits.rjust(low + width, fill)
    return whole[len(whole) - low - width : len(whole) - low]


def escaped(text: str) -> str:
    """A text as VCD has it: without blanks."""
    return re.sub(r"[^!-\[\]-~]", lambda found: f"\\{ord(found.group()) & 255:03o}", text)
