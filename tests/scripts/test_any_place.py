"""`make` from any checkout: odd paths, read-only ones, and whatever the shell has set."""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest

from honeyguide import place
from honeyguide.project import shell_settings
from scripts import bootstrap
from scripts.bootstrap import SetupError
from tests.framework.test_place import ODD

ROOT = Path(__file__).resolve().parents[2]
MNIST = "models/mnist/mnist.tflite"
NEEDED = ("Makefile", "pyproject.toml", "golden", "models", "rtl", "scripts", "spec", "sw", "tb")


def copy_of_checkout(folder: Path) -> Path:
    checkout = folder / "ratel"
    checkout.mkdir(parents=True)
    byte_code = shutil.ignore_patterns("__pycache__")
    for path in (*(ROOT / name for name in NEEDED), *ROOT.glob("requirements*.txt")):
        if path.is_dir():
            shutil.copytree(path, checkout / path.name, ignore=byte_code)
        else:
            shutil.copy(path, checkout)
    return checkout


def make(
    checkout: Path, *words: str, before: tuple[str, ...] = (), **variables: str
) -> subprocess.CompletedProcess[str]:
    environment = {name: text for name, text in os.environ.items() if name != "MAKEFLAGS"}
    return subprocess.run(
        [*before, "make", *words],
        cwd=checkout, env={**environment, **variables}, stdin=subprocess.DEVNULL,
        capture_output=True, text=True, check=False,
    )  # fmt: skip


def use_our_environment(checkout: Path, build: Path) -> None:
    """Let a checkout find the environment of this one where it would install its own."""
    place.cache_folder.cache_clear()
    try:
        venv = place.venv_folder(checkout, build)
    finally:
        place.cache_folder.cache_clear()
    venv.parent.mkdir(parents=True, exist_ok=True)
    venv.symlink_to(Path(sys.prefix).resolve())


# ---- odd paths


