"""Coverage in the forms that other tools read: LCOV, Cobertura and UCIS.

    coverage.info     LCOV: lines and branches, for genhtml and editors
    cobertura.xml     Cobertura: the same, for CI pages
    functional.xml    UCIS 1.0: points and bins, for tools of functional coverage

LCOV and Cobertura have no place for toggles and terms of conditions; coverage.json has them. What
is excluded with a reason is left out of all.
"""

from __future__ import annotations

import io
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from xml.etree import ElementTree

from honeyguide.core import points
from honeyguide.coverage.code import Point
from honeyguide.coverage.functional import FunctionalCoverage
from honeyguide.project import NAME, ROOT

LCOV = "coverage.info"
COBERTURA = "cobertura.xml"
UCIS = "functional.xml"
DOCTYPE = '<!DOCTYPE coverage SYSTEM "http://cobertura.sourceforge.net/xml/coverage-04.dtd">'


@dataclass(kw_only=True)
class SourceFile:
    """What was counted in a file: how often a line was reached, and a branch left each way."""

    lines: dict[int, int] = field(default_factory=dict)
    branches: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))

    @property
    def hit(self) -> int:
        """Lines that were reached."""
        return sum(count > 0 for count in self.lines.values())

    @property
    def ways(self) -> list[int]:
        """Counts of all ways out."""
        return [count for line in sorted(self.branches) for count in self.branches[line]]


def by_file(counts: Mapping[Point, int], excluded: Collection[Point]) -> dict[str, SourceFile]:
    """Sort lines and branches by file; a line with several blocks counts as its busiest."""
    files: dict[str, SourceFile] = {}
    for point in sorted(set(counts) - set(excluded)):
        if point.kind not in ("line", "branch"):
            continue
        file = files.setdefault(point.file, SourceFile())
        if point.kind == "branch":
            file.branches[point.line].append(counts[point])
        file.lines[point.line] = max(file.lines.get(point.line, 0), counts[point])
    return files


def lcov(files: Mapping[str, SourceFile]) -> str:
    """Return a tracefile as genhtml reads it."""
    text = ["TN:"]
    for name, file in sorted(files.items()):
        text.append(f"SF:{ROOT / name}")
        for line, ways in sorted(file.branches.items()):
            # Of a condition that was never looked at, nothing is known: `-`.
            seen = any(ways)
            text += [
                f"BRDA:{line},0,{way},{count if seen else '-'}" for way, count in enumerate(ways)
            ]
        taken = sum(count > 0 for count in file.ways)
        text += [f"BRF:{len(file.ways)}", f"BRH:{taken}"]
        text += [f"DA:{line},{count}" for line, count in sorted(file.lines.items())]
        text += [f"LF:{len(file.lines)}", f"LH:{file.hit}", "end_of_record"]
    return "\n".join([*text, ""])


def cobertura(files: Mapping[str, SourceFile], when: datetime) -> str:
    """Return a Cobertura report; a package is a folder, a class a file."""
    root = ElementTree.Element("coverage", totals(files.values()))
    root.set("version", "1.0")
    root.set("timestamp", str(int(when.timestamp())))
    sources = ElementTree.SubElement(root, "sources")
    ElementTree.SubElement(sources, "source").text = str(ROOT)
    packages = ElementTree.SubElement(root, "packages")
    folders: dict[str, dict[str, SourceFile]] = defaultdict(dict)
    for name, file in sorted(files.items()):
        folders[str(Path(name).parent)][name] = file
    for folder, inside in folders.items():
        package = ElementTree.SubElement(
            packages, "package", {"name": folder, **rates(inside.values())}
        )
        classes = ElementTree.SubElement(package, "classes")
        for name, file in inside.items():
            one = ElementTree.SubElement(
                classes, "class", {"name": Path(name).stem, "filename": name, **rates([file])}
            )
            ElementTree.SubElement(one, "methods")
            add_lines(ElementTree.SubElement(one, "lines"), file)
    ElementTree.indent(root)
    body = ElementTree.tostring(root, encoding="unicode")
    return f'<?xml version="1.0"?>\n{DOCTYPE}\n{body}\n'


