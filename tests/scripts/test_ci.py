"""The CI entry runs the README's command, the workflows run the CI entry and everything else."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from scripts.reports.nights import FIGURES

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


WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
EXPRESSION = re.compile(r"\$\{\{ *([\w.]+) *\}\}")
WANTED = (
    "nightly", "regress", "coverage", "selftest", "mutate", "prove", "replay", "networks", "bench",
    "fuzz", "fuzz-files", "soc", "example", "docs", "trend",
)  # fmt: skip


def scripts_of(path: Path) -> Iterator[str]:
    """Every script that a workflow's jobs run, for each entry of its matrix."""
    workflow = yaml.load(path.read_text("utf-8"), Loader=yaml.BaseLoader)
    for job in workflow["jobs"].values():
        entries = job.get("strategy", {}).get("matrix", {}).get("include", [{}])
        for entry in entries:
            for step in job["steps"]:
                if "run" in step:
                    text = step["run"]
                    for key, value in entry.items():
                        text = text.replace(f"${{{{ matrix.{key} }}}}", value)
                    yield EXPRESSION.sub("7", text)


def tried(script: str) -> str:
    """What bash or make has against a script, without running it; empty when nothing."""
    done = subprocess.run(["bash", "-n"], input=script, text=True, capture_output=True, check=False)
    if done.returncode:
        return done.stderr
    for line in re.sub(r"\\\n", " ", script).splitlines():
        words = shlex.split(re.split(r" [>|&]", line)[0])
        if words[:1] == ["make"]:
            dry = subprocess.run(
                ["make", "-n", *words[1:]], cwd=ROOT, text=True, capture_output=True, check=False,
                stdin=subprocess.DEVNULL,
            )  # fmt: skip
            if dry.returncode or "bootstrap.sh refuse" in dry.stdout:
                return dry.stdout + dry.stderr
        elif words and "/" in words[0] and not os.access(ROOT / words[0], os.X_OK):
            return f"{words[0]} is not there"
    return ""


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_every_script_of_a_workflow_would_run_here(path: Path) -> None:
    scripts = list(scripts_of(path))
    assert scripts
    for script in scripts:
        assert tried(script) == "", script


def test_the_night_runs_everything() -> None:
    scripts = list(scripts_of(ROOT / ".github" / "workflows" / "nightly.yml"))
    targets = {script.split()[1] for script in scripts if script.startswith("make ")}
    assert targets == set(WANTED)


@pytest.mark.parametrize("script", ["make simm", "make sim SEDE=7", ".ci/walk", "if true"])
def test_a_script_that_would_not_run_is_found(script: str) -> None:
    assert tried(script) != ""


def test_artefacts_are_where_the_commands_leave_them() -> None:
    path = ROOT / ".github" / "workflows" / "nightly.yml"
    workflow = yaml.load(path.read_text("utf-8"), Loader=yaml.BaseLoader)
    entries = workflow["jobs"]["night"]["strategy"]["matrix"]["include"]
    kept = "\n".join(entry["keep"] for entry in entries)
    for report in {figure.report for figure in FIGURES} - {"test.json", "networks.json"}:
        stem = report.removesuffix(".json")
        assert re.search(rf"/{stem}\.\*$", kept, re.M), report
    assert [e["keep"] for e in entries if e["name"] == "everything"] == ["build/reports/*"]
