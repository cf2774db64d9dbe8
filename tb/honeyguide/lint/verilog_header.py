"""The table above a module: every port and parameter with its meaning, and nothing that is gone.

    //   name             | meaning
    //   -----------------|----------------------------------------------
    //   Width            | bits of an entry
    //   push_*, flush_i  | an entry enters; all are forgotten: done_o
    //   x_i .. z_i       | from x_i to z_i in the order of the ports

A port also counts as documented where its name stands in another's meaning, a parameter does not:
its name is a word of the text. `clk_i` and `rst_ni` mean the same everywhere and may be left out.

A parameter that is calculated from others is no choice of the instance, so it must be a
`localparam`, or an expression where a port's width needs it. One whose default is another parameter
is a choice if its row says what the default is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from honeyguide.lint.verilog_text import closing, line_of

EVERYWHERE = frozenset({"clk_i", "rst_ni"})
HEADING = re.compile(r"//\s+name\s+\|\s+meaning$")
RULE = re.compile(r"//\s+-+\|-+$")
ROW = re.compile(r"//\s+(?:(\S.*?)\s+)?\|\s*(.*)$")
PORT_NAME = re.compile(r"(?<![\w*])[A-Za-z*][\w*]*_n?(?:i|o|io)\b|\b[a-z]\w*_\*")
DIRECTIVE = re.compile(r"^\s*`(?:ifdef|ifndef|elsif|else|endif|include)\b[^\n]*", re.MULTILINE)
TYPES = frozenset({"input", "output", "inout", "wire", "reg", "logic", "bit", "signed", "unsigned"})


@dataclass(frozen=True, kw_only=True)
class Parameter:
    """One that an instance can set.

    Attributes:
        name: of the parameter.
        default: the expression that is its default.
        line: where it is declared.
    """

    name: str
    default: str
    line: int


@dataclass(frozen=True, kw_only=True)
class Row:
    """One row of the table, with the lines that continue it.

    Attributes:
        line: of its first line.
        names: what stands on the left, without indices.
        meaning: what stands on the right.
    """

    line: int
    names: tuple[str, ...]
    meaning: str


def header_rules(text: str, code: str) -> Iterator[tuple[int, str]]:
    """Check the table of the first module of a file, and its derived parameters.

    Args:
        text: the file.
        code: the same without comments and strings, every character in its place.
    """
    module = re.search(r"\bmodule\s+(?:automatic\s+|static\s+)?\w+\s*", code)
    if module is None:
        return
    ports, parameters = declarations(code, module.end())
    rows = table(text[: module.start()])
    line = line_of(code, module.start())
    names = [*(parameter.name for parameter in parameters), *ports]
    told: set[str] = set()
    for row in rows:
        found, problems = covered(row, names, ports)
        told |= found
        yield from ((row.line, problem) for problem in problems)
    for name in names:
        if name not in told | EVERYWHERE:
            kind = "port" if name in ports else "parameter"
            yield line, f"{kind} {name} is not in the table above the module"
    yield from derived(parameters, rows)


def derived(parameters: Sequence[Parameter], rows: Sequence[Row]) -> Iterator[tuple[int, str]]:
    """Report parameters that follow from others but could be set by an instance."""
    names = [parameter.name for parameter in parameters]
    for parameter in parameters:
        if not set(re.findall(r"[A-Za-z_]\w*", parameter.default)) & set(names):
            continue
        meanings = [row.meaning for row in rows if parameter.name in covered(row, names, [])[0]]
        choice = parameter.default in names and any("default" in text for text in meanings)
        if not choice:
            yield (
                parameter.line,
                f"parameter {parameter.name} is derived, {parameter.default}; make it a localparam",
            )


def covered(row: Row, names: Sequence[str], ports: Sequence[str]) -> tuple[set[str], list[str]]:
    """Return the ports and parameters that a row documents, and what is wrong with it."""
    found: set[str] = set()
    problems: list[str] = []
    if not row.meaning:
        problems.append(f"the table says nothing of {', '.join(row.names)}")
    for name in row.names:
        matched = matching(name, names)
        found |= set(matched)
        if not matched:
            problems.append(f"the table names {name}, which the module does not have")
    for name in PORT_NAME.findall(row.meaning):
        matched = matching(name, ports)
        found |= set(matched)
        if not matched:
            problems.append(f"the table names {name}, which the module does not have")
    return found, problems


def matching(name: str, names: Sequence[str]) -> list[str]:
    """Return which of `names` are meant by a name, a pattern with `*`, or `first .. last`."""
    if ".." in name:
        first, last = (end.strip() for end in name.split("..", 1))
        if first in names and last in names and names.index(first) < names.index(last):
            return list(names[names.index(first) : names.index(last) + 1])
        return []
    if "*" not in name:
        return [name] if name in names else []
    if not re.search("[A-Za-z]", re.sub(r"_n?(?:i|o|io)$", "", name)):
        return []  # `*_i` is no description
    pattern = re.compile(re.escape(name).replace(r"\*", r"\w*"))
    return [each for each in names if pattern.fullmatch(each)]


def table(comment: str) -> list[Row]:
    """Return the rows of the last table in a text."""
    rows: list[Row] = []
    inside = False
    lines = comment.split("\n")
    for number, line in enumerate(lines, start=1):
        if HEADING.match(line) and number < len(lines) and RULE.match(lines[number]):
            rows, inside = [], True
            continue
        if not inside or RULE.match(line):
            continue
        match = ROW.match(line)
        if match is None:
            inside = False
        elif match.group(1):
            names = tuple(
                re.sub(r"\[[^\]]*\]", "", name).strip() for name in match.group(1).split(",")
            )
            rows.append(Row(line=number, names=names, meaning=match.group(2)))
        elif rows:
            last = rows[-1]
            meaning = f"{last.meaning} {match.group(2)}"
            rows[-1] = Row(line=last.line, names=last.names, meaning=meaning)
    return rows


def declarations(code: str, position: int) -> tuple[list[str], list[Parameter]]:
    """Return the ports and parameters of a module, whose name ends at `position`."""
    parameters: list[Parameter] = []
    ports: list[str] = []
    imports = re.compile(r"(?:import\b[^;]*;\s*)*").match(code, position)
    position = imports.end() if imports else position
    if code.startswith("#", position):
        opening = code.find("(", position)
        parameters += parameter_list(code, opening + 1, closing(code, opening))
        position = closing(code, opening) + 1
    opening = code.find("(", position)
    end = code.find(";", position)
    if -1 < opening < end:
        for _, item in items(code, opening + 1, closing(code, opening)):
            names = re.findall(r"[A-Za-z_]\w*", re.sub(r"\[[^\]]*\]|=.*", " ", item))
            ports += [names[-1]] if names and names[-1] not in TYPES else []
        end = closing(code, opening)
    for match in re.finditer(r"\bparameter\b([^;]*);", code[end:]):
        start = end + match.start()
        parameters += parameter_list(code, start, end + match.end() - 1)
    return ports, parameters


def parameter_list(code: str, start: int, end: int) -> Iterator[Parameter]:
    """Read `parameter int A = 1, B = 2, localparam C = 3`; the last is none of an instance's."""
    local = False
    for position, item in items(code, start, end):
        words = re.search(r"\b(parameter|localparam)\b", item)
        if words:
            local = words.group() == "localparam"
        match = re.search(r"(\w+)\s*(?:\[[^\]]*\]\s*)*=(.*)", item, re.DOTALL)
        if match and not local:
            line = line_of(code, position + match.start(1))
            yield Parameter(name=match.group(1), default=match.group(2).strip(), line=line)


def items(code: str, start: int, end: int) -> Iterator[tuple[int, str]]:
    """Split a list at the commas that stand in no brackets; return places and items."""
    depth, begin = 0, start
    inside = DIRECTIVE.sub(lambda match: " " * len(match.group()), code[start:end])
    for offset, sign in enumerate(inside):
        depth += (sign in "([{") - (sign in ")]}")
        if sign == "," and depth == 0:
            yield begin, inside[begin - start : offset]
            begin = start + offset + 1
    if inside[begin - start :].strip():
        yield begin, inside[begin - start :]
