"""What Icarus Verilog and Yosys say about a design, as sentences like those for Verilator."""

from __future__ import annotations

import re
from collections.abc import Sequence

from honeyguide.sim.design import Design, Mistake, declaration, module_at

ICARUS_LINE = re.compile(r"(?P<file>[^:\s][^:]*):(?P<line>\d+): (?P<text>\S.*)")
ICARUS_NOISE = re.compile(
    r"I give up\.|\d+ error\(s\) during|Elaboration failed|\*\*\*|\s+\w+ referenced \d+ times"
    r"|[^:]+:\d+: +: |.*Unable to elaborate [rl]-value"
)
ICARUS = (
    (r"syntax error", "syntax error; look at the end of the statement before"),
    (r"error: Unknown module type: (\w+)", "missing module: there is no module {0}"),
    (r"error: port ``(\w+)'' is not a port", "wrong name: the instance's module has no port {0}"),
    (r"warning: parameter (\w+) not found", "wrong name: the instance's module has no parameter {0}"),  # noqa: E501
    (r"error: Unable to bind \S+ `(\w+)'", "undeclared: {0} is not declared"),
    (r"warning: implicit definition of wire '(\w+)'", "undeclared: {0} is not declared, so it would be a wire of one bit"),  # noqa: E501
    (r"error: '(\w+)' has already been declared", "declared twice: {0}"),
    (r"warning: Port \d+ \((\w+)\) of \w+ expects (\d+) bits, got (\d+)", "width mismatch at {0}: the port has {1} bits, what is connected has {2}"),  # noqa: E501
    (r"warning: Instantiating module \w+ with dangling input port \d+ \((\w+)\)", "missing port: the instance leaves port {0} open"),  # noqa: E501
    (r"error: reg (\w+); cannot be driven by", "{0} is a reg and an assign drives it; declare it wire"),  # noqa: E501
    (r"error: (\w+) is not a valid l-value", "{0} is a wire and an always block drives it; declare it reg"),  # noqa: E501
)  # fmt: skip
LATCH = re.compile(r"Warning: Latch inferred for signal `\\(?P<module>.+?)\.\\(?P<signal>\w+)'.*")
LOOP = re.compile(r"Warning: found logic loop in module (?P<module>\S+?):")
SOURCE = re.compile(r"source: (?P<file>[^:\s]+):(?P<line>\d+)")
DRIVERS = re.compile(
    r"Warning: multiple conflicting drivers for (?P<module>.+?)\.\\(?P<signal>\w+)"
    r"(?P<bit> \[\d+\])?:"
)
UNDRIVEN = re.compile(
    r"Warning: Wire (?P<module>.+?)\.\\(?P<signal>\w+)(?P<bit> \[\d+\])? is used but has no driver"
)
MISSING = re.compile(
    r"ERROR: Module `\\?(?P<missing>[^']+)' referenced in module `\\?(?P<module>[^']+)' "
    r"in cell `\\?(?P<signal>[^']+)' (?P<text>.*)"
)
SYNTAX = re.compile(r"(?P<file>[^:\s]+):(?P<line>\d+): ERROR: (?P<text>.*)")
YOSYS_NOISE = re.compile(
    r"ERROR: (?:Found \d+ problems in|Assertion failed: selection)|\s|Preparing"
    r"|Selection contains|\S+/\$auto\$|\S+: Warning: Identifier"
)
SPECIALISED = re.compile(r"^\$paramod(?:\$\w+)?\\(\w+).*|^\\?(\w+).*")  # Yosys' name of a module


def icarus_mistakes(lines: Sequence[str], design: Design) -> list[Mistake]:
    """Return what Icarus Verilog found, each once; what is not known keeps its words."""
    found: dict[Mistake, None] = {}
    for line in lines:
        if ICARUS_NOISE.match(line):
            continue
        match = ICARUS_LINE.match(line)
        if match is None:
            found[Mistake(file=design.top, line=0, module="", text=line)] = None
            continue
        number = int(match["line"])
        module = module_at(design.root / match["file"], number)
        text = icarus_sentence(match["text"])
        found[Mistake(file=match["file"], line=number, module=module, text=text)] = None
    return list(found)


def icarus_sentence(text: str) -> str:
    """Return the sentence for a message of Icarus, or its own words."""
    for pattern, sentence in ICARUS:
        if known := re.match(pattern, text):
            return sentence.format(*known.groups())
    return text


def yosys_mistakes(lines: Sequence[str], design: Design) -> list[Mistake]:
    """Return what Yosys found, each once; signals are looked up in the sources for their line."""
    found: dict[Mistake, None] = {}
    for number, line in enumerate(lines):
        if not YOSYS_NOISE.match(line):
            found[yosys_mistake(line, lines[number + 1 :], design)] = None
    return list(found)


def yosys_mistake(line: str, more: Sequence[str], design: Design) -> Mistake:
    """Return one message of Yosys, with the indented lines below it, as a mistake."""
    below = []
    for text in more:
        if not text.startswith(" "):
            break
        below.append(text.strip())
    if loop := LOOP.match(line):
        steps = [f"{one['file']}:{one['line']}" for text in below for one in SOURCE.finditer(text)]
        through = f", through {', '.join(dict.fromkeys(steps))}" if steps else ""
        text = f"combinational loop{through}; break it by a register"
        first = SOURCE.search(" ".join(below))
        file, at = (first["file"], int(first["line"])) if first else ("", 0)
        return Mistake(file=file, line=at, module=plain(loop["module"]), text=text)
    for pattern, sentence in (
        (LATCH, "latch: {signal} keeps its value on some path of the always block; "
                "assign it a value on every path"),
        (DRIVERS, "multiple drivers: {signal}{bit} is driven by {below}"),
        (UNDRIVEN, "undriven: nothing drives {signal}{bit}"),
    ):  # fmt: skip
        if match := pattern.match(line):
            parts = {"bit": "", **{name: part or "" for name, part in match.groupdict().items()}}
            module = plain(parts["module"])
            file, at = declaration(design, module, parts["signal"])
            text = sentence.format(**parts, below=" and ".join(below))
            return Mistake(file=file or design.top, line=at, module=module, text=text)
    if missing := MISSING.match(line):
        module = plain(missing["module"])
        file, at = declaration(design, module, missing["signal"])
        text = f"instance {missing['signal']} of {missing['missing']}: the module {missing['text']}"
        return Mistake(file=file or design.top, line=at, module=module, text=text)
    if syntax := SYNTAX.match(line):
        at = int(syntax["line"])
        module = module_at(design.root / syntax["file"], at)
        return Mistake(file=syntax["file"], line=at, module=module, text=syntax["text"])
    return Mistake(file=design.top, line=0, module="", text=line)


def plain(name: str) -> str:
    """Return the module's name in the source for Yosys' name of it."""
    match = SPECIALISED.match(name)
    return (match[1] or match[2]) if match else name
