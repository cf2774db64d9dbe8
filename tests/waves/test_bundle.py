"""A failure that is taken elsewhere: one zip, no name of a place in it, a viewer shows it all."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest
import yaml

from honeyguide.project import BUILD, ROOT
from honeyguide.sim import SimResult, SimStatus
from honeyguide.waves.bundle import KEPT, bundle, command_of, publish, relocated
from honeyguide.waves.command import other_words
from honeyguide.waves.core_patch import core_patch
from honeyguide.waves.picture import draw, missing_tools
from honeyguide.waves.repeat import Repeat, Repeated
from honeyguide.waves.save_file import write_views
from tests.waves.test_views import every_signal

SAID = "instruction 66 `conv`: expected 968448, got 1308672, cycle 1396"
NAME = "layers.MacLayers-8x8-7"


def failure(folder: Path) -> tuple[Repeated, Repeat]:
    """A failure as repeating it leaves it, with texts that name places of this machine."""
    (folder / "run").mkdir(parents=True)
    shutil.copytree(ROOT / "rtl" / "adapters", folder / "my rtl" / "adapters")
    log = folder / "run" / "log.txt"
    log.write_text(f"{ROOT}/tb/tests/base.py:7 failed\nsee {BUILD}/runs/1/x\n", encoding="utf-8")
    (folder / "run" / "trace.log").write_text("index issue\n", encoding="utf-8")
    difference = {"stage": "array", "cycle": 1396, "issued": 723, "sentences": SAID,
                  "messages": [f"{ROOT}/rtl/ratel_core.v:1"]}  # fmt: skip
    waves = every_signal(folder)
    view = write_views(waves, config="8x8", difference=difference, first=1300, last=1456)
    result = SimResult(
        status=SimStatus.FAIL, message="byte 7 differs", tests=(), seed=7, seconds=1.0,
        returncode=1, log=log, results_xml=None, coverage=None, waves=None,
    )  # fmt: skip
    wanted = Repeat(module="tb.tests.layers", test="MacLayers", seed=7, folder=folder,
                    env={"RATEL_LAYERS": "5"}, rtl=folder / "my rtl")  # fmt: skip
    return Repeated(result=result, difference=difference, folder=folder, waves=waves,
                    view=view), wanted  # fmt: skip


def taken_away(folder: Path, **options: object) -> Path:
    """Make the zip of a failure, and unpack it somewhere else; return the folder that was in it."""
    done, wanted = failure(folder / "here")
    made, _ = bundle(done, wanted, name=NAME, **options)  # type: ignore[arg-type]
    with zipfile.ZipFile(made) as archive:
        archive.extractall(folder / "another place")
    shutil.rmtree(folder / "here")
    return folder / "another place" / NAME


def test_the_zip_has_all_that_a_reader_needs(tmp_path: Path) -> None:
    folder = taken_away(tmp_path, picture=False)
    names = {path.name for path in folder.iterdir()}
    assert {"README.txt", "difference.txt", "difference.json", "waves.vcd", "view.gtkw",
            "view.sucl", "words-mnemonic.txt", "words-operation.txt", "transcript.log", "log.txt",
            "about.json"} <= names  # fmt: skip
    assert SAID in (folder / "difference.txt").read_text(encoding="utf-8")
    assert json.loads((folder / "difference.json").read_text(encoding="utf-8"))["cycle"] == 1396
    about = json.loads((folder / "about.json").read_text(encoding="utf-8"))
    assert (about["test"], about["seed"], about["config"]) == (
        "tb.tests.layers.MacLayers",
        7,
        "8x8",
    )
    assert about["versions"]["verilator"] and "commit" in about
    words = shlex.split(about["command"])
    assert words[:3] == ["make", "waves", "TEST=layers.MacLayers"] and "SEED=7" in words
    again = dict(word.split("=", 1) for word in words[2:])
    assert shlex.split(again["ARGS"])[::2] == ["--rtl", "--env"]
    readme = (folder / "README.txt").read_text(encoding="utf-8")
    assert about["command"] not in readme, "its --rtl is a folder that is not there elsewhere"
    assert "  make waves TEST=layers.MacLayers SEED=7 ARGS='--env RATEL_LAYERS=5'\n" in readme
    assert readme.index("git apply core.patch") < readme.index("make waves")
    listed = re.findall(r"^  (\S+) {2,}\S", readme, re.M)
    assert "transcript.log" in listed and "small_*.py" not in listed
    assert all(any(folder.glob(pattern)) for pattern in listed), "what is not there is not told"


def test_the_core_of_another_folder_is_taken_along(tmp_path: Path) -> None:
    """The patch in the zip makes a checkout's core the one that failed."""
    own, other = tmp_path / "rtl", tmp_path / "my rtl"
    for folder, lines in ((own, "a\nb\nc"), (other, "a\nB\nc\n")):
        (folder / "include").mkdir(parents=True)
        (folder / "same.v").write_text("x\n", encoding="utf-8")
        (folder / "include" / "changed.vh").write_text(lines, encoding="utf-8")
    (own / "gone.v").write_text("y\n", encoding="utf-8")
    (other / "gone.v.orig").write_text("y\n", encoding="utf-8")
    (other / "new.v").write_text("z", encoding="utf-8")
    patch = tmp_path / "core.patch"
    patch.write_text(core_patch(own, other), encoding="utf-8")
    assert "same.v" not in patch.read_text(encoding="utf-8")
    subprocess.run(["git", "apply", patch.name], cwd=tmp_path, check=True)
    assert core_patch(own, other) == ""
    assert not (own / "gone.v").exists()


