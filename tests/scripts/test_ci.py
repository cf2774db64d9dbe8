"""The CI entry runs the README's command, and the workflow runs the CI entry."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
ENTRY = ROOT / ".ci" / "run"


def fake_make(folder: Path, code: int) -> dict[str, str]:
    """An environment in which make writes down how it was called and exits with `code`."""
    make = folder / "make"
    make.write_text(f'#!/bin/sh\necho "$PWD: $*" > {folder}/called\nexit {code}\n')
    make.chmod(0o755)
    return {**os.environ, "PATH": f"{folder}:{os.environ['PATH']}", "CI": "true"}


@pytest.mark.parametrize("code", [0, 2])
def test_the_entry_is_make_test_and_passes_its_exit_code_on(tmp_path: Path, code: int) -> None:
    done = subprocess.run([str(ENTRY)], env=fake_make(tmp_path, code), cwd=tmp_path, check=False)
    assert done.returncode == code
    assert (tmp_path / "called").read_text() == f"{ROOT}: test\n"


def test_the_workflow_runs_on_pull_requests_and_calls_both_commands() -> None:
    text = (ROOT / ".github" / "workflows" / "ci.yml").read_text()
    workflow = yaml.load(text, Loader=yaml.BaseLoader)  # "on" is a truth value to other loaders
    assert "pull_request" in workflow["on"]
    commands = {
        job: [step["run"] for step in steps["steps"] if "run" in step]
        for job, steps in workflow["jobs"].items()
    }
    assert ".ci/run" in commands["test"]
    assert "make sim" in commands["sim"]
