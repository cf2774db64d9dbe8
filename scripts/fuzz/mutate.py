"""Mutations of a network file: of its bytes, and of what its schema says.

    flip      a few bytes become others           swap     two indices change places
    bit       a few bits are inverted             cut      the end is missing
    word      four bytes become an extreme        field    one field of the schema is driven to an
                                                           extreme: numbers, vectors, names, tables

Fields take turns over all seeds together: each field of the schema that a seed can have, then each
again with its next extreme. Case `number` of a campaign is the same file for the same seed.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from tflite_micro.tensorflow.lite.micro.python import schema_py_generated as schema

from models.tflite_writer import packed

KINDS = ("field", "flip", "field", "word", "field", "swap", "bit", "cut")
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


Kind = Callable[[np.random.Generator, bytes], tuple[str, bytes]]


# What stands where a file has a table or a list of tables; the seeds have none of these.
def _with(table: Any, **fields: Any) -> Any:
    """Return a table with some of its fields set."""
    vars(table).update(fields)
    return table


TABLES: dict[str, Callable[[], Any]] = {
    "Tensor.sparsity": lambda: _with(
        schema.SparsityParametersT(),
        dimMetadata=[
            _with(
                schema.DimensionMetadataT(),
                arraySegments=schema.Int32VectorT(),
                arrayIndices=schema.Int32VectorT(),
            )
        ],
    ),
    "Tensor.variantTensors": lambda: [schema.VariantSubTypeT()],
    "Model.signatureDefs": lambda: [
        _with(schema.SignatureDefT(), inputs=[schema.TensorMapT()], outputs=[schema.TensorMapT()])
    ],
    "Model.metadata": lambda: [schema.MetadataT()],
    "Model.externalBuffers": lambda: [schema.ExternalBufferT()],
    "Model.externalBufferGroups": lambda: [schema.ExternalBufferGroupT()],
    "Operator.builtinOptions": schema.CumsumOptionsT,
    "Operator.builtinOptions2": schema.StablehloConcatenateOptionsT,
    "QuantizationParameters.details": schema.CustomQuantizationT,
}


@dataclass(frozen=True, kw_only=True)
class Mutant:
    """A mutated file: what was done to which seed, and its bytes."""

    number: int
    model: str
    what: str
    raw: bytes
    suffix: str = ".tflite"

    def __str__(self) -> str:
        """Describe it for a report."""
        return f"case {self.number}: {self.model}, {self.what}"


def mutants(
    models: Mapping[str, bytes],
    seed: int,
    count: int,
    first: int = 0,
    kinds: Sequence[str] = KINDS,
) -> Iterator[Mutant]:
    """Yield `count` mutants from number `first` on; the kinds take turns, and so do the models."""
    having = owners(models) if "field" in kinds else {}

    def driven(random: np.random.Generator, turn: int) -> tuple[str, str, bytes]:
        return field(random, models, having, turn, seed)

    return by_turns(models, seed, range(first, first + count), kinds, CHANGES, driven, ".tflite")


def by_turns(
    models: Mapping[str, bytes],
    seed: int,
    numbers: Iterable[int],
    kinds: Sequence[str],
    changes: Mapping[str, Kind],
    driven: Callable[[np.random.Generator, int], tuple[str, str, bytes]],
    suffix: str,
) -> Iterator[Mutant]:
    """Yield the mutants of these numbers; `driven` makes kind `field`, `changes` the others."""
    names = sorted(models)
    for number in numbers:
        random = np.random.default_rng((seed, number))
        turns, place = divmod(number, len(kinds))
        kind = kinds[place]
        turn = turns * kinds.count(kind) + kinds[:place].count(kind)
        if kind == "field":
            name, what, raw = driven(random, turn)
        else:
            name = names[turn % len(names)]
            what, raw = changes[kind](random, models[name])
        yield Mutant(number=number, model=name, what=what, raw=raw, suffix=suffix)


def flip(random: np.random.Generator, raw: bytes) -> tuple[str, bytes]:
    """Change one to four bytes."""
    data = bytearray(raw)
    places = random.integers(0, len(raw), int(random.integers(1, 5)))
    for place in places:
        data[place] = int(random.integers(0, 256))
    return f"bytes {sorted(int(p) for p in places)} changed", bytes(data)


def bit(random: np.random.Generator, raw: bytes) -> tuple[str, bytes]:
    """Invert one to four bits."""
    data = bytearray(raw)
    places = random.integers(0, 8 * len(raw), int(random.integers(1, 5)))
    for place in places:
        data[int(place) // 8] ^= 1 << int(place) % 8
    return f"bits {sorted(int(p) for p in places)} inverted", bytes(data)


def word(random: np.random.Generator, raw: bytes) -> tuple[str, bytes]:
    """Write an extreme over four bytes."""
    place = 4 * int(random.integers(0, len(raw) // 4))
    value = int(random.choice([*WORDS, len(raw), len(raw) - place]))
    return f"word {place} is {value:#x}", raw[:place] + value.to_bytes(4, "little") + raw[
        place + 4 :
    ]


def cut(random: np.random.Generator, raw: bytes) -> tuple[str, bytes]:
    """Leave out the end."""
    length = int(random.integers(0, len(raw)))
    return f"cut to {length} bytes", raw[:length]


def swap(random: np.random.Generator, raw: bytes) -> tuple[str, bytes]:
    """Exchange two indices of one kind: operands, buffers, codes, ends; or two operators."""
    model = schema.ModelT.InitFromPackedBuf(raw, 0)
    graph = model.subgraphs[0]
    among = ["codes", "order"] if len(graph.operators) > 1 else []
    kind = str(random.choice(["operands", "buffers", "ends", *among]))
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


CHANGES: dict[str, Kind] = {f.__name__: f for f in (flip, bit, word, cut, swap)}


def owners(models: Mapping[str, bytes]) -> dict[str, list[str]]:
    """Return for each field of the schema, as table.field, the models that can have it."""
    found: dict[str, list[str]] = {}
    for name in sorted(models):
        tables = schema.ModelT.InitFromPackedBuf(models[name], 0)
        for path in sorted({path for path, *_ in fields(tables, "Model")}):
            found.setdefault(path, []).append(name)
    return dict(sorted(found.items()))


def field(
    random: np.random.Generator,
    models: Mapping[str, bytes],
    having: Mapping[str, list[str]],
    turn: int,
    seed: int,
) -> tuple[str, str, bytes]:
    """Drive a field of one table to an extreme; return the model, what was done, and the file."""
    paths = list(having)
    for attempt in range(100):
        again, which = divmod(turn + attempt // 20, len(paths))
        path = paths[which]
        name = str(random.choice(having[path]))
        tables = schema.ModelT.InitFromPackedBuf(models[name], 0)
        same = [(table, attr) for found, table, attr in fields(tables, "Model") if found == path]
        table, attribute = same[int(random.integers(len(same)))]
        value = getattr(table, attribute)
        if path in TABLES and random.random() < 0.7:
            what, new = "is a table of extremes", made(random, TABLES[path]())
        else:
            what, new = extreme(random, value, seed + again + attempt + 7 * which)
        setattr(table, attribute, new)
        try:
            return name, f"{path} {what}", packed(tables)
        except (TypeError, ValueError, OverflowError, AttributeError, struct.error):
            continue  # the writer cannot say this; another
    raise AssertionError("no field of these files can be changed")


def made(random: np.random.Generator, table: Any) -> Any:
    """Drive the numbers and names of a new table, or of a list with one, to extremes."""
    for one in table if isinstance(table, list) else [table]:
        for attribute, value in vars(one).items():
            turn = int(random.integers(1000))
            if isinstance(value, list) or hasattr(value, "Pack"):
                made(random, value)
            elif value is not None:
                setattr(one, attribute, extreme(random, value, turn)[1])
            elif attribute in ("name", "key", "signatureKey"):
                setattr(one, attribute, extreme(random, "", turn)[1])
            else:
                setattr(one, attribute, [turn % 2, turn % 3] if turn % 4 else None)
    return table


def fields(table: Any, name: str) -> Iterator[tuple[str, Any, str]]:
    """Yield (table.field, table, attribute) of a table and of all below it."""
    for attribute, value in vars(table).items():
        yield f"{name}.{attribute}", table, attribute
        for below in value if isinstance(value, list) else [value]:
            if hasattr(below, "Pack"):
                yield from fields(below, type(below).__name__.removesuffix("T"))


def extreme(random: np.random.Generator, value: Any, turn: int) -> tuple[str, Any]:
    """Return what is done to a field, and its new value; those of numbers take turns."""
    if isinstance(value, bool | np.bool_):
        return f"= {not value}", not value
    if isinstance(value, int | np.integer):
        others = [number for number in NUMBERS if number != value]
        number = others[turn % len(others)]
        return f"= {number}", number
    if isinstance(value, float | np.floating):
        fraction = FRACTIONS[turn % len(FRACTIONS)]
        return f"= {fraction}", fraction
    if isinstance(value, bytes | str):
        text = str(random.choice(["", "x" * 5000, "a\nb", "\u2028'\"\\", "\x00"]))
        return f"= text of {len(text)}", text
    if isinstance(value, list | np.ndarray) and len(value):
        return _vector(random, value, turn)
    if value is None and random.random() < 0.2:
        return "= text", "text"
    if value is None:
        if random.random() < 0.3:
            return "= [1, 0]", [1, 0]
        listed = [int(random.choice(NUMBERS[:-1])) for _ in range(int(random.integers(1, 5)))]
        return f"= {listed}", listed
    return "left out", None


def _vector(random: np.random.Generator, value: Any, turn: int) -> tuple[str, Any]:
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
    what, elements[position] = extreme(random, elements[position], turn)
    made = np.asarray(elements)
    fits = isinstance(value, np.ndarray) and np.can_cast(made.dtype, value.dtype, "same_kind")
    return f"[{position}] {what}", made.astype(value.dtype) if fits else elements


def _listed(operator: Any, name: str) -> Any:
    value = getattr(operator, name)
    return [] if value is None else value