def test_nothing_in_the_zip_names_a_place_of_this_machine(tmp_path: Path) -> None:
    folder = taken_away(tmp_path, picture=False)
    for path in folder.iterdir():
        text = path.read_text(encoding="utf-8", errors="replace")
        assert str(ROOT) not in text and str(BUILD) not in text, path.name
    text = (folder / "view.gtkw").read_text(encoding="utf-8")
    for line in re.findall(r'^(?:\^1 |\[dumpfile\] "|\[savefile\] ")([^"\n]*)', text, re.M):
        assert "/" not in line and (folder / line).is_file()
    assert "tb/tests/base.py:7" in (folder / "log.txt").read_text(encoding="utf-8")
    assert relocated(f"{ROOT}: {ROOT}/a") == ".: a"
    assert relocated(f"{BUILD}: {BUILD}/a") == "build: build/a"
    assert relocated(f"--rtl '{ROOT}-2/rtl'") == f"--rtl '{ROOT}-2/rtl'", "another folder"


@pytest.mark.skipif(bool(missing_tools()), reason=f"needs {', '.join(missing_tools())}")
@pytest.mark.slow
def test_gtkwave_shows_words_and_states_where_nothing_of_the_project_is(tmp_path: Path) -> None:
    """The picture is another one with empty tables, so the tables were found and used."""
    folder = taken_away(tmp_path, picture=False)
    away = without_checkout()
    pictures = []
    for name in ("with.png", "without.png"):
        reason = draw(folder / "view.gtkw", tmp_path / name, inside=away)
        assert not reason
        said = (folder / "gtkwave.log").read_text(encoding="utf-8", errors="replace")
        assert not re.search(r"(?i)error|fail|could not|not found|warning|exiting", said), said
        pictures.append((tmp_path / name).read_bytes())
        for table in (*folder.glob("words-*.txt"), *folder.glob("states-*.txt")):
            table.write_text("", encoding="utf-8")
    assert pictures[0] != pictures[1]


def without_checkout() -> list[str]:
    """Return what to put before a command so that it finds an empty folder in place of ROOT."""
    inside = ["unshare", "--mount", "--map-root-user", "sh", "-c",
              f'mount -t tmpfs none {shlex.quote(str(ROOT))} && exec "$@"', "sh"]  # fmt: skip
    if shutil.which("unshare") is None:
        pytest.skip("unshare is not installed: the checkout can't be hidden from GTKWave")
    shown = subprocess.run([*inside, "ls", str(ROOT)], capture_output=True, check=False)
    if shown.returncode:
        pytest.skip("no mount namespace here: the checkout can't be hidden from GTKWave")
    assert not shown.stdout
    return inside


def test_the_command_of_a_run_is_told_without_what_belongs_to_this_machine(tmp_path: Path) -> None:
    _, wanted = failure(tmp_path)
    assert f"--rtl {tmp_path}" not in command_of(wanted), "a path with a blank is quoted"
    argv = ["--test", "a.B", "--seed=7", "--no-view", "--window", "3:9", "--config", "4x4"]
    assert other_words(argv) == ["--window", "3:9"]


def test_the_workflow_keeps_just_what_is_published(tmp_path: Path) -> None:
    made = tmp_path / "x.zip"
    made.write_text("x", encoding="utf-8")
    place = publish(made, tmp_path / "build")
    for number in range(KEPT + 3):
        other = tmp_path / f"{number}.zip"
        other.write_text("y", encoding="utf-8")
        publish(other, tmp_path / "build")
    assert len(list(place.parent.glob("*.zip"))) == KEPT and not place.is_file()
    text = (ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8")
    steps = yaml.load(text, Loader=yaml.BaseLoader)["jobs"]["test"]["steps"]
    (kept,) = (step["with"]["path"] for step in steps
               if step.get("if") == "failure()" and "with" in step)  # fmt: skip
    assert kept == str((place.parent / "*.zip").relative_to(tmp_path))
