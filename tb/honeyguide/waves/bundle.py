"""Make of a repeated failure one folder, and one zip, that say everything by themselves elsewhere.

    <folder>/README.txt        what each file is, and how to open it
             difference.txt    the first difference in words, difference.json as data
             waves.*  view.gtkw  view.sucl  words-*.txt  states-*.txt  picture.png
             transcript.log    one line an instruction, where the core's bench writes one
             log.txt           what the simulator said
             about.json        command, commit, tool versions, seed, configuration
             changes.patch     what the checkout had beyond that commit, if anything
             core.patch        what the core of `--rtl FOLDER` has beyond the checkout's
             <name>.zip        just these, in a folder called <name>

No file names a place on the machine that made it: who opens the zip has neither checkout nor tools
of the project, and may be on another system.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from honeyguide.core import core
from honeyguide.project import BUILD, NAME, ROOT
from honeyguide.report.command import make_command
from honeyguide.runs import locked
from honeyguide.sim.toolchain import versions
from honeyguide.waves.core_patch import core_patch
from honeyguide.waves.picture import draw
from honeyguide.waves.repeat import Repeat, Repeated

PUBLISHED = "failed"  # below build/: the zips of the latest failures, for CI to keep
KEPT = 20  # of them
PARTING = "parting.txt"
PARTS = (
    ("README.txt", "this"),
    ("difference.txt", "what broke first"),
    (PARTING, "the first signals that are not as in the core of another commit"),
    ("difference.json", "the same as data"),
    ("picture.png", "the waves around it"),
    ("waves.*", "the waves"),
    ("view.gtkw", "signals by engine, decoded, with markers: gtkwave view.gtkw"),
    ("view.sucl", "the same for Surfer: surfer --command-file view.sucl waves.*"),
    ("words-*.txt", "what view.gtkw writes for values"),
    ("states-*.txt", "the same for states"),
    ("transcript.log", "one line an instruction: when it was where, what it waited for"),
    ("log.txt", "what the simulator said"),
    ("small_*.py", "the smallest program found that fails alike, a test of the bench"),
    ("about.json", "command, commit, tool versions, seed, configuration"),
    ("changes.patch", "what the checkout had beyond that commit"),
    ("core.patch", "what the core that failed had beyond the checkout's"),
)
PATCHES = ("changes.patch", "core.patch")  # in the order in which they are applied
BIGGEST_PATCH = 1_000_000  # letters


def bundle(
    done: Repeated, wanted: Repeat, *, name: str, command: str = "", picture: bool = True
) -> tuple[Path, str]:
    """Complete the folder of a repeated failure and zip it.

    Args:
        done: what the repetition came to; its folder is completed.
        wanted: what was repeated.
        name: of the zip and of the folder in it.
        command: that repeats it; worked out from `wanted` if empty.
        picture: draw one, where the tools for it are.

    Returns:
        The zip, and why there is no picture, empty if there is one or none was asked for.
    """
    folder = done.folder
    folder.mkdir(parents=True, exist_ok=True)
    reason = ""
    if picture and not (folder / "picture.png").is_file():
        reason = "no waves" if done.view is None else draw(done.view, folder / "picture.png")
    command = command or command_of(wanted)
    for file, text in texts(done, wanted, command).items():
        (folder / file).write_text(relocated(text), encoding="utf-8")
    text = relocated(readme(done, wanted, command))
    (folder / "README.txt").write_text(text, encoding="utf-8")
    made = folder / f"{name}.zip"
    temporary = folder / f".{made.name}"
    with zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED) as archive:
        for pattern, _ in PARTS:
            for path in sorted(folder.glob(pattern)):
                archive.write(path, f"{name}/{path.name}")
    temporary.replace(made)
    return made, reason


def texts(done: Repeated, wanted: Repeat, command: str) -> dict[str, str]:
    """The files that are written here, by name, but for README.txt."""
    difference = done.difference or {"sentences": done.headline}
    about = {
        "test": f"{wanted.module}.{wanted.test}",
        "seed": wanted.seed,
        "config": wanted.config or core().default,
        "speed": wanted.speed,
        "variables": dict(wanted.env),
        "status": str(done.result.status),
        "command": command,
        **commit(),
        "versions": versions(),
    }
    found = {
        "difference.txt": done.headline + "\n",
        "difference.json": json.dumps(difference, indent=1) + "\n",
        "about.json": json.dumps(about, indent=1) + "\n",
    }
    for name, path in (
        ("transcript.log", done.folder / "run" / "trace.log"), ("log.txt", done.result.log),
    ):  # fmt: skip
        if path.is_file():
            found[name] = path.read_text(encoding="utf-8", errors="replace")
    if about["changed"]:
        found["changes.patch"] = git("diff", "HEAD")[:BIGGEST_PATCH]
    if wanted.rtl is not None:
        found["core.patch"] = core_patch(ROOT / core().rtl, wanted.rtl)[:BIGGEST_PATCH]
    return found


def readme(done: Repeated, wanted: Repeat, command: str) -> str:
    """What the files are that lie there, and the first difference at once."""
    there = [name for name in PATCHES if (done.folder / name).is_file()]
    if wanted.rtl is not None:
        command = command_of(replace(wanted, rtl=None))
    steps = [*(f"git apply {name}" for name in there), command]
    listed = "".join(
        f"  {name:<16} {about}\n" for name, about in PARTS
        if name == "README.txt" or any(done.folder.glob(name))
    )  # fmt: skip
    again = "".join(f"  {step}\n" for step in steps)
    about = commit()["commit"]
    place = f"a checkout of {NAME}" + (f" at {about}" if about else "")
    return f"{done.headline}\n\nAgain, in {place}:\n\n{again}\n{listed}"


def command_of(wanted: Repeat) -> str:
    """The command that repeats the run, finds its first difference and opens its waves."""
    file = wanted.module.removeprefix(f"{core().tests}.")
    words = ["--speed", wanted.speed] if wanted.speed != "tile" else []
    words += [] if wanted.rtl is None else ["--rtl", str(wanted.rtl)]
    for name, value in wanted.env.items():
        words += ["--env", f"{name}={value}"]
    names: Mapping[str, object] = {
        "TEST": f"{file}.{wanted.test}", "SEED": wanted.seed, "CONFIG": wanted.config,
    }  # fmt: skip
    return make_command("waves", names, words)


def commit() -> dict[str, Any]:
    """The commit of the checkout, and whether it has changes; None where there is no git."""
    return {
        "commit": git("rev-parse", "HEAD").strip() or None,
        "changed": bool(git("status", "--porcelain", "--untracked-files=no").strip()),
    }


def git(*words: str) -> str:
    """What git prints about the checkout, nothing if it can't."""
    if shutil.which("git") is None:
        return ""
    done = subprocess.run(
        ["git", "-C", str(ROOT), *words], capture_output=True, text=True, check=False,
        errors="replace",
    )  # fmt: skip
    return done.stdout if done.returncode == 0 else ""


def relocated(text: str) -> str:
    """A text without the places of this machine: paths below the checkout become relative."""
    for place in sorted({str(BUILD), str(BUILD.resolve())}, key=len, reverse=True):
        text = without(text, place, "build/", "build")
    for place in sorted({str(ROOT), str(ROOT.resolve())}, key=len, reverse=True):
        text = without(text, place, "", ".")
    return text


def without(text: str, place: str, inside: str, itself: str) -> str:
    """A text with other words for a folder, and for what is in it; `place-2` is another one."""
    text = re.sub(rf"{re.escape(place)}/", inside, text)
    return re.sub(rf"{re.escape(place)}(?![\w-]|\.\w)", itself, text)


def publish(made: Path, base: Path = BUILD) -> Path:
    """Put a zip where CI looks for it: one place, nothing else in it; return where it is then."""
    place = base / PUBLISHED
    place.mkdir(parents=True, exist_ok=True)
    with locked(place / ".publishing"):
        temporary = place / f".{made.name}"
        shutil.copyfile(made, temporary)
        temporary.replace(place / made.name)
        newest = sorted(place.glob("*.zip"), key=lambda path: path.stat().st_mtime, reverse=True)
        for old in newest[KEPT:]:
            old.unlink()
    return place / made.name
