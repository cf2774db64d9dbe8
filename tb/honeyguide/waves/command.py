"""Repeat a run of the bench with its seed, say where RTL and model part, and open the waves there.

A run that fails is recorded around the first difference, a run that passes from the beginning
(--window FROM:TO chooses cycles). build/waves/<test>-<configuration>-<seed> leads to what is left:

    waves.vcd or .fst   view.gtkw   view.sucl   picture.png   difference.txt   transcript.log   ...

and a zip of these, which can be opened on any machine. With --base COMMIT the same run of the core
of that commit is recorded, too, and the first signals in which the two differ are said.

TEST is a test of the core: file.Class.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from argparse import ArgumentParser, Namespace
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from honeyguide import cli
from honeyguide.core import core
from honeyguide.plan.catalogue import tests_named
from honeyguide.project import BUILD
from honeyguide.report.command import make_command
from honeyguide.report.files import shown
from honeyguide.runs import new_run
from honeyguide.sim.toolchain import can_write_fst
from honeyguide.waves.bundle import PARTING, bundle
from honeyguide.waves.former import compared
from honeyguide.waves.repeat import Repeat, Repeated, repeat

FOLDER = BUILD / "waves"
NO_FST = "Waves are VCD; FST is smaller, but needs GTKWave's fst2vcd and headers of lz4 and zlib."


class Driven(Protocol):
    """Tests that can't run by themselves, and who tells them what to run.

    Attributes:
        names: module and class of each, by the word for it.
    """

    names: Mapping[str, tuple[str, str]]

    def add_options(self, options: ArgumentParser) -> None:
        """Add what can be chosen."""

    def environment(
        self, name: str, config: str, wanted: Namespace, folder: Path
    ) -> Mapping[str, str]:
        """Return the variables of the test."""
        ...


def main(argv: list[str], driven: Driven | None = None) -> int:
    """Do it; return 1 if RTL and model differ.

    Args:
        argv: the command line.
        driven: tests that have to be told what to run.
    """
    options = cli.parser("waves", __doc__)
    cli.add(options, "test", required=True, help="the test, as file.Class")
    cli.add(options, "seed", help="seed of the run")
    cli.add(options, "config", "rtl", "speed", "env")
    cli.add(options, "base", default="", help="say where the core parts from that of this commit")
    options.add_argument("--window", type=window, metavar="FROM:TO", help="cycles to record")
    if driven is not None:
        driven.add_options(options)
    options.add_argument(
        "--picture", action="store_true", help="make picture.png, without a display"
    )
    cli.add(options, "no-view")
    wanted = options.parse_args(argv)
    config = wanted.config or core().default
    core().parameters(config)
    env = dict(variable(text) for text in wanted.env)
    if driven is not None and wanted.test in driven.names:
        title, (module, name) = wanted.test, driven.names[wanted.test]
    else:
        title, module, name = chosen(wanted.test)
    run = new_run("waves", BUILD)
    folder = run.path
    if driven is not None and title in driven.names:
        env = {**driven.environment(title, config, wanted, folder), **env}
    if not can_write_fst():
        print(NO_FST)
    again = Repeat(
        module=module, test=name, seed=wanted.seed, folder=folder, config=config,
        speed=wanted.speed, env=env, rtl=wanted.rtl, window=wanted.window,
    )  # fmt: skip
    done = repeat(again)
    label = f"{title}-{config}-{wanted.seed}"
    command = make_command(
        "waves", {"TEST": title, "SEED": wanted.seed, "CONFIG": config}, other_words(argv)
    )
    parting = "" if not wanted.base else compared(again, wanted.base, done.difference)
    if parting:
        (folder / PARTING).write_text(f"{parting}\n", encoding="utf-8")
    made, reason = bundle(done, again, name=label, command=command, picture=wanted.picture)
    run.publish_as(FOLDER / label)
    tell(done)
    if parting:
        print(parting)
    if done.note:
        print(f"no view: {done.note}")
    if wanted.picture:
        print(reason or f"picture     {shown(folder / 'picture.png')}")
    print(f"to take away {shown(made)}")
    if not wanted.no_view and done.view is not None:
        open_viewer(done.view)
    return 0 if done.difference is None and done.result.passed else 1


def other_words(argv: list[str]) -> list[str]:
    """The words of a command line but those that become variables, and those about this machine."""
    left, words = list(argv), []
    while left:
        word = left.pop(0)
        name, equals, _ = word.partition("=")
        if name in ("--test", "--seed", "--config"):
            if not equals and left:
                left.pop(0)
        elif word not in ("--no-view", "--picture"):
            words.append(word)
    return words


def chosen(word: str) -> tuple[str, str, str]:
    """Return title, module and class of the test that a word names.

    Raises:
        UserError: it names none, or several.
    """
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


def tell(done: Repeated) -> None:
    """Print what was found and where the files are."""
    build, find, record = done.seconds
    if done.difference is None and done.result.passed:
        print("RTL and model agree.")
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
            ["gtkwave", view.name], cwd=view.parent, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
