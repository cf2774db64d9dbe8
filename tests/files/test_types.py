"""Element types: what the importer accepts of each operator, tflite-micro accepts too.

Each seed network has its int8 tensors, or one of them, made another type, with constants of the
right size. A network that comes of it must be judged equal; a refusal is one sentence. It is the
oracle that is asked, so that a table of types which says too much is seen.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
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
from sw.importer import model as importer
from sw.importer.registry import OPERATORS, Entry
from sw.importer.validation import SIGNATURES
from sw.importer.validation.rules import operands
from tests.files.support import MODELS, changed, operand, refusal, result

KINDS = {
    "INT8": "i1", "INT16": "<i2", "INT32": "<i4", "INT64": "<i8", "FLOAT32": "<f4", "BOOL": "?",
}  # fmt: skip
# Without constants to convert: seldom types, of which any bytes do.
OTHERS = ("UINT8", "INT4", "UINT16", "FLOAT16", "STRING", "RESOURCE")
CODES = {name: getattr(schema.TensorType, name) for name in (*KINDS, *OTHERS)}
NAMES = {code: name for name, code in CODES.items()}


def retype(model: Any, tensor: Any, name: str) -> None:
    """Make a tensor of another type; its constant keeps its values, or its bytes."""
    old, tensor.type = NAMES.get(tensor.type, ""), CODES[name]
    if tensor.quantization is not None and name not in ("INT8", "UINT8", "INT4"):
        points = tensor.quantization.zeroPoint
        tensor.quantization.zeroPoint = None if points is None else [0] * len(points)
    buffer = model.buffers[tensor.buffer]
    if buffer.data is None or not len(buffer.data):
        return
    raw = np.asarray(buffer.data, dtype=np.uint8)
    if old in KINDS and name in KINDS:
        values = np.frombuffer(raw.tobytes(), KINDS[old]).astype(KINDS[name])
        buffer.data = np.frombuffer(values.tobytes(), np.uint8)
    elif name in ("UINT16", "FLOAT16"):
        buffer.data = np.resize(raw, 2 * raw.size)


def retyped(raw: bytes, names: tuple[str, ...]) -> Iterator[tuple[str, bytes]]:
    """Yield each change of all tensors of one type, of the computed ones, and of each by itself."""
    whole = schema.ModelT.InitFromPackedBuf(raw, 0)
    tensors = whole.subgraphs[0].tensors
    groups: dict[tuple[int, bool], list[int]] = {}
    for index, tensor in enumerate(tensors):
        data = whole.buffers[tensor.buffer].data
        groups.setdefault((tensor.type, False), []).append(index)
        if data is None or not len(data):
            groups.setdefault((tensor.type, True), []).append(index)
    chosen = {tuple(indices) for indices in groups.values()} | {(i,) for i in range(len(tensors))}
    for indices in sorted(chosen):
        for name in names:
            model = schema.ModelT.InitFromPackedBuf(raw, 0)
            if all(tensors[index].type == CODES[name] for index in indices):
                continue
            for index in indices:
                retype(model, model.subgraphs[0].tensors[index], name)
            yield f"tensors {list(indices)} are {name}", packed(model)


def wrong(
    folder: Path, oracles: Oracles, seed_model: str, names: tuple[str, ...] = tuple(CODES)
) -> list[tuple[str, Ending]]:
    """Return the changes of a network that end otherwise than they may."""
    found = []
    for number, (what, raw) in enumerate(retyped(MODELS[seed_model], names)):
        mutant = Mutant(number=number, model=seed_model, what=what, raw=raw)
        ending = judge(mutant, folder, ask=True, oracles=oracles)
        if not ending.right or refused(ending):
            found.append((what, ending))
    return found


@pytest.fixture(scope="module")
def oracles() -> Iterator[Oracles]:
    with Oracles() as asked:
        yield asked


@pytest.mark.fuzz
@pytest.mark.parametrize("part", range(8))
def test_no_type_is_accepted_that_the_oracle_refuses(
    part: int, oracles: Oracles, tmp_path: Path
) -> None:
    bad = {name: wrong(tmp_path, oracles, name) for name in sorted(MODELS)[part::8]}
    assert {name: found for name, found in bad.items() if found} == {}


# ---- the sweep sees a table that says too much, and a rule that is gone


def test_a_type_too_much_in_the_registry_is_seen(
    oracles: Oracles, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    entry = OPERATORS["GATHER"]
    more = Entry(**{**vars(entry), "also": entry.also | {"int16"}})
    monkeypatch.setattr(importer, "OPERATORS", {**OPERATORS, "GATHER": more})
    assert wrong(tmp_path, oracles, "GATHER", ("INT16",))


@pytest.mark.parametrize(
    ("rule", "model", "name"),
    [
        (operands.one_signedness, "classifier", "UINT8"),
        (operands.four_bits, "parts", "INT4"),
    ],
)
def test_without_a_rule_of_types_it_is_seen(
    rule: Any, model: str, name: str, oracles: Oracles, monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:  # fmt: skip
    others = tuple(r for r in operands.EVERYWHERE if r is not rule)
    monkeypatch.setattr(operands, "EVERYWHERE", others)
    assert wrong(tmp_path, oracles, model, (name,))


def test_zeros_of_a_type_that_the_kernel_does_not_know(tmp_path: Path) -> None:
    def other(model: Any) -> None:
        for tensor in model.subgraphs[0].tensors:
            retype(model, tensor, "BOOL")

    assert "it is bool; only" in refusal(changed(tmp_path, "ZEROS_LIKE int32", other))


def test_a_bias_of_64_bits_beside_int8(tmp_path: Path) -> None:
    change = lambda m: retype(m, operand(m, "CONV_2D", 2), "INT64")  # noqa: E731
    said = refusal(changed(tmp_path, "classifier", change))
    assert "it is int64; only int32 is supported for a bias beside int8" in said


# ---- texts: C++ reads them up to a 0


def test_a_text_without_an_end(tmp_path: Path) -> None:
    """The name of a variable goes on into what follows, for C++ alone."""
    raw = MODELS["streaming"]
    place = raw.index(b"\x04\0\0\0last\0") + 8
    path = tmp_path / "changed.tflite"
    path.write_bytes(raw[:place] + b"\xff\xff\xff\x7f" + raw[place + 4 :])
    assert "a text without an end" in refusal(path)


def options(model: Any, graph: int) -> Any:
    """Return the options of the VAR_HANDLE of a graph, as its own."""
    number = schema.BuiltinOperator.VAR_HANDLE
    for one in model.subgraphs[graph].operators:
        if model.operatorCodes[one.opcodeIndex].builtinCode == number:
            one.builtinOptions = copy.deepcopy(one.builtinOptions)
            return one.builtinOptions
    raise AssertionError("no VAR_HANDLE")


def named(*texts: tuple[str, str]) -> Any:
    """Return a change that names the variable of the network, and that of its first values."""

    def change(model: Any) -> None:
        for graph, (container, name) in enumerate(texts):
            made = options(model, graph)
            made.container, made.sharedName = container, name

    return change


@pytest.mark.parametrize(
    "texts", [(("", "a/b"), ("a", "b")), (("a/b", "c"), ("a", "b/c")), (("", "a"), ("", "b"))]
)
def test_variables_of_other_names_are_others(texts: Any, tmp_path: Path) -> None:
    said = refusal(changed(tmp_path, "streaming", named(*texts)))
    assert "is given a value and never used" in said


@pytest.mark.parametrize(
    "texts", [(("", "a\0b"), ("", "a\0c")), (("a", "b/c"), ("a", "b/c")), (("", ""), ("", ""))]
)
def test_variables_of_one_name_are_one(texts: Any, oracles: Oracles, tmp_path: Path) -> None:
    raw = changed(tmp_path, "streaming", named(*texts)).read_bytes()
    mutant = Mutant(number=1, model="streaming", what="named", raw=raw)
    ending = judge(mutant, tmp_path, ask=True, oracles=oracles)
    assert (ending.kind, ending.oracle) == ("network", "")


# ---- what else each kernel is asked of


@pytest.mark.fuzz
def test_no_version_is_accepted_that_the_oracle_refuses(oracles: Oracles, tmp_path: Path) -> None:
    names = {getattr(schema.BuiltinOperator, name): name for name in SIGNATURES}
    seen, bad = set(), []
    for seed_model, raw in MODELS.items():
        codes = schema.ModelT.InitFromPackedBuf(raw, 0).operatorCodes
        for number, code in enumerate(codes):
            name = names.get(code.builtinCode, "")
            if not name or name in seen:
                continue
            seen.add(name)
            for version in range(1, SIGNATURES[name].newest + 1):
                model = schema.ModelT.InitFromPackedBuf(raw, 0)
                model.operatorCodes[number].version = version
                mutant = Mutant(number=1, model=seed_model, what=name, raw=packed(model))
                ending = judge(mutant, tmp_path, ask=True, oracles=oracles)
                if (ending.kind, ending.oracle) != ("network", ""):
                    bad.append((name, version, ending))
    assert len(seen) > 60
    assert bad == []


def test_a_fill_of_a_list_of_one(tmp_path: Path) -> None:
    change = lambda m: setattr(operand(m, "FILL", 1), "shape", [1])  # noqa: E731
    assert "it fills with one value, not (1,)" in refusal(changed(tmp_path, "FILL", change))


def test_a_scale_without_an_inverse(tmp_path: Path) -> None:
    change = lambda m: setattr(result(m, "ELU").quantization, "scale", [6e-43])  # noqa: E731
    assert "has no inverse in float32" in refusal(changed(tmp_path, "ELU", change))


def test_a_zero_point_that_a_kernel_of_int16_leaves_out(tmp_path: Path) -> None:
    change = lambda m: setattr(operand(m, "ABS", 0).quantization, "zeroPoint", [9])  # noqa: E731
    said = refusal(changed(tmp_path, "ABS int16", change))
    assert "int16 with a zero point other than 0" in said


def test_options_of_another_operator(tmp_path: Path) -> None:
    change = lambda m: setattr(m.subgraphs[0].operators[0], "builtinOptions", None)  # noqa: E731
    assert "its options must be GeluOptions" in refusal(changed(tmp_path, "GELU", change))
