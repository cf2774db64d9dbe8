"""Variables: what may be written to their memory directly, and what has to be copied there last."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from golden.config import load_config
from golden.network import Network
from golden.network import operations as ops
from sw.compiler.fastest import compile_network
from sw.compiler.operations import MoveOp
from sw.execution import core_phases
from tests.sw.golden_core import BASE, play
from tests.sw.layers import add, conv, transpose
from tests.sw.random_networks import Builder

CONFIG = load_config("8x8")
KEPT = (1, 6, 5, 8)
TURN = (0, 2, 1, 3)


def _read(b: Builder) -> int:
    return b.layer(ops.ReadVariable(variable="kept"), [], KEPT)[0]


def _assign(b: Builder, x: int, name: str = "kept") -> None:
    b.layer(ops.AssignVariable(variable=name), [x])


def _newest(b: Builder, old: int, x: int) -> int:
    """The last six of nine rows."""
    (both,) = b.layer(ops.Concatenation(axis=1), [old, x], (1, 9, 5, 8))
    return _rows(b, both, 3, 9)


def _rows(b: Builder, x: int, first: int, end: int) -> int:
    shape = (1, end - first, *b.shape(x)[2:])
    cut = ops.Slice(slices=((slice(None), slice(first, end)),), output_shapes=(shape,))
    return b.layer(cut, [x], shape)[0]


def _ring(b: Builder, x: int) -> list[int]:
    new = _newest(b, _read(b), x)
    _assign(b, new)
    return [conv(b, x, 4)]


def _read_back(b: Builder, x: int) -> list[int]:
    """The convolution reads what was assigned, under the name that it had before."""
    new = _newest(b, _read(b), x)
    _assign(b, new)
    return [conv(b, new, 4)]


def _is_output(b: Builder, x: int) -> list[int]:
    new = _newest(b, _read(b), x)
    _assign(b, new)
    return [new, conv(b, x, 4)]


def _old_is_needed(b: Builder, x: int) -> list[int]:
    """After the slice, which may not write over it."""
    old = _read(b)
    new = _newest(b, old, x)
    y = conv(b, old, 4)
    _assign(b, new)
    return [y]


def _old_is_needed_later(b: Builder, x: int) -> list[int]:
    old = _read(b)
    _assign(b, _newest(b, old, x))
    return [conv(b, old, 4)]


def _old_has_another_name(b: Builder, x: int) -> list[int]:
    old = _read(b)
    (flat,) = b.layer(ops.Reshape(shape=(1, 5, 6, 8)), [old], (1, 5, 6, 8))
    _assign(b, _newest(b, old, x))
    return [conv(b, flat, 4)]


def _old_is_output(b: Builder, x: int) -> list[int]:
    old = _read(b)
    _assign(b, _newest(b, old, x))
    return [old]


def _input_itself(b: Builder, x: int) -> list[int]:
    old = _read(b)
    y = b.tensor(KEPT)
    _assign(b, y)
    return [add(b, old, y), conv(b, x, 4)]


def _turned_twice(b: Builder, x: int) -> list[int]:
    """Two moves in a row, neither of which is a copy."""
    y = transpose(b, transpose(b, x, TURN), (0, 3, 2, 1))
    _assign(b, _newest(b, _read(b), x))
    return [y]


def _computed(b: Builder, x: int) -> list[int]:
    y = add(b, _read(b), b.tensor(KEPT))
    _assign(b, y)
    return [y]


def _two(b: Builder, x: int) -> list[int]:
    """What is assigned to one was read from the other."""
    b.state["other"] = b.int8(KEPT)
    old = _read(b)
    (other,) = b.layer(ops.ReadVariable(variable="other"), [], KEPT)
    _assign(b, transpose(b, transpose(b, other, TURN), TURN))
    _assign(b, old, "other")
    return [conv(b, x, 4)]


def _behind_a_copy(b: Builder, x: int) -> list[int]:
    """The first variable takes an input, which is copied; the second what a slice made."""
    b.state["other"] = b.int8(KEPT)
    _assign(b, b.tensor(KEPT), "other")
    return _ring(b, x)


def _before_a_copy(b: Builder, x: int) -> list[int]:
    """Between the read and the assignment of one variable another takes an input."""
    b.state["other"] = b.int8(KEPT)
    old = _read(b)
    _assign(b, b.tensor(KEPT), "other")
    _assign(b, _newest(b, old, x))
    return [conv(b, x, 4)]


def _behind_one_that_is_needed(b: Builder, x: int) -> list[int]:
    """The first variable's old bytes are read after the slice; the second's are not."""
    b.state["other"] = b.int8(KEPT)
    outputs = _old_is_needed(b, x)
    (other,) = b.layer(ops.ReadVariable(variable="other"), [], KEPT)
    _assign(b, _newest(b, other, x), "other")
    return outputs


def _assigned_twice(b: Builder, x: int) -> list[int]:
    old = _read(b)
    first = _newest(b, old, x)
    _assign(b, first)
    again = _read(b)
    _assign(b, _newest(b, again, x))
    return [conv(b, x, 4)]


WAYS: dict[str, tuple[int, Callable[[Builder, int], list[int]]]] = {
    "ring": (2, _ring),  # moves: two boxes of the whole, the slice straight into the variable
    "behind a copy": (3, _behind_a_copy),
    "before a copy": (3, _before_a_copy),
    "behind one that is needed": (5, _behind_one_that_is_needed),
    "read back": (3, _read_back),
    "it is an output": (3, _is_output),
    "the old is needed": (3, _old_is_needed),
    "the old is needed later": (0, _old_is_needed_later),
    "the old has another name": (0, _old_has_another_name),
    "the old is an output": (0, _old_is_output),
    "the input itself": (0, _input_itself),
    "turned twice": (0, _turned_twice),
    "computed": (0, _computed),
    "two": (0, _two),
    "assigned twice": (0, _assigned_twice),
}


def _network(make: Callable[[Builder, int], list[int]]) -> Network:
    b = Builder(rng=np.random.default_rng(1))
    x = b.tensor((1, 3, 5, 8))
    b.state["kept"] = b.int8(KEPT)
    outputs = make(b, x)
    written = {t for layer in b.layers for t in layer.outputs}
    inputs = [t.index for t in b.tensors if t.index not in written and t.data is None]
    return Network(
        name="kept", tensors=tuple(b.tensors), layers=tuple(b.layers), inputs=tuple(inputs),
        outputs=tuple(outputs), state=b.state,
    )  # fmt: skip


@pytest.mark.parametrize("way", WAYS)
def test_a_variable_has_what_was_assigned_when_that_is_read(way: str) -> None:
    moves, make = WAYS[way]
    network = _network(make)
    state = {name: value.copy() for name, value in network.state.items()}
    program = compile_network(CONFIG, network, memory_base=BASE)
    rng = np.random.default_rng(2)
    for _ in range(3):
        values = [
            rng.integers(-128, 128, network.tensors[t].shape).astype(np.int8)
            for t in network.inputs
        ]
        result = play(CONFIG, network, values, state, program=program)
        assert result.differences == []
        assert result.elements > 240
    made = [op for phase in core_phases(program) for op in phase.ops if isinstance(op, MoveOp)]
    assert not moves or len(made) == moves
