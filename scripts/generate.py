"""Write every file that is generated from spec/ and name it, or with ``--check`` only compare.

``python -m scripts.generate --check`` exits with 1 and names each stale or missing file.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from scripts.generators.isa_source import SpecError
from scripts.generators.outputs import generated_files

ROOT = Path(__file__).resolve().parent.parent


def stale_files(root: Path, files: dict[str, str]) -> list[str]:
    """Paths, relative to ``root``, whose content differs from ``files`` or that do not exist."""
    stale = []
    for name, text in files.items():
        path = root / name
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            stale.append(name)
    return stale


def main(arguments: list[str] | None = None) -> int:
    """Run the command; the exit code is 0 when everything is (or now is) fresh."""
    parser = argparse.ArgumentParser(prog="python -m scripts.generate", description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare, write nothing")
    parser.add_argument("--root", type=Path, default=ROOT, help="checkout to work on")
    options = parser.parse_args(arguments)
    try:
        files = generated_files(options.root / "spec")
    except (SpecError, OSError, ValueError, KeyError) as error:
        print(f"spec/ can't be read: {error}", file=sys.stderr)
        return 1
    stale = stale_files(options.root, files)
    if options.check:
        for name in stale:
            print(f"{name} is stale: run `make generate` and commit it", file=sys.stderr)
        return 1 if stale else 0
    for name in stale:
        path = options.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(files[name], encoding="utf-8")
        print(f"wrote {name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
