"""Our own rules for the Verilog of the core, those that no tool in use checks.

Works on the text without comments and strings. It is no parser: it knows as much of Verilog-2005
as these rules need, and the tools of `elaborate.py` have made sure that it is Verilog at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from honeyguide.core import core
from honeyguide.lint.step import Outcome
from honeyguide.lint.verilog_header import header_rules
from honeyguide.lint.verilog_resets import reset_rules
from honeyguide.lint.verilog_text import closing, code_of, line_of

LINE_LENGTH = 100
SYSTEM_VERILOG = """
    always_comb always_ff always_latch assert assume bind bit break byte checker class const
    continue cover covergroup do endclass endinterface endpackage endproperty enum final foreach
    import int interface logic longint modport package packed priority property return shortint
    static string struct typedef union unique unique0 var void
"""
VERILOG = """
    and always assign automatic begin buf bufif0 bufif1 case casex casez cell default defparam
    disable else end endcase endfunction endgenerate endmodule endtask for forever function
    generate genvar if initial inout input integer localparam module nand negedge nor not or
    output parameter posedge real reg repeat signed specify supply0 supply1 task time tri
    wait while wire xnor xor
"""
NOT_A_MODULE = frozenset(VERILOG.split())
WORDS = re.compile(r"\b(" + "|".join(SYSTEM_VERILOG.split()) + r")\b")
SIGNS = re.compile(r"\+\+|[-+*|&^]=(?!=)|'\{|\.\*")
# a name that starts a statement and is followed by `#` or another name
INSTANCE = re.compile(
    r"(?:(?<=[;)])|\bbegin\b(?:\s*:\s*\w+)?|\bend\w*\b(?:\s*:\s*\w+)?|\belse\b|\bgenerate\b)"
    r"\s*(\w+)(?:\s+(?=\w)|\s*(?=#))"
)
PORT = re.compile(
    r"\b(input|output|inout)\b\s*(?:wire|reg)?\s*(?:signed\s*)?((?:\[[^\]]*\]\s*)*)(\w+)"
)
SUFFIX = {"input": ("_i", "_ni"), "output": ("_o", "_no"), "inout": ("_io", "_nio")}


def verilog_style(root: Path, *, benches: Sequence[str] = ()) -> Outcome:
    """Check the Verilog of a core, and the tables above the modules of its benches.

    The rules of a proof (`*_rules.sv`) see a module's signals by name and need no table.

    Args:
        root: of the project; every `.v` and `.vh` file of its folder of RTL is checked.
        benches: other folders, of whose modules only the tables are checked.
    """
    folder = root / core().rtl
    files = sorted([*folder.rglob("*.v"), *folder.rglob("*.vh")])
    if not files:
        return Outcome(problems=("no Verilog file was found below rtl/",))
    others = sorted(
        path
        for bench in benches
        for path in (root / bench).rglob("*.*v")
        if path.suffix in (".v", ".sv") and not path.stem.endswith("_rules")
    )
    found = [(path, check(path)) for path in files]
    found += [(path, sorted(header_rules(*texts(path)))) for path in others]
    problems = [
        f"{path.relative_to(root)}:{line}: {text}" for path, wrong in found for line, text in wrong
    ]
    return Outcome(problems=tuple(problems), checked=f"{len(found)} files")


def texts(path: Path) -> tuple[str, str]:
    """Return a file, and the same without comments and strings."""
    text = path.read_text(encoding="utf-8")
    return text, code_of(text)


def check(path: Path) -> list[tuple[int, str]]:
    """Return what is wrong in one file, as line number and sentence, in the order of lines."""
    text, code = texts(path)
    found = list(text_rules(text))
    found += word_rules(code)
    if path.suffix == ".v":
        found += module_rules(text, code, path.stem)
        found += port_rules(code)
        found += header_rules(text, code)
        found += case_rules(code)
        found += reset_rules(code)
        found += connection_rules(code)
    return sorted(found)


def text_rules(text: str) -> Iterator[tuple[int, str]]:
    """Check white space, line length and the end of the file."""
    for number, line in enumerate(text.split("\n"), start=1):
        if len(line) > LINE_LENGTH:
            yield number, f"the line has {len(line)} columns, {LINE_LENGTH} are allowed"
        if "\t" in line:
            yield number, "a tab; indent with two spaces"
        if line != line.rstrip():
            yield number, "white space at the end of the line"
    if not text.endswith("\n"):
        yield text.count("\n") + 1, "no newline at the end of the file"


def word_rules(code: str) -> Iterator[tuple[int, str]]:
    """Check that no word of SystemVerilog is used, not even as a name."""
    for pattern in (WORDS, SIGNS):
        for match in pattern.finditer(code):
            yield line_of(code, match.start()), f"{match.group()!r} is SystemVerilog"


def module_rules(text: str, code: str, stem: str) -> Iterator[tuple[int, str]]:
    """Check for one module, named like its file, with a comment above."""
    modules = list(re.finditer(r"\bmodule\s+(\w+)", code))
    if not modules:
        yield 1, "no module in this file"
        return
    for extra in modules[1:]:
        yield line_of(code, extra.start()), f"a second module, {extra.group(1)}, in one file"
    first = modules[0]
    if first.group(1) != stem:
        yield line_of(code, first.start()), f"module {first.group(1)} in a file named {stem}.v"
    if not re.search(r"//|/\*", text[: first.start()]):
        yield line_of(code, first.start()), "no comment above the module"


def port_rules(code: str) -> Iterator[tuple[int, str]]:
    """Check that a port's name tells its direction, and that clock and reset come first."""
    header = re.search(r"\bmodule\b.*?;", code, re.DOTALL)
    if header is None:
        return
    ports = list(PORT.finditer(header.group()))
    for match in ports:
        direction, _, name = match.groups()
        if not name.endswith(SUFFIX[direction]):
            line = line_of(code, header.start() + match.start())
            yield line, f"{direction} {name} does not end in {' or '.join(SUFFIX[direction])}"
    names = [match.group(3) for match in ports]
    for name, place in (("clk_i", 0), ("rst_ni", 1)):
        if name in names and names.index(name) != place:
            line = line_of(code, header.start())
            yield line, f"port {name} is number {names.index(name) + 1}, expected {place + 1}"


