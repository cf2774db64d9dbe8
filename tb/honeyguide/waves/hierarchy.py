"""The signals in a wave file: name and width of each, and the values that some of them take."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Collection, Iterator
from pathlib import Path

from honeyguide.cli import UserError

_VAR = re.compile(r"\$var\s+\S+\s+(\d+)\s+\S+\s+(\S+)(?:\s+(\[[^\]]*\]))?\s+\$end")
_SCOPE = re.compile(r"\$scope\s+\S+\s+(\S+)\s+\$end")


def signals(waves: Path) -> dict[str, str]:
    """Return for each signal, by its path with dots, the name that GTKWave knows it by.

    The latter ends in the range of a vector: ``TOP.adder_tb.dut.sum[31:0]``.

    Raises:
        UserError: the file can't be read: it is FST and GTKWave's fst2vcd is not installed.
    """
    found: dict[str, str] = {}
    scope: list[str] = []
    for line in header(waves):
        if opened := _SCOPE.search(line):
            scope.append(opened.group(1))
        elif "$upscope" in line:
            scope.pop()
        elif told := _VAR.search(line):
            width, name, bits = int(told.group(1)), told.group(2), told.group(3)
            path = ".".join([*scope, name])
            if bits is None and width > 1:
                bits = f"[{width - 1}:0]"
            found.setdefault(path, path + (bits or ""))
    return found


def values(waves: Path, paths: Collection[str]) -> dict[str, set[str]]:
    """Return the values that vectors take, as hexadecimal digits that fill their width.

    Values with an X or Z in them are left out: viewers show those as they are.

    Args:
        waves: the file.
        paths: of the signals, with dots.

    Raises:
        UserError: as for `signals`.
    """
    found: dict[str, set[str]] = {path: set() for path in paths}
    wanted: dict[str, tuple[int, list[str]]] = {}  # by the file's short code of a signal
    scope: list[str] = []
    lines = text_lines(waves)
    for line in lines:
        if opened := _SCOPE.search(line):
            scope.append(opened.group(1))
        elif "$upscope" in line:
            scope.pop()
        elif told := _VAR.search(line):
            path = ".".join([*scope, told.group(2)])
            if path in found:
                code = line.split()[3]
                digits = -(-int(told.group(1)) // 4)
                wanted.setdefault(code, (digits, []))[1].append(path)
        elif "$enddefinitions" in line:
            break
    for line in lines:
        if not line.startswith(("b", "B")):
            continue
        bits, _, code = line[1:].rstrip().partition(" ")
        if code in wanted and not bits.strip("01"):
            digits, named = wanted[code]
            for path in named:
                found[path].add(f"{int(bits, 2):0{digits}x}")
    return found


def header(waves: Path) -> Iterator[str]:
    """Lines of the declarations."""
    for line in text_lines(waves):
        if "$enddefinitions" in line:
            return
        yield line


def text_lines(waves: Path) -> Iterator[str]:
    """Lines of the file as VCD, whichever of the two formats it has."""
    if waves.suffix == ".vcd":
        with waves.open(encoding="ascii", errors="replace") as stream:
            yield from stream
        return
    tool = shutil.which("fst2vcd")
    if tool is None:
        raise UserError(f"{waves.name} can only be read with fst2vcd, which comes with GTKWave")
    with subprocess.Popen([tool, "-f", str(waves)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield from process.stdout
        finally:  # the reader may have seen enough
            process.kill()
