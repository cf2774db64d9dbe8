"""TensorFlow Lite Micro in a process of its own: what crashes there takes nothing else along.

    parent                                       child: python -m scripts.runs.oracle_process
    -----------------------------------------------------------------------------------------
    OracleProcess(model, arena)     ------>      loads the model (`load`: another one)
                                    <------      "ready", or "refused" with the reason
    infer(input, tensors)           ------>      one inference
                                    <------      the bytes of these tensors, or "refused"
    compare(path, inputs)           ------>      onnxruntime, layer by layer (`onnx_oracle`)
                                    <------      what came of it, or why it does not judge

The interpreter is C++ that trusts its file: a bias index of -1 ends it with a segmentation fault,
a scale of 0 with an abort. Messages are pickles on pipes; the child's own output goes to its log.
"""

from __future__ import annotations

import os
import pickle
import re
import subprocess
import sys
import tempfile
import threading
import traceback
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np
from numpy.typing import NDArray
from tflite_micro.tensorflow.lite.micro.python import schema_py_generated as schema

from honeyguide.cli import UserError

if TYPE_CHECKING:
    from scripts.runs.onnx_oracle import Compared

ROOT = Path(__file__).resolve().parents[2]
# Metadata that tells tflite-micro where in its arena each tensor lies. Such a plan lets tensors
# share memory, and then not all can be kept; under another name of the same length nobody reads it.
PLAN, NO_PLAN = b"OfflineMemoryAllocation", b"offlineMemoryAllocation"
TIMEOUT_S = 120.0  # of one message; an inference of the largest known network takes seconds


class OracleError(Exception):
    """The oracle does not judge; the message says why in words that follow "it ..."."""


class OracleProcess:
    """A running interpreter of one model after the other; use it in a `with` statement.

    Raises:
        OracleError: from every method, when the interpreter refused, crashed or took too long.
    """

    def __init__(
        self,
        model: Path | None = None,
        *,
        arena: int = 0,
        timeout_s: float = TIMEOUT_S,
        litert: bool = False,
    ) -> None:
        self._timeout_s = timeout_s
        self._late = False
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 (closed by `close`)
        self._process = subprocess.Popen(
            [sys.executable, "-m", __name__],
            cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._log,
        )  # fmt: skip
        if model is None:
            return
        try:
            self.load(model.read_bytes(), arena=arena, litert=litert)
        except BaseException:
            self.close()
            raise

    @property
    def alive(self) -> bool:
        """Whether it can be asked: it has neither crashed nor been ended."""
        return self._process.poll() is None

    def load(self, model: bytes, *, arena: int, litert: bool = False) -> None:
        """Take a file instead of the one before."""
        self._log.seek(0)
        self._log.truncate()
        with suppress(BrokenPipeError):
            _send(self._stdin, ("load", model, arena, litert))
        self._answer()

    def __enter__(self) -> OracleProcess:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def infer(
        self, arrays: Sequence[NDArray[Any]], tensors: Sequence[int]
    ) -> dict[int, NDArray[Any]]:
        """Run one inference; return these tensors, flat, by index."""
        with suppress(BrokenPipeError):  # it has ended; how is said where its answer is missing
            _send(self._stdin, ("infer", list(arrays), list(tensors)))
        answer = self._answer()
        if not isinstance(answer, dict):
            raise OracleError("it gave no tensors")
        return answer

    def compare(self, path: Path, inputs: NDArray[Any]) -> Compared:
        """Compare golden with onnxruntime on an ONNX file.

        Raises:
            UserError: golden has no result for these inputs.
        """
        self._log.seek(0)
        self._log.truncate()
        with suppress(BrokenPipeError):
            _send(self._stdin, ("compare", path, inputs))
        found: Compared = self._answer()
        return found

    def close(self) -> None:
        """End the process."""
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                with suppress(BrokenPipeError):  # what was not read does not matter any more
                    stream.close()
        self._log.close()

    @property
    def _stdin(self) -> BinaryIO:
        assert self._process.stdin is not None
        return self._process.stdin  # type: ignore[return-value]

    def _answer(self) -> Any:
        assert self._process.stdout is not None
        clock = threading.Timer(self._timeout_s, self._too_late)
        clock.start()
        try:
            kind, content = pickle.load(self._process.stdout)
        except (EOFError, pickle.UnpicklingError):
            raise OracleError(self._ending()) from None
        finally:
            clock.cancel()
        if kind == "unjudged":
            raise OracleError(content)
        if kind == "raised":
            raise content
        if kind == "refused":
            said = self._said()
            raise OracleError(f"it does not run this model: {content}" + (said and f" ({said})"))
        return content

    def _too_late(self) -> None:
        self._late = True
        self._process.kill()

    def _ending(self) -> str:
        code = self._process.wait()
        if self._late:
            return f"it did not answer within {self._timeout_s:g} s"
        said = self._said()
        if code < 0:
            return f"it crashed (signal {-code})" + (said and f": {said}")
        return f"it ended with exit code {code}" + (said and f": {said}")

    def _said(self) -> str:
        self._log.seek(0)
        text = self._log.read().decode(errors="replace")
        if text.startswith("Traceback"):  # of Python's: its last line says what happened
            text = text.strip().rpartition("\n")[2]
        return first_line(text)


