"""Create or update `.venv`, once, say in one sentence what is missing if it can't be done, and then
start a command in it.

Runs under the system's Python with the standard library alone, on every `make` of a target that
needs the environment, so the case "nothing to do" must stay a few milliseconds: it compares one
small file.

    stamp  = .venv/.ratel-<level>.stamp, a hash of the requirement files and the Python version
    level  = sim (what a simulation needs) or dev (also what the checks need)
    BUILD  = where everything that is made goes, .venv too; build/ and .venv of the checkout without

The stamp is written last and by a rename, so an interrupted install is done again, and then
replaces what the first one may have left half unpacked. Below a path with characters that tools
trip over the environment lies in the user's cache (tb/honeyguide/place.py) and .venv/bin has
programs that start those there.
"""

from __future__ import annotations

import difflib
import errno
import fcntl
import hashlib
import importlib.util
import os
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TextIO

ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
ROOT = Path(__file__).resolve().parent.parent
REQUIREMENTS = {
    "sim": ["requirements.txt"],
    "dev": ["requirements.txt", "requirements-dev.txt", "requirements-docs.txt"],
}
PERL_MODULES = "perl lacks its standard modules; install it whole (Debian: apt install perl)."


def framework(name: str) -> Any:
    """Return a module of the framework that needs nothing but the standard library."""
    path = ROOT / "tb" / "honeyguide" / f"{name}.py"
    spec = importlib.util.spec_from_file_location(f"_bootstrap_{name}", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


place = framework("place")
surroundings = framework("surroundings")


class SetupError(Exception):
    """Something the user has to change; the message is one sentence for them."""


def main(argv: list[str]) -> int:
    """Bring the environment to the level named by `argv[0]`, then become the command in the rest.

    `argv[1]` is BUILD, empty for the checkout's own folders. Returns only without a command, or
    when something is wrong.
    """
    if argv[:1] == ["refuse"]:
        print(f"ratel: {mistyped(*argv[1:])}", file=sys.stderr)
        return 2
    if not argv or argv[0] not in REQUIREMENTS:
        print(f"usage: bootstrap.sh {'|'.join(REQUIREMENTS)} [BUILD [words]]", file=sys.stderr)
        return 2
    level, given, words = argv[0], "".join(argv[1:2]), argv[2:]
    signal.signal(signal.SIGTERM, interrupted)
    signal.signal(signal.SIGHUP, interrupted)
    environment = surroundings.cleaned(os.environ, own="HONEYGUIDE_")
    os.environ.clear()
    os.environ.update(environment)
    build = Path(given).expanduser().resolve() if given else ROOT / "build"
    try:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDING)  # one that has come meanwhile is taken
        check_machine()
        check_writable(build)
        venv = ensure(ROOT, level, build)
        if words:
            start(venv, build, given, words)
    except (SetupError, place.PlaceError) as error:
        print(f"ratel: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"ratel: {of_system(error, build)}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("ratel: interrupted; the next run takes up where this one stopped.", file=sys.stderr)
        return 130
    return 0


def mistyped(target: str, wrong: str = "", taken: str = "", known: str = "") -> str:
    """Return the sentence for a target of make that is none, or for variables it does not take.

    Args:
        target: what was to be made.
        wrong: the variables, with blanks between; empty if the target is what is wrong.
        taken: those that the target takes.
        known: those that any target takes; without variables the targets.
    """
    if not wrong:
        near = did_you_mean(target, known.split())
        return f"there is no target {target}{near or '; see make help'}"
    name = wrong.split()[0]
    takes = (
        f"it takes {', '.join(sorted(set(taken.split())))}" if taken.split() else "it takes none"
    )
    near = did_you_mean(name, taken.split())
    if name in known.split():
        return f"make {target} does not take {name}{near or f'; {takes}'}"
    return f"make knows no variable {name}{near} (make {target}: {takes})"


def did_you_mean(word: str, known: list[str]) -> str:
    """Return `; did you mean X?` if a known word is near enough to a mistyped one, or nothing."""
    lower = {name.lower(): name for name in known}
    close = difflib.get_close_matches(word.lower(), list(lower), n=1, cutoff=0.6)
    return f"; did you mean {lower[close[0]]}?" if close else ""


def interrupted(*_: object) -> None:
    """Treat a request to end like one from the keyboard."""
    raise KeyboardInterrupt


def start(venv: Path, build: Path, given: str, words: list[str]) -> None:
    """Become the command: Python of the environment with `words`."""
    environment = dict(os.environ)
    environment.pop(place.BUILD_VARIABLE, None)
    if given:
        # Everything that is made goes there: byte code and the caches of tools as well.
        environment[place.BUILD_VARIABLE] = str(build)
        environment["PYTHONPYCACHEPREFIX"] = str(build / "pycache")
        environment["RUFF_CACHE_DIR"] = str(build / "ruff_cache")
        environment["MYPY_CACHE_DIR"] = str(build / "mypy_cache")
    elif environment.pop("PYTHONDONTWRITEBYTECODE", ""):
        # None shall lie beside the sources; without any, each of many processes compiles them all.
        environment.setdefault("PYTHONPYCACHEPREFIX", str(build / "pycache"))
    hold(venv)
    if words[:1] == ["-m"] and words[1].startswith("scripts."):
        # Until it has all that it imports, honeyguide.cli takes them then and says a sentence.
        signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    sys.stdout.flush()
    python = str(venv / "bin" / "python")
    os.execve(python, [python, *words], environment)


def hold(venv: Path) -> None:
    """Say that the environment is in use, until this process and what it becomes has ended."""
    with suppress(PermissionError):  # somebody else's environment: they will not replace it
        handle = os.open(venv / ".in-use", os.O_RDWR | os.O_CREAT, 0o644)
        os.set_inheritable(handle, True)
        fcntl.flock(handle, fcntl.LOCK_SH)


def of_system(error: OSError, build: Path) -> str:
    """Return a sentence on what the system refused."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        where = error.filename or build
        return f"no space left on the disk of {where}; free some, then run it again."
    return f"{error.strerror or error}: {error.filename or build}."


def check_machine() -> None:
    """Raise SetupError for the first thing that Verilator or the environment would trip over."""
    if not shutil.which("perl"):
        raise SetupError("perl is needed by Verilator; install it (Debian: apt install perl).")
    if compiler() is None:
        wanted = os.environ.get("CXX", "").strip()
        which = f"the C++ compiler named by CXX ({wanted})" if wanted else "a C++ compiler"
        raise SetupError(f"{which} was not found; install one (Debian: apt install g++).")


def check_writable(build: Path) -> None:
    """Raise SetupError unless `build` is a folder that can be written to, or can be made."""
    try:
        build.mkdir(parents=True, exist_ok=True)
        with (build / "bootstrap.lock").open("a"):
            pass
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise
        advice = "; name another folder for everything that is made: make ... BUILD=/some/folder"
        raise SetupError(f"{build} can't be written to ({error.strerror}){advice}") from None


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


def ensure(root: Path, level: str, build: Path | None = None) -> Path:
    """Return the environment; install what `level` asks for unless the stamp says it is there."""
    build = build or root / "build"
    venv: Path = place.venv_folder(root, build)
    shown = place.venv_shown(root, build)
    wanted = fingerprint(root, level)
    if is_current(venv, level, wanted) and (shown / "bin" / "python").exists():
        return venv
    if importlib.util.find_spec("venv") is None or importlib.util.find_spec("ensurepip") is None:
        raise SetupError(
            "Python's venv module is missing; install it (Debian: apt install python3-venv)."
        )
    if not runs(["perl", "-MPod::Usage", "-MGetopt::Long", "-e", "1"]):
        raise SetupError(PERL_MODULES)
    with locked(build):
        if not is_current(venv, level, wanted):  # else another make was faster
            log = build / "bootstrap.log"
            with log.open("w", encoding="utf-8") as stream, unused(venv, root):
                create(venv, stream, log)
                install(root, venv, level, stream, log)
                link_framework(root, venv)
                verify(venv, stream, log)
            for smaller, files in REQUIREMENTS.items():
                if set(files) <= set(REQUIREMENTS[level]):
                    write_stamp(venv, smaller, fingerprint(root, smaller))
            say("environment ready.")
        if shown != venv:
            write_starters(venv, shown)
    return venv


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


def write_starters(venv: Path, shown: Path) -> None:
    """Let the programs of an environment that lies elsewhere be found where people look for it."""
    folder = shown / "bin"
    shutil.rmtree(shown, ignore_errors=True)
    folder.mkdir(parents=True)
    (shown / "where").write_text(f"{venv}\n", encoding="utf-8")
    programs = sorted(path.name for path in (venv / "bin").iterdir())
    # python comes last: the environment counts as there when it is
    for name in [*(name for name in programs if name != "python"), "python"]:
        starter = folder / name
        starter.write_text(f'#!/bin/sh\nexec {venv}/bin/{name} "$@"\n', encoding="utf-8")
        starter.chmod(0o755)


@contextmanager
def unused(venv: Path, root: Path) -> Iterator[None]:
    """Wait until no command runs in the environment, if packages in it are to be replaced.

    What is only added disturbs nobody: the sim level is there and as wanted, dev is to come.
    """
    fresh = not list(venv.glob(".ratel-*.stamp"))
    if fresh or is_current(venv, "sim", fingerprint(root, "sim")):
        yield
        return
    with (venv / ".in-use").open("a") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("packages have to be replaced, and a command is using them; waiting for its end.")
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield


@contextmanager
def locked(build: Path) -> Iterator[None]:
    """Let only one process install at a time; the lock dies with its process."""
    build.mkdir(parents=True, exist_ok=True)
    with (build / "bootstrap.lock").open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("another process is installing; waiting for it.")
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def create(venv: Path, stream: TextIO, log: Path) -> None:
    """Make the virtual environment, or keep the one that is there if its pip answers."""
    if venv.is_symlink() and not venv.exists():  # to a folder that has gone
        venv.unlink()
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
    for written in (
        log.parent,
        Path(words[0]).parent,
        Path(words[-1]),
        Path(tempfile.gettempdir()),
    ):
        if nothing_left := place.full(written, log):
            raise SetupError(nothing_left)
    reason = f": {reasons[-1].removeprefix('ERROR:').strip()}" if reasons else ""
    raise SetupError(f"{failed}{reason}; the whole story is in {log}.")


def say(text: str) -> None:
    """Print one line of progress."""
    print(f"ratel: {text}", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
