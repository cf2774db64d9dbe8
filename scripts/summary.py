"""Say on the page of a pull request what came of `make test`: Markdown, and annotations.

    make --silent summary ARGS="--base HEAD^" >> "$GITHUB_STEP_SUMMARY"

Reads test.json and junit-*.xml in reports/ and the zips in failed/ of a folder, build by default:
the verdict, each stage, what was not run, and of each failure its first lines, which name the first
difference and the command that repeats it. Without a report the page says that the run did not get
that far. On standard error stands an annotation for each failure, a line
`::error file=...,line=...::message`, which GitHub shows beside the changed lines. With --base a
first difference is also shown beside the lines of the core that the change touched, those of the
blamed stage if there are any. GitHub shows no picture that lies in a file, so the page has the
lines of the transcript around the instruction, and --link leads to zips and pictures.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from honeyguide import cli
from honeyguide.project import BUILD
from honeyguide.report.junit import read_junit
from honeyguide.waves.bundle import PUBLISHED
from tb.build import ROOT

LONGEST = 300  # letters of an annotation
MOST_FAILURES = 20
MOST_LINES = 25
AROUND = 6  # lines of a transcript before and after the instruction
STAGES = {
    "load": ("rtl/memory/",), "store": ("rtl/memory/",), "memory": ("rtl/memory/", "rtl/compute/"),
    "array": ("rtl/compute/",), "requantiser": ("rtl/compute/",), "control": ("rtl/control/",),
}  # fmt: skip
HUNK = re.compile(r"^@@ -\S+ \+(\d+)(?:,(\d+))? @@", re.MULTILINE)
PLACE = re.compile(r"^([\w./-]+\.(?:py|v|sv|toml)):(\d+):", re.MULTILINE)


@dataclass(frozen=True, kw_only=True)
class Failed:
    """A test that failed: its name, why, all that it said, and where in the checkout, if known."""

    name: str
    message: str
    text: str = ""
    file: str = ""
    line: int = 1


def main(argv: list[str]) -> int:
    """Write both; the exit code says nothing, since the checks have said it."""
    options = cli.parser("summary", __doc__)
    options.add_argument("--folder", type=Path, default=BUILD, metavar="FOLDER", help="build/")
    cli.add(options, "base", default=None, help="what the change is against")
    options.add_argument("--link", default="", metavar="URL", help="where the zips are")
    wanted = options.parse_args(argv)
    report = read_report(wanted.folder)
    failures = failed_tests(wanted.folder, passed=report.get("pass") is True)
    zips = sorted((wanted.folder / PUBLISHED).glob("*.zip"))
    print(page(report, failures, zips, wanted.link))
    failures += beside_changes(zips, changed(wanted.base)) if wanted.base else []
    for one in failures:
        print(annotation(one), file=sys.stderr)
    return 0


def read_report(folder: Path) -> dict[str, Any]:
    """Return what `make test` said of itself; empty if it did not come to that."""
    try:
        report = json.loads((folder / "reports" / "test.json").read_text(encoding="utf-8"))
        return dict(report) if list(verdict(report)) else {}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def page(report: Mapping[str, Any], failures: list[Failed], zips: list[Path], link: str) -> str:
    """Return the text of the page."""
    parts = ["## FAIL: make test left no report", "It broke off; the log has its last words."]
    parts = [*verdict(report)] if report else parts
    parts += [part for path in zips for part in difference(path, link)]
    for one in failures[:MOST_FAILURES]:
        lines = (one.text or one.message).strip().splitlines()
        more = [f"... {len(lines) - MOST_LINES} lines more"] if len(lines) > MOST_LINES else []
        parts += [f"### {one.name}", fenced("\n".join([*lines[:MOST_LINES], *more]))]
    if len(failures) > MOST_FAILURES:
        parts.append(f"... and {len(failures) - MOST_FAILURES} failures more")
    if failures:
        parts.append("What failed is in the artefact *failures*: waves, log and first difference.")
    return "\n\n".join([*parts, ""])


def verdict(report: Mapping[str, Any]) -> Iterator[str]:
    """Yield verdict, table of stages and what was not run."""
    word = "PASS" if report["pass"] is True else "FAIL"
    yield f"## {word} in {report['seconds']:.0f} s"
    rows = [
        "| stage | verdict | passed | failed | skipped | seconds |",
        "|---|---|---|---|---|---|",
    ]
    for stage in report["stages"]:
        said = f"{stage['verdict']} {cell(stage.get('reason', ''))}".strip()
        rows.append(
            f"| {stage['name']} | {said} | {stage['passed']} | {stage['failed']} | "
            f"{stage['skipped']} | {stage['seconds']:.0f} |"
        )
    yield "\n".join(rows)
    if report.get("not_run"):
        told = (f"- {count} x {cell(why)}" for why, count in sorted(report["not_run"].items()))
        yield "\n".join(["Not run, and so not judged:", "", *told])


def cell(text: str) -> str:
    """Return a text that breaks no table."""
    return text.replace("|", "\\|").replace("\n", " ")


def fenced(text: str) -> str:
    """Return a block of code, whatever is in it."""
    fence = "```"
    while fence in text:
        fence += "`"
    return f"{fence}\n{text}\n{fence}"


def failed_tests(folder: Path, *, passed: bool = False) -> list[Failed]:
    """Return the failures in the JUnit files; one that can't be read is one, and without a PASS
    also one without tests.
    """
    found = []
    for path in sorted((folder / "reports").glob("junit-*.xml")):
        cases = read_junit(path)
        if cases is None:
            found.append(Failed(name=path.name, message="this file can't be read"))
        elif not cases and not passed:
            found.append(Failed(name=path.name, message="no test is in the report: nothing ran"))
        for case in cases or ():
            if case.failed:
                file, line = place(case.classname, case.name, f"{case.message}\n{case.text}")
                name = ".".join(filter(None, (case.classname, case.name)))
                said = case.message or ("see the page" if case.text else "no text")
                found.append(Failed(name=name, message=said, text=case.text, file=file, line=line))
    return found


def place(module: str, test: str, text: str) -> tuple[str, int]:
    """Return where a failure belongs: what its text names last in the checkout, else its test."""
    for file, line in reversed(PLACE.findall(text)):
        if (ROOT / file).is_file():
            return file, int(line)
    path = Path(f"{module.replace('.', '/')}.py")
    if not (ROOT / path).is_file():
        return "", 1
    lines = (ROOT / path).read_text(encoding="utf-8").splitlines()
    head = re.compile(rf"\s*(?:async )?def {re.escape(test.partition('[')[0])}\(")
    found = [number for number, line in enumerate(lines, start=1) if head.match(line)]
    return str(path), found[0] if found else 1


def changed(base: str) -> list[tuple[str, int]]:
    """Return file and first line of every change to the core since a commit.

    Raises:
        UserError: there is no such commit here.
    """
    words = ["git", "diff", "--unified=0", "--no-color", base, "--", "rtl"]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise cli.UserError(f"--base {base!r} is no commit here: {done.stderr.strip()}")
    found = []
    for part in re.split(r"^diff --git .*$", done.stdout, flags=re.MULTILINE):
        file = re.search(r"^\+\+\+ b/(.*)$", part, re.MULTILINE)
        if file is not None:
            found += [(file[1], max(int(hunk[1]), 1)) for hunk in HUNK.finditer(part)]
    return found


def beside_changes(zips: list[Path], changes: list[tuple[str, int]]) -> list[Failed]:
    """Return the first difference of each zip for the changed lines that it may be about."""
    found = []
    for path in zips:
        difference = read(path, "difference.json")
        folders = STAGES.get(str(difference.get("stage")), ())
        near = [place for place in changes if place[0].startswith(folders)] if folders else []
        for file, line in (near or changes)[:MOST_FAILURES]:
            said = str(difference["sentences"])
            found.append(Failed(name=path.stem, message=said, file=file, line=line))
    return found


def read(path: Path, name: str) -> dict[str, Any]:
    """Return a JSON file of a failure's zip."""
    with zipfile.ZipFile(path) as archive:
        content: dict[str, Any] = json.loads(archive.read(f"{path.stem}/{name}"))
    return content


