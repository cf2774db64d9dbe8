"""Say on the page of a pull request what failed: first differences, commands, places in the files.

    python -m scripts.ci_summary >> "$GITHUB_STEP_SUMMARY"      Markdown on standard output
                                                                 annotations on standard error

Reads build/reports/junit-*.xml and the zips below build/failed. An annotation is a line
`::error file=...,line=...::message`, which GitHub shows beside the changed lines.
"""

from __future__ import annotations

import json
import re
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from honeyguide import cli
from honeyguide.project import BUILD
from honeyguide.waves.bundle import PUBLISHED
from tb.build import ROOT

LONGEST = 300  # letters of a message
SHOWN = 20  # failed tests
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
    wanted = options.parse_args(argv)
    reports = sorted((wanted.folder / "reports").glob("junit-*.xml"))
    failures = [one for path in reports for one in failed_tests(path)]
    if not reports:
        print("**No test left a report**: nothing was judged here. The job's log says why.")
    else:
        print(markdown(failures, sorted((wanted.folder / PUBLISHED).glob("*.zip"))))
    for one in failures:
        print(annotation(one), file=sys.stderr)
    return 0


def failed_tests(path: Path) -> Iterator[Failed]:
    """Yield the failures of a JUnit file; one that can't be read is one."""
    try:
        cases = list(ElementTree.parse(path).getroot().iter("testcase"))
    except (ElementTree.ParseError, OSError):
        yield Failed(name=path.name, message="the report can't be read")
        return
    if not cases:
        yield Failed(name=path.name, message="no test is in the report: nothing ran")
    for case in cases:
        bad = case.find("failure")
        bad = case.find("error") if bad is None else bad
        if bad is None:
            continue
        text = f"{bad.get('message') or ''}\n{bad.text or ''}"
        file, line = place(case.get("classname", ""), case.get("name", ""), text)
        message = (bad.get("message") or "failed").strip().replace("AssertionError: ", "")
        yield Failed(
            name=f"{case.get('classname')}.{case.get('name')}", message=message[:LONGEST],
            file=file, line=line,
        )  # fmt: skip


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


def annotation(one: Failed) -> str:
    """The line that GitHub makes an annotation of."""
    where = f"file={one.file},line={one.line}," if one.file else ""
    return f"::error {where}title={escaped(one.name, ',:')}::{escaped(one.message)}"


def escaped(text: str, more: str = "") -> str:
    """A text as GitHub's commands take it."""
    for letter in f"%\r\n{more}":
        text = text.replace(letter, f"%{ord(letter):02X}")
    return text


def markdown(failures: list[Failed], zips: list[Path]) -> str:
    """The summary."""
    if not failures and not zips:
        return "Everything passed."
    lines = [f"### {len(failures)} tests failed", ""]
    for path in zips:
        with zipfile.ZipFile(path) as archive:
            about = json.loads(archive.read(f"{path.stem}/about.json"))
            said = archive.read(f"{path.stem}/difference.txt").decode()
            picture = f"{path.stem}/picture.png" in archive.namelist()
        lines += [
            f"#### {about['test']}, seed {about['seed']}, {about['config']}", "",
            "```", said.strip(), "```", "", f"Again: `{about['command']}`", "",
            f"Waves, view, {'picture, ' if picture else ''}transcript: `{path.name}` in the "
            "artifact `failures`", "",
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
