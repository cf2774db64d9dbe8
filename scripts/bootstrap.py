"""Create or update `.venv`, once, and say in one sentence what is missing if it can't be done.

Runs under the system's Python with the standard library alone, on every `make` of a target that
needs the environment, so the case "nothing to do" must stay a few milliseconds: it compares one
small file.

    stamp  = .venv/.ratel-<level>.stamp, a hash of the requirement files and the Python version
    level  = sim (what a simulation needs) or dev (also what the checks need)

The stamp is written last and by a rename, so an interrupted install is done again, and then
replaces what the first one may have left half unpacked.
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib.util
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

ROOT = Path(__file__).resolve().parent.parent
REQUIREMENTS = {
    "sim": ["requirements.txt"],
    "dev": ["requirements.txt", "requirements-dev.txt"],
}


class SetupError(Exception):
    """Something the user has to change; the message is one sentence for them."""


def main(argv: list[str]) -> int:
    """Bring the environment to the level named by `argv[0]`; return the exit code."""
    if len(argv) != 1 or argv[0] not in REQUIREMENTS:
        print(f"usage: bootstrap.sh {'|'.join(REQUIREMENTS)}", file=sys.stderr)
        return 2
    try:
        check_machine(ROOT)
        ensure(ROOT, argv[0])
    except SetupError as error:
        print(f"ratel: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("ratel: interrupted; the next run takes up where this one stopped.", file=sys.stderr)
        return 130
    return 0


def check_machine(root: Path) -> None:
    """Raise SetupError for the first thing that Verilator or the environment would trip over."""
    if " " in str(root):
        raise SetupError(f"Verilator can't build below a path with spaces; move the clone: {root}")
    if not shutil.which("perl"):
        raise SetupError("perl is needed by Verilator; install it (Debian: apt install perl).")
    if compiler() is None:
        wanted = os.environ.get("CXX", "").strip()
        which = f"the C++ compiler named by CXX ({wanted})" if wanted else "a C++ compiler"
        raise SetupError(f"{which} was not found; install one (Debian: apt install g++).")


def compiler() -> str | None:
    """Return the path of the C++ compiler: `$CXX`, else g++, clang++ or c++; None if absent."""
    wanted = shlex.split(os.environ.get("CXX", ""))
    # CXX may carry a launcher ("ccache g++"): every word that is not an option must exist.
    if wanted:
        words = [word for word in wanted if not word.startswith("-")]
        return shutil.which(words[-1]) if all(map(shutil.which, words)) else None
    for name in ("g++", "clang++", "c++"):
        if path := shutil.which(name):
            return path
    return None


def ensure(root: Path, level: str) -> None:
    """Install what `level` asks for unless the stamp says that it is there already."""
    venv = root / ".venv"
    wanted = fingerprint(root, level)
    if is_current(venv, level, wanted):
        return
    if importlib.util.find_spec("venv") is None or importlib.util.find_spec("ensurepip") is None:
        raise SetupError(
            "Python's venv module is missing; install it (Debian: apt install python3-venv)."
        )
    if not runs(["perl", "-MPod::Usage", "-MGetopt::Long", "-e", "1"]):
        raise SetupError(
            "perl lacks its standard modules; install it whole (Debian: apt install perl)."
        )
    with locked(root):
        if is_current(venv, level, wanted):  # another make was faster
            return
        log = root / "build" / "bootstrap.log"
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("w", encoding="utf-8") as stream:
            create(venv, stream, log)
            install(root, venv, level, stream, log)
            link_framework(root, venv)
            verify(venv, stream, log)
        for smaller, files in REQUIREMENTS.items():
            if set(files) <= set(REQUIREMENTS[level]):
                write_stamp(venv, smaller, fingerprint(root, smaller))
        say("environment ready.")


def fingerprint(root: Path, level: str) -> str:
    """Return a text that changes when the pins or the Python minor version do."""
    digest = hashlib.sha256()
    for name in REQUIREMENTS[level]:
        path = root / name
        if not path.is_file():
            raise SetupError(f"{name} is missing from {root}; the clone is incomplete.")
        digest.update(path.read_bytes())
    python = ".".join(map(str, sys.version_info[:2]))
    return f"python {python} requirements {digest.hexdigest()} framework linked\n"


def is_current(venv: Path, level: str, wanted: str) -> bool:
    """Tell whether the environment exists and its stamp is `wanted`."""
    stamp = stamp_path(venv, level)
    return (
        (venv / "bin" / "python").exists()
        and stamp.is_file()
        and stamp.read_text(encoding="utf-8") == wanted
    )


def stamp_path(venv: Path, level: str) -> Path:
    """Return where the stamp of `level` lies."""
    return venv / f".ratel-{level}.stamp"


def write_stamp(venv: Path, level: str, text: str) -> None:
    """Write the stamp in one step: it is either the whole text or not there."""
    temporary = venv / f".ratel-{level}.tmp"
    temporary.write_text(text, encoding="utf-8")
    temporary.replace(stamp_path(venv, level))


@contextmanager
def locked(root: Path) -> Iterator[None]:
    """Let only one process install at a time; the lock dies with its process."""
    build = root / "build"
    build.mkdir(exist_ok=True)
    with (build / "bootstrap.lock").open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("another process is installing; waiting for it.")
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def create(venv: Path, stream: TextIO, log: Path) -> None:
    """Make the virtual environment, or keep the one that is there if its pip answers."""
    python = venv / "bin" / "python"
    if python.exists() and runs([python, "-c", version_check()]) and runs([python, "-m", "pip"]):
        return
    say("creating .venv.")
    call([sys.executable, "-m", "venv", "--clear", venv], stream, log, "creating .venv failed")


def version_check() -> str:
    """Return a program that exits 0 under the same Python minor version as this one."""
    return f"import sys; sys.exit(sys.version_info[:2] != {sys.version_info[:2]!r})"


def install(root: Path, venv: Path, level: str, stream: TextIO, log: Path) -> None:
    """Install the pinned packages of `level`, exactly those, and ask pip whether they fit."""
    python = venv / "bin" / "python"
    files = [part for name in REQUIREMENTS[level] for part in ("-r", root / name)]
    say(f"installing the packages of {' and '.join(REQUIREMENTS[level])} (once, about a minute).")
    pip = [python, "-m", "pip", "--disable-pip-version-check", "--no-input"]
    # --no-compile: byte code is made on first import, for the modules that are really used.
    options = ["install", "--no-deps", "--no-compile", "--progress-bar", "off"]
    # A package that was being unpacked when an install was killed looks installed to pip.
    unfinished = venv / ".ratel-unfinished"
    if unfinished.exists():
        options.append("--force-reinstall")
    unfinished.touch()
    failed = "installing the packages failed (is the network reachable?)"
    call([*pip, *options, *files], stream, log, failed)
    if level == "dev":
        call([*pip, "check"], stream, log, "the pinned packages do not fit together")
    unfinished.unlink()


def link_framework(root: Path, venv: Path) -> None:
    """Let `import honeyguide` find the bench's framework, as if it were installed.

    A link to that one folder, because a path to `tb/` would show its other folders as packages too.
    """
    for packages in venv.glob("lib/python*/site-packages"):
        link = packages / "honeyguide"
        if link.is_dir() and not link.is_symlink():  # somebody installed it in here
            shutil.rmtree(link)
        link.unlink(missing_ok=True)
        link.symlink_to(os.path.relpath(root / "tb" / "honeyguide", packages))


def verify(venv: Path, stream: TextIO, log: Path) -> None:
    """Check that cocotb will find Python as a shared library; some builds of Python lack it."""
    probe = "import sys, find_libpython; sys.exit(find_libpython.find_libpython() is None)"
    call(
        [venv / "bin" / "python", "-c", probe],
        stream,
        log,
        f"cocotb needs Python {sys.version_info[0]}.{sys.version_info[1]} as a shared library "
        f"(Debian: apt install libpython{sys.version_info[0]}.{sys.version_info[1]})",
    )


def runs(command: list[object]) -> bool:
    """Tell whether a command exits 0, quietly."""
    words = [str(word) for word in command]
    try:
        return subprocess.run(words, capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def call(command: list[object], stream: TextIO, log: Path, failed: str) -> None:
    """Run a command into the log; raise SetupError with pip's own last words if it fails."""
    words = [str(word) for word in command]
    stream.write(f"$ {shlex.join(words)}\n")
    stream.flush()
    done = subprocess.run(
        words, stdin=subprocess.DEVNULL, stdout=stream, stderr=subprocess.STDOUT, check=False
    )
    if done.returncode == 0:
        return
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    reasons = [line for line in lines if line.startswith("ERROR:")]
    reason = f": {reasons[-1].removeprefix('ERROR:').strip()}" if reasons else ""
    raise SetupError(f"{failed}{reason}; the whole story is in {log}.")


def say(text: str) -> None:
    """Print one line of progress."""
    print(f"ratel: {text}", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
