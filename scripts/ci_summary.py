"""Say on the page of a pull request what failed: first differences, commands, places in the files.

    python -m scripts.ci_summary >> "$GITHUB_STEP_SUMMARY"      Markdown on standard output
                                                                 annotations on standard error

Reads build/reports/junit-*.xml and the zips below build/failed. An annotation is a line
`::error file=...,line=...::message`, which GitHub shows beside the changed lines. With --base a
first difference is also shown beside the lines of the core that the change touched, those of the
blamed stage if there are any. GitHub shows no picture that lies in a file, so the summary has the
lines of the transcript around the instruction, and --link leads to zips and pictures.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from honeyguide import cli
from honeyguide.project import BUILD
from honeyguide.report.junit import read_junit
from honeyguide.waves.bundle import PUBLISHED
from tb.build import ROOT

LONGEST = 300  # letters of a message
SHOWN = 20  # failed tests
AROUND = 6  # lines of a transcript before and after the instruction
STAGES = {
    "load": ("rtl/memory/",), "store": ("rtl/memory/",), "memory": ("rtl/memory/", "rtl/compute/"),
    "array": ("rtl/compute/",), "requantiser": ("rtl/compute/",), "control": ("rtl/control/",),
}  # fmt: skip
HUNK = re.compile(r"^@@ -\S+ \+(\d+)(?:,(\d+))? @@", re.MULTILINE)
PLACE = re.compile(r"^([\w./-]+\.(?:py|v|sv|toml)):(\d+):", re.MULTILINE)


@dataclass(frozen=True, kw_only=True)
class Failed:
    """A test that failed: its name, why, and where in the checkout, if that is known."""

    name: str
    message: str
    file: str = ""
    line: int = 1


def main(argv: list[str]) -> int:
    """Write both; the exit code says nothing, since the checks have said it."""
    options = cli.parser("ci_summary", __doc__)
    options.add_argument("--folder", type=Path, default=BUILD, metavar="FOLDER", help="build/")
    cli.add(options, "base", default=None, help="what the change is against")
    options.add_argument("--link", default="", metavar="URL", help="where the zips are")
    wanted = options.parse_args(argv)
    reports = sorted((wanted.folder / "reports").glob("junit-*.xml"))
    failures = [one for path in reports for one in failed_tests(path)]
    zips = sorted((wanted.folder / PUBLISHED).glob("*.zip"))
    if not reports:
        print("**No test left a report**: nothing was judged here. The job's log says why.")
    else:
        print(markdown(failures, zips, wanted.link))
    failures += beside_changes(zips, changed(wanted.base)) if wanted.base else []
    for one in failures:
        print(annotation(one), file=sys.stderr)
    return 0


def failed_tests(path: Path) -> Iterator[Failed]:
    """Yield the failures of a JUnit file; one that can't be read is one."""
    cases = read_junit(path)
    if cases is None:
        yield Failed(name=path.name, message="the report can't be read")
        return
    if not cases:
        yield Failed(name=path.name, message="no test is in the report: nothing ran")
    for case in cases:
        if not case.failed:
            continue
        file, line = place(case.classname, case.name, f"{case.message}\n{case.text}")
        message = (case.message or "failed").strip().replace("AssertionError: ", "")
        yield Failed(
            name=f"{case.classname}.{case.name}", message=message[:LONGEST], file=file, line=line
        )


def place(module: str, test: str, text: str) -> tuple[str, int]:
    """Return where a failure belongs: what its text names last in the checkout, else its test."""
    for file, line in reversed(PLACE.findall(text)):
        if (ROOT / file).is_file():
            return file, int(line)
    path = Path(module.replace(".", "/")).with_suffix(".py")
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
        for file, line in (near or changes)[:SHOWN]:
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


def annotation(one: Failed) -> str:
    """The line that GitHub makes an annotation of."""
    where = f"file={one.file},line={one.line}," if one.file else ""
    return f"::error {where}title={escaped(one.name, ',:')}::{escaped(one.message)}"


def escaped(text: str, more: str = "") -> str:
    """A text as GitHub's commands take it."""
    for letter in f"%\r\n{more}":
        text = text.replace(letter, f"%{ord(letter):02X}")
    return text


def markdown(failures: list[Failed], zips: list[Path], link: str = "") -> str:
    """The summary."""
    if not failures and not zips:
        return "Everything passed."
    lines = [f"### {len(failures)} tests failed", ""]
    for path in zips:
        about = read(path, "about.json")
        with zipfile.ZipFile(path) as archive:
            said = archive.read(f"{path.stem}/difference.txt").decode()
            picture = f"{path.stem}/picture.png" in archive.namelist()
        lines += [
            f"#### {about['test']}, seed {about['seed']}, {about['config']}", "",
            "```", said.strip(), "```", "", f"Again: `{about['command']}`", "",
            f"Waves, view, {'picture, ' if picture else ''}transcript: `{path.name}` in the "
            f"artifact {f'[failures]({link})' if link else '`failures`'}", "", *excerpt(path),
        ]  # fmt: skip
    if failures:
        lines += ["| test | why |", "|---|---|"]
        for one in failures[:SHOWN]:
            why = one.message.splitlines()[0] if one.message else ""
            lines.append(f"| `{one.name}` | {why.replace('|', chr(92) + '|')} |")
    if len(failures) > SHOWN:
        lines += ["", f"and {len(failures) - SHOWN} more"]
    return "\n".join(lines)


if __name__ == "__main__":
    cli.run_command(main)
