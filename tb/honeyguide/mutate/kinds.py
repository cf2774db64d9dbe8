"""The kinds of changes: for a file, every single change of each kind.

A change replaces text by text of the same width and sign, so that both fit in one core (merge.py):
x ^ x is a 0 of x's type, ~(x ^ x) is -1, so x - ~(x ^ x) is x + 1. What must be constant (ranges,
parameters, what a generate block asks) is left alone: a parameter is changed where it is used.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise

from honeyguide.faults.merge import Edit
from honeyguide.mutate.source import Declared, Node, Source, children, end_of, kind_of, start_of


@dataclass(frozen=True, kw_only=True)
class Change:
    """One single change of a core.

    Attributes:
        kind: a name of KINDS.
        module: the module it is in, whose file has that name; of Python, the file's path.
        line, column: where, from 1.
        old, new: what stands there, and what is to.
        edits: the same as places of the text; two when ports are swapped.
        reset: in what a reset does.
    """

    kind: str
    module: str
    line: int
    column: int
    old: str
    new: str
    edits: tuple[Edit, ...]
    reset: bool = False

    @property
    def name(self) -> str:
        """Unique in the core, the same as long as the text around it does not move."""
        return f"{self.module}:{self.line}:{self.column}:{self.kind}:{self.new or 'nothing'}"

    @property
    def file(self) -> str:
        """The file; one of Python is its module's name."""
        return self.module if self.module.endswith(".py") else f"{self.module}.v"

    def __str__(self) -> str:
        what = f"{self.old} -> {self.new}" if self.new else f"without {self.old}"
        return f"{self.file}:{self.line}: {' '.join(what.split())} ({self.kind})"


KINDS = {
    "arithmetic": "+, - and * for each other",
    "logical": "&& for ||",
    "bitwise": "&, | and ^ for each other",
    "comparison": "== for !=, < for <=, and back",
    "shift": "the other direction, or without the sign",
    "negation": "without ! or ~, or with one more",
    "reduction": "&x for |x",
    "constant": "one more or one less than a number or a parameter",
    "condition": "an if that always or never holds",
    "arms": "the arms of ?: swapped",
    "stuck": "a signal that is 0, or all ones",
    "swapped_signal": "another signal of the same type",
    "index": "the bit or the part beside the one that is selected",
    "concatenation": "two neighbours in {} swapped",
    "sign": "$unsigned for $signed",
    "dropped_assignment": "a register or variable that keeps its value",
    "removed_reset": "a register that reset leaves as it is",
    "state": "another constant of the same list is assigned",
    "swapped_ports": "two inputs of an instance swapped",
}

_OTHER = {
    "AddExpression": ("arithmetic", ("-",)),
    "SubtractExpression": ("arithmetic", ("+",)),
    "MultiplyExpression": ("arithmetic", ("+",)),
    "LogicalAndExpression": ("logical", ("||",)),
    "LogicalOrExpression": ("logical", ("&&",)),
    "BinaryAndExpression": ("bitwise", ("|", "^")),
    "BinaryOrExpression": ("bitwise", ("&", "^")),
    "BinaryXorExpression": ("bitwise", ("&", "|")),
    "EqualityExpression": ("comparison", ("!=", ">=")),
    "InequalityExpression": ("comparison", ("==", "<")),
    "LessThanExpression": ("comparison", ("<=", ">", "!=")),
    "LessThanEqualExpression": ("comparison", ("<", "==")),
    "GreaterThanExpression": ("comparison", (">=", "<", "!=")),
    "GreaterThanEqualExpression": ("comparison", (">", "==")),
    "LogicalShiftLeftExpression": ("shift", (">>",)),
    "LogicalShiftRightExpression": ("shift", ("<<",)),
    "ArithmeticShiftRightExpression": ("shift", (">>",)),
}
_REDUCTION = {"UnaryBitwiseAndExpression": "|", "UnaryBitwiseOrExpression": "&"}
_NOT = {"UnaryLogicalNotExpression": "!", "UnaryBitwiseNotExpression": "~"}
_ASSIGNMENTS = frozenset({"AssignmentExpression", "NonblockingAssignmentExpression"})
# Nothing below these is computed while the core runs.
_CONSTANT = frozenset(
    {
        "ParameterPortList", "ParameterDeclarationStatement", "ParameterValueAssignment",
        "VariableDimension", "SimpleRangeSelect", "EventControlWithExpression", "AnsiPortList",
        "ImplicitEventControl", "InitialBlock", "SystemName", "GenvarDeclaration",
    }
)  # fmt: skip


