"""`make sim`: passes on the core, fails on a broken one and says where, repeats itself."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from PIL import Image

from tb.build import ROOT
from tests.commands.support import Ended, command

pytestmark = [pytest.mark.sim, pytest.mark.xdist_group("make sim")]


@pytest.fixture(scope="module")
def six_images(tmp_path_factory: pytest.TempPathFactory, seed: int) -> tuple[Ended, Path]:
    folder = tmp_path_factory.mktemp("sim")
    return command("sim", "--images", 6, "--seed", seed, results=folder), folder


def test_it_passes_and_reports(six_images: tuple[Ended, Path]) -> None:
    ended, folder = six_images
    assert ended.code == 0, ended.out + ended.err
    assert ended.out.splitlines()[-1] == "PASS"
    report = ended.report
    assert report is not None
    assert report["pass"] is True
    assert report["images"] == 6
    assert report["accuracy"] == 1.0
    assert report["mismatches"] == 0
    assert report["oracle"]["mismatches"] == 0
    assert report["oracle"]["comparisons"] > 6 * 20_000
    assert report["cycles_per_second"] > 0
    sizes = {"CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED", "RESHAPE"}
    assert {layer["operator"] for layer in report["layers"]} == sizes
    for layer in report["layers"]:
        elements = 1
        for size in layer["shape"]:
            elements *= size
        if layer["operator"] != "RESHAPE":
            assert layer["comparisons"] == 6 * elements
            assert layer["cycles"] > 0
            assert 0 < layer["utilisation"] <= 1
            assert layer["operator"] in ended.out
    assert report["comparisons"] == sum(layer["comparisons"] for layer in report["layers"])
    # A layer's cycles run from the end of the one before, so together they are about the whole.
    assert sum(layer["cycles"] for layer in report["layers"]) <= report["cycles"]
    assert all(status == "pass" for status in report["smoke"].values())
    assert len(report["smoke"]) >= 4
    with Image.open(folder / "reports" / "sim.png") as picture:
        assert picture.size[0] > 300


def test_the_same_seed_gives_the_same_report(
    six_images: tuple[Ended, Path], tmp_path: Path, seed: int
) -> None:
    again = command("sim", "--images", 6, "--seed", seed, results=tmp_path)
    timing = {"seconds", "cycles_per_second", "cycles_per_second_per_process", "run"}
    first, second = (
        {name: value for name, value in (ended.report or {}).items() if name not in timing}
        for ended in (six_images[0], again)
    )
    assert first
    assert first == second


def test_one_test_by_name(tmp_path: Path) -> None:
    ended = command("sim", "--test", "LoadAndStore", results=tmp_path)
    assert ended.code == 0, ended.out + ended.err
    assert "smoke.LoadAndStore" in ended.out
    assert "FenceAlone" not in ended.out
    assert ended.report is None  # no images, no report on them


def broken_core(folder: Path, file: str, sound: str, broken: str) -> Path:
    """Copy the core with one text replaced, which must be there once."""
    copy = folder / "rtl"
    shutil.copytree(ROOT / "rtl", copy)
    text = (copy / file).read_text()
    assert text.count(sound) == 1
    (copy / file).write_text(text.replace(sound, broken))
    return copy


@pytest.mark.slow
def test_a_core_that_rounds_wrongly_fails_with_layer_pixel_and_channel(tmp_path: Path) -> None:
    """The requantiser without the half that rounds the high product."""
    core = broken_core(tmp_path, "compute/ratel_requant_lane.v", "64'sd1073741824", "64'sd0")
    ended = command(
        "sim", "--images", 2, "--rtl", core, "--smoke", "smoke", results=tmp_path / "results"
    )
    assert ended.code == 1, ended.out + ended.err
    assert "Traceback" not in ended.out + ended.err
    report = ended.report
    assert report is not None
    assert report["pass"] is False
    assert report["mismatches"] > 0
    assert report["accuracy"] is None
    lines = [line for line in ended.out.splitlines() if line.startswith("FAIL: input")]
    assert lines
    for word in ("layer 0 CONV_2D", "pixel y=", " x=", "channel ", "expected ", "got "):
        assert word in lines[0]
    assert "PASS" not in ended.out
    assert not (tmp_path / "results" / "reports" / "sim.png").exists()
