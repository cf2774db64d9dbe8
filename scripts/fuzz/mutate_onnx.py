"""Mutations of an ONNX file: of its bytes, and of what its protobuf says.

    flip, bit, cut    as of other files              swap    two nodes, names or constants change
    field             one field of a message is              places
                      driven to an extreme: a number, a text, bytes, a list, a message left out

Fields take turns over all seeds together, as those of the other format do (`mutate.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from models.onnx_networks import NETWORKS
from scripts.fuzz.mutate import FRACTIONS, NUMBERS, Mutant, bit, by_turns, cut, flip

SUFFIX = ".onnx"
KINDS = ("field", "flip", "field", "swap", "field", "bit", "field", "cut")
TEXTS = ("", "x" * 5000, "a\nb", "\u2028'\"\\", "\x00", "\x1b[2J", "../../outside", "int8")
LARGE = (1 << 62, (1 << 63) - 1, -(1 << 63))


def seed_files() -> dict[str, bytes]:
    """Return sound files by name: all operators that are read, in both forms."""
    return {name: make(1) for name, make in NETWORKS.items()}


def mutants(
    models: Mapping[str, bytes],
    seed: int,
    count: int,
    first: int = 0,
    kinds: Sequence[str] = KINDS,
) -> Iterator[Mutant]:
    """Yield `count` mutants from number `first` on; the kinds take turns, and so do the files."""
    having = owners(models) if "field" in kinds else {}
    changes = {"flip": flip, "bit": bit, "cut": cut, "swap": swap}

    def driven(random: np.random.Generator, turn: int) -> tuple[str, str, bytes]:
        return field(random, models, having, turn, seed)

    return by_turns(models, seed, range(first, first + count), kinds, changes, driven, SUFFIX)


def parsed(raw: bytes) -> Any:
    """Return the message of a file."""
    import onnx

    return onnx.ModelProto.FromString(raw)


def fields(message: Any) -> Iterator[tuple[str, Any, Any]]:
    """Yield (message.field, message, field's description) of a message and of all below it."""
    for described in message.DESCRIPTOR.fields:
        yield f"{message.DESCRIPTOR.name}.{described.name}", message, described
        if described.message_type is None:
            continue
        if described.is_repeated:
            below = list(getattr(message, described.name))
        else:
            below = [getattr(message, described.name)] if message.HasField(described.name) else []
        for one in below:
            yield from fields(one)


def owners(files: Mapping[str, bytes]) -> dict[str, list[str]]:
    """Return for each field of the format, as message.field, the files that can have it."""
    found: dict[str, list[str]] = {}
    for name in sorted(files):
        for path in sorted({path for path, *_ in fields(parsed(files[name]))}):
            found.setdefault(path, []).append(name)
    return dict(sorted(found.items()))


def field(
    random: np.random.Generator,
    files: Mapping[str, bytes],
    having: Mapping[str, list[str]],
    turn: int,
    seed: int,
) -> tuple[str, str, bytes]:
    """Drive a field of one message to an extreme; return the file, what was done, and its bytes."""
    paths = list(having)
    again, which = divmod(turn, len(paths))
    path = paths[which]
    name = str(random.choice(having[path]))
    model = parsed(files[name])
    same = [(message, described) for at, message, described in fields(model) if at == path]
    message, described = same[int(random.integers(len(same)))]
    what = drive(random, message, described, seed + again + 7 * which)
    return name, f"{path} {what}", bytes(model.SerializeToString())


def drive(random: np.random.Generator, message: Any, described: Any, turn: int) -> str:
    """Change one field of a message; return what was done."""
    name = described.name
    if described.is_repeated:
        return _listed(random, message, described, turn)
    if described.message_type is not None:
        if message.HasField(name) and random.random() < 0.7:
            message.ClearField(name)
            return "left out"
        getattr(message, name).SetInParent()
        return "is there"
    value = extreme(random, described, turn)
    setattr(message, name, value)
    return f"= {_told(value)}"


def _listed(random: np.random.Generator, message: Any, described: Any, turn: int) -> str:
    items = getattr(message, described.name)
    kind = str(random.choice(["empty", "shorter", "twice", "reversed", "one", "one", "one"]))
    place = int(random.integers(len(items))) if len(items) else 0
    if not len(items):
        if described.message_type is not None:
            items.add()
            return "has an empty element"
        items.append(extreme(random, described, turn))
        return f"= [{_told(items[0])}]"
    if kind == "empty":
        del items[:]
    elif kind == "shorter":
        del items[place]
    elif kind == "twice":
        items.append(items[place])
    elif kind == "reversed":
        kept = [_copied(item) for item in items][::-1]
        del items[:]
        items.extend(kept)
    elif described.message_type is not None:
        items[place].CopyFrom(items[0])
        return f"[{place}] is [0]"
    else:
        items[place] = extreme(random, described, turn)
        return f"[{place}] = {_told(items[place])}"
    return {"shorter": f"without [{place}]", "twice": f"with [{place}] twice"}.get(kind, kind)


def extreme(random: np.random.Generator, described: Any, turn: int) -> Any:
    """Return a value of a field's type; those of numbers and texts take turns."""
    kinds = type(described)
    if described.cpp_type == kinds.CPPTYPE_STRING:
        if described.type == kinds.TYPE_BYTES:
            size = int(random.choice([0, 1, 3, 4, 7, 1000]))
            return random.integers(0, 256, size).astype(np.uint8).tobytes()
        return TEXTS[turn % len(TEXTS)]
    if described.cpp_type in (kinds.CPPTYPE_FLOAT, kinds.CPPTYPE_DOUBLE):
        return FRACTIONS[turn % len(FRACTIONS)]
    if described.cpp_type == kinds.CPPTYPE_ENUM:
        numbers = [value.number for value in described.enum_type.values]
        return numbers[turn % len(numbers)]
    bits = 64 if described.cpp_type in (kinds.CPPTYPE_INT64, kinds.CPPTYPE_UINT64) else 32
    signed = described.cpp_type in (kinds.CPPTYPE_INT64, kinds.CPPTYPE_INT32)
    low, high = (-(1 << bits - 1), (1 << bits - 1) - 1) if signed else (0, (1 << bits) - 1)
    fitting = [number for number in (*NUMBERS, *LARGE) if low <= number <= high]
    return fitting[turn % len(fitting)]


def swap(random: np.random.Generator, raw: bytes) -> tuple[str, bytes]:
    """Exchange two nodes, two operands, two constants' values, or inputs and outputs."""
    model = parsed(raw)
    graph = model.graph
    kind = str(random.choice(["nodes", "operands", "operands", "constants", "ends", "kinds"]))
    if kind == "operands":
        places = [
            (node, name, position)
            for node in graph.node
            for name in ("input", "output")
            for position in range(len(getattr(node, name)))
        ]
        (a, x, i), (b, y, j) = (places[int(k)] for k in random.integers(0, len(places), 2))
        first, second = getattr(a, x)[i], getattr(b, y)[j]
        getattr(a, x)[i], getattr(b, y)[j] = second, first
    elif kind == "ends":
        ins, outs = [_copied(p) for p in graph.input], [_copied(p) for p in graph.output]
        del graph.input[:], graph.output[:]
        graph.input.extend(outs)
        graph.output.extend(ins)
    else:
        items = graph.initializer if kind == "constants" else graph.node
        i, j = (int(k) for k in random.integers(0, len(items), 2))
        attribute = "op_type" if kind == "kinds" else "name"
        if kind == "nodes":
            first, second = _copied(items[i]), _copied(items[j])
            items[i].CopyFrom(second)
            items[j].CopyFrom(first)
        else:
            first, second = getattr(items[i], attribute), getattr(items[j], attribute)
            setattr(items[i], attribute, second)
            setattr(items[j], attribute, first)
    return f"{kind} swapped", bytes(model.SerializeToString())


def _copied(item: Any) -> Any:
    """Return an element that stays when its list is emptied."""
    return type(item).FromString(item.SerializeToString()) if hasattr(item, "CopyFrom") else item


def _told(value: Any) -> str:
    if isinstance(value, str | bytes):
        return f"{type(value).__name__} of {len(value)}"
    return str(value)
