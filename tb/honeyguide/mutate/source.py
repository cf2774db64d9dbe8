"""Read a Verilog file for its changes: the syntax tree, declarations, directions of ports.

Macros stay what they are: for the parser a macro's name is an identifier (its grave accent becomes
an underscore) and a directive is a blank line, so every place in the tree is a place in the file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from pyslang.parsing import Token
from pyslang.syntax import SyntaxTree

from honeyguide.cli import UserError

_DIRECTIVE = re.compile(
    r"^[ \t]*`(include|define|undef|ifdef|ifndef|else|elsif|endif|default_nettype|timescale)\b.*$",
    re.M,
)
Node = Any  # pyslang names a class for each kind; the kind's name is all that is asked here


@dataclass(frozen=True, kw_only=True)
class Declared:
    """A name of a module.

    Attributes:
        shape: what its declaration says of sign and width; equal texts, equal shapes.
        array: a memory.
        constant: a parameter.
        scope: the start and end of the block in which it is declared.
    """

    name: str
    shape: str
    array: bool = False
    constant: bool = False
    scope: tuple[int, int]


@dataclass(frozen=True, kw_only=True)
class Source:
    """One file with one module."""

    path: Path
    text: str
    inputs: Mapping[str, frozenset[str]] = field(default_factory=dict)

    @cached_property
    def tree(self) -> Node:
        """The root of the syntax tree.

        Raises:
            UserError: the file is no Verilog that can be read.
        """
        readable = _DIRECTIVE.sub(lambda match: " " * len(match[0]), self.text).replace("`", "_")
        tree = SyntaxTree.fromText(readable)
        wrong = [item for item in tree.diagnostics if item.isError()]
        if wrong:
            line = 1 + self.text.count("\n", 0, wrong[0].location.offset)
            raise UserError(f"{self.path}:{line}: this can't be read as Verilog")
        return tree.root

    @property
    def module(self) -> str:
        """The module's name, which is the file's."""
        return self.path.stem

    @cached_property
    def declared(self) -> Mapping[str, Declared]:
        """Every name that the module declares."""
        found: dict[str, Declared] = {}
        for node in nodes(self.tree):
            kind = kind_of(node)
            if kind not in _DECLARATIONS:
                continue
            words = self.words(node)
            constant = kind in ("ParameterDeclaration", "GenvarDeclaration")
            for part in nodes(node):
                if kind_of(part) not in ("Declarator", "IdentifierName"):
                    continue
                name = str(part.name.value if hasattr(part, "name") else part.identifier.value)
                head = words.split(name)[0]
                shape = " ".join(word for word in head.split() if word not in _STORAGE)
                found.setdefault(
                    name,
                    Declared(
                        name=name,
                        shape=shape,
                        array=any("Dimension" in kind_of(item) for item in children(part)),
                        constant=constant,
                        scope=scope_of(node),
                    ),
                )
        return found

    @cached_property
    def own_inputs(self) -> frozenset[str]:
        """The names of the module's inputs."""
        ports = [node for node in nodes(self.tree) if kind_of(node) == "ImplicitAnsiPort"]
        return frozenset(
            str(port.declarator.name.value)
            for port in ports
            if self.words(port).startswith("input")
        )

    def words(self, node: Node) -> str:
        """Return the text of a node."""
        return self.text[start_of(node) : end_of(node)]

    def line(self, place: int) -> int:
        """Return the line, from 1, of a place in the text."""
        return 1 + self.text.count("\n", 0, place)

    def column(self, place: int) -> int:
        """Return the column, from 1."""
        return place - self.text.rfind("\n", 0, place)


_SCOPES = frozenset({"GenerateBlock", "FunctionDeclaration", "TaskDeclaration"})
_STORAGE = frozenset({"wire", "reg", "input", "output", "integer"})
_DECLARATIONS = frozenset(
    {
        "ImplicitAnsiPort", "DataDeclaration", "NetDeclaration", "ParameterDeclaration",
        "GenvarDeclaration",
    }
)  # fmt: skip


def read_sources(files: Sequence[Path]) -> list[Source]:
    """Return the files, each knowing which ports of the others' modules are inputs."""
    texts = {path: path.read_text(encoding="utf-8") for path in files}
    inputs = {path.stem: Source(path=path, text=text).own_inputs for path, text in texts.items()}
    return [Source(path=path, text=text, inputs=inputs) for path, text in texts.items()]


def kind_of(node: Node) -> str:
    """Return the name of a node's kind, "AddExpression" or alike."""
    return str(node.kind).rpartition(".")[2]


def scope_of(node: Node) -> tuple[int, int]:
    """Return where the block that holds a declaration begins and ends; the module, of most."""
    while node.parent is not None and kind_of(node) not in _SCOPES:
        node = node.parent
    return start_of(node), end_of(node)


def children(node: Node) -> Iterator[Node]:
    """Yield the nodes right below a node, without its tokens."""
    for child in node:
        if child is not None and not isinstance(child, Token):
            yield child


def nodes(node: Node) -> Iterator[Node]:
    """Yield a node and all below it, in the order of the text."""
    yield node
    for child in children(node):
        yield from nodes(child)


def start_of(node: Node) -> int:
    """Return where a node begins."""
    return int(node.sourceRange.start.offset)


def end_of(node: Node) -> int:
    """Return the place after a node."""
    return int(node.sourceRange.end.offset)
