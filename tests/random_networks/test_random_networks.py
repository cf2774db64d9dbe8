"""Random networks hold; and a mistake in any operator is found, and shrunk to that operator."""

from __future__ import annotations

from pathlib import Path

import pytest

from golden.config import load_config
from golden.network import NetworkError
from golden.network.operations import Convolution, FullyConnected
from scripts.random_networks.campaign import Campaign, Finding
from scripts.random_networks.draft import LARGE
from scripts.random_networks.generate import BY_NAME, LARGE_EVERY, random_network
from scripts.random_networks.judge import judge
from scripts.runs.bench import bench
from scripts.runs.cut import operators
from scripts.runs.oracle import Oracles
from sw.compiler.fastest import compile_network
from sw.compiler.geometry import MAX_EXTENT, CompileError
from sw.importer import import_network
from sw.importer.registry import OPERATORS
from tests.golden.planted import LAYERS, MISTAKES, Mistake, rolled

NETWORKS, SHARES = 60, 2
CORE = load_config("8x8")

# Kind of operator -> the generator of single operators whose mistake it has to find as well.
PLANTED = {
    "convolution": "CONV_2D",
    "depthwise": "DEPTHWISE_CONV_2D",
    "fully_connected": "FULLY_CONNECTED",
    "transposed_convolution": "TRANSPOSE_CONV",
    "matrix_product": "BATCH_MATMUL",
    "pooling": "AVERAGE_POOL_2D",
    "lstm": "UNIDIRECTIONAL_SEQUENCE_LSTM",
    "svdf": "SVDF",
    "arithmetic": "MUL",
    "division": "DIV",
    "extreme": "MAXIMUM",
    "comparison": "EQUAL int32",
    "logical": "LOGICAL_NOT bool",
    "select": "SELECT_V2",
    "function": "LEAKY_RELU",
    "inverse_root": "RSQRT",
    "negation": "NEG int32",
    "prelu": "PRELU",
    "softmax": "SOFTMAX",
    "conversion": "QUANTIZE int8 to int16",
    "border": "DEQUANTIZE",
    "reduction": "REDUCE_MAX",
    "position": "ARG_MAX",
    "reshape": "RESHAPE",
    "concatenation": "CONCATENATION int8",
    "pad": "PAD int8",
    "transpose": "TRANSPOSE int8",
    "slices": "SLICE",
    "split": "SPLIT",
    "pack": "PACK",
    "repeat": "REVERSE_V2",
    "gather": "GATHER",
    "blocks": "DEPTH_TO_SPACE",
    "resize": "RESIZE_NEAREST_NEIGHBOR",
    "made_of_nothing": "FILL",
    "variable": "READ_VARIABLE",
}
OWN = {
    "READ_VARIABLE": Mistake(target=f"{LAYERS}.ReadVariable.evaluate", wrong=rolled),
    "DIV": Mistake(target="golden.operators.rescaling.divide", wrong=rolled),
}
COMPANIONS = ("transpose", "comparison")  # so that there is something to take out
MOST = 80  # networks until a mistake is found


def campaign(folder: Path, build: Path | None, seed: int, *only: str) -> Campaign:
    return Campaign(core=CORE, build=build, folder=folder, seed=seed, only=only)


@pytest.mark.sim
@pytest.mark.slow
@pytest.mark.parametrize("share", range(SHARES))
def test_random_networks_equal_golden_and_oracle(share: int, seed: int, tmp_path: Path) -> None:
    each = NETWORKS // SHARES
    numbers = range(share * each, (share + 1) * each)
    with Oracles() as oracles:
        tally = campaign(tmp_path, bench(CORE), seed).run(numbers, oracles)
    assert [(f.index, f.failure, f.commands) for f in tally.findings] == []
    assert tally.networks == tally.simulated + tally.without_core == each
    assert tally.without_core < each // 4
    assert min(tally.judged_values, tally.rtl_values) > 1000 * each
    assert len(tally.operators) > 40


def test_a_seed_gives_the_same_networks() -> None:
    assert [random_network(3, n) for n in range(5)] == [random_network(3, n) for n in range(5)]
    assert random_network(3, 1) != random_network(4, 1)


def test_a_long_chain_of_products_keeps_steps_that_a_bound_fits(tmp_path: Path) -> None:
    """Steps of 6e-10 were drawn here, in which a RELU6's bound is no int32: it was refused."""
    path = tmp_path / "network.tflite"
    path.write_bytes(random_network(552917, 460))
    assert "DEPTHWISE_CONV_2D" in {layer.operator for layer in import_network(path).layers}


def test_every_operator_is_drawn_and_the_largest_have_thirty() -> None:
    drawn: set[str] = set()
    most = 0
    for number in range(400):
        names = operators(random_network(1, number))
        drawn |= set(names)
        most = max(most, len(names))
    assert set(OPERATORS) - drawn <= {"VAR_HANDLE", "CALL_ONCE"}
    assert most >= 30


