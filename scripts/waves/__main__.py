"""Repeat a run of the bench with its seed, say where RTL and golden part, and open the waves there.

A run that fails is recorded around the first difference, a run that passes from the beginning
(--window FROM:TO chooses cycles). build/waves/<test>-<configuration>-<seed> leads to what is left:

    waves.vcd or .fst   view.gtkw   view.sucl   picture.png   run/trace.log   run/difference.json

TEST is a test of tb/tests: file.Class, or `network` for an MNIST image through the whole network.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import numpy as np

from honeyguide import cli
from honeyguide.env.settings import MEMORY_BASE
from honeyguide.project import BUILD
from honeyguide.regress.catalogue import tests_named
from honeyguide.report.files import shown
from honeyguide.runs import new_run
from honeyguide.sim import HdlError
from honeyguide.sim.toolchain import can_write_fst
from honeyguide.waves.picture import draw
from honeyguide.waves.repeat import Repeat, Repeated, repeat
from models.mnist import dataset
from models.mnist.evaluate import to_int8
from scripts.runs.bench import configuration
from sw.compiler import compile_network
from sw.importer import import_network
from tb.build import ROOT

FOLDER = BUILD / "waves"
MODEL = ROOT / "models" / "mnist" / "mnist.tflite"
NETWORK = "tb.tests.network"
NO_FST = "Waves are VCD; FST is smaller, but needs the headers of lz4 and zlib."


def main(argv: list[str]) -> int:
    """Do it; return 1 if RTL and golden differ."""
    options = cli.parser("waves", __doc__)
    cli.add(options, "test", required=True, help="the test, as file.Class or `network`")
    cli.add(options, "seed", help="seed of the run")
    cli.add(options, "config", "rtl")
    options.add_argument("--speed", choices=("tile", "pin"), default="tile")
    options.add_argument(
        "--env", action="append", default=[], metavar="NAME=VALUE", help="a variable of the test"
    )
    options.add_argument("--window", type=window, metavar="FROM:TO", help="cycles to record")
    cli.add(options, "model", default=MODEL, help="of `network`: a .tflite file")
    cli.add(options, "input", help="of `network`: .npy, MNIST images by default")
    options.add_argument(
        "--picture", action="store_true", help="make picture.png, without a display"
    )
    options.add_argument("--no-view", action="store_true", help="do not open GTKWave")
    wanted = options.parse_args(argv)
    core = configuration(wanted.config)
    env = dict(variable(text) for text in wanted.env)
    title, module, name = chosen(wanted.test)
    run = new_run("waves", BUILD)
    folder = run.path
    if module == NETWORK:
        env = {**network_environment(core.name, wanted.model, wanted.input, folder), **env}
    if not can_write_fst():
        print(NO_FST)
    done = repeat(
        Repeat(
            module=module, test=name, seed=wanted.seed, folder=folder, config=core.name,
            speed=wanted.speed, env=env, rtl=wanted.rtl, window=wanted.window,
        )
    )  # fmt: skip
    run.publish_as(FOLDER / f"{title}-{core.name}-{wanted.seed}")
    tell(done)
    if done.note:
        print(f"no view: {done.note}")
    if wanted.picture and done.view is not None:
        reason = draw(done.view, folder / "picture.png")
        print(reason or f"picture     {shown(folder / 'picture.png')}")
    if not wanted.no_view and done.view is not None:
        open_viewer(done.view)
    return 0 if done.difference is None and done.result.passed else 1


def chosen(word: str) -> tuple[str, str, str]:
    """Return title, module and class of the test that a word names.

    Raises:
        UserError: it names none, or several.
    """
    if word == "network":
        return word, NETWORK, "Network"
    tests = tests_named(word)
    if len(tests) != 1:
        raise cli.UserError(f"name one test, not {len(tests)}: {', '.join(map(str, tests))}")
    return str(tests[0]), tests[0].module, tests[0].name


def window(text: str) -> tuple[int, int]:
    """A range of cycles; for `add_argument(type=window)`."""
    first, _, last = text.partition(":")
    if not (first.isdecimal() and last.isdecimal() and int(first) < int(last)):
        raise ValueError(text)
    return max(int(first), 1), int(last)


def variable(text: str) -> tuple[str, str]:
    """NAME=VALUE as a pair."""
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise cli.UserError(f"{text!r} is not NAME=VALUE")
    return name, value


def network_environment(
    config: str, model: Path, inputs: Path | None, folder: Path
) -> dict[str, str]:
    """What the network test needs to be told."""
    if not model.is_file():
        raise cli.UserError(f"there is no model {model}")
    folder.mkdir(parents=True, exist_ok=True)
    if inputs is None:
        inputs = folder / "inputs.npy"
        np.save(inputs, to_int8(dataset.load_test_images().images[:1]))
    program = compile_network(configuration(config), import_network(model), memory_base=MEMORY_BASE)
    return {
        "RATEL_NETWORK": str(model.resolve()),
        "RATEL_INPUTS": str(inputs.resolve()),
        "RATEL_COUNT": "1",
        "RATEL_MEMORY_KIB": str((program.memory_end >> 10) + 64),
    }


def tell(done: Repeated) -> None:
    """Print what was found and where the files are."""
    build, find, record = done.seconds
    if done.difference is None and done.result.passed:
        print("RTL and golden agree.")
    else:
        print(f"first difference: {done.headline}")
    print(f"time        {build:.0f} s building, {find:.1f} s finding, {record:.1f} s recording")
    for label, path in (
        ("waves", done.waves), ("view", done.view),
        ("transcript", done.folder / "run" / "trace.log"),
    ):  # fmt: skip
        if path is not None and path.is_file():
            size = f" ({path.stat().st_size / 1e6:.1f} MB)" if label == "waves" else ""
            print(f"{label:<12}{shown(path)}{size}")


def open_viewer(view: Path) -> None:
    """Open GTKWave if there is a display, else say how."""
    if shutil.which("gtkwave") is None:
        print(
            f"GTKWave is not installed (Debian: apt install gtkwave); then: gtkwave {shown(view)}"
        )
    elif not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        print(f"There is no display here. Elsewhere: gtkwave {shown(view)}")
    else:
        subprocess.Popen(
            ["gtkwave", str(view)], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip


if __name__ == "__main__":
    cli.run_command(main, HdlError)
