"""The kinds of changes of a Python file: operators, conditions, numbers, what is left out.

Annotations, docstrings, messages of exceptions and of loggers, and `__main__` blocks are left
alone: nothing is computed there.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path

from honeyguide.faults.merge import Edit
from honeyguide.mutate.kinds import Change

KINDS = {
    "arithmetic": "+ for -, * for //, << for >>",
    "bitwise": "&, | and ^ for each other",
    "comparison": "== for !=, < for <=, in for not in, and back",
    "logical": "`and` for `or`",
    "negation": "without `not`, - or ~",
    "constant": "one more or one less than a number, the other truth",
    "condition": "an `if` or `while` that always or never holds",
    "arms": "the arms of `a if b else c` swapped",
    "call": "min for max, any for all, floor for ceil",
    "arguments": "two neighbouring arguments swapped",
    "keyword": "an argument with a name left out",
    "bound": "a slice without its start or its end",
    "dropped_statement": "an assignment to what exists, or a call, left out",
    "loop": "break for continue",
    "raise": "an exception that is not raised",
}
_OPERATORS: Mapping[type[ast.AST], tuple[str, str, tuple[str, ...]]] = {
    ast.Add: ("arithmetic", "+", ("-",)),
    ast.Sub: ("arithmetic", "-", ("+",)),
    ast.Mult: ("arithmetic", "*", ("+",)),
    ast.FloorDiv: ("arithmetic", "//", ("*", "%")),
    ast.Mod: ("arithmetic", "%", ("//",)),
    ast.Div: ("arithmetic", "/", ("*",)),
    ast.LShift: ("arithmetic", "<<", (">>",)),
    ast.RShift: ("arithmetic", ">>", ("<<",)),
    ast.BitAnd: ("bitwise", "&", ("|", "^")),
    ast.BitOr: ("bitwise", "|", ("&",)),
    ast.BitXor: ("bitwise", "^", ("|",)),
}
_COMPARISONS: Mapping[type[ast.AST], tuple[str, ...]] = {
    ast.Eq: ("!=",), ast.NotEq: ("==",), ast.Lt: ("<=", ">="), ast.LtE: ("<", ">"),
    ast.Gt: (">=", "<="), ast.GtE: (">", "<"), ast.In: ("not in",), ast.NotIn: ("in",),
    ast.Is: ("is not",), ast.IsNot: ("is",),
}  # fmt: skip
_CALLS = {
    "min": "max", "max": "min", "any": "all", "all": "any", "minimum": "maximum",
    "maximum": "minimum", "floor": "ceil", "ceil": "floor", "argmax": "argmin", "argmin": "argmax",
}  # fmt: skip
# The order of their first two arguments is no matter; what is clipped is the larger of them.
_COMMUTE = frozenset(
    {
        "min",
        "max",
        "minimum",
        "maximum",
        "logical_and",
        "logical_or",
        "logical_xor",
        "gcd",
        "array_equal",
        "multiply",
        "clip",
    }
)
_SPEAKERS = frozenset({"debug", "info", "warning", "error", "exception", "print"})


def changes(path: Path, module: str) -> list[Change]:
    """Return every change of a file, in the order of its text; `module` is what it is called."""
    text = path.read_text(encoding="utf-8")
    walk = _Walk(text, module)
    found = {change.name: change for change in walk.visit(ast.parse(text))}
    return sorted(found.values(), key=lambda item: (item.edits[0].start, item.kind, item.new))


class _Walk:
    def __init__(self, text: str, module: str) -> None:
        self.text, self.module = text, module
        self._lines = [0]
        for line in text.splitlines(keepends=True):
            self._lines.append(self._lines[-1] + len(line))
        self._raw = text.splitlines(keepends=True)

    def place(self, line: int, column: int) -> int:
        """Return where in the text a place of the tree is; its columns count bytes."""
        head = self._raw[line - 1].encode()[:column].decode()
        return self._lines[line - 1] + len(head)

    def span(self, node: ast.expr | ast.stmt) -> tuple[int, int]:
        assert node.end_lineno is not None and node.end_col_offset is not None
        return (
            self.place(node.lineno, node.col_offset),
            self.place(node.end_lineno, node.end_col_offset),
        )

    def words(self, node: ast.expr | ast.stmt) -> str:
        start, end = self.span(node)
        return self.text[start:end]

    def change(self, kind: str, node: ast.expr | ast.stmt, new: str, *, old: str = "") -> Change:
        start, end = self.span(node)
        return Change(
            kind=kind, module=self.module, line=node.lineno, column=node.col_offset + 1,
            old=old or self.text[start:end], new=new,
            edits=(Edit(start=start, end=end, new=new),),
        )  # fmt: skip

    def between(self, kind: str, one: ast.expr, other: ast.expr, old: str, new: str) -> Change:
        """Return a change of the operator between two expressions."""
        low, high = self.span(one)[1], self.span(other)[0]
        place = low + self.text[low:high].index(old)
        line = 1 + self.text.count("\n", 0, place)
        return Change(
            kind=kind, module=self.module, line=line, column=place - self._lines[line - 1] + 1,
            old=f"{self.words(one)} {old} {self.words(other)}",
            new=f"{self.words(one)} {new} {self.words(other)}",
            edits=(Edit(start=place, end=place + len(old), new=new),),
        )  # fmt: skip

    def visit(self, node: ast.AST) -> Iterator[Change]:
        """Yield the changes of a node and of all below it."""
        if isinstance(node, ast.If) and self.words(node.test).startswith("__name__"):
            return
        if isinstance(node, ast.If) and self.words(node.test).endswith("TYPE_CHECKING"):
            return
        if isinstance(node, ast.expr):
            yield from self.expression(node)
        elif isinstance(node, ast.stmt):
            yield from self.statement(node)
        for child in _computed(node):
            yield from self.visit(child)

    def statement(self, node: ast.stmt) -> Iterator[Change]:
        if isinstance(node, ast.If | ast.While):
            yield self.change("condition", node.test, "False")
            if isinstance(node, ast.If):
                yield self.change("condition", node.test, "True")
        elif isinstance(node, ast.AugAssign) or _replaces(node):
            yield self.change("dropped_statement", node, "pass")
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            if not _speaks(node.value):
                yield self.change("dropped_statement", node, "pass")
        elif isinstance(node, ast.Break):
            yield self.change("loop", node, "continue")
        elif isinstance(node, ast.Continue):
            yield self.change("loop", node, "break")
        elif isinstance(node, ast.Raise) and node.exc is not None:
            yield self.change("raise", node, "pass")

    def expression(self, node: ast.expr) -> Iterator[Change]:
        if isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
            kind, old, others = _OPERATORS[type(node.op)]
            if not _is_text(node.left) and not _is_text(node.right):
                for new in others:
                    yield self.between(kind, node.left, node.right, old, new)
        elif isinstance(node, ast.Compare):
            left = node.left
            for operator, right in zip(node.ops, node.comparators, strict=True):
                old = _SIGN[type(operator)]
                for new in _COMPARISONS[type(operator)]:
                    yield self.between("comparison", left, right, old, new)
                left = right
        elif isinstance(node, ast.BoolOp):
            old, new = ("and", "or") if isinstance(node.op, ast.And) else ("or", "and")
            for one, other in pairwise(node.values):
                yield self.between("logical", one, other, old, new)
        elif isinstance(node, ast.UnaryOp):
            yield self.change("negation", node, self.words(node.operand))
        elif isinstance(node, ast.Constant):
            yield from self.constant(node)
        elif isinstance(node, ast.IfExp):
            parts = (self.words(item) for item in (node.orelse, node.test, node.body))
            yield self.change("arms", node, "{} if {} else {}".format(*parts))
        elif isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Slice):
            yield from self.bounds(node.slice)
        elif isinstance(node, ast.Call):
            yield from self.call(node)

    def constant(self, node: ast.Constant) -> Iterator[Change]:
        value = node.value
        if isinstance(value, bool):
            yield self.change("constant", node, str(not value))
        elif isinstance(value, int):
            yield self.change("constant", node, f"({value} + 1)")
            yield self.change("constant", node, f"({value} - 1)")

    def bounds(self, node: ast.Slice) -> Iterator[Change]:
        for bound in (node.lower, node.upper):
            if bound is not None:
                yield self.change("bound", bound, "None")

    def call(self, node: ast.Call) -> Iterator[Change]:
        name = node.func
        word = name.id if isinstance(name, ast.Name) else getattr(name, "attr", "")
        if word in _CALLS and isinstance(name, ast.expr):
            whole = self.words(name)
            yield self.change("call", name, whole[: len(whole) - len(word)] + _CALLS[word])
        for one, other in pairwise(node.args):
            if word in _COMMUTE and not any(isinstance(item, ast.Starred) for item in node.args):
                break
            if self.words(one) == self.words(other) or isinstance(other, ast.Starred):
                continue
            (low, one_end), (other_start, high) = self.span(one), self.span(other)
            middle = self.text[one_end:other_start]
            new = self.words(other) + middle + self.words(one)
            start = node.lineno, node.col_offset
            yield Change(
                kind="arguments", module=self.module, line=start[0], column=one.col_offset + 1,
                old=self.text[low:high], new=new, edits=(Edit(start=low, end=high, new=new),),
            )  # fmt: skip
        for item in node.keywords:
            if item.arg is not None and item.end_col_offset is not None:
                yield from self.without(node, item)

    def without(self, node: ast.Call, item: ast.keyword) -> Iterator[Change]:
        """Yield a call without one of its arguments that have names."""
        low = self.place(item.lineno, item.col_offset)
        assert item.end_lineno is not None and item.end_col_offset is not None
        high = self.place(item.end_lineno, item.end_col_offset)
        old = self.text[low:high]
        end = high + (len(self.text[high:]) - len(self.text[high:].lstrip()))
        if self.text[end : end + 1] == ",":
            high = end + 1
        else:  # the last: with the comma before it
            before = [*node.args, *(other.value for other in node.keywords if other is not item)]
            low = max((self.span(one)[1] for one in before), default=low)
        yield Change(
            kind="keyword", module=self.module, line=item.lineno, column=item.col_offset + 1,
            old=old, new="", edits=(Edit(start=low, end=high, new=""),),
        )  # fmt: skip


_SIGN = {
    ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=",
    ast.In: "in", ast.NotIn: "not in", ast.Is: "is", ast.IsNot: "is not",
}  # fmt: skip


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.JoinedStr) or (
        isinstance(node, ast.Constant) and isinstance(node.value, str)
    )


def _replaces(node: ast.stmt) -> bool:
    """Whether a statement gives what exists another value: without it there is still one."""
    return isinstance(node, ast.Assign) and isinstance(
        node.targets[0], ast.Subscript | ast.Attribute
    )


def _speaks(node: ast.expr | None) -> bool:
    """Whether an expression is what is said to a person."""
    if not isinstance(node, ast.Call):
        return False
    name = node.func
    word = name.id if isinstance(name, ast.Name) else getattr(name, "attr", "")
    return word in _SPEAKERS


def _computed(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the children of a node in which something is computed that others see."""
    if isinstance(node, ast.Raise) or (isinstance(node, ast.expr) and _speaks(node)):
        return
    if isinstance(node, ast.Assert):
        yield node.test
        return
    if isinstance(node, ast.JoinedStr):
        return
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns", "type_params"):
            continue
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and (
            name == "decorator_list"
        ):
            continue
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, ast.AST):
                yield item
