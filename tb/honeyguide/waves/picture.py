"""A picture of a GTKWave view without a display: Xvfb, gtkwave and ImageMagick's import."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from honeyguide.waves.save_file import SIZE

TOOLS = ("Xvfb", "gtkwave", "import")
LIMIT_S = 40.0
STEP_S = 1.5
SETTLED = 2  # equal pictures in a row


def missing_tools() -> list[str]:
    """What has to be installed for pictures."""
    return [name for name in TOOLS if shutil.which(name) is None]


def draw(view: Path, picture: Path, *, inside: Sequence[str] = ()) -> str:
    """Make a picture of a view; return why not, or an empty string.

    Waits until two pictures in a row are the same: GTKWave draws decoded values late. `inside` are
    words in front of GTKWave's command.
    """
    missing = missing_tools()
    if missing:
        return (
            f"a picture needs {', '.join(missing)} (Debian: apt install xvfb gtkwave imagemagick)"
        )
    with tempfile.TemporaryDirectory() as home, Display() as display:
        environment = {**os.environ, "DISPLAY": display.name, "HOME": home, "GDK_BACKEND": "x11"}
        command = [
            *inside, "gtkwave", "--rcvar", "splash_disable 1", "--rcvar", "hide_sst 1",
            "--rcvar", "fontname_signals Monospace 9", "--rcvar", "fontname_waves Monospace 9",
            str(view),
        ]  # fmt: skip
        with (view.parent / "gtkwave.log").open("wb") as log:
            viewer = subprocess.Popen(
                command, env=environment, stdout=log, stderr=log, stdin=subprocess.DEVNULL
            )
        try:
            return settle(viewer, environment, picture)
        finally:
            stop(viewer)


def settle(viewer: subprocess.Popen[bytes], environment: dict[str, str], picture: Path) -> str:
    """Take pictures until they stop changing."""
    before, same = b"", 0
    deadline = time.monotonic() + LIMIT_S
    while time.monotonic() < deadline:
        time.sleep(STEP_S)
        if viewer.poll() is not None:
            return f"gtkwave ended with {viewer.returncode}"
        taken = subprocess.run(
            ["import", "-window", "root", "-strip", str(picture)],
            env=environment, check=False, capture_output=True,
        )  # fmt: skip
        if taken.returncode or not picture.is_file():
            continue
        now = picture.read_bytes()
        # A grey screen before the window is there compresses to next to nothing.
        same = same + 1 if now == before and len(now) > 10_000 else 0
        before = now
        if same >= SETTLED:
            return ""
    return "" if len(before) > 10_000 else f"gtkwave drew nothing within {LIMIT_S:.0f} s"


def stop(process: subprocess.Popen[bytes]) -> None:
    """End a process that was started here."""
    process.terminate()
    try:
        process.wait(timeout=3)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


class Display:
    """A virtual display that lives as long as the `with`; the X server chooses its number."""

    def __enter__(self) -> Display:
        read, write = os.pipe()
        self._server = subprocess.Popen(
            ["Xvfb", "-displayfd", str(write), "-screen", "0", f"{SIZE[0]}x{SIZE[1]}x24",
             "-nolisten", "tcp"],
            pass_fds=(write,), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        os.close(write)
        with os.fdopen(read) as stream:
            self.name = f":{stream.readline().strip()}"
        return self

    def __exit__(self, *_: object) -> None:
        stop(self._server)
