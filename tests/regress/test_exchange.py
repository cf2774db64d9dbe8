"""Coverage for other tools: what they read is what was counted."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from honeyguide.coverage.code import Point
from honeyguide.coverage.exchange import COBERTURA, LCOV, UCIS, by_file
from honeyguide.coverage.exclusions import Exclusion
from honeyguide.coverage.functional import FunctionalCoverage
from honeyguide.coverage.page import Bars, CoverageReport, write_coverage
from tb.build import ROOT
from tb.coverage.points import POINTS

FIFO, SRAM = "rtl/lib/ratel_fifo.v", "rtl/lib/ratel_sram.v"
COUNTS = Counter(
    {
        Point("line", FIFO, 50, 3, "block"): 7,
        Point("line", FIFO, 50, 9, "block"): 0,
        Point("line", FIFO, 55, 3, "block"): 0,
        Point("branch", FIFO, 51, 5, "if"): 4,
        Point("branch", FIFO, 51, 6, "else"): 0,
        Point("branch", FIFO, 60, 5, "if"): 0,
        Point("branch", FIFO, 60, 6, "else"): 0,
        Point("toggle", FIFO, 30, 5, "count_q[0]:0->1"): 3,
        Point("line", SRAM, 33, 3, "block"): 2,
        Point("line", SRAM, 35, 3, "block"): 0,  # excluded
    }
)
EXCLUDED = {Point("line", SRAM, 35, 3, "block")}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a report in every form."""
    functional = FunctionalCoverage(files=1)
    functional.hits["bus.page_end", "read"] = 4
    code: Any = type("Code", (), {"counts": COUNTS})()
    why = Exclusion(file=SRAM, kind="", source="", what="", reason="of a test")
    report = CoverageReport(
        functional=functional, code=code, exclusions={why: list(EXCLUDED)}, wrong=(), bars=Bars(),
        chosen=(), seconds_all=0.0, seconds_chosen=0.0,
    )  # fmt: skip
    report.functional.outside = set()
    _, left_out = write_coverage(tmp_path, report, [])
    assert left_out == ""
    return tmp_path


def test_lines_and_branches_by_file() -> None:
    files = by_file(COUNTS, EXCLUDED)
    assert files[FIFO].lines == {50: 7, 51: 4, 55: 0, 60: 0}
    assert dict(files[FIFO].branches) == {51: [4, 0], 60: [0, 0]}
    assert files[SRAM].lines == {33: 2}


def test_the_tracefile(folder: Path) -> None:
    text = (folder / LCOV).read_text()
    assert f"SF:{ROOT / FIFO}\nBRDA:51,0,0,4\nBRDA:51,0,1,0\nBRDA:60,0,0,-\n" in text
    assert "DA:50,7\nDA:51,4\nDA:55,0\nDA:60,0\nLF:4\nLH:2\nend_of_record\n" in text
    assert text.count("end_of_record") == 2


@pytest.mark.skipif(
    shutil.which("genhtml") is None, reason="genhtml is not installed (Debian: apt install lcov)"
)
def test_genhtml_reads_the_tracefile(folder: Path, tmp_path: Path) -> None:
    pages = tmp_path / "pages"
    done = subprocess.run(
        ["genhtml", "--branch-coverage", "--output-directory", str(pages), str(folder / LCOV)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    said = dict(re.findall(r"(lines|branches)\.*: [\d.]+% \((\d+ of \d+)", done.stdout))
    assert said == {"lines": "3 of 5", "branches": "1 of 4"}, done.stdout
    assert any("ratel_fifo.v" in path.name for path in pages.rglob("*.html"))
    (folder / LCOV).write_text((folder / LCOV).read_text().replace("DA:50,7", "DA:50,seven"))
    broken = subprocess.run(
        ["genhtml", "--output-directory", str(tmp_path / "broken"), str(folder / LCOV)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "3 of 5" not in broken.stdout


def test_cobertura(folder: Path) -> None:
    root = ElementTree.parse(folder / COBERTURA).getroot()
    assert root.tag == "coverage"
    assert (root.get("lines-covered"), root.get("lines-valid")) == ("3", "5")
    assert (root.get("branches-covered"), root.get("branches-valid")) == ("1", "4")
    assert root.get("line-rate") == "0.6000"
    (fifo,) = [one for one in root.iter("class") if one.get("filename") == FIFO]
    lines = {line.get("number"): line for line in fifo.iter("line")}
    assert lines["50"].get("hits") == "7" and lines["50"].get("branch") == "false"
    assert lines["51"].get("condition-coverage") == "50% (1/2)"
    (source,) = root.iter("source")
    assert (Path(str(source.text)) / FIFO).is_file()


def read_back(path: Path) -> dict[str, dict[str, int]]:
    """Points and bins as pyucis reads them from a file that keeps the schema."""
    from ucis.report.coverage_report_builder import CoverageReportBuilder
    from ucis.xml.xml_factory import XmlFactory

    report = CoverageReportBuilder.build(XmlFactory.read(str(path)))
    return {
        f"{group.name}.{point.name}": {item.name: item.count for item in point.bins}
        for group in report.covergroups
        for point in group.coverpoints
    }


def test_pyucis_reads_every_point_and_bin(folder: Path) -> None:
    found = read_back(folder / UCIS)
    assert {name: tuple(bins) for name, bins in found.items()} == {
        name if "." in name else f"{name}.{name}": bins for name, bins in POINTS.items()
    }
    assert found["bus.page_end"]["read"] == 4
    assert sum(sum(bins.values()) for bins in found.values()) == 4


def test_pyucis_refuses_what_breaks_the_schema(folder: Path) -> None:
    text = (folder / UCIS).read_text()
    (folder / UCIS).write_text(text.replace("coverageCount", "count"))
    with pytest.raises(Exception, match="count"):
        read_back(folder / UCIS)


def test_without_pyucis_a_sentence_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    from honeyguide.coverage.exchange import exchange

    monkeypatch.setitem(sys.modules, "ucis", None)
    texts, left_out = exchange(FunctionalCoverage(), COUNTS, EXCLUDED, passed=True)
    assert set(texts) == {LCOV, COBERTURA}
    assert left_out.startswith("functional.xml is left out: ucis is not installed")
