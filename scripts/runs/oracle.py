"""Golden against TensorFlow Lite Micro on a whole network, tensor by tensor.

Where a few operators are known to LiteRT alone (docs/operators.md names the judge of each), these
are cut out and judged by it, and the rest by TensorFlow Lite Micro. Each part then gets what golden
gives it, so that both together judge every layer.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from golden.network import Layer, Network, Tensor, run_network
from honeyguide.cli import UserError
from scripts.runs.cut import CutError, cut, input_tensors
from scripts.runs.oracle_process import TIMEOUT_S, OracleError, OracleProcess
from sw.execution import split_inputs
from sw.importer.model import is_onnx
from sw.importer.records import read_file
from sw.importer.registry import LITERT as BY_LITERT
from sw.importer.registry import OPERATORS

TFLITE_MICRO, LITERT = "TensorFlow Lite Micro", "LiteRT (reference kernels)"
ONNXRUNTIME = "onnxruntime"
ARENA_BYTES = 4 << 20
SIZED = frozenset({"int8", "uint8", "int16", "int32", "int64", "bool", "float32"})


@dataclass(kw_only=True)
class OracleResult:
    """What came of the comparison.

    Attributes:
        judge: who was asked: TensorFlow Lite Micro, or LiteRT for uint8 files.
        ran: whether it ran the model on every input; `reason` says what it did instead.
        absent: why this network is known to have no oracle; empty where one is required.
        tensors: tensors compared of each input.
        expected: elements of all tensors that golden computes, over all inputs.
        comparisons: elements compared over all inputs.
        mismatches: elements that differ; `first` is the first of them.
        near: elements one step off, where the judge rounds float32 and that is allowed.
        remark: what else there is to say of the comparison.
    """

    ran: bool = True
    reason: str = ""
    judge: str = TFLITE_MICRO
    absent: str = ""
    tensors: int = 0
    expected: int = 0
    comparisons: int = 0
    mismatches: int = 0
    first: str = ""
    near: int = 0
    remark: str = ""

    @property
    def judged(self) -> bool:
        """Whether every value of every tensor of every input was compared."""
        return self.ran and 0 < self.expected == self.comparisons

    def sentence(self) -> str:
        """The result in one line."""
        if self.mismatches:
            return f"golden DIFFERS from {self.judge} in {self.mismatches}: {self.first}"
        if not self.ran:
            return f"not judged by {self.judge}: {self.reason}"
        if not self.judged:
            return (
                f"not judged by {self.judge}: {self.comparisons:,} of "
                f"{self.expected:,} values were compared"
            )
        return (
            f"golden equals {self.judge}: {self.comparisons:,} values "
            f"in {self.tensors} tensors, 0 differ{self.remark}"
        )

    def reasons(self) -> list[str]:
        """What is wrong, a sentence each: a difference, or a required judge that is missing."""
        if self.mismatches or not (self.judged or self.absent):
            return [self.sentence()]
        return []

    def gap(self) -> str:
        """What a pass does not say: who did not judge, and why that was known; else empty."""
        if self.judged or self.mismatches or not self.absent:
            return ""
        return f"{self.sentence()} (known: {self.absent})"

    def report(self) -> dict[str, object]:
        """The result for a JSON report."""
        return {**vars(self), "judged": self.judged, "required": not self.absent}


@dataclass(frozen=True, kw_only=True)
class Part:
    """What one judge is asked: a file, its inputs, and the tensors that golden computes of it.

    ``cut``: its operators are not all of the network's, or its inputs are others.
    """

    raw: bytes
    litert: bool
    inputs: list[int]
    tensors: list[int]
    cut: bool = False

    @property
    def judge(self) -> str:
        """Its name."""
        return LITERT if self.litert else TFLITE_MICRO


class Oracles:
    """A process that is asked about one network after the other; a new one after a crash."""

    def __init__(self, timeout_s: float = TIMEOUT_S) -> None:
        self._timeout_s = timeout_s
        self._process: OracleProcess | None = None

    def __enter__(self) -> Oracles:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process is not None:
            self._process.close()
            self._process = None

    def ready(self) -> OracleProcess:
        """Return a process that can be asked."""
        if self._process is None or not self._process.alive:
            if self._process is not None:
                self._process.close()
            self._process = OracleProcess(timeout_s=self._timeout_s)
        return self._process


def compare_with_oracle(
    network: Network,
    model: Path,
    inputs: NDArray[Any],
    *,
    absent: str = "",
    timeout_s: float = TIMEOUT_S,
    oracles: Oracles | None = None,
) -> OracleResult:
    """Run golden and its judges on the same inputs in order, all keeping their own state.

    Args:
        network: golden's.
        model: the file that the judges load.
        inputs: of n inferences, see sw/execution.py.
        absent: why no oracle is expected; it is asked nevertheless, and believed if it answers.
        timeout_s: how long it may take for one inference.
        oracles: a process that is there already.
    """
    if is_onnx(model):
        with _asked(oracles, timeout_s) as asked:
            return _by_onnxruntime(model, inputs, absent, asked)
    made = computed_tensors(network)
    sizes = {index: network.tensors[index].size for index in made}
    result = OracleResult(absent=absent, expected=sum(sizes.values()) * len(inputs))
    try:
        parts = judged_parts(network, model, made)
        result.judge = " and ".join(dict.fromkeys(part.judge for part in parts))
        with _asked(oracles, timeout_s) as asked:
            _compare_parts(result, network, parts, inputs, asked)
    except OracleError as error:
        result.ran, result.reason = False, str(error)
    return result


@contextmanager
def _asked(oracles: Oracles | None, timeout_s: float) -> Iterator[Oracles]:
    """Yield the process that is there already, or one for this comparison alone."""
    if oracles is not None:
        yield oracles
        return
    with Oracles(timeout_s) as own:
        yield own


def _by_onnxruntime(
    model: Path, inputs: NDArray[np.generic], absent: str, oracles: Oracles
) -> OracleResult:
    result = OracleResult(judge=ONNXRUNTIME, absent=absent)
    # Only where there is such a file: the package that reads it is not everywhere.
    from scripts.runs.onnx_oracle import values_to_judge
    from sw.importer.from_onnx.network import survey_onnx

    surveyed, _ = survey_onnx(model)
    result.expected = values_to_judge(surveyed) * len(inputs) if surveyed else 0
    try:
        found = oracles.ready().compare(model, inputs)
    except OracleError as error:
        result.ran, result.reason = False, str(error)
        return result
    result.tensors, result.near, result.first = found.tensors, found.near, found.first
    result.comparisons = found.comparisons
    result.mismatches = found.mismatches
    result.remark = (
        f" by more than they may: {found.exact:,} values must be equal and are, "
        f"{found.near:,} of the others are one step off, as it rounds float32; at the outputs "
        f"{found.ends_differ:,} of {found.ends:,} values differ, by {found.ends_most} at most"
    )
    return result


def judged_parts(network: Network, model: Path, made: list[int]) -> list[Part]:
    """Return who judges which operators: mostly one judge all of them."""
    raw = model.read_bytes()
    uint8 = is_uint8(network)
    whole = Part(
        raw=raw, litert=uint8, inputs=[network.tensors[i].in_file for i in network.inputs],
        tensors=made,
    )  # fmt: skip
    if uint8:
        return [whole]
    file = read_file(model)
    names = [file.operator_name(operator) for operator in file.graphs[0].operators]
    named = [OPERATORS[name].judge if name in OPERATORS else TFLITE_MICRO for name in names]
    if BY_LITERT not in named:
        return [whole]
    parts = []
    for judge in dict.fromkeys(named):
        numbers = [number for number, name in enumerate(named) if name == judge]
        outputs = {i for n in numbers for i in file.graphs[0].operators[n].outputs}
        tensors = [index for index in made if network.tensors[index].in_file in outputs]
        if not tensors:
            continue  # all that these operators make are constants
        try:
            cut_out = cut(raw, numbers)
        except CutError as error:
            raise OracleError(f"its operators can't be judged alone: {error}") from error
        parts.append(
            Part(
                raw=cut_out,
                litert=judge == BY_LITERT,
                inputs=input_tensors(cut_out),
                tensors=tensors,
                cut=True,
            )
        )
    return parts


def _compare_parts(
    result: OracleResult,
    network: Network,
    parts: list[Part],
    inputs: NDArray[np.generic],
    oracles: Oracles,
) -> None:
    """Let each judge compute its part on what golden gives it, and compare."""
    # Micro keeps every tensor apart, the file's constants where they are.
    arena = ARENA_BYTES + 2 * sum(_bytes(tensor) for tensor in network.tensors)
    for part in parts:
        state = {name: value.copy() for name, value in network.state.items()}
        oracle = oracles.ready()
        oracle.load(part.raw, arena=arena + len(part.raw), litert=part.litert)
        files = sorted({network.tensors[index].in_file for index in part.tensors})
        for number, array in enumerate(inputs):
            given = split_inputs(network, array)
            values = _golden(network, given, state, f"input {number} of this network")
            if part.cut:
                given = [_value(network, values, index) for index in part.inputs]
            found = oracle.infer(given, files)
            theirs = {
                index: as_golden(network.tensors[index], found)
                for index in part.tensors
                if network.tensors[index].in_file in found
            }
            compare(result, network, theirs, values, number, part.judge)
        result.tensors += len(theirs)


def _bytes(tensor: Tensor) -> int:
    return tensor.size * max(1, np.dtype(tensor.dtype).itemsize if tensor.dtype in SIZED else 4)


def _golden(network: Network, given: Any, state: Any, where: str) -> dict[int, Any]:
    """Run golden once.

    Raises:
        UserError: what is given has no result, as an index that leads nowhere.
    """
    try:
        return run_network(network, given, state)
    except ValueError as error:
        raise UserError(f"{where} has no result: {error}") from None


def _value(
    network: Network, values: dict[int, NDArray[np.generic]], index: int
) -> NDArray[np.generic]:
    data = network.tensors[index].data
    return values[index] if data is None else data


def is_uint8(network: Network) -> bool:
    """Return whether the network computes on uint8, which tflite-micro does not."""
    return any(_computes_uint8(network, layer) for layer in network.layers)


def _computes_uint8(network: Network, layer: Layer) -> bool:
    """Return whether a layer does what tflite-micro does not: it moves uint8, makes int8 of it."""
    if layer.operator in ("UINT8", "RESHAPE"):
        return False
    tensors = [network.tensors[index] for index in (*layer.inputs, *layer.outputs)]
    unsigned = {tensor.flipped for tensor in tensors}
    if layer.operator == "QUANTIZE" and {tensor.dtype for tensor in tensors} == {"int8"}:
        return unsigned == {True}
    return True in unsigned


def as_golden(tensor: Tensor, found: dict[int, NDArray[Any]]) -> NDArray[Any]:
    """Return a tensor of the judge as golden has it."""
    values = found[tensor.in_file]
    if tensor.flipped:
        return (values.astype(np.uint8) ^ np.uint8(0x80)).view(np.int8)
    return values


def computed_tensors(network: Network) -> list[int]:
    """Return the tensors that golden computes and tflite-micro keeps, in the order of layers."""
    return [index for layer in network.layers for index in layer.outputs]


def compare(
    result: OracleResult,
    network: Network,
    wanted: dict[int, NDArray[Any]],
    values: dict[int, NDArray[Any]],
    number: int,
    judge: str = TFLITE_MICRO,
) -> None:
    """Add the tensors of one input to the result; only what both sides have counts as compared."""
    for index, theirs in wanted.items():
        ours = values[index].reshape(-1)
        if theirs.size != ours.size:
            wrong = np.arange(max(theirs.size, ours.size))
            told = f"has {theirs.size} values, golden {ours.size}"
        else:
            differs = theirs != ours
            if ours.dtype.kind == "f":
                differs &= ~(np.isnan(theirs) & np.isnan(ours))
            wrong = np.flatnonzero(differs)
            told = ""
        result.comparisons += min(theirs.size, ours.size)
        result.mismatches += wrong.size
        if wrong.size and not result.first:
            at = np.unravel_index(int(wrong[0]), values[index].shape)
            told = told or f"has {theirs[wrong[0]]}, golden {ours[wrong[0]]}"
            result.first = (
                f"input {number}, tensor {network.tensors[index].name!r} at "
                f"{tuple(int(v) for v in at)}: {judge} {told}"
            )