@pytest.mark.sim
@pytest.mark.slow
def test_make_sim_at_a_path_with_every_odd_character(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    checkout = copy_of_checkout(tmp_path / ODD)
    use_our_environment(checkout, checkout / "build")
    (checkout.parent / "link").symlink_to(checkout)
    done = make(
        checkout.parent / "link", "sim", "IMAGES=2", "ARGS=--smoke smoke.FenceAlone",
        LC_ALL="C", HOME="",
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1] == "PASS"
    assert (checkout / "build" / "reports" / "sim.json").is_file()
    assert (checkout / ".venv" / "bin" / "python").is_file()
    ours = subprocess.run(
        [checkout / ".venv" / "bin" / "python", "-c", "import numpy, sys; print(sys.prefix)"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert place.is_plain(ours.stdout.strip())


@pytest.mark.sim
def test_make_sim_from_a_git_worktree(tmp_path: Path) -> None:
    checkout = copy_of_checkout(tmp_path)
    author = ("-c", "user.name=a", "-c", "user.email=a@b", "-c", "commit.gpgsign=false")
    tree = tmp_path / "tree"
    for words in (
        ("init", "-q"), ("add", "-A"), (*author, "commit", "-q", "-m", "all"),
        ("worktree", "add", "-q", str(tree)),
    ):  # fmt: skip
        subprocess.run(["git", *words], cwd=checkout, check=True)
    assert (tree / ".git").is_file()
    use_our_environment(tree, tree / "build")
    done = make(tree, "sim", "IMAGES=2", "ARGS=--smoke smoke.FenceAlone")
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1] == "PASS"
    assert (tree / "build" / "reports" / "sim.json").is_file()
    assert not (checkout / "build").exists(), "what a tree makes is its own"


def test_a_umask_that_lets_nobody_read(tmp_path: Path) -> None:
    checkout = copy_of_checkout(tmp_path)
    use_our_environment(checkout, checkout / "build")
    umask = ("sh", "-c", 'umask 077; exec "$@"', "sh")
    for _ in range(2):
        done = make(checkout, "compile", f"MODEL={MNIST}", before=umask)
        assert done.returncode == 0, done.stderr
    report = checkout / "build" / "reports" / "compile.json"
    assert report.stat().st_mode & 0o777 == 0o600


# Every version of the promise but our own; each installs its packages, a minute.
OTHERS = [f"3.{minor}" for minor in range(11, 15) if minor != sys.version_info.minor]


@pytest.mark.sim
@pytest.mark.slow
@pytest.mark.nightly
@pytest.mark.parametrize("version", OTHERS)
def test_make_sim_under_each_python(version: str, tmp_path: Path) -> None:
    python = shutil.which(f"python{version}")
    if (
        not python
        or subprocess.run([python, "-c", ""], capture_output=True, check=False).returncode
    ):
        pytest.skip(f"Python {version} is not on this machine")
    checkout = copy_of_checkout(tmp_path)
    done = make(checkout, "sim", "IMAGES=2", "ARGS=--smoke smoke.FenceAlone", PYTHON=python)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1] == "PASS"
    ours = subprocess.run(
        [checkout / ".venv" / "bin" / "python", "--version"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert ours.stdout.startswith(f"Python {version}.")


def test_an_environment_at_an_odd_path_is_started_from_there(tmp_path: Path) -> None:
    venv, shown = tmp_path / "venv", tmp_path / ODD / ".venv"
    (venv / "bin").mkdir(parents=True)
    for name in ("python", "pytest"):
        (venv / "bin" / name).write_text(f'#!/bin/sh\necho {name} of $0: "$@"\n')
        (venv / "bin" / name).chmod(0o755)
    bootstrap.write_starters(venv, shown)
    said = subprocess.run(
        [shown / "bin" / "pytest", "a b", "$c"], capture_output=True, text=True, check=True
    ).stdout
    assert said == f"pytest of {venv}/bin/pytest: a b $c\n"
    assert (shown / "where").read_text() == f"{venv}\n"


# ---- checkouts that can't be written to


def read_only(checkout: Path) -> tuple[str, ...]:
    """Return words before a command that runs it where the checkout can't be written to."""
    words = ("unshare", "-rm", "sh", "-c",
             'mount --bind "$0" "$0" && mount -o remount,ro,bind "$0" && cd "$0" && exec "$@"',
             str(checkout))  # fmt: skip
    if subprocess.run([*words, "true"], capture_output=True, check=False).returncode:
        pytest.skip("this machine lets nobody mount a folder in a name space of their own")
    return words


def test_a_read_only_checkout(tmp_path: Path) -> None:
    checkout = copy_of_checkout(tmp_path)
    before = read_only(checkout)
    done = make(checkout, "compile", f"MODEL={MNIST}", before=before)
    said = [line for line in done.stderr.splitlines() if not line.startswith("make")]
    assert done.returncode
    assert len(said) == 1, done.stderr
    assert said[0].startswith(f"ratel: {checkout}/build can't be written to (Read-only file system")
    assert "BUILD=/some/folder" in said[0]

    build = tmp_path / "build"
    use_our_environment(checkout, build)
    done = make(checkout, "compile", f"MODEL={MNIST}", f"BUILD={build}", before=before)
    assert done.returncode == 0, done.stderr
    assert (build / "reports" / "compile.json").is_file()
    assert f"{build}/reports/compile.json" in done.stdout


def as_nobody(checkout: Path) -> tuple[str, ...]:
    """Return words before a command that runs it as a user who owns nothing here."""
    words = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "env", "HOME=/nowhere")
    probe = [*words, sys.executable, "-c", "import numpy, sys; open(sys.argv[1])"]
    file = str(checkout / "Makefile")
    if subprocess.run([*probe, file], capture_output=True, check=False).returncode:
        pytest.skip("not root, or another user can't read this checkout and its Python")
    return words


def test_a_checkout_of_somebody_else() -> None:
    with tempfile.TemporaryDirectory(prefix="ratel-") as folder:
        Path(folder).chmod(0o755)
        checkout = copy_of_checkout(Path(folder))
        build = Path(folder) / "theirs"
        before = as_nobody(checkout)
        done = make(checkout, "compile", f"MODEL={MNIST}", before=before)
        said = [line for line in done.stderr.splitlines() if not line.startswith("make")]
        assert done.returncode
        assert len(said) == 1, done.stderr
        assert said[0].startswith(f"ratel: {checkout}/build can't be written to (Permission denied")
        assert "BUILD=/some/folder" in said[0]

        use_our_environment(checkout, build)
        for path in (build, build / ".venv"):
            os.lchown(path, 65534, 65534)
        done = make(checkout, "compile", f"MODEL={MNIST}", f"BUILD={build}", before=before)
        assert done.returncode == 0, done.stderr
        assert (build / "reports" / "compile.json").stat().st_uid == 65534
        assert not (checkout / "build").exists()


def test_a_build_folder_that_can_not_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SetupError, match=r"can't be written to .*BUILD="):
        bootstrap.check_writable(tmp_path / "file" / "build")


# ---- what make is given, and what the shell has set

ECHO = '#!/bin/sh\nprintf "%s\\n" "$@"\necho "SEED of the environment: ${SEED-none}"\n'


@pytest.fixture
def echoing(tmp_path: Path) -> Path:
    """A checkout in which every command only says what it was given."""
    shutil.copy(ROOT / "Makefile", tmp_path)
    (tmp_path / "scripts").mkdir()
    (tmp_path / "scripts" / "bootstrap.sh").write_text(ECHO)
    (tmp_path / "scripts" / "bootstrap.sh").chmod(0o755)
    return tmp_path


def test_a_value_arrives_as_it_was_typed(echoing: Path) -> None:
    done = make(echoing, "run", f"MODEL={ODD}", "SEED=007", f"BUILD={ODD}x")
    lines = done.stdout.splitlines()
    assert lines[:2] == ["sim", f"{ODD}x"]
    assert lines[lines.index("--model") + 1] == ODD
    assert lines[lines.index("--seed") + 1] == "007"
    assert lines[-1] == "SEED of the environment: none"


def test_variables_of_the_shell_decide_nothing(echoing: Path) -> None:
    plain = make(echoing, "sim", "IMAGES=3")
    leaking = make(
        echoing, "sim", "IMAGES=3", SEED="5", CONFIG="4x4", ARGS="--waves", BUILD="/nowhere",
        WAVES="1",
    )  # fmt: skip
    said, *rest = leaking.stdout.splitlines()
    assert rest == plain.stdout.splitlines()
    assert said.startswith("ratel: set in the shell and not used: ")
    for name in ("SEED", "CONFIG", "ARGS", "BUILD", "WAVES"):
        assert name in said


@pytest.mark.parametrize(
    "leak",
    [
        {"PYTHONHOME": "/nowhere"},
        {"PYTHONPATH": "broken"},
        {"PYTHONSTARTUP": "/nowhere", "PYTHONOPTIMIZE": "2", "PYTHONWARNINGS": "error"},
        {"HONEYGUIDE_BUILD": "/nowhere", "HONEYGUIDE_ROOT": "/nowhere", "HONEYGUIDE_RUN": "/no"},
    ],
)
def test_python_s_own_variables_decide_nothing(tmp_path: Path, leak: dict[str, str]) -> None:
    (tmp_path / "broken").mkdir()
    for name in ("json", "argparse", "numpy", "hashlib"):
        (tmp_path / "broken" / f"{name}.py").write_text("raise SystemExit('of the shell')\n")
    given: dict[str, Any] = {
        name: text.replace("broken", str(tmp_path / "broken")) for name, text in leak.items()
    }
    done = make(ROOT, "compile", f"MODEL={MNIST}", f"ARGS=--results {tmp_path}", **given)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert (tmp_path / "reports" / "compile.json").is_file()


def test_the_page_names_every_variable_that_a_shell_may_set() -> None:
    page = (ROOT / "docs" / "running.md").read_text(encoding="utf-8")
    rows = [line for line in page.splitlines() if line.startswith("| `RATEL_")]
    named = {word for row in rows for word in re.findall(r"`(RATEL_\w+)`", row)}
    assert named == set(shell_settings())


# ---- side by side


def test_packages_are_not_replaced_under_a_running_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    venv = tmp_path / ".venv"
    venv.mkdir()
    with bootstrap.unused(venv, ROOT):
        pass  # nothing is installed yet
    (venv / ".ratel-sim.stamp").write_text("of older pins")
    with (venv / ".in-use").open("w") as other:
        fcntl.flock(other, fcntl.LOCK_SH)
        script = (
            "import sys; from pathlib import Path; from scripts import bootstrap\n"
            "with bootstrap.unused(Path(sys.argv[1]), bootstrap.ROOT): print('replacing')\n"
        )
        waiting = subprocess.Popen(
            [sys.executable, "-c", script, str(venv)], cwd=ROOT, stdout=subprocess.PIPE, text=True
        )
        assert waiting.stdout is not None
        assert "waiting for its end" in waiting.stdout.readline()
        assert waiting.poll() is None
    assert waiting.communicate()[0] == "replacing\n"
