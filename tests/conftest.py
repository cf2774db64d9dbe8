"""What every test can ask for: the seed of this run, and a folder for builds that is kept."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--seed`, which `make test SEED=` passes on."""
    parser.addoption(
        "--seed", type=int, default=1, help="root seed of every random choice in the tests"
    )


@pytest.fixture(scope="session")
def seed(pytestconfig: pytest.Config) -> int:
    """Return the root seed of this run."""
    return int(pytestconfig.getoption("--seed"))


@pytest.fixture(scope="session")
def repository() -> Path:
    """Return the root folder of the checkout."""
    return ROOT
