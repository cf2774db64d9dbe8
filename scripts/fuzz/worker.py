"""The process that takes mutants in: it imports and compiles each, and says how that ended.

    in: pickled Mutant, whether to ask the oracle        out: pickled Ending

Memory is limited to MOST_BYTES, so that more is an exception, and the time is the processor's own,
so that a busy machine fails nothing. Whatever ends this process is seen by who started it.
"""

from __future__ import annotations

import os
import pickle
import resource
import sys
import tempfile
import time
import traceback
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from golden.config import load_config
from golden.network import NetworkError
from honeyguide.cli import UserError
from scripts.fuzz.mutate import Mutant
from scripts.runs.model import load_model, random_inputs
from scripts.runs.oracle import Oracles, compare_with_oracle
from sw.compiler.geometry import CompileError

MOST_SECONDS = 5.0
MOST_BYTES = 1 << 30
LONGEST_SENTENCE = 1200  # characters; the list of supported operators is the longest part


@dataclass(frozen=True, kw_only=True)
class Ending:
    """How a mutant ended.

    Attributes:
        kind: network (imported and compiled) or sentence; everything else is a failure.
        text: the sentence, the traceback, or what is wrong.
        seconds: of the processor.
        oracle: what tflite-micro said of a network, empty when it was not asked.
    """

    kind: str
    text: str = ""
    seconds: float = 0.0
    oracle: str = ""

    @property
    def right(self) -> bool:
        """Whether it may end so."""
        return self.kind in ("network", "sentence")


def judge(mutant: Mutant, folder: Path, *, ask: bool, oracles: Oracles | None = None) -> Ending:
    """Import and compile a mutant; ask the oracle about what is a network, if wanted."""
    path = folder / f"mutant{mutant.suffix}"
    path.write_bytes(mutant.raw)
    started = time.process_time()
    try:
        model = load_model(path, load_config("8x8"))
    except (NetworkError, CompileError, UserError) as error:
        spent = time.process_time() - started
        return in_time(Ending(kind="sentence", text=str(error), seconds=spent), path)
    except Exception:  # noqa: BLE001 (any other is what is looked for)
        return Ending(kind="traceback", text=traceback.format_exc())
    spent = time.process_time() - started
    ending = in_time(Ending(kind="network", seconds=spent), path)
    if not ask or not ending.right:
        return ending
    try:
        inputs = random_inputs(model, 1, mutant.number)
        found = compare_with_oracle(model.network, path, inputs, oracles=oracles)
    except UserError as error:  # the network can't take such inputs
        return Ending(kind="sentence", text=str(error), seconds=spent)
    except Exception:  # noqa: BLE001 (the same)
        return Ending(kind="golden", text=traceback.format_exc(), seconds=spent)
    if found.mismatches:
        return Ending(kind="differs", text=found.sentence(), seconds=spent)
    return Ending(kind="network", seconds=spent, oracle="" if found.judged else found.reason)


def in_time(ending: Ending, path: Path) -> Ending:
    """Return the ending, or what is wrong with it: too slow, or no sentence for a person."""
    text = ending.text
    if ending.seconds > MOST_SECONDS:
        return Ending(kind="slow", text=f"{ending.seconds:.1f} s; {text}", seconds=ending.seconds)
    named = path.name in text or path.stem in text or text.startswith(("layer ", "operator "))
    if ending.kind == "sentence" and (
        not text or len(text.splitlines()) != 1 or len(text) > LONGEST_SENTENCE or not named
    ):
        return Ending(kind="no sentence", text=repr(text), seconds=ending.seconds)
    return ending


def main() -> None:
    """Answer mutants until standard input ends."""
    with suppress(ValueError, OSError):  # where the system has no such limit, the peak is told
        resource.setrlimit(resource.RLIMIT_DATA, (MOST_BYTES, MOST_BYTES))
    np.seterr(all="ignore")
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    with tempfile.TemporaryDirectory(prefix="ratel-fuzz-") as folder, Oracles() as oracles:
        while True:
            try:
                mutant, ask = pickle.load(sys.stdin.buffer)
            except EOFError:
                return
            ending = judge(mutant, Path(folder), ask=ask, oracles=oracles)
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            pickle.dump((ending, peak), answers)
            answers.flush()