def test_every_tenth_does_not_fit_the_buffers(tmp_path: Path) -> None:
    """Tensors go through memory in strips, weights in parts, sizes leave the fields' 16 bits."""
    tensors, weights, longest = [], [], []
    for number in range(LARGE_EVERY - 1, 40 * LARGE_EVERY, LARGE_EVERY):
        path = tmp_path / "network.tflite"
        path.write_bytes(random_network(1, number))
        network = import_network(path)
        tensors.append(max(tensor.size for tensor in network.tensors))
        longest.append(max(max(tensor.shape, default=1) for tensor in network.tensors))
        constants = [t.data.size for t in network.tensors if t.data is not None]
        weights += [layer.operation.weights.size for layer in network.layers
                    if isinstance(layer.operation, Convolution | FullyConnected)]  # fmt: skip
        assert max(constants, default=0) <= LARGE.constant
    assert sum(size > CORE.spad_depth * CORE.rows * CORE.cols for size in tensors) >= 8
    assert sum(size > CORE.wbuf_depth * CORE.cols for size in weights) >= 3
    assert max(longest) > MAX_EXTENT // 2


def test_no_softmax_is_drawn_that_its_judge_may_abort(tmp_path: Path) -> None:
    """Of 512 equal values tflite-micro's sum takes a shift by 32 (seed 552917, network 369)."""
    longest = 0
    for number in range(LARGE_EVERY - 1, 20 * LARGE_EVERY, LARGE_EVERY):
        path = tmp_path / "network.tflite"
        path.write_bytes(random_network(1, number, ["softmax", "extreme"]))
        network = import_network(path)
        for layer in network.layers:
            length = network.tensors[layer.outputs[0]].shape[-1]
            if layer.operator == "SOFTMAX":
                assert length < 512
            longest = max(longest, length)
    assert longest >= 512


def test_every_kind_has_a_planted_mistake() -> None:
    assert set(PLANTED) == set(BY_NAME)


def first_finding(folder: Path, *only: str) -> Finding:
    with Oracles() as oracles:
        for first in range(0, MOST, 5):
            tally = campaign(folder, None, 1, *only).run(range(first, first + 5), oracles)
            if tally.findings:
                return tally.findings[0]
    raise AssertionError(f"{MOST} networks of {only} did not notice")


@pytest.mark.fuzz
@pytest.mark.parametrize("kind", PLANTED)
def test_a_mistake_in_golden_is_found_and_shrunk(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    generator = PLANTED[kind]
    mistake = OWN.get(generator) or MISTAKES[generator]
    monkeypatch.setattr(mistake.target, mistake.wrong(mistake.genuine()))
    finding = first_finding(tmp_path, kind, *COMPANIONS)
    print(f"{kind}: network {finding.index} was shrunk to {finding.shrunk.operators}")
    assert finding.failure.stage == finding.shrunk.failure.stage == "oracle"
    assert len(finding.shrunk.operators) <= 2
    assert finding.file.read_bytes() == finding.shrunk.raw
    # The command that repeats it finds the same, on the inputs that were written with it.
    assert f"MODEL={finding.file}" in finding.commands[0]
    assert "INPUT=" in finding.commands[0]
    assert f"FIRST={finding.index}" in finding.commands[1]


@pytest.mark.parametrize("error", [CompileError("no room"), IndexError("out of range")])
def test_what_the_compiler_refuses_or_breaks_off_at_is_found_and_shrunk(
    error: Exception, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from scripts.random_networks import judge as stages

    genuine = compile_network

    def broken(core: object, network: object, **options: object) -> object:
        if any(isinstance(layer.operation, Convolution) for layer in network.layers):  # type: ignore[attr-defined]
            raise error
        return genuine(core, network, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(stages, "compile_network", broken)
    finding = first_finding(tmp_path, "convolution", *COMPANIONS)
    assert finding.failure.stage == "compile"
    assert str(error) in finding.shrunk.failure.line
    assert finding.shrunk.operators == ["CONV_2D"]


def test_a_file_that_is_refused_is_a_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from scripts.random_networks import judge as stages

    def refused(path: Path) -> None:
        raise NetworkError(f"{path} is not liked")

    monkeypatch.setattr(stages, "import_network", refused)
    path = tmp_path / "network.tflite"
    path.write_bytes(random_network(1, 1))
    with Oracles() as oracles:
        found = judge(path, 1, oracles, CORE)
    assert found.failure is not None
    assert found.failure.stage == "import"


@pytest.mark.sim
@pytest.mark.slow
def test_a_difference_on_the_core_is_found_and_shrunk(tmp_path: Path) -> None:
    """In a simulation whose golden model has a planted mistake; the rest of the batch is run."""
    broken = Campaign(
        core=CORE, build=bench(CORE), folder=tmp_path, seed=1,
        only=("pooling", "reshape"), module="tests.random_networks.broken_batch",
    )  # fmt: skip
    with Oracles() as oracles:
        tally = broken.run(range(4), oracles)
    assert tally.simulated + tally.without_core == 4
    assert tally.findings
    for finding in tally.findings:
        assert finding.failure.stage == "RTL"
        assert finding.shrunk.operators == ["MAX_POOL_2D"]
