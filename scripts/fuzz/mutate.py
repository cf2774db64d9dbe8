"""Mutations of a network file: of its bytes, and of what its schema says.

    flip      a few bytes become others           swap     two indices change places
    cut       the end is missing                  field    one field of the schema is driven to an
    word      four bytes become an extreme                 extreme: numbers, vectors, names, tables

Case `number` of a campaign is the same file for the same seed.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from tflite_micro.tensorflow.lite.micro.python import schema_py_generated as schema

from scripts.fuzz.seeds import packed

WORDS = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0x10000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)
NUMBERS = (0, 1, -1, 2, 3, 7, 127, 128, -128, 255, 32767, 65536, (1 << 31) - 1, -(1 << 31), 1 << 40)
FRACTIONS = (
    0.0,
    -0.0,
    -1.0,
    1e-45,
    1e-38,
    1e-9,
    1e9,
    3e38,
    float("inf"),
    float("-inf"),
    float("nan"),
)


Kind = Callable[[np.random.Generator, bytes, int], tuple[str, bytes]]


@dataclass(frozen=True, kw_only=True)
class Mutant:
    """A mutated file: what was done to which seed, and its bytes."""

    number: int
    model: str
    what: str
    raw: bytes

    def __str__(self) -> str:
        """Describe it for a report."""
        return f"case {self.number}: {self.model}, {self.what}"


def mutants(models: dict[str, bytes], seed: int, count: int, first: int = 0) -> Iterator[Mutant]:
    """Yield `count` mutants from number `first` on."""
    names = sorted(models)
    kinds: tuple[Kind, ...] = (field, flip, field, word, field, swap, field, cut)
    for number in range(first, first + count):
        random = np.random.default_rng((seed, number))
        turn, name = divmod(number // len(kinds), len(names))
        of_kind = turn * len(kinds) // 2 + number % len(kinds) // 2
        what, raw = kinds[number % len(kinds)](random, models[names[name]], of_kind)
        yield Mutant(number=number, model=names[name], what=what, raw=raw)


def flip(random: np.random.Generator, raw: bytes, _: int) -> tuple[str, bytes]:
    """Change one to four bytes."""
    data = bytearray(raw)
    places = random.integers(0, len(raw), int(random.integers(1, 5)))
    for place in places:
        data[place] = int(random.integers(0, 256))
    return f"bytes {sorted(int(p) for p in places)} changed", bytes(data)


def word(random: np.random.Generator, raw: bytes, _: int) -> tuple[str, bytes]:
    """Write an extreme over four bytes."""
    place = 4 * int(random.integers(0, len(raw) // 4))
    value = int(random.choice([*WORDS, len(raw), len(raw) - place]))
    return f"word {place} is {value:#x}", raw[:place] + value.to_bytes(4, "little") + raw[
        place + 4 :
    ]


def cut(random: np.random.Generator, raw: bytes, _: int) -> tuple[str, bytes]:
    """Leave out the end."""
    length = int(random.integers(0, len(raw)))
    return f"cut to {length} bytes", raw[:length]


def swap(random: np.random.Generator, raw: bytes, _: int) -> tuple[str, bytes]:
    """Exchange two indices of one kind: operands, buffers, codes, ends; or two operators."""
    model = schema.ModelT.InitFromPackedBuf(raw, 0)
    graph = model.subgraphs[0]
    kind = str(random.choice(["operands", "buffers", "codes", "ends", "order"]))
    if kind == "operands":
        places = [
            (operator, name, position)
            for operator in graph.operators
            for name in ("inputs", "outputs")
            for position in range(len(_listed(operator, name)))
        ]
        a, b = (places[int(i)] for i in random.integers(0, len(places), 2))
        for operator in graph.operators:
            operator.inputs = list(_listed(operator, "inputs"))
            operator.outputs = list(_listed(operator, "outputs"))
        first, second = getattr(a[0], a[1])[a[2]], getattr(b[0], b[1])[b[2]]
        getattr(a[0], a[1])[a[2]], getattr(b[0], b[1])[b[2]] = second, first
    elif kind == "buffers":
        x, y = (graph.tensors[int(i)] for i in random.integers(0, len(graph.tensors), 2))
        x.buffer, y.buffer = y.buffer, x.buffer
    elif kind == "codes":
        x, y = (graph.operators[int(i)] for i in random.integers(0, len(graph.operators), 2))
        x.opcodeIndex, y.opcodeIndex = y.opcodeIndex, x.opcodeIndex
    elif kind == "ends":
        graph.inputs, graph.outputs = graph.outputs, graph.inputs
    else:
        i, j = (int(i) for i in random.integers(0, len(graph.operators), 2))
        graph.operators[i], graph.operators[j] = graph.operators[j], graph.operators[i]
    return f"{kind} swapped", packed(model)


def field(random: np.random.Generator, raw: bytes, turn: int) -> tuple[str, bytes]:
    """Drive one field of one table to an extreme: by turns each kind of field that there is."""
    for attempt in range(100):
        model = schema.ModelT.InitFromPackedBuf(raw, 0)
        places = list(fields(model, "Model"))
        # By the field's name first, so that a table of which there are many has no more turns.
        names = sorted({name for name, *_ in places})
        name = names[(turn + attempt // 4) % len(names)]
        same = [place for place in places if place[0] == name]
        _, table, attribute = same[int(random.integers(len(same)))]
        what, value = extreme(random, getattr(table, attribute))
        setattr(table, attribute, value)
        try:
            return f"{name} {what}", packed(model)
        except (TypeError, ValueError, OverflowError, AttributeError, struct.error):
            continue  # the writer cannot say this; another
    raise AssertionError("no field of this file can be changed")


def fields(table: Any, name: str) -> Iterator[tuple[str, Any, str]]:
    """Yield (table.field, table, attribute) of a table and of all below it."""
    for attribute, value in vars(table).items():
        yield f"{name}.{attribute}", table, attribute
        for below in value if isinstance(value, list) else [value]:
            if hasattr(below, "Pack"):
                yield from fields(below, type(below).__name__.removesuffix("T"))


def extreme(random: np.random.Generator, value: Any) -> tuple[str, Any]:
    """Return what is done to a field, and its new value."""
    if isinstance(value, bool | np.bool_):
        return f"= {not value}", not value
    if isinstance(value, int | np.integer):
        number = int(random.choice(NUMBERS))
        return f"= {number}", number
    if isinstance(value, float | np.floating):
        fraction = float(random.choice(FRACTIONS))
        return f"= {fraction}", fraction
    if isinstance(value, bytes | str):
        text = str(random.choice(["", "x" * 5000, "a\nb", "\u2028'\"\\", "\x00"]))
        return f"= text of {len(text)}", text
    if isinstance(value, list | np.ndarray) and len(value):
        return _vector(random, value)
    if value is None:
        listed = [int(random.choice(NUMBERS[:-1])) for _ in range(int(random.integers(1, 5)))]
        return f"= {listed}", listed
    return "left out", None


def _vector(random: np.random.Generator, value: Any) -> tuple[str, Any]:
    elements = list(value)
    kind = str(
        random.choice(["none", "empty", "shorter", "longer", "reversed", "one", "one", "one"])
    )
    position = int(random.integers(len(elements)))
    if kind == "none":
        return "left out", None
    if kind == "empty":
        return "empty", []
    if kind == "shorter":
        return "without an element", elements[:position] + elements[position + 1 :]
    if kind == "longer":
        return "with an element twice", [*elements, elements[position]]
    if kind == "reversed":
        return "reversed", elements[::-1]
    if hasattr(elements[position], "Pack"):
        elements[position] = elements[0]
        return f"[{position}] is [0]", elements
    what, elements[position] = extreme(random, elements[position])
    made = np.asarray(elements)
    fits = isinstance(value, np.ndarray) and np.can_cast(made.dtype, value.dtype, "same_kind")
    return f"[{position}] {what}", made.astype(value.dtype) if fits else elements


def _listed(operator: Any, name: str) -> Any:
    value = getattr(operator, name)
    return [] if value is None else value
