"""What make takes: a mistyped variable or target is refused, any other reaches its command."""

from __future__ import annotations

import re
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LINE = re.compile(r"^([a-z-]+):.*?## (.*?)(?:: ((?!ARGS)[A-Z].*))?$", re.MULTILINE)
# what a line of help says of its target: variable, whether it is a switch; ARGS and its words last
TAKEN = {
    target: [
        (word.partition("=")[0], word.endswith("=1"))
        for word in (words or "").partition("ARGS=")[0].split()
    ]
    for target, _, words in LINE.findall((ROOT / "Makefile").read_text(encoding="utf-8"))
}
ONLY_MAKE = {"help", "clean", "distclean", "env", "env-dev", "format"}
WITH_A_COMMAND = sorted(set(TAKEN) - ONLY_MAKE)


def make(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run make in the checkout, in an environment of its own."""
    path = {"PATH": "/usr/local/bin:/usr/bin:/bin", "PYTHON": sys.executable, **environment}
    return subprocess.run(
        ["make", *words], cwd=ROOT, env=path, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["sim", "SED=3"], "make knows no variable SED; did you mean SEED? (make sim: it takes"),
        (["sim", "seed=3"], "make knows no variable seed; did you mean SEED?"),
        (["run", "MODLE=net.tflite"], "make knows no variable MODLE; did you mean MODEL?"),
        (["regress", "TEST=smoke"], "make regress does not take TEST; did you mean TESTS?"),
        (["lint", "SEED=3"], "make lint does not take SEED; it takes ARGS, BUILD, CONFIG, ONLY"),
        (["clean", "SEED=3"], "make clean does not take SEED; it takes BUILD"),
        (["help", "X=1"], "make knows no variable X (make help: it takes none)"),
        (["format", "ARGS=--help"], "make format does not take ARGS"),
        (["smi"], "there is no target smi; did you mean sim?"),
        (["xyzzy"], "there is no target xyzzy; see make help"),
    ],
)
def test_a_typo_is_refused_with_the_nearest_name(words: list[str], said: str) -> None:
    ended = make(*words)
    assert ended.returncode == 2
    assert ended.stdout == ""
    lines = [line for line in ended.stderr.splitlines() if not line.startswith("make")]
    assert len(lines) == 1, ended.stderr
    assert lines[0].startswith("ratel: ")
    assert said in lines[0]


@pytest.mark.parametrize("target", sorted(set(TAKEN) - {"clean", "distclean"}))
def test_each_target_refuses_what_it_does_not_take(target: str) -> None:
    ended = make(target, "NO_SUCH_VARIABLE=1")
    assert ended.returncode == 2
    assert f"make knows no variable NO_SUCH_VARIABLE (make {target}: it takes " in ended.stderr


def test_variables_of_the_shell_are_not_taken_for_typed_ones() -> None:
    for words in (["-n", "sim"], ["-e", "-n", "sim"]):
        ended = make(*words, SED="3", SEED="4", NO_SUCH_VARIABLE="1")
        assert ended.returncode == 0, ended.stderr
        assert "refuse" not in ended.stdout
        assert "--seed" not in ended.stdout


@pytest.mark.parametrize("target", WITH_A_COMMAND)
def test_what_the_help_names_reaches_the_command(target: str) -> None:
    values = {name: "1" if switch else f"a value' of {name}" for name, switch in TAKEN[target]}
    ended = make("-n", target, *(f"{name}={value}" for name, value in values.items()))
    assert ended.returncode == 0, ended.stderr
    assert "refuse" not in ended.stdout
    known = help_of(target)
    for name, switch in TAKEN[target]:
        option = "--" + {"K": "keyword", "J": "jobs"}.get(name, name.lower())
        assert option in known, f"{target} has no {option}"
        value = "" if switch else r" 'a value'\\'' of " + name + "'"
        assert re.search(rf"{option}{re.escape(value)}(?:\s|$)".replace(r"\\", "\\"), ended.stdout)


def help_of(target: str) -> str:
    """Return what `make target ARGS=--help` prints, by running its module here."""
    ended = make("-n", target, "ARGS=--help")
    module = re.search(r"-m (\S+)", ended.stdout)
    assert module is not None, ended.stdout
    done = subprocess.run(
        [sys.executable, "-m", module[1], "--help"], cwd=ROOT, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("usage: ")
    return done.stdout


def test_an_option_has_one_meaning_and_one_name() -> None:
    """What cli.OPTIONS defines is defined nowhere else."""
    defined = re.compile(r'add_argument\(\s*"--([a-z-]+)"')
    sources = [*(ROOT / "scripts").rglob("*.py"), *(ROOT / "tb" / "honeyguide").rglob("*.py")]
    seen: dict[str, list[str]] = {}
    for path in sources:
        for name in defined.findall(path.read_text(encoding="utf-8")):
            seen.setdefault(name, []).append(path.name)
    once = {"no-explain", "results"}  # told in the two commands of a regression; of this process
    assert {name: files for name, files in seen.items() if len(files) > 1}.keys() <= once
    options = runpy.run_path(str(ROOT / "tb" / "honeyguide" / "cli.py"))["OPTIONS"]
    assert not set(options) & set(seen)


# ---- the oldest make

# Functions of GNU make 3.81 (2006), from its manual; macOS still has that version.
FUNCTIONS_OF_381 = set(
    re.findall(
        r"\S+",
        """
        subst patsubst strip findstring filter filter-out sort word words wordlist firstword
        lastword dir notdir suffix basename addsuffix addprefix join wildcard realpath abspath if
        or and foreach call value eval origin flavor shell error warning info
        """,
    )
)
# What came later: assignments of 3.82 and 4.0, targets and variables of 3.82 to 4.4.
NEWER = re.compile(
    r"^\s*(undefine|private|load)\s|^\s*define\s+\S+\s*[:?+]?=|::=|^[\w.]+\s*!=|&::?"
    r"|\.(ONESHELL|SHELLFLAGS|RECIPEPREFIX|EXTRA_PREREQS|NOTINTERMEDIATE|WAIT|LOADED)\b"
    r"|MAKE_TERM|--output-sync|--shuffle",
    re.MULTILINE,
)


def newer_than_381(makefile: str) -> set[str]:
    """Return what GNU make 3.81 does not know of a makefile.

    A `#` inside a function's arguments is read in another way before 4.3, so it counts, too.
    """
    lines = [line for line in makefile.splitlines() if not line.lstrip().startswith("#")]
    text = "\n".join(line.partition(" ## ")[0] for line in lines)
    called = set(re.findall(r"(?<!\$)\$[({]([a-z][a-z-]*)[ \t]", text)) - FUNCTIONS_OF_381
    hashes = set(re.findall(r"(?<!\$)\$[({][a-z-]+ [^)]*#.*", text))
    return called | {match[0].strip() for match in NEWER.finditer(text)} | hashes


def test_the_makefile_asks_for_nothing_newer_than_make_381() -> None:
    assert newer_than_381((ROOT / "Makefile").read_text(encoding="utf-8")) == set()


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("x := $(file <y)", "file"),
        ("x := ${let a,b,$a}", "let"),
        ("x ::= 1", "::="),
        ("x != date", "x !="),
        ("undefine x", "undefine"),
        ("define x =", "define x ="),
        (".ONESHELL:", ".ONESHELL"),
        ("a b &: c", "&:"),
        ("x := $(shell sed s/#//)", "$(shell sed s/#//)"),
    ],
)
def test_what_is_newer_than_make_381_is_seen(line: str, found: str) -> None:
    assert newer_than_381(f"all:\n\techo\n{line}\n") == {found}
