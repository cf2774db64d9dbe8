"""A copy of the checkout below build/, in which the core can be broken while the rest stays.

Tests that run in it find the broken core as they find the good one, so nothing of the bench needs
to know about faults. What a tree has built is kept for the good core only.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from honeyguide.core import core, fault_tests
from honeyguide.project import BUILD, ROOT

FOLDER = BUILD / "selftest"


class Tree:
    """One copy.

    Attributes:
        root: its top folder.
    """

    def __init__(self, name: str, *, source: Path = ROOT, folder: Path = FOLDER) -> None:
        self.root = folder / name
        self._source = source
        shutil.rmtree(self.root, ignore_errors=True)
        self.root.mkdir(parents=True)
        listed = fault_tests()
        ignore = shutil.ignore_patterns("__pycache__")
        for item in listed.copied:
            origin, copy = source / item, self.root / item
            if origin.is_dir():
                shutil.copytree(origin, copy, ignore=ignore)
            elif origin.is_file():
                shutil.copy2(origin, copy)
        for pattern in listed.linked:
            for path in source.glob(pattern):
                (self.root / path.name).symlink_to(path)

    def reset(self) -> None:
        """Make the core good again, and forget what was built of a broken one."""
        shutil.rmtree(self.root / core().rtl)
        shutil.copytree(self._source / core().rtl, self.root / core().rtl)
        shutil.rmtree(self.root / "build", ignore_errors=True)
