"""The packages that ONNX needs, installed when the first of these tests runs."""

from __future__ import annotations

import pytest

from scripts.runs.onnx_packages import ensure_packages


@pytest.fixture(scope="session", autouse=True)
def packages() -> None:
    """Install them if they are not there."""
    ensure_packages()
