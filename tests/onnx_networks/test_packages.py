"""What ONNX needs is installed when the first file is read, and a failure of that is a sentence."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from golden.network import NetworkError
from honeyguide.cli import UserError
from scripts.runs import model, onnx_packages
from sw.importer.from_onnx import file
from tb.build import ROOT


def installed(monkeypatch: pytest.MonkeyPatch, code: int) -> list[list[str]]:
    """Let nothing be there, and note what pip is asked for."""
    asked: list[list[str]] = []

    def run(words: list[str], **_: Any) -> subprocess.CompletedProcess[str]:
        asked.append(words)
        return subprocess.CompletedProcess(words, code, stdout="", stderr="x\nERROR: no network\n")

    monkeypatch.setattr(onnx_packages, "_there", lambda pin: False)
    monkeypatch.setattr(subprocess, "run", run)
    return asked


def test_a_tflite_file_asks_for_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = installed(monkeypatch, 0)
    model.ensure_onnx(tmp_path / "net.tflite")
    model.ensure_onnx(tmp_path / "none.onnx")
    assert asked == []


def test_they_are_installed_pinned_and_it_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = installed(monkeypatch, 0)
    path = tmp_path / "net.onnx"
    path.write_bytes(b"")
    model.ensure_onnx(path)
    assert len(asked) == 1
    pins = [word for word in asked[0] if "==" in word]
    assert {pin.partition("==")[0] for pin in pins} >= {"onnx", "onnxruntime", "protobuf"}
    assert "--no-deps" in asked[0]
    assert "for ONNX networks (once)" in capsys.readouterr().out


def test_a_failure_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installed(monkeypatch, 1)
    with pytest.raises(UserError, match="failed: ERROR: no network"):
        onnx_packages.ensure_packages()


def test_the_pins_agree_with_those_of_the_other_files() -> None:
    def pins(name: str) -> dict[str, str]:
        lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
        return dict(line.strip().split("==", 1) for line in lines if "==" in line)

    others = {**pins("requirements.txt"), **pins("requirements-dev.txt")}
    for name, version in pins("requirements-onnx.txt").items():
        assert others.get(name, version) == version


def test_without_the_package_a_file_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import builtins

    genuine = builtins.__import__

    def absent(name: str, *arguments: Any, **options: Any) -> Any:
        if name == "onnx":
            raise ModuleNotFoundError(name)
        return genuine(name, *arguments, **options)

    monkeypatch.setattr(builtins, "__import__", absent)
    with pytest.raises(NetworkError, match="needs the package onnx"):
        file.load(tmp_path / "net.onnx")


def test_tests_are_collected_where_they_are_not_there() -> None:
    """The first test that runs installs them; until then a fresh clone has none."""
    hidden = f"sys.modules.update(dict.fromkeys({['onnx', 'onnxruntime']}))"
    code = f"import sys, pytest; {hidden}; sys.exit(pytest.main(sys.argv[1:]))"
    words = ["--collect-only", "-q", "tests/onnx_networks"]
    done = subprocess.run(
        [sys.executable, "-c", code, *words], cwd=ROOT, check=False,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
