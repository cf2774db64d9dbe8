"""A compiler launcher that compiles Verilator's own run-time library once for all builds.

Used where ccache is not installed. Called by make as

    python objects.py <folder> <tag> <compiler> <words...>

Only sources in Verilator's include folder are kept: they include nothing that is generated, so
the command line, the source and the tag (the versions of the tools) decide the object. Half of
the time of a small build goes into them. Everything else is compiled as if this were not here.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path


def main(argv: list[str]) -> int:
    """Compile, or copy the kept object; return the compiler's exit code."""
    folder, tag, command = Path(argv[0]), argv[1], argv[2:]
    library = library_source(command)
    if library is None:
        return subprocess.run(command, check=False).returncode
    source, output = library
    kept = folder / f"{key(command, output, source, tag)}.o"
    if kept.is_file():
        shutil.copyfile(kept, output)
        return 0
    code = subprocess.run(command, check=False).returncode
    if code == 0:
        folder.mkdir(parents=True, exist_ok=True)
        temporary = kept.with_suffix(f".{os.getpid()}")
        shutil.copyfile(output, temporary)
        temporary.replace(kept)  # another process may do the same: either copy is right
    return code


def library_source(command: list[str]) -> tuple[Path, Path] | None:
    """Return source and output if the command compiles a file of Verilator's library, else None."""
    if "-c" not in command or "-o" not in command[:-1]:
        return None
    source = Path(command[-1])
    output = Path(command[command.index("-o") + 1])
    root = os.environ.get("VERILATOR_ROOT", "")
    if not root or source.parent != Path(root) / "include" or not source.is_file():
        return None
    return source, output


def key(command: list[str], output: Path, source: Path, tag: str) -> str:
    """Return a hash of what decides the object's content."""
    words = [word for word in command if word != str(output)]
    text = "\0".join([tag, *words]).encode()
    return hashlib.sha256(text + source.read_bytes()).hexdigest()[:32]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
