"""What Verilator says about a design, as sentences that name signal, module and line.

    %Warning-UNOPTFLAT: rtl/a.v:7:8: Signal unoptimizable: Circular combinational logic: 'top.y'
                        rtl/a.v:7:8:      Example path: top.y

becomes

    rtl/a.v:7: a: combinational loop: y depends on itself within a cycle, through rtl/a.v:8; ...
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from honeyguide.sim.design import Mistake, module_at, text_of

HEAD = re.compile(
    r"%(?P<kind>Error|Warning)(?:-(?P<code>\w+))?: (?:(?P<file>[^:\s][^:]*):(?P<line>\d+):"
    r"(?P<column>\d+): )?(?P<text>.*)"
)
STEP = re.compile(r"\s+(?P<file>[^:\s][^:]*):(?P<line>\d+):\d+:\s+Example path: (?P<node>\S+)")
QUOTED = re.compile(r"'([^']+)'")
NOT_A_FINDING = ("Exiting due to", "Cannot continue")
PORT = re.compile(r"_(?:n?i|n?o)$")
# A target of an assignment, right before its sign.
TARGET = re.compile(r"([A-Za-z_]\w*)\s*(?:\[[^=;]*\]\s*)*<?=?\s*$")

# {signal} is the first quoted name, {line} where the message points to.
SENTENCES = {
    "UNOPTFLAT": "combinational loop: {signal} depends on itself within a cycle{through}; "
    "break it by a register",
    "LATCH": "latch: {signal} keeps its value on some path of the always block; "
    "assign it a value on every path",
    "MULTIDRIVEN": "multiple drivers: {signal} is driven in more than one place",
    "PROCASSWIRE": "{signal} is a wire and an always block drives it; declare it reg",
    "CONTASSREG": "{signal} is a reg and an assign drives it; declare it wire",
    "ASSIGNIN": "{signal} is an input and is assigned here",
    "UNDRIVEN": "undriven: nothing drives {signal}{bits}",
    "UNUSEDSIGNAL": "unused: nothing reads {signal}{bits}",
    "UNUSEDPARAM": "unused: nothing reads the parameter {signal}",
    "UNUSEDGENVAR": "unused: nothing reads the genvar {signal}",
    "UNUSEDLOOP": "unused: the loop does nothing",
    "IMPLICIT": "undeclared: {signal} is not declared, so it would be a wire of one bit",
    "MODMISSING": "missing module: there is no module {signal}",
    "PINMISSING": "missing port: the instance leaves port {signal} open",
    "PINNOTFOUND": "wrong name: the instance's module has no {port} {signal}",
    "PINCONNECTEMPTY": "open port: {signal} is connected to nothing",
    "CASEINCOMPLETE": "incomplete case: not every value has an entry and there is no default",
    "CASEOVERLAP": "overlapping case: two entries match the same value",
    "BLKSEQ": "blocking assignment: {target} is assigned by = in a clocked block; use <=",
    "COMBDLY": "nonblocking assignment: {target} is assigned by <= in a combinational block; use =",
    "BLKANDNBLK": "mixed assignments: {signal} is assigned by = and by <=",
    "WIDTHTRUNC": "width mismatch at {target}: {width}",
    "WIDTHEXPAND": "width mismatch at {target}: {width}",
    "WIDTHXZEXPAND": "width mismatch at {target}: {width}",
    "WIDTHCONCAT": "width mismatch at {target}: {text}",
    "SELRANGE": "index out of range at {target}: {text}",
}
# A simulator makes something else of these than a synthesis tool would.
FATAL = frozenset({"UNOPTFLAT", "MULTIDRIVEN", "BLKANDNBLK", "IMPLICIT"})
WITHOUT_A_CODE = (
    (r"Can't find definition of (?:variable|task/function): '(?P<s>[^']+)'", "undeclared: {s} is not declared"),  # noqa: E501
    (r"Duplicate declaration of \w+: '(?P<s>[^']+)'", "declared twice: {s}"),
    (r"syntax error, (?P<s>.+)", "syntax error: {s}; look at the end of the statement before"),
)  # fmt: skip


def mistakes_in(lines: Sequence[str], root: Path) -> list[Mistake]:
    """Return the mistakes that a log of Verilator names, in its order, each once.

    Args:
        lines: what Verilator printed.
        root: the folder that it ran in.
    """
    found: dict[Mistake, None] = {}
    for number, line in enumerate(lines):
        match = HEAD.match(line)
        if match is None or match["text"].startswith(NOT_A_FINDING):
            continue
        found[mistake(match, list(following(lines[number + 1 :])), root)] = None
    return list(found)


def following(lines: Sequence[str]) -> Iterator[str]:
    """Return the lines that belong to the message above them."""
    for line in lines:
        if line.startswith(("%", "$", "-")):
            return
        yield line


def mistake(match: re.Match[str], more: Sequence[str], root: Path) -> Mistake:
    """Return one message as a mistake."""
    code, text = match["code"] or "", match["text"]
    file, line = match["file"] or "", int(match["line"] or 0)
    quoted = [name.rpartition(".")[2] for name in QUOTED.findall(text)]
    if code == "UNOPTFLAT":
        # a loop through instances: better named by a signal between them than by a port of one
        inner = [step for step in signals_of(more) if step[0] and not PORT.search(step[0])]
        if inner and PORT.search(quoted[0]):
            quoted[0], file, line = inner[0]
    where = root / file
    if code in SENTENCES:
        sentence = SENTENCES[code].format(
            signal=quoted[0] if quoted else "a signal",
            bits=bits_of(text),
            through=path_of(more, file, line),
            port="parameter" if text.startswith("Parameter") else "port",
            target=target_of(where, line, int(match["column"] or 0)) or " ".join(quoted[:1]),
            text=text.rstrip("."),
            width=widths(text),
        )
    else:
        sentence = uncoded(text) or (f"{code.lower()}: {text}" if code else text)
    refused = match["kind"] == "Error"
    return Mistake(
        file=file, line=line, module=module_at(where, line), text=sentence,
        fatal=refused or code in FATAL, refused=refused,
    )  # fmt: skip


def uncoded(text: str) -> str:
    """Return the sentence for an error that has no code; empty if it isn't a known one."""
    for pattern, sentence in WITHOUT_A_CODE:
        if found := re.match(pattern, text):
            return sentence.format(s=found["s"])
    return ""


