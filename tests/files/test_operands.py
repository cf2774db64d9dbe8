"""Shapes, numbers and links: what the importer accepts of operands, the oracle accepts, too.

Each tensor of each seed network gets other shapes (of as many elements, and of more or fewer), each
number of its tables of axes, sizes and paddings and each of its options is driven to values next
to it and to extremes, and each operand becomes each other tensor, or none. A network that comes of
it must be judged equal; a refusal is one sentence. It is the oracle that is asked, so that a
demand of a kernel which no rule states is seen.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tflite_micro.tensorflow.lite.micro.python import schema_py_generated as schema

from models.tflite_writer import packed
from scripts.fuzz.campaign import refused
from scripts.fuzz.mutate import Mutant
from scripts.fuzz.worker import Ending, judge
from scripts.runs.oracle import Oracles
from sw.importer.validation.operators import SIGNATURES
from tests.files.support import MODELS, changed, operand, operator, refusal

Sweep = Callable[[bytes], Iterator[tuple[str, bytes]]]

# Fields of kernels have 8, 16 or 32 bits.
NUMBERS = (
    0, 1, -1, 2, 3, 4, 100, 256, 257, (1 << 15) - 1, 1 << 15, 1 << 16, (1 << 16) + 1,
    (1 << 31) - 1, -(1 << 31),
)  # fmt: skip
FRACTIONS = (0.0, -1.0, 1e-30, 1e9, math.inf, math.nan)
MOST_NUMBERS = 16  # of a table that is driven number by number
MOST_TENSORS = 16  # of a network that an operand may become


def load(raw: bytes) -> Any:
    return schema.ModelT.InitFromPackedBuf(raw, 0)


def shape_of(tensor: Any) -> tuple[int, ...]:
    return () if tensor.shape is None else tuple(int(size) for size in tensor.shape)


def other_shapes(shape: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
    """Yield shapes of as many elements, then those that have more, fewer or none on an axis."""
    count = math.prod(shape)
    yield from ((count,), (count, 1), (1, *shape), (*shape, 1), shape[::-1])
    if count == 1:
        yield ()
    if len(shape) > 1:
        yield (shape[0] * shape[1], *shape[2:])
    for axis, size in enumerate(shape):
        if size == 1:
            yield (*shape[:axis], *shape[axis + 1 :])
        for other in (size + 1, size - 1, 0):
            yield (*shape[:axis], max(other, 0), *shape[axis + 1 :])


def reshaped(raw: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield a network with each tensor, and all of one shape, of another shape."""
    alike: dict[tuple[int, ...], list[int]] = {}
    for index, tensor in enumerate(load(raw).subgraphs[0].tensors):
        alike.setdefault(shape_of(tensor), []).append(index)
    for old, indices in alike.items():
        for chosen in {tuple(indices), *((index,) for index in indices)}:
            for new in sorted({shape for shape in other_shapes(old) if shape != old}):
                model = load(raw)
                for index in chosen:
                    tensor = model.subgraphs[0].tensors[index]
                    tensor.shape = list(new)
                    buffer = model.buffers[tensor.buffer]
                    if buffer.data is not None and len(buffer.data) and math.prod(old):
                        size = len(buffer.data) // math.prod(old) * math.prod(new)
                        buffer.data = np.resize(np.asarray(buffer.data, np.uint8), size)
                yield f"tensors {list(chosen)} have shape {new}", packed(model)


