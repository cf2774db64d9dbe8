"""What `pip install .` takes along: every file of the framework, not only its Python."""

from __future__ import annotations

import tomllib
from fnmatch import fnmatch

from tb.build import ROOT

FRAMEWORK = ROOT / "tb" / "honeyguide"


def test_every_file_beside_the_python_is_package_data() -> None:
    content = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    data = content["tool"]["setuptools"]["package-data"]
    others = [
        path
        for path in FRAMEWORK.rglob("*")
        if path.is_file() and path.suffix not in {".py", ".pyc"}
    ]
    left_out = []
    for path in others:
        # A pattern counts from the package that the file is in or below.
        names = [
            path.relative_to(parent).as_posix()
            for parent in path.parents
            if parent.is_relative_to(FRAMEWORK) and (parent / "__init__.py").is_file()
        ]
        taken = any(fnmatch(name, pattern) for name in names for pattern in data["*"])
        if not taken and path.relative_to(FRAMEWORK).as_posix() not in data["honeyguide"]:
            left_out.append(str(path))
    assert others and left_out == []
