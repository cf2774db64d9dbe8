"""Files as other people's exporters write them: golden as onnxruntime, or one sentence."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from golden.config import load_config
from golden.network import NetworkError
from models.onnx_writer import OnnxWriter
from scripts.runs.bench import bench
from scripts.runs.model import inputs_of, load_model, random_inputs
from scripts.runs.oracle import Oracles, compare_with_oracle
from scripts.runs.whole import run_whole
from sw.compiler.fastest import compile_network
from sw.compiler.program import HostPhase, Program
from sw.importer import import_network
from sw.importer.from_onnx.file import read_onnx
from sw.importer.from_onnx.folding import FOLDED
from sw.importer.from_onnx.handlers import HANDLERS, ON_HOST
from tests.onnx_networks.strangers import REFUSED, RUN
from tests.onnx_networks.test_networks import written

CONFIG = load_config("8x8")
BORDER = {"QuantizeLinear", "DequantizeLinear"}
# What the host computes besides the border; all others must stay on the core.
HOSTED = {
    "channels last": set(), "normalised input": {"Div"}, "LogSoftmax": {"LogSoftmax"},
    "LayerNormalization": {"LayerNormalization"}, "slopes of pixels": {"PRelu"},
    "quotient": {"Div"},
    "InstanceNormalization": {"InstanceNormalization"}, "Sum of three": {"Sum"},
    "float Sigmoid at the end": {"DequantizeLinear"}, "attention": {"Softmax"},
    "weighted by Softmax": {"Mul"}, "small moves": {"Slice"},
    "places of extremes": {"ArgMax", "ArgMin"},
}  # fmt: skip


def stranger(folder: Path, name: str, seed: int = 1) -> Path:
    options, make = RUN[name]
    path = folder / "stranger.onnx"
    path.write_bytes(make(OnnxWriter(seed=seed, **options)))
    return path


def on_host(program: Program) -> set[str]:
    layers = program.network.layers
    hosts = [phase.op.layer for phase in program.phases if isinstance(phase, HostPhase)]
    return {layers[index].operator for index in hosts}


@pytest.fixture(scope="module")
def oracles() -> Iterator[Oracles]:
    with Oracles() as asked:
        yield asked


@pytest.mark.parametrize("name", RUN)
def test_golden_equals_onnxruntime(name: str, oracles: Oracles, tmp_path: Path) -> None:
    path = stranger(tmp_path, name)
    network = import_network(path)
    result = compare_with_oracle(network, path, inputs_of(network, 2, 1), oracles=oracles)
    assert result.judged
    assert result.reasons() == []
    # Means of pixels are often half a step: those go away from zero here, to even there.
    halves = name.startswith("Resize linear") and name.endswith("None")
    assert result.near <= result.comparisons // (20 if halves else 50)
    hosts = on_host(compile_network(CONFIG, network, memory_base=0))
    expected = HOSTED.get(name, set())
    if name.startswith(("opset", "Softmax", "float Softmax")):
        expected = {"Softmax"}
    if name.startswith("Resize linear") and not name.endswith("None"):
        expected = {"Resize"}
    assert hosts - BORDER == expected - BORDER


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused_is_one_sentence(name: str, tmp_path: Path) -> None:
    options, make, words = REFUSED[name]
    path = tmp_path / "stranger.onnx"
    path.write_bytes(make(OnnxWriter(seed=1, **options)))
    with pytest.raises(NetworkError) as caught:
        import_network(path)
    assert words in str(caught.value)
    assert str(path) in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


@pytest.mark.sim
@pytest.mark.slow
def test_they_run_on_the_core(seed: int, tmp_path: Path) -> None:
    """Those that go new ways: rows of pixels, a number a channel, kernels with zeros, float32."""
    names = ("one dimension", "BatchNormalization", "ConvTranspose groups", "channels last",
             "LayerNormalization", "places of extremes", "batched product", "uint4",
             "Sub by channel")  # fmt: skip
    for name in names:
        folder = tmp_path / name.replace(" ", "_")
        folder.mkdir()
        model = load_model(stranger(folder, name), CONFIG)
        inputs = random_inputs(model, 1, seed)
        result = run_whole(model, inputs, build=bench(CONFIG), folder=folder, seed=seed)
        assert result.reasons() == [], name
        assert result.rtl.comparisons > 0, name


def test_every_operator_is_in_some_file(tmp_path: Path) -> None:
    """Those of models/onnx_networks.py are looked for in test_networks.py."""
    from models.onnx_networks import NETWORKS

    kinds: set[str] = set()
    for name in NETWORKS:
        kinds |= {node.kind for node in read_onnx(written(tmp_path, name)).nodes}
    for name in RUN:
        kinds |= {node.kind for node in read_onnx(stranger(tmp_path, name)).nodes}
    assert set(HANDLERS) - kinds <= {"Upsample"}  # which operator sets since 10 do not have
    assert kinds <= set(HANDLERS) | set(FOLDED)
    assert set(HANDLERS) >= ON_HOST