def widths(text: str) -> str:
    """Return which two widths meet, `the right side has 8 bits, 4 fit`."""
    found = re.search(r"expects (?P<wanted>\d+).* generates (?P<got>\d+)", text)
    if found is None:
        return text.rstrip(".")
    if "port connection" in text:
        return f"the port has {found['wanted']} bits, what is connected has {found['got']}"
    if text.startswith("Operator ASSIGN"):
        return f"it takes {found['wanted']} bits, the right side has {found['got']}"
    operator = text.split()[1]
    return f"an operand of {operator} has {found['got']} bits, {found['wanted']} are expected"


def bits_of(text: str) -> str:
    """Return which bits of a signal are meant, `[7:4]`, if not all."""
    found = re.search(r"'(\[[\d:,\[\]]+\])'|'(\[?[\d:]+\]?)'$|'\w+'(\[[\d:,]+\])", text)
    return next((part for part in found.groups() if part), "") if found else ""


def signals_of(more: Sequence[str]) -> list[tuple[str, str, int]]:
    """Return the steps of a loop: signal (empty: a statement), file and line."""
    found = []
    for text in more:
        if step := STEP.match(text):
            # a node of Verilator's tree is in capitals; what it makes for ports has __V in front
            name = step["node"].rpartition(".")[2].rpartition("__")[2]
            found.append(("" if name.isupper() else name, step["file"], int(step["line"])))
    return found


def path_of(more: Sequence[str], file: str, line: int) -> str:
    """Return the signals and places of a loop, `, through x (a.v:3), a.v:9`."""
    steps = [
        f"{name} ({at}:{number})" if name else f"{at}:{number}"
        for name, at, number in signals_of(more)
        if (at, number) != (file, line)
    ]
    return f", through {', '.join(dict.fromkeys(steps))}" if steps else ""


def target_of(path: Path, line: int, column: int) -> str:
    """Return what the assignment at a place of a file assigns, else the name that stands there."""
    lines = text_of(path).splitlines()
    if not 0 < line <= len(lines):
        return ""
    text = lines[line - 1]
    if found := TARGET.search(text[: column - 1]):
        return found[1]
    here = re.match(r"\.?(\w+)", text[column - 1 :])
    before = re.search(r"([A-Za-z_]\w*)\s*(?:\[[^=;]*\]\s*)*<?=(?!=)", text)
    name = before or here
    return name[1] if name else ""