def case_rules(code: str) -> Iterator[tuple[int, str]]:
    """Check that every case has a default."""
    open_cases: list[tuple[int, bool]] = []
    for match in re.finditer(r"\b(case[xz]?|endcase|default)\b", code):
        word = match.group()
        if word == "default":
            if open_cases:
                open_cases[-1] = (open_cases[-1][0], True)
        elif word == "endcase":
            if open_cases:
                start, has_default = open_cases.pop()
                if not has_default:
                    yield line_of(code, start), "a case without default"
        else:
            open_cases.append((match.start(), False))
            if word == "casex":
                yield line_of(code, match.start()), "casex hides unknown values; use casez"


def connection_rules(code: str) -> Iterator[tuple[int, str]]:
    """Check that instances name their parameters and ports."""
    for match in INSTANCE.finditer(code):
        if match.group(1) in NOT_A_MODULE:
            continue
        position = match.end()
        if code[position] == "#":
            opening = code.find("(", position)
            yield from positional(code, opening, f"parameters of {match.group(1)}")
            position = closing(code, opening) + 1
        name = re.compile(r"\s*(\w+)\s*(?:\[[^\]]*\]\s*)?\(").match(code, position)
        if name:
            yield from positional(code, name.end() - 1, f"ports of {match.group(1)}")


def positional(code: str, opening: int, what: str) -> Iterator[tuple[int, str]]:
    """Report a list, whose parenthesis opens at `opening`, that does not start with a name."""
    inside = code[opening + 1 : closing(code, opening)].strip()
    if inside and not inside.startswith("."):
        yield line_of(code, opening), f"{what} are connected by position; name them"
