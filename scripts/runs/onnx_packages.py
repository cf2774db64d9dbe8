"""The packages for ONNX networks, installed when the first such network is read."""

from __future__ import annotations

import fcntl
import subprocess
import sys
from importlib import invalidate_caches, metadata

from honeyguide import cli
from honeyguide.project import BUILD
from tb.build import ROOT

REQUIREMENTS = ROOT / "requirements-onnx.txt"


def ensure_packages() -> None:
    """Install what reads and judges ONNX files (40 MB), if it is not there.

    Raises:
        UserError: they could not be installed.
    """
    lines = REQUIREMENTS.read_text(encoding="utf-8").splitlines()
    pins = [line.strip() for line in lines if line.strip() and not line.startswith("#")]
    lock = BUILD / "onnx.lock"
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("w", encoding="utf-8") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        if not (wanting := [pin for pin in pins if not _there(pin)]):
            return
        print(f"installing {', '.join(wanting)} for ONNX networks (once)", flush=True)
        words = [
            sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "--quiet",
            "--no-deps", "--only-binary", ":all:", *wanting,
        ]  # fmt: skip
        done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode:
        said = [line for line in done.stderr.splitlines() if line.startswith("ERROR")]
        raise cli.UserError(
            f"installing {', '.join(wanting)} failed: {said[-1] if said else 'see pip'}"
        )
    invalidate_caches()


def _there(pin: str) -> bool:
    name, _, version = pin.partition("==")
    try:
        return metadata.version(name) == version
    except metadata.PackageNotFoundError:
        return False
