"""What every test can ask for: the seed of this run, and a folder for builds that is kept."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from honeyguide import cli
from honeyguide.project import BUILD, own_prefix, shell_settings
from honeyguide.report.junit import read_junit
from honeyguide.runs import RunFolder, session_run
from honeyguide.surroundings import settle
from tests import asked, reads
from tests.order import in_order

ROOT = Path(__file__).resolve().parents[1]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--seed`, which `make test SEED=` passes on."""
    parser.addoption(
        "--seed", type=cli.seed, default=1, help="root seed of every random choice in the tests"
    )
    parser.addoption("--explain", action="store_true", help="repeat a failing simulation")
    parser.addoption("--waves", action="store_true", help="record waves of simulations")
    reads.add_options(parser)
    parser.addoption(
        "--last", type=Path, help="JUnit file of a run before: what failed in it comes first"
    )
    parser.addoption(
        "--first", type=Path, help="JSON: files that come next, and patterns of the tests in them"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Give these tests a folder of their own; processes that run some of them find it told."""
    reads.start(config)
    settle(own_prefix(), shell_settings())
    asked.explain |= config.getoption("--explain")
    asked.waves |= config.getoption("--waves")
    if config.getoption("--listed"):
        return  # nothing runs: the failures of the last run stay where they are
    folder = session_run("pytest", BUILD)
    if not hasattr(config, "workerinput"):
        (folder / "failures").mkdir(exist_ok=True)
        RunFolder(path=folder / "failures", base=BUILD).publish_as(BUILD / "failures")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Run first what failed last time, then what an edit touches first, then what took longest."""
    last, first = config.getoption("--last"), config.getoption("--first")
    told = json.loads(first.read_text(encoding="utf-8")) if first else {}
    if last or told:
        cases = read_junit(last) or [] if last else []
        items[:] = in_order(items, cases, told.get("files", ()), told.get("patterns", ()))


@pytest.fixture(scope="session")
def seed(pytestconfig: pytest.Config) -> int:
    """Return the root seed of this run."""
    return int(pytestconfig.getoption("--seed"))


@pytest.fixture(scope="session")
def repository() -> Path:
    """Return the root folder of the checkout."""
    return ROOT
