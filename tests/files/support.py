"""Change a sound network by hand, as the schema's tables, and import what comes of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tflite_micro.tensorflow.lite.micro.python import schema_py_generated as schema

from golden.network import NetworkError
from models.tflite_writer import packed
from scripts.fuzz.seeds import seed_models
from sw.importer import import_network

Change = Callable[[schema.ModelT], None]
MODELS = seed_models()


def changed(folder: Path, model: str, change: Change) -> Path:
    """Write a seed network with a change."""
    tables = schema.ModelT.InitFromPackedBuf(MODELS[model], 0)
    change(tables)
    path = folder / "changed.tflite"
    path.write_bytes(packed(tables))
    return path


def refusal(path: Path) -> str:
    """Return the sentence that refuses a file; it must be one, and name the file."""
    with pytest.raises(NetworkError) as caught:
        import_network(path)
    text = str(caught.value)
    assert len(text.splitlines()) == 1, text
    assert path.name in text
    return text


def operator(model: schema.ModelT, name: str) -> Any:
    """Return the first operator of that name."""
    code = getattr(schema.BuiltinOperator, name)
    operators = model.subgraphs[0].operators
    return next(o for o in operators if model.operatorCodes[o.opcodeIndex].builtinCode == code)


def operand(model: schema.ModelT, name: str, position: int) -> Any:
    """Return a tensor that the first operator of that name reads."""
    return model.subgraphs[0].tensors[operator(model, name).inputs[position]]


def result(model: schema.ModelT, name: str, position: int = 0) -> Any:
    """Return a tensor that the first operator of that name writes."""
    return model.subgraphs[0].tensors[operator(model, name).outputs[position]]
