"""Mutated files: each ends in a network or one sentence, and without its rules it would not.

`make fuzz-files` runs 5,000; here are 500, of which some are compared with TensorFlow Lite Micro.
"""

from __future__ import annotations

import argparse
import os
import signal
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from tflite_micro.tensorflow.lite.micro.python import schema_py_generated as schema

from golden.config import load_config
from scripts.fuzz import campaign as campaigns
from scripts.fuzz.__main__ import chosen_kinds
from scripts.fuzz.campaign import Tally, campaign
from scripts.fuzz.mutate import Mutant, mutants, owners
from scripts.fuzz.seeds import seed_models
from scripts.fuzz.worker import Ending, judge
from scripts.runs.model import load_model
from sw.importer import model as importer
from sw.importer.validation import operators
from tests.files.support import MODELS

FILES, ORACLE_EVERY = 500, 5


@pytest.mark.fuzz
def test_mutated_files_end_in_a_network_or_one_sentence(seed: int) -> None:
    tally = campaign(list(mutants(MODELS, seed, FILES)), jobs=2, oracle_every=ORACLE_EVERY)
    assert tally.wrong == []
    assert sum(tally.kinds.values()) == FILES
    assert min(tally.kinds["network"], tally.kinds["sentence"]) > FILES // 10
    assert tally.judged > 0


def test_the_same_seed_makes_the_same_files() -> None:
    assert list(mutants(MODELS, 3, 40)) == list(mutants(seed_models(), 3, 40))
    assert [m.raw for m in mutants(MODELS, 3, 9, first=31)] == [
        m.raw for m in list(mutants(MODELS, 3, 40))[31:]
    ]


def test_every_field_of_the_schema_is_driven_to_extremes_by_turns(seed: int) -> None:
    known = set(owners(MODELS))
    assert len(known) > 130
    in_suite = list(mutants(MODELS, seed, FILES))
    assert {mutant.what.split()[0] for mutant in in_suite} >= known
    again = {mutant.what for mutant in mutants(MODELS, seed, 2 * FILES, kinds=("field",))}
    strides = {what for what in again if what.startswith("Conv2DOptions.strideW")}
    assert len(strides) > 3, "another extreme each time"


def test_the_seeds_are_sound_and_have_every_operator(tmp_path: Path) -> None:
    core, used = load_config("8x8"), set()
    for name, raw in MODELS.items():
        path = tmp_path / "seed.tflite"
        path.write_bytes(raw)
        assert load_model(path, core).network.outputs, name
        tables = schema.ModelT.InitFromPackedBuf(raw, 0)
        used |= {code.builtinCode for code in tables.operatorCodes}
    known = {getattr(schema.BuiltinOperator, name) for name in operators.SIGNATURES}
    assert known <= used


def test_kinds_that_were_asked_for_and_no_others() -> None:
    only = list(mutants(MODELS, 1, 60, kinds=("cut", "flip", "bit")))
    assert {mutant.what.split()[0] for mutant in only} == {"cut", "bytes", "bits"}
    for mutant in only:
        if mutant.what.startswith("bits"):
            pairs = zip(mutant.raw, MODELS[mutant.model], strict=True)
            assert 1 <= sum((a ^ b).bit_count() for a, b in pairs) <= 4
    with pytest.raises(argparse.ArgumentTypeError, match="there is no kind 'bits'"):
        chosen_kinds("cut,bits")


# ---- the fuzz test fails when a check is gone


def nothing(*_: object) -> None:
    """Stand for a check that was removed."""


def found(folder: Path, count: int, *, ask: bool = False) -> bool:
    """Judge mutants in this process until one ends otherwise than it may."""
    tally = Tally()
    for mutant in mutants(MODELS, 1, count):
        tally.add(mutant, judge(mutant, folder, ask=ask), 0, asked=ask)
        if tally.wrong:
            return True
    return False


@pytest.mark.parametrize(
    "check", ["check_structure", "check_signature", "check_buffers", "check_tensors", "check_order"]
)
def test_without_a_check_of_the_file_mutants_end_wrongly(
    check: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(importer, check, nothing)
    assert found(tmp_path, 2000)


def test_without_any_rule_of_operators_mutants_end_wrongly(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    bare = {name: replace(item, rules=()) for name, item in operators.SIGNATURES.items()}
    monkeypatch.setattr(operators, "SIGNATURES", bare)
    assert found(tmp_path, 400, ask=True)


# ---- the campaign itself


def spoiled(ending: Ending) -> Callable[[Mutant, bool], tuple[Ending, int]]:
    return lambda *_, **__: (ending, 0)


@pytest.mark.parametrize("kind", ["traceback", "crash", "hang", "slow", "differs", "no sentence"])
def test_a_wrong_ending_is_counted_and_kept(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(campaigns.Worker, "ask", spoiled(Ending(kind=kind, text="told")))
    tally = campaign(list(mutants(MODELS, 1, 3)), jobs=1, oracle_every=0)
    assert tally.kinds == {kind: 3}
    assert [ending.text for _, ending in tally.wrong] == ["told"] * 3


def test_a_crash_and_a_hang_of_a_worker_are_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    mutant = next(mutants(MODELS, 1, 1))
    worker = campaigns.Worker()
    assert worker.ask(mutant, oracle=False)[0].right
    assert worker._process is not None
    os.kill(worker._process.pid, signal.SIGSEGV)
    assert worker.ask(mutant, oracle=False)[0].kind == "crash"
    monkeypatch.setattr(campaigns, "HANG_S", 0.0)
    assert worker.ask(mutant, oracle=False)[0].kind == "hang"
    monkeypatch.undo()
    assert worker.ask(mutant, oracle=False)[0].right
    worker.close()


def test_a_tally_keeps_networks_that_nobody_judged() -> None:
    tally, mutant = Tally(), next(mutants(MODELS, 1, 1))
    tally.add(mutant, Ending(kind="network", oracle="it crashed"), 5, asked=True)
    tally.add(mutant, Ending(kind="network"), 7, asked=True)
    assert (len(tally.unjudged), tally.judged, tally.peak) == (1, 1, 7)
    for said in ("it does not run this model", "it stops: bias shape invalid"):
        tally.add(mutant, Ending(kind="network", oracle=said), 0, asked=True)
    assert [ending.kind for _, ending in tally.wrong] == ["refused", "refused"]