def first_line(text: str) -> str:
    """Return the first line that says something, empty when none does."""
    lines = [line.strip() for line in re.split(r"[\r\n]+", text) if line.strip()]
    return lines[0] if lines else ""


def _send(stream: BinaryIO, message: Any) -> None:
    pickle.dump(message, stream)
    stream.flush()


class Micro:
    """TensorFlow Lite Micro."""

    def __init__(self, model: bytes, arena: int) -> None:
        from tflite_micro.python.tflite_micro import runtime

        self._interpreter = runtime.Interpreter.from_bytes(
            model.replace(PLAN, NO_PLAN),
            arena_size=arena,
            intrepreter_config=runtime.InterpreterConfig.kPreserveAllTensors,
        )

    def infer(self, arrays: Sequence[NDArray[Any]]) -> None:
        """Run one inference."""
        for position, array in enumerate(arrays):
            self._interpreter.set_input(array, position)
        self._interpreter.invoke()

    def tensor(self, index: int) -> NDArray[Any]:
        """Return a tensor of the file, flat."""
        return np.asarray(self._interpreter.GetTensor(index, 0)["tensor_data"]).reshape(-1)


class LiteRt:
    """LiteRT with its reference kernels, which compute in integers, for uint8 networks."""

    def __init__(self, model: bytes) -> None:
        try:
            from ai_edge_litert.interpreter import Interpreter, OpResolverType
        except ModuleNotFoundError:
            raise RuntimeError("LiteRT is not installed; make env-dev installs it") from None
        self._interpreter = Interpreter(
            model_content=model,
            experimental_op_resolver_type=OpResolverType.BUILTIN_REF,
            experimental_preserve_all_tensors=True,
        )
        self._interpreter.allocate_tensors()
        # Its own list of inputs comes with names, which need not be text that Python can read.
        graph = schema.Model.GetRootAs(model, 0).Subgraphs(0)
        self._inputs = [graph.Inputs(i) for i in range(graph.InputsLength())]

    def infer(self, arrays: Sequence[NDArray[Any]]) -> None:
        """Run one inference."""
        for index, array in zip(self._inputs, arrays, strict=True):
            self._interpreter.set_tensor(index, array)
        self._interpreter.invoke()

    def tensor(self, index: int) -> NDArray[Any]:
        """Return a tensor of the file, flat."""
        found: NDArray[Any] = self._interpreter.get_tensor(index).reshape(-1)
        return found


def _compared(path: Path, inputs: NDArray[Any]) -> tuple[str, Any]:
    """Answer `compare`; golden's own failures are handed on, and not taken for the oracle's."""
    from scripts.runs.onnx_oracle import RuntimeRefusedError, compare_with_onnxruntime

    try:
        return "compared", compare_with_onnxruntime(path, inputs)
    except RuntimeRefusedError as error:
        return "unjudged", str(error)
    except UserError as error:
        return "raised", error
    except Exception:  # noqa: BLE001 (told by the parent, which the user sees)
        return "raised", RuntimeError(traceback.format_exc())


def main() -> None:
    """Be the child: answer on standard output until standard input ends."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever C++ prints goes to the log, not between the messages
    oracle: Micro | LiteRt | None = None
    while True:
        try:
            kind, *content = pickle.load(sys.stdin.buffer)
        except EOFError:
            return
        try:
            if kind == "load":
                model, arena, litert = content
                oracle = LiteRt(model) if litert else Micro(model, arena)
                _send(answers, ("ready", None))
            elif kind == "compare":
                _send(answers, _compared(*content))
            elif oracle is not None:
                arrays, tensors = content
                oracle.infer(arrays)
                _send(answers, ("tensors", {index: oracle.tensor(index) for index in tensors}))
        except (RuntimeError, ValueError) as error:
            _send(answers, ("refused", first_line(str(error)) or "it gives no reason"))


if __name__ == "__main__":
    main()