def renumbered(raw: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield a network with the numbers of each int32 table driven, swapped and repeated."""
    whole = load(raw)
    for index, tensor in enumerate(whole.subgraphs[0].tensors):
        data = whole.buffers[tensor.buffer].data
        if tensor.type != schema.TensorType.INT32 or data is None or not len(data):
            continue
        old = np.frombuffer(np.asarray(data, np.uint8).tobytes(), "<i4")
        if old.size > MOST_NUMBERS:
            continue
        made = {tuple(old[::-1]), tuple(-old.astype(np.int64)), tuple(0 * old)}
        for place, value in enumerate(old):
            for number in {*NUMBERS, int(value) + 1, int(value) - 1, int(old[place - 1])}:
                made.add((*old[:place], number, *old[place + 1 :]))
        for numbers in sorted(made - {tuple(old)}):
            model = load(raw)
            values = np.array(numbers, np.int64).astype("<i4")
            model.buffers[tensor.buffer].data = np.frombuffer(values.tobytes(), np.uint8)
            yield f"tensor {index} is {values.tolist()}", packed(model)


def reoptioned(raw: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield a network with each option of each operator driven."""
    for place, one in enumerate(load(raw).subgraphs[0].operators):
        for name, old in ({} if one.builtinOptions is None else vars(one.builtinOptions)).items():
            values: list[Any] = [None, [], [0], [-1], [99]]
            if isinstance(old, bool | np.bool_):
                values = [not old]
            elif isinstance(old, int | np.integer):
                values = sorted({*NUMBERS, 5, 6, 7, 9, 127, int(old) + 1, int(old) - 1} - {old})
            elif isinstance(old, float | np.floating):
                values = list(FRACTIONS)
            for value in values:
                model = load(raw)
                options = copy.deepcopy(model.subgraphs[0].operators[place].builtinOptions)
                setattr(options, name, value)
                model.subgraphs[0].operators[place].builtinOptions = options
                with suppress(Exception):  # what the writer cannot say is no file
                    yield f"operator {place} has {name} {value}", packed(model)


def relinked(raw: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield a network with each operand another tensor or none, one more, one fewer, reversed."""
    graph = load(raw).subgraphs[0]
    for place, one in enumerate(graph.operators):
        for side in ("inputs", "outputs"):
            old = [] if getattr(one, side) is None else [int(i) for i in getattr(one, side)]
            made = {tuple(old[:-1]), (*old, *old[-1:]), (*old, -1), tuple(old[::-1])}
            for position in range(len(old)):
                for index in range(-1, min(len(graph.tensors), MOST_TENSORS)):
                    made.add((*old[:position], index, *old[position + 1 :]))
            for operands in sorted(made - {tuple(old)}):
                model = load(raw)
                setattr(model.subgraphs[0].operators[place], side, list(operands))
                yield f"operator {place} has {side} {list(operands)}", packed(model)


SWEEPS = {"shapes": reshaped, "numbers": renumbered, "options": reoptioned, "links": relinked}


def wrong(
    folder: Path, oracles: Oracles, seed_model: str, sweep: Sweep
) -> tuple[int, list[tuple[str, Ending]]]:
    """Return how many changes were accepted and judged, and those that end otherwise than so."""
    judged, found = 0, []
    for number, (what, raw) in enumerate(sweep(MODELS[seed_model])):
        mutant = Mutant(number=number, model=seed_model, what=what, raw=raw)
        ending = judge(mutant, folder, ask=True, oracles=oracles)
        if not ending.right or refused(ending):
            found.append((what, ending))
        judged += ending.kind == "network" and not ending.oracle
    return judged, found


@pytest.fixture(scope="module")
def oracles() -> Iterator[Oracles]:
    with Oracles() as asked:
        yield asked


@pytest.mark.fuzz
@pytest.mark.parametrize("name", SWEEPS)
@pytest.mark.parametrize("part", range(4))
def test_no_operand_is_accepted_that_the_oracle_refuses(
    name: str, part: int, oracles: Oracles, tmp_path: Path
) -> None:
    bad, accepted = {}, 0
    for seed_model in sorted(MODELS)[part::4]:
        judged, found = wrong(tmp_path, oracles, seed_model, SWEEPS[name])
        accepted += judged
        if found:
            bad[seed_model] = found
    assert bad == {}
    assert accepted > 20


# ---- each sweep sees a rule that is gone


@pytest.mark.parametrize(
    ("sweep", "model", "name", "rule"),
    [
        ("shapes", "REVERSE_V2 int32", "REVERSE_V2", 0),
        ("shapes", "TRANSPOSE", "TRANSPOSE", 0),
        ("shapes", "MIRROR_PAD", "MIRROR_PAD", 0),
        ("shapes", "EXPAND_DIMS", "EXPAND_DIMS", 0),
        ("shapes", "FILL", "FILL", 0),
        ("shapes", "BROADCAST_TO", "BROADCAST_TO", 0),
        ("shapes", "RESIZE_BILINEAR", "RESIZE_BILINEAR", 0),
        ("shapes", "SPACE_TO_BATCH_ND", "SPACE_TO_BATCH_ND", 0),
        ("shapes", "SPACE_TO_BATCH_ND", "SPACE_TO_BATCH_ND", 1),
        ("shapes", "GATHER", "GATHER", 0),
        ("shapes", "UNIDIRECTIONAL_SEQUENCE_LSTM", "UNIDIRECTIONAL_SEQUENCE_LSTM", 0),
        ("numbers", "REVERSE_V2 int16", "REVERSE_V2", 1),
        ("numbers", "STRIDED_SLICE int8", "STRIDED_SLICE", 0),
        ("options", "PACK", "PACK", 0),
        ("links", "FILL", "FILL", 1),
    ],
)
def test_without_its_rule_it_is_seen(
    sweep: str, model: str, name: str, rule: int, oracles: Oracles,
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path,
) -> None:  # fmt: skip
    rules = SIGNATURES[name].rules
    kept = replace(SIGNATURES[name], rules=rules[:rule] + rules[rule + 1 :])
    monkeypatch.setitem(SIGNATURES, name, kept)
    assert wrong(tmp_path, oracles, model, SWEEPS[sweep])[1]


def test_a_slice_that_shrinks_an_axis_whose_begin_is_masked(
    oracles: Oracles, tmp_path: Path
) -> None:
    """The masked begin is 0, whatever the file says: it was taken as written."""

    def masked(model: Any) -> None:
        options = operator(model, "STRIDED_SLICE").builtinOptions
        options.beginMask = options.shrinkAxisMask
        assert options.shrinkAxisMask

    raw = changed(tmp_path, "STRIDED_SLICE int8", masked).read_bytes()
    mutant = Mutant(number=1, model="STRIDED_SLICE int8", what="masked", raw=raw)
    ending = judge(mutant, tmp_path, ask=True, oracles=oracles)
    assert (ending.kind, ending.oracle) == ("network", "")


@pytest.mark.parametrize("number", [(1 << 15) - 1, 1 << 15, 1 << 16, (1 << 16) + 1])
def test_a_dilation_that_the_kernel_does_not_keep(
    number: int, oracles: Oracles, tmp_path: Path
) -> None:
    """In int16, 65,536 is 0: three taps of one pixel. What it keeps is judged."""

    def dilated(model: Any) -> None:
        operator(model, "DEPTHWISE_CONV_2D").builtinOptions.dilationWFactor = number

    path = changed(tmp_path, "separable", dilated)
    if number == (1 << 15) - 1:
        mutant = Mutant(number=1, model="separable", what="dilated", raw=path.read_bytes())
        ending = judge(mutant, tmp_path, ask=True, oracles=oracles)
        assert (ending.kind, ending.oracle) == ("network", "")
    else:
        assert f"dilationWFactor is {number}; it must be 1 to 32767" in refusal(path)


def test_axes_that_are_a_single_number(tmp_path: Path) -> None:
    change = lambda m: setattr(operand(m, "REVERSE_V2", 1), "shape", [])  # noqa: E731
    said = refusal(changed(tmp_path, "REVERSE_V2 int32", change))
    assert "it has shape (), a vector is wanted" in said


def test_an_lstm_without_a_bias(tmp_path: Path) -> None:
    def without(model: Any) -> None:
        found = operator(model, "UNIDIRECTIONAL_SEQUENCE_LSTM")
        found.inputs = [*found.inputs[:14], -1, *found.inputs[15:]]

    said = refusal(changed(tmp_path, "UNIDIRECTIONAL_SEQUENCE_LSTM", without))
    assert "input 14 is missing" in said
