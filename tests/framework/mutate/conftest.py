"""The fixture that the tests of this folder share."""

from __future__ import annotations

from pathlib import Path

import pytest

from honeyguide.mutate.source import Source, read_sources
from tests.framework.mutate.mutants import DEMO, PART


@pytest.fixture
def demo(tmp_path: Path) -> Source:
    """Return a module with something for each kind of change."""
    for name, text in (("part", PART), ("demo", DEMO)):
        (tmp_path / f"{name}.v").write_text(text)
    return read_sources([tmp_path / "part.v", tmp_path / "demo.v"])[1]
