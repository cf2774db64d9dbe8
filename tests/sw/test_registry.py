"""The registry: every operator and type that it names is judged by random models."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from sw.importer.registry import OPERATORS, Entry, Operators
from sw.importer.validation import SIGNATURES
from tb.build import ROOT
from tests.golden.fuzz_models import ALL_OPERATORS, make_case

# Judged in whole streaming networks (tests/sw/test_importer.py), which need several subgraphs.
VARIABLES = {"VAR_HANDLE", "CALL_ONCE", "READ_VARIABLE", "ASSIGN_VARIABLE"}


def generators(entry: Entry) -> set[str]:
    """Names of the generators that judge an entry."""
    return {entry.name if kind == "int8" else f"{entry.name} {kind}" for kind in entry.types}


def test_every_operator_and_type_has_a_generator_of_random_models() -> None:
    promised = set().union(*(generators(e) for n, e in OPERATORS.items() if n not in VARIABLES))
    # Some have two: one that calls the golden function, one ("... int8") through the importer.
    judged = {n.removesuffix(" int8") if n.count(" ") == 1 else n for n in ALL_OPERATORS}
    assert promised == judged


def test_an_operator_without_a_generator_would_be_seen() -> None:
    entry = Entry(name="ADD", handler=OPERATORS["ADD"].handler, types=("int8", "complex64"))
    assert not generators(entry) <= set(ALL_OPERATORS)


@pytest.mark.parametrize("operator", ALL_OPERATORS)
def test_the_judge_is_the_one_that_the_registry_names(operator: str) -> None:
    case = make_case(operator, np.random.default_rng([3, 0]))
    assert case.oracle == OPERATORS[operator.split(" ")[0]].judge


def test_every_operator_has_a_signature() -> None:
    assert set(SIGNATURES) == set(OPERATORS)


def test_an_operator_is_registered_once() -> None:
    with pytest.raises(ValueError, match="ADD is registered twice"):
        Operators({"sums": ("arithmetic", "ADD SUB"), "more": ("tables", "ADD")})


def test_a_family_has_the_operators_that_the_registry_names() -> None:
    assert [OPERATORS[name].name for name in OPERATORS] == list(OPERATORS)
    with pytest.raises(ValueError, match="has other operators"):
        Operators({"sums": ("arithmetic", "ADD")})["ADD"]


def test_only_the_families_of_a_network_are_imported() -> None:
    code = """
import sys
from pathlib import Path
from sw.importer.model import import_network
import_network(Path("models/mnist/mnist.tflite"))
print("sw.importer.convolutional" in sys.modules, "sw.importer.recurrent" in sys.modules)
"""
    said = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout
    assert said.split() == ["True", "False"]
