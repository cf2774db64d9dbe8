"""`pip install` of the checkout: the framework whole, and nothing left in the folder."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

from tb.build import ROOT

PART = ROOT / "tb" / "honeyguide"


def files_of(folder: Path) -> set[str]:
    """Return the files below a folder but byte code, relative to it."""
    return {
        str(path.relative_to(folder))
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def test_a_wheel_has_the_whole_framework_and_its_building_leaves_nothing(tmp_path: Path) -> None:
    checkout = tmp_path / "checkout"
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(PART, checkout / "tb" / "honeyguide", ignore=ignored)
    (checkout / "tb" / "build.py").write_text("")  # of the core: stays out
    for name in ("pyproject.toml", ".gitignore"):
        shutil.copyfile(ROOT / name, checkout / name)
    before = files_of(checkout)
    done = subprocess.run(
        [sys.executable, "-m", "pip", "--disable-pip-version-check", "wheel", "-q",
         "--no-deps", "--wheel-dir", str(tmp_path), str(checkout)],
        cwd=tmp_path, check=False, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert files_of(checkout) == before
    (wheel,) = tmp_path.glob("honeyguide-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        packed = {name for name in archive.namelist() if ".dist-info/" not in name}
    assert packed == {f"honeyguide/{name}" for name in files_of(PART)}