def changes(source: Source) -> list[Change]:
    """Return every change of a file, in the order of its text."""
    found = list(_Walk(source).run())
    return sorted(found, key=lambda change: (change.edits[0].start, change.kind, change.new))


class _Walk:
    def __init__(self, source: Source) -> None:
        self.source = source
        self.reset = False  # inside the branch that a reset takes
        self.whole: tuple[int, int] | None = None  # the value that is walked through

    def run(self) -> Iterator[Change]:
        yield from self.visit(self.source.tree)

    def text(self, node: Node) -> str:
        return self.source.words(node)

    def change(self, kind: str, old: str, new: str, *edits: Edit) -> Change:
        start = edits[0].start
        return Change(
            kind=kind, module=self.source.module, line=self.source.line(start),
            column=self.source.column(start), old=old, new=new, edits=edits, reset=self.reset,
        )  # fmt: skip

    def replace(self, kind: str, node: Node, new: str, typed: str = "") -> Change:
        """Return a change of a node; `typed` is the new text where what people read won't do."""
        # As it is in a merged core: what binds less than what is around it stays together.
        text = f"({typed or new})"
        edit = Edit(start=start_of(node), end=end_of(node), new=text, whole=self.whole)
        return self.change(kind, self.text(node), new, edit)

    def value(self, node: Node) -> Iterator[Change]:
        """Yield the changes of a whole value."""
        with self.within(node):
            yield from self.expression(node)

    @contextmanager
    def within(self, node: Node) -> Iterator[None]:
        """Say of which whole value the changes are."""
        outer, self.whole = self.whole, (start_of(node), end_of(node))
        yield
        self.whole = outer

    def beside(self, node: Node) -> Iterator[Change]:
        text = self.text(node)
        yield self.replace("constant", node, f"{text} + 1", f"({text} - ~({text} ^ {text}))")
        yield self.replace("constant", node, f"{text} - 1", f"({text} + ~({text} ^ {text}))")

    def visit(self, node: Node) -> Iterator[Change]:
        """Yield the changes of a piece that is no expression, and of all below it."""
        kind = kind_of(node)
        if kind in _CONSTANT:
            return
        if kind == "FunctionDeclaration" and "integer" in self.text(node.prototype).split():
            return  # a function of parameters
        if kind == "ConditionalStatement":
            yield from self.conditional(node)
        elif kind == "CaseStatement":
            yield from self.value(node.expr)
            for item in node.items:
                yield from self.visit(item.clause)
        elif kind in ("IfGenerate", "LoopGenerate"):
            for child in children(node):
                if kind_of(child) in ("GenerateBlock", "ElseClause", "IfGenerate"):
                    yield from self.visit(child)
        elif kind == "ForLoopStatement":
            yield from self.visit(node.statement)
        elif kind == "ExpressionStatement":
            yield from self.statement(node)
        elif kind in _ASSIGNMENTS:
            yield from self.value(node.right)
        elif kind == "Declarator" and str(node.name.value).startswith("unused"):
            return  # what it is made of is listed for the linter alone
        elif kind == "EqualsValueClause":
            yield from self.value(node.expr)
        elif kind == "HierarchyInstantiation":
            yield from self.instances(node)
        else:
            for child in children(node):
                yield from self.visit(child)

    def conditional(self, node: Node) -> Iterator[Change]:
        condition = node.predicate
        is_reset = "".join(self.text(condition).split()) in ("!rst_ni", "~rst_ni")
        if not is_reset:
            with self.within(condition):
                yield self.replace("condition", condition, "1'b1")
                yield self.replace("condition", condition, "1'b0")
                yield from self.expression(condition)
        outer, self.reset = self.reset, is_reset or self.reset
        yield from self.visit(node.statement)
        self.reset = outer
        if node.elseClause is not None:
            yield from self.visit(node.elseClause)

    def statement(self, node: Node) -> Iterator[Change]:
        assignment = node.expr
        if kind_of(assignment) not in _ASSIGNMENTS:
            return
        kind = "removed_reset" if self.reset else "dropped_assignment"
        edit = Edit(start=start_of(node), end=end_of(node), new="", statement=True)
        yield self.change(kind, self.text(node), "", edit)
        if not self.reset:  # another value at reset is a change like any other, and rarely one
            with self.within(assignment.right):
                yield from self.states(assignment.right)
        yield from self.value(assignment.right)

    def states(self, node: Node) -> Iterator[Change]:
        """Yield the other constants of the same type that could be assigned here."""
        now = self.source.declared.get(self.text(node))
        if now is None or not now.constant or "[" not in now.shape:
            return
        for other in self.source.declared.values():
            if other.constant and other.shape == now.shape and other.name != now.name:
                yield self.replace("state", node, other.name)

    def instances(self, node: Node) -> Iterator[Change]:
        inputs = self.source.inputs.get(str(node.type.value), frozenset())
        for instance in node.instances:
            if kind_of(instance) != "HierarchicalInstance":
                continue
            given = [
                child
                for child in children(instance)
                if kind_of(child) == "NamedPortConnection"
                and child.expr is not None
                and str(child.name.value) in inputs
            ]
            for connection in given:
                if str(connection.name.value) not in ("clk_i", "rst_ni"):
                    yield from self.value(connection.expr)
            yield from self.swaps(given)

    def swaps(self, given: list[Node]) -> Iterator[Change]:
        for number, one in enumerate(given):
            for other in given[number + 1 :]:
                a, b = self.text(one.expr), self.text(other.expr)
                first, second = self.source.declared.get(a), self.source.declared.get(b)
                if first is None or second is None or a == b:
                    continue
                if first.shape != second.shape or first.constant or second.constant:
                    continue
                yield self.change(
                    "swapped_ports",
                    f".{one.name.value}({a}), .{other.name.value}({b})",
                    f".{one.name.value}({b}), .{other.name.value}({a})",
                    Edit(start=start_of(one.expr), end=end_of(one.expr), new=b),
                    Edit(start=start_of(other.expr), end=end_of(other.expr), new=a),
                )
                break  # with the nearest that fits

    def expression(self, node: Node) -> Iterator[Change]:
        """Yield the changes of a value, and of all that it is made of."""
        kind = kind_of(node)
        if kind in _CONSTANT:
            return
        if kind in _OTHER:
            yield from self.operator(node)
        elif kind in _REDUCTION:
            yield self.replace("reduction", node, _REDUCTION[kind] + self.text(node)[1:])
        elif kind in _NOT:
            inner = self.text(node)[1:]
            yield self.replace("negation", node, inner, f"!(!{inner})" if _NOT[kind] == "!" else "")
        elif kind == "ConditionalExpression":
            yes, no = self.text(node.left), self.text(node.right)
            question = self.text(node.predicate)
            yield self.replace("arms", node, f"{question} ? {no} : {yes}")
        elif kind in ("IntegerVectorExpression", "IntegerLiteralExpression"):
            yield from self.number(node)
        elif kind in ("IdentifierName", "IdentifierSelectName"):
            yield from self.operand(node)
            return
        elif kind == "ConcatenationExpression":
            yield from self.concatenation(node)
        elif kind == "MultipleConcatenationExpression":
            yield from self.expression(node.concatenation)
            return
        elif kind == "InvocationExpression":
            called = self.text(node.left)
            if called == "$signed":
                inner = self.text(node)[len(called) :]
                yield self.replace("sign", node, f"$unsigned{inner}", f"$signed({{1'b0, {inner}}})")
            if called not in ("$signed", "$unsigned"):
                return
            yield from self.expression(node.arguments)
            return
        for child in children(node):
            yield from self.expression(child)

    def operator(self, node: Node) -> Iterator[Change]:
        kind, others = _OTHER[kind_of(node)]
        left, right = self.text(node.left), self.text(node.right)
        for other in others:
            yield self.replace(kind, node, f"{left} {other} {right}")
        if kind == "logical":
            yield self.replace("negation", node, f"!({self.text(node)})")

    def number(self, node: Node) -> Iterator[Change]:
        text = self.text(node)
        if text in ("1'b0", "1'b1"):
            yield self.replace("constant", node, "1'b1" if text == "1'b0" else "1'b0")
        else:
            yield from self.beside(node)

    def operand(self, node: Node) -> Iterator[Change]:
        text = self.text(node)
        name = text.partition("[")[0].strip()
        known = self.source.declared.get(name)
        select = kind_of(node) == "IdentifierSelectName"
        if known is None:
            return  # a macro, a name of another scope
        if known.constant:
            if not select and "genvar" not in known.shape and known.shape != "":
                yield from self.beside(node)
            return
        if not known.array or select:
            yield self.replace("stuck", node, "0", f"({text} ^ {text})")
            yield self.replace("stuck", node, "all ones", f"~({text} ^ {text})")
        if select:
            yield from self.selected(node)
        elif not known.array:
            yield from self.neighbours(node, known)

    def neighbours(self, node: Node, known: Declared) -> Iterator[Change]:
        """Yield the known signals of the same type that are declared right before and after."""
        alike = [
            item.name
            for item in self.source.declared.values()
            if item.shape == known.shape and not item.constant and not item.array
            and item.name not in ("clk_i", "rst_ni", "unused")
            and item.scope[0] <= start_of(node) < item.scope[1]
        ]  # fmt: skip
        place = alike.index(known.name) if known.name in alike else None
        if place is None or len(alike) < 2:
            return
        for other in sorted({alike[place - 1], alike[(place + 1) % len(alike)]}):
            yield self.replace("swapped_signal", node, other)

    def selected(self, node: Node) -> Iterator[Change]:
        """Yield the neighbours of a bit or part, and the changes of what chooses it."""
        selects = list(children(node))
        inner = list(children(selects[-1])) if selects else []
        if len(selects) != 1 or len(inner) != 1:
            return
        select = inner[0]
        kind = kind_of(select)
        if kind == "BitSelect":
            base, tail = select.expr, ""
        elif kind == "AscendingRangeSelect":
            base, tail = select.left, self.source.text[end_of(select.left) : end_of(select)]
        else:
            return
        head = self.source.text[start_of(node) : start_of(select)]
        text = self.text(base)
        if "`" in text:  # a macro may be a range
            return
        for step in ("+ 1", "- 1"):
            yield self.replace("index", node, f"{head}({text} {step}){tail}]")
        known = self.source.declared.get(text)
        if known is None or not known.constant:
            yield from self.expression(base)

    def concatenation(self, node: Node) -> Iterator[Change]:
        parts = list(children(node))
        for one, other in pairwise(parts):
            a, b = self.text(one), self.text(other)
            if a != b:
                between = self.source.text[end_of(one) : start_of(other)]
                before = self.source.text[start_of(node) : start_of(one)]
                after = self.source.text[end_of(other) : end_of(node)]
                yield self.replace("concatenation", node, f"{before}{b}{between}{a}{after}")
