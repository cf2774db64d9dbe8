"""The documents: a site without a dead link, no command that make lacks, no file that is gone."""

from __future__ import annotations

import re
import shutil
from functools import lru_cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import pytest

from honeyguide.mutate.page import unbroken
from scripts.docs.__main__ import build_site
from scripts.docs.hook import OUTSIDE

ROOT = Path(__file__).resolve().parents[2]
# What make is told: on a line of code, or in the text between backticks.
COMMAND = re.compile(r"(?:^|`|&& |\$ )make((?: [^\s`#|&;<>]+)+)", re.MULTILINE)
OTHER_PROJECTS = {"docs/tutorial.md", "tb/honeyguide/README.md"}  # whose commands are their own
# A file or folder of the project, between backticks; and those that a page says how to make.
PATH = re.compile(
    r"`((?:docs|examples|golden|integration|models|rtl|scripts|spec|sw|tb|tests)/[\w./-]*\w)/?`"
)
NOT_HERE = {"tb/tests/wide_images.py", "tests/honeyguide"}
PAGES = sorted({*(f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md")), *OUTSIDE})


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the documents, with all they link to."""
    folder = tmp_path_factory.mktemp("docs") / "project"
    shutil.copytree(ROOT / "docs", folder / "docs")
    shutil.copytree(ROOT / "scripts" / "docs", folder / "scripts" / "docs")
    shutil.copy(ROOT / "mkdocs.yml", folder)
    for path in OUTSIDE:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / path, folder / path)
    return folder


class Targets(HTMLParser):
    """What a page links to, and the names in it that others may link to."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.names: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what an element names and where it leads."""
        given = dict(attrs)
        self.names |= {name for key in ("id", "name") if (name := given.get(key))}
        for key in ("href", "src"):
            if target := given.get(key):
                self.links.append(target)


def test_the_site_has_no_dead_link_and_fetches_nothing(tmp_path: Path) -> None:
    assert build_site(ROOT / "mkdocs.yml", tmp_path) == []
    pages = {path: Targets(path.read_text("utf-8")) for path in tmp_path.rglob("*.html")}
    assert {path.stem for path in pages} >= {path.stem for path in (ROOT / "docs").glob("*.md")}
    dead = []
    for path, page in pages.items():
        if path.name == "404.html":
            continue
        for link in page.links:
            if link.startswith(("https://", "mailto:")):
                continue
            place, _, name = unquote(link).partition("#")
            target = (path.parent / place).resolve() if place else path
            target = target / "index.html" if target.is_dir() else target
            if not target.is_file() or (name and name not in pages[target].names):
                dead.append(f"{path.name}: {link}")
    assert dead == []
    fetched = [
        link
        for path in pages
        for link in re.findall(r'(?:src|rel="stylesheet" href)="(https?:[^"]*)"', path.read_text())
    ]
    assert fetched == []


@pytest.mark.parametrize(
    ("page", "text", "said"),
    [
        ("README.md", "[x](docs/nowhere.md)", "nowhere.md"),
        ("README.md", "[x](nowhere.txt)", "README.md links to nowhere.txt, which is not there"),
        ("README.md", "[x](docs/isa.md#no-such-place)", "no-such-place"),
        ("CONTRIBUTING.md", "[x](docs/nowhere.md)", "nowhere.md"),
        ("docs/isa.md", "[x](#no-such-place)", "no-such-place"),
        ("docs/isa.md", "![x](nowhere.png)", "nowhere.png"),
        ("docs/new.md", "# A page that the navigation leaves out", "new.md"),
    ],
)
def test_what_is_wrong_with_the_site_is_found(
    project: Path, tmp_path: Path, page: str, text: str, said: str
) -> None:
    path = project / page
    before = path.read_text("utf-8") if path.exists() else None
    path.write_text(f"{before or ''}\n\n{text}\n", encoding="utf-8")
    try:
        problems = build_site(project / "mkdocs.yml", tmp_path / "site")
    finally:
        if before is None:
            path.unlink()
        else:
            path.write_text(before, encoding="utf-8")
    assert any(said in problem for problem in problems), problems


@lru_cache(maxsize=1)
def targets() -> dict[str, set[str]]:
    """Targets of make with the variables that each takes."""
    lines = re.findall(r"^([a-z-]+):.*?## (.*)$", (ROOT / "Makefile").read_text("utf-8"), re.M)
    found = {}
    for name, help_text in lines:
        words = help_text.rpartition(": ")[2]
        found[name] = set(re.findall(r"\b([A-Z]+)=", words)) | {"ARGS", "BUILD"}
    return found


def wrong_commands(text: str) -> list[str]:
    """Commands of a text that make would refuse."""
    wrong = []
    for match in COMMAND.finditer(text):
        words = match.group(1).split()
        goals = [word for word in words if re.fullmatch(r"[a-z][a-z-]*", word)]
        names = re.findall(r"(?:^|\s)\[?([A-Z]+)=", match.group(1))
        known: set[str] = set().union(*(targets().get(goal, set()) for goal in goals))
        if goals[:1] and goals[0] not in targets():
            wrong.append(f"make {goals[0]}")
        elif goals:
            wrong += [f"make {goals[0]} {name}=" for name in names if name not in known]
    return wrong


@pytest.mark.parametrize("page", [page for page in PAGES if page not in OTHER_PROJECTS])
def test_commands_are_those_of_make(page: str) -> None:
    assert wrong_commands((ROOT / page).read_text("utf-8")) == []


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("```\nmake simm\n```", ["make simm"]),
        ("run `make sim NETWORK=x`", ["make sim NETWORK="]),
        ("run `make sim CONFIG=4x4 SEED=7` or `make lint`", []),
        ("to make sense of it", []),
        ("git clone … && cd ratel && make nothing", ["make nothing"]),
    ],
)
def test_wrong_commands_are_found(text: str, wrong: list[str]) -> None:
    assert wrong_commands(text) == wrong


def gone(text: str) -> list[str]:
    """Paths of the project that a text names and that are not there."""
    named = sorted({*PATH.findall(text)} - NOT_HERE)
    return [path for path in named if not (ROOT / path).exists()]


@pytest.mark.parametrize("page", [page for page in PAGES if page not in OTHER_PROJECTS])
def test_files_are_those_of_the_project(page: str) -> None:
    assert gone((ROOT / page).read_text("utf-8")) == []


def test_a_file_that_is_gone_is_found() -> None:
    assert gone("`sw/gone.py`, `rtl/`, `tb/hdl/ratel_tb.sv`, `tb/none/`") == [
        "sw/gone.py",
        "tb/none",
    ]


def test_what_is_said_of_trust_was_written_by_a_run() -> None:
    """And says of how many changes: a score without that says little."""
    text = (ROOT / "docs/trust.md").read_text(encoding="utf-8")
    assert unbroken(text), "docs/trust.md was edited: make mutate ARGS=--publish writes it"
    assert not unbroken(text.replace("| survived |", "| survived: |", 1))
    tried = re.search(r"^\| changes tried \| ([\d,]+) of \d+ kinds in \d+ modules \|$", text, re.M)
    assert tried is not None
    assert f"changed at {tried[1]} random places" in text
    assert re.search(r"Measured \d{4}-\d\d-\d\d at commit [0-9a-f]{7,}, seed \d+", text, re.M)