def excerpt(path: Path) -> list[str]:
    """Return the lines of a failure's transcript around its instruction, none without either."""
    with zipfile.ZipFile(path) as archive:
        name = f"{path.stem}/transcript.log"
        lines = archive.read(name).decode().splitlines() if name in archive.namelist() else []
    index = read(path, "difference.json").get("index")
    at = [
        n for n, line in enumerate(lines) if index is not None and line.split()[:1] == [f"{index}"]
    ]
    if not at:
        return []
    shown = lines[max(at[0] - AROUND, 1) : at[0] + AROUND + 1]
    return ["<details><summary>transcript</summary>", "", "```", lines[0], *shown, "```", "",
            "</details>", ""]  # fmt: skip


def difference(path: Path, link: str) -> list[str]:
    """Return what the zip of a failure says: first difference, command, and what is in it."""
    about = read(path, "about.json")
    with zipfile.ZipFile(path) as archive:
        said = archive.read(f"{path.stem}/difference.txt").decode()
        picture = f"{path.stem}/picture.png" in archive.namelist()
    return [
        f"### {about['test']}, seed {about['seed']}, {about['config']}",
        fenced(said.strip()),
        f"Again: `{about['command']}`",
        f"Waves, view, {'picture, ' if picture else ''}transcript: `{path.name}` in the "
        f"artifact {f'[failures]({link})' if link else '`failures`'}",
        "\n".join(excerpt(path)),
    ]


def annotation(one: Failed) -> str:
    """The line that GitHub makes an annotation of."""
    said = one.message.strip().replace("AssertionError: ", "")[:LONGEST]
    where = f"file={one.file},line={one.line}," if one.file else ""
    return f"::error {where}title={escaped(one.name, ',:')}::{escaped(said)}"


def escaped(text: str, more: str = "") -> str:
    """A text as GitHub's commands take it."""
    for letter in f"%\r\n{more}":
        text = text.replace(letter, f"%{ord(letter):02X}")
    return text


if __name__ == "__main__":
    cli.run_command(main)
