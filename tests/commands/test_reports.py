"""Tables, pictures and figures that need no simulation."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from PIL import Image

from golden.config import load_config
from honeyguide.cli import UserError
from honeyguide.plan import catalogue
from honeyguide.report.figures import BAD
from honeyguide.report.table import table
from models.mnist import dataset
from scripts.reports.digits import draw_digits
from scripts.reports.roofline import Point, draw_points, groups, ranges
from scripts.runs.bench import bench
from scripts.runs.floors import sentence, where_cycles_went
from scripts.runs.model import load_model, read_inputs
from scripts.runs.networks import NetworkResult, shares
from scripts.runs.whole import incomplete
from scripts.runs.zoo import speech, zoo
from tests.commands.support import MNIST, command_here


def test_a_table_puts_numbers_to_the_right() -> None:
    text = table(["name", "cycles", "use"], [["a", 12345, "9.5%"], ["long", 7, "-"]])
    assert text.splitlines() == ["name  cycles   use", "a     12,345  9.5%", "long       7     -"]


@pytest.mark.parametrize(("total", "parts"), [(100, 2), (7, 2), (1, 1), (5, 3)])
def test_shares_cover_every_input_once(total: int, parts: int) -> None:
    found = shares(total, parts)
    assert len(found) == parts
    assert found[0][0] == 0
    assert sum(count for _, count in found) == total
    assert all(first + count == second for (first, count), (second, _) in pairwise(found))


def test_the_floors_of_the_mnist_network() -> None:
    model = load_model(MNIST, load_config("8x8"))
    # The figures of models/mnist/README.md: MACs, weights; a bias and a scale for each channel of
    # the seven convolutions, a bias for each of the ten logits; an image in and logits out.
    channels = 8 + 20 + 20 + 32 + 32 + 32 + 32
    assert model.floors.macs == 649_520
    assert model.floors.bytes == 15_740 + 9 * channels + 4 * 10 + 28 * 28 + 10
    assert model.floors.compute == -(-649_520 // 64)
    assert model.floors.bandwidth == -(-model.floors.bytes // 8)
    assert load_model(MNIST, load_config("4x4")).floors.compute == 649_520 // 16


def test_wrong_answers_are_marked_in_the_picture(tmp_path: Path) -> None:
    data = dataset.load_test_images()
    right = tmp_path / "right.png"
    draw_digits(right, data.images[:12], data.labels[:12], data.labels[:12])
    assert not red_pixels(right)
    guesses = data.labels[:12].copy()
    guesses[5] = (guesses[5] + 1) % 10
    wrong = tmp_path / "wrong.png"
    draw_digits(wrong, data.images[:12], data.labels[:12], guesses)
    assert red_pixels(wrong) > 100


def red_pixels(path: Path) -> int:
    pixels = np.asarray(Image.open(path).convert("RGB"))
    wrong = [int(BAD[at : at + 2], 16) for at in (1, 3, 5)]
    return int((pixels == wrong).all(axis=2).sum())


def test_layers_that_lie_together_share_a_label_and_no_label_covers_another(tmp_path: Path) -> None:
    dice = np.random.default_rng(7)
    layers = [
        Point(index=index, intensity=float(2 ** dice.uniform(low, low + 1.2)),
              rate=float(2 ** dice.uniform(low + 2, low + 2.7)))
        for index, low in enumerate([0.0, 3.0] * 15)
    ]  # fmt: skip
    whole = Point(index=None, intensity=8.0, rate=20.0)
    path = tmp_path / "roofline.png"
    labels = draw_points(path, "many", [*layers, whole], peak=64, bus=8)
    assert 10 < len(labels) <= 31
    pairs = [(a, b) for n, a in enumerate(labels) for b in labels[:n]]
    assert not any(a.overlaps(b) for a, b in pairs)
    with Image.open(path) as picture:
        width, height = picture.size
    assert all(box.x0 > 0 and box.x1 < width for box in labels)
    assert all(box.y0 > 0 and box.y1 < height for box in labels)


def test_what_lies_together_is_found_along_chains_and_written_as_ranges() -> None:
    places = [np.array([x, 0.0]) for x in (0, 10, 50, 20, 100)]
    assert groups(places) == [[0, 1, 3], [2], [4]]
    assert ranges([9, 2, 3, 4, 7, 8]) == "2-4, 7-9" and ranges([5]) == "5"


def test_a_network_of_one_layer_or_of_none_with_macs_has_a_roofline(tmp_path: Path) -> None:
    whole = Point(index=None, intensity=0.01, rate=0.02)
    one = Point(index=0, intensity=0.01, rate=0.02)
    assert len(draw_points(tmp_path / "a.png", "one", [one, whole], peak=64, bus=8)) == 2
    assert len(draw_points(tmp_path / "b.png", "none", [whole], peak=64, bus=8)) == 1


def test_inputs_may_be_one_or_many_and_leave_axes_of_one_out(tmp_path: Path) -> None:
    model = load_model(MNIST, load_config("8x8"))
    for shape, count in (
        ((28, 28), 1),
        ((1, 28, 28, 1), 1),
        ((3, 28, 28), 3),
        ((2, 1, 28, 28, 1), 2),
    ):
        path = tmp_path / "x.npy"
        np.save(path, np.ones(shape, np.int8))
        assert read_inputs(path, model).shape == (count, 1, 28, 28, 1)


def test_a_layer_that_was_not_compared_is_missed() -> None:
    model = load_model(MNIST, load_config("8x8"))
    layers: list[dict[str, Any]] = [
        {
            "where": "alias" if layer.operator == "RESHAPE" else "npu",
            "comparisons": 2 * model.network.tensors[layer.outputs[0]].size,
        }
        for layer in model.network.layers
    ]
    result = NetworkResult(inputs=2, layers=layers)
    assert incomplete(model, result, 2) == []
    layers[3]["comparisons"] -= 1
    assert incomplete(model, result, 2) == [
        "layer 3 CONV_2D: 12543 of 12544 elements were compared"
    ]
    assert "only 2 of 3 inputs" in incomplete(model, result, 3)[0]


def test_tests_are_found_by_file_and_by_class() -> None:
    assert [str(test) for test in catalogue.tests_named("smoke")] == [
        "smoke.FenceAlone",
        "smoke.LoadAndStore",
    ]
    assert catalogue.tests_named("LoadAndStore") == catalogue.tests_named("smoke.LoadAndStore")
    assert catalogue.tests_named("smoke,FenceAlone") == catalogue.tests_named("smoke")
    assert len(catalogue.bench_tests()) == len(set(catalogue.bench_tests()))
    with pytest.raises(UserError, match="unknown test 'Network'"):
        catalogue.tests_named("Network")


def test_a_folder_without_verilog_is_no_core(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="there is no Verilog file below"):
        bench(load_config("8x8"), rtl=tmp_path)


def test_the_zoo_says_what_is_missing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("RATEL_MODELS", str(tmp_path))
    entries = {entry.name: entry for entry in zoo(1)}
    assert entries["mnist"].path is not None
    assert entries["resnet8"].path is None
    assert str(tmp_path) in entries["resnet8"].missing


def test_seeded_inputs_repeat() -> None:
    model: Any = SimpleNamespace(input_shape=(1, 3, 40))
    assert np.array_equal(speech(4)(model), speech(4)(model))
    assert not np.array_equal(speech(4)(model), speech(5)(model))
    assert len(np.unique(speech(4)(model))) > 100


def test_compile_prints_the_schedule_and_the_instructions(tmp_path: Path) -> None:
    ended = command_here("compile", "--model", MNIST, "--list", results=tmp_path)
    assert ended.code == 0
    lines = ended.out.splitlines()
    table_head = next(line for line in lines if line.startswith("layer"))
    for word in ("strips", "chunks", "words", "bytes in", "bytes out", "predicted"):
        assert word in table_head
    assert sum(line.startswith("conv ") for line in lines) >= 6
    assert sum(line.startswith("dwconv ") for line in lines) >= 2
    assert any(line.startswith("fence ") for line in lines)


def test_where_the_cycles_went_adds_up() -> None:
    counters = {"busy": 100, "macs": 64 * 40, "steps": 60, "execute_fetch": 5, "execute_drain": 3}
    shares = where_cycles_went(counters, load_config("8x8"))
    assert shares == pytest.approx(
        {"full": 0.40, "edges": 0.20, "operands": 0.05, "drain": 0.03, "waiting": 0.32}
    )
    assert where_cycles_went({}, load_config("8x8")) == {}
    assert "array full 40.0 %" in sentence(shares)