def add_lines(parent: ElementTree.Element, file: SourceFile) -> None:
    """Add an element for each line."""
    for number, count in sorted(file.lines.items()):
        line = ElementTree.SubElement(parent, "line", number=str(number), hits=str(count))
        ways = file.branches.get(number, [])
        line.set("branch", "true" if ways else "false")
        if ways:
            taken = sum(way > 0 for way in ways)
            share = f"{100 * taken // len(ways)}% ({taken}/{len(ways)})"
            line.set("condition-coverage", share)


def rates(files: Collection[SourceFile]) -> dict[str, str]:
    """Return the shares of lines and branches of some files, as Cobertura has them."""
    told = totals(files)
    return {key: told[key] for key in ("line-rate", "branch-rate", "complexity")}


def totals(files: Collection[SourceFile]) -> dict[str, str]:
    """Return shares and numbers of lines and branches of some files, as Cobertura has them."""
    lines = sum(len(file.lines) for file in files)
    hit = sum(file.hit for file in files)
    ways = [count for file in files for count in file.ways]
    taken = sum(count > 0 for count in ways)
    return {
        "line-rate": f"{hit / lines if lines else 1:.4f}",
        "branch-rate": f"{taken / len(ways) if ways else 1:.4f}",
        "lines-covered": str(hit),
        "lines-valid": str(lines),
        "branches-covered": str(taken),
        "branches-valid": str(len(ways)),
        "complexity": "0",
    }


def ucis(coverage: FunctionalCoverage, when: datetime, *, passed: bool) -> str:
    """Return functional coverage as UCIS 1.0 XML: a covergroup for what stands before the dot.

    Raises:
        ImportError: pyucis, which writes it, is not installed.
    """
    import ucis as api
    from ucis.history_node_kind import HistoryNodeKind
    from ucis.mem.mem_factory import MemFactory
    from ucis.source_info import SourceInfo
    from ucis.test_data import TestData
    from ucis.xml.xml_writer import XmlWriter

    stamp = when.strftime("%Y%m%d%H%M%S")
    base = MemFactory.create()
    base.setWrittenBy("honeyguide")
    base.setWrittenTime(stamp)
    status = api.UCIS_TESTSTATUS_OK if passed else api.UCIS_TESTSTATUS_ERROR
    run = base.createHistoryNode(None, "coverage", "coverage", HistoryNodeKind.TEST)
    run.setTestData(TestData(teststatus=status, toolcategory="functional", date=stamp))
    place = SourceInfo(base.createFileHandle("points", "."), 1, 1)
    kind = api.UCIS_OTHER
    flags = api.UCIS_ENABLED_STMT | api.UCIS_SCOPE_UNDER_DU
    unit = base.createScope(f"work.{NAME}", place, 1, kind, api.UCIS_DU_MODULE, flags)
    top = base.createInstance(NAME, place, 1, kind, api.UCIS_INSTANCE, unit, api.UCIS_INST_ONCE)
    groups = {}
    for name, bins in points().items():
        head, _, tail = name.partition(".")
        if head not in groups:
            groups[head] = top.createCovergroup(head, place, 1, kind)
        point = groups[head].createCoverpoint(tail or name, place, 1, kind)
        for text in bins:
            point.createBin(text, place, 1, coverage.hits[name, text], text)
    stream = io.StringIO()
    XmlWriter().write(stream, base)
    return stream.getvalue()


def exchange(
    functional: FunctionalCoverage,
    counts: Mapping[Point, int] | None,
    excluded: Collection[Point],
    *,
    passed: bool,
) -> tuple[dict[str, str], str]:
    """Return the files by name, and in a sentence what could not be made, empty when all was."""
    when = datetime.now().astimezone()
    texts: dict[str, str] = {}
    if counts is not None:
        files = by_file(counts, excluded)
        texts |= {LCOV: lcov(files), COBERTURA: cobertura(files, when)}
    try:
        texts[UCIS] = ucis(functional, when, passed=passed)
    except ImportError as missing:
        return texts, f"{UCIS} is left out: {missing.name} is not installed (pip install pyucis)"
    return texts, ""
