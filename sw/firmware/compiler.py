"""Cross-compile firmware: a system `riscv*-elf-gcc` if there is one, else clang from `ziglang`.

    compile_firmware([FIRMWARE / "programs" / "hello.c"], folder) -> Compiled

`RISCV_CC` names another gcc. The 400 MB of ziglang are installed into `build/zig` when, and only
when, no gcc is found; requirements-zig.txt pins it.
"""

from __future__ import annotations

import fcntl
import logging
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from sw.firmware.elf import Elf, read_elf

log = logging.getLogger(__name__)

FIRMWARE = Path(__file__).resolve().parent
ROOT = FIRMWARE.parents[1]
INCLUDE = ROOT / "sw" / "include"
BUILD = Path(os.environ.get("HONEYGUIDE_BUILD") or ROOT / "build")  # as the launcher says
ZIG = BUILD / "zig"
ZIG_INSTALLED = ZIG / "installed"  # holds what was asked for; written last
ZIG_REQUIREMENTS = FIRMWARE / "requirements-zig.txt"
GCC_NAMES = ("riscv32-unknown-elf-gcc", "riscv64-unknown-elf-gcc", "riscv-none-elf-gcc")
# Not by PYTHONPATH, which would be cut at a colon in the path of the checkout.
START_ZIG = (
    "import runpy, sys; sys.path.insert(0, sys.argv.pop(1)); "
    "runpy.run_module('ziglang', run_name='__main__')"
)
RUNTIME = ("start.S", "soc.c")
FLAGS = (
    "-O2", "-std=c11", "-Wall", "-Wextra", "-Werror", "-ffreestanding", "-fno-builtin",
    "-nostdlib", "-ffunction-sections",
)  # fmt: skip


class FirmwareError(Exception):
    """Firmware can't be built; the message is a sentence for a person."""


@dataclass(frozen=True, kw_only=True)
class CrossCompiler:
    """A command that compiles and links for the CPU, and what to call it in a log."""

    command: tuple[str, ...]
    flags: tuple[str, ...]
    libraries: tuple[str, ...]
    name: str
    environment: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Compiled:
    """A built program, its file and the compiler's name."""

    path: Path
    elf: Elf
    compiler: str


@lru_cache(maxsize=1)
def cross_compiler() -> CrossCompiler:
    """Find or install a compiler.

    Raises:
        FirmwareError: there is none and none can be installed.
    """
    wanted = shlex.split(os.environ.get("RISCV_CC", ""))
    if wanted == ["zig"]:
        return _zig()
    for name in [wanted[0]] if wanted else GCC_NAMES:
        path = shutil.which(name)
        if path is not None:
            version = _first_line([path, "--version"])
            return CrossCompiler(
                command=(path, *wanted[1:]),
                # Exactly this -march: with _zicsr Debian's gcc picks its 64-bit libraries.
                flags=(
                    "-march=rv32im", "-mabi=ilp32", "-nostartfiles",
                    "-fno-tree-loop-distribute-patterns",  # memset would call itself
                ),
                libraries=("-Wl,--no-warn-rwx-segments", "-lgcc"),
                name=version,
                environment={},
            )  # fmt: skip
    if wanted:
        raise FirmwareError(f"the RISC-V compiler named by RISCV_CC was not found: {wanted[0]}")
    return _zig()


def _zig() -> CrossCompiler:
    ZIG.parent.mkdir(exist_ok=True)
    with (ZIG.parent / "zig.lock").open("w", encoding="utf-8") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)  # tests run side by side, and one installs it
        if not _zig_is_there():
            _install_zig()
    environment = {
        "ZIG_GLOBAL_CACHE_DIR": str(BUILD / "zig-cache"),
        "ZIG_LOCAL_CACHE_DIR": str(BUILD / "zig-cache"),
    }
    command = (sys.executable, "-c", START_ZIG, str(ZIG))
    version = subprocess.run(
        [*command, "version"], capture_output=True, text=True, check=False,
        env={**os.environ, **environment},
    ).stdout.strip()  # fmt: skip
    return CrossCompiler(
        command=(*command, "cc"),
        # Without -fno-sanitize zig makes every undefined behaviour a trap and doubles the code.
        flags=(
            "-target", "riscv32-freestanding-none", "-mcpu=generic_rv32+m", "-fno-sanitize=all",
            "-mno-relax",
        ),
        libraries=(),
        name=f"clang of ziglang {version}",
        environment=environment,
    )  # fmt: skip


def _install_zig() -> None:
    log.info("no RISC-V gcc was found: installing clang from ziglang (once, 400 MB)")
    shutil.rmtree(ZIG, ignore_errors=True)
    words = [
        sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "--no-deps",
        "--quiet", "--only-binary", ":all:", "--target", str(ZIG), "-r", str(ZIG_REQUIREMENTS),
    ]  # fmt: skip
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode:
        lines = [line for line in done.stderr.splitlines() if line.startswith("ERROR")]
        raise FirmwareError(
            "a RISC-V compiler is needed: install one (Debian: apt install "
            "gcc-riscv64-unknown-elf), since ziglang could not be installed: "
            f"{lines[-1] if lines else 'pip failed'}"
        )
    shutil.copyfile(ZIG_REQUIREMENTS, ZIG_INSTALLED)


def _zig_is_there() -> bool:
    return ZIG_INSTALLED.is_file() and ZIG_INSTALLED.read_text() == ZIG_REQUIREMENTS.read_text()


def _first_line(words: Sequence[str]) -> str:
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    return done.stdout.partition("\n")[0]


def compile_firmware(
    sources: Sequence[Path],
    folder: Path,
    *,
    name: str | None = None,
    includes: Sequence[Path] = (),
    defines: Mapping[str, int] | None = None,
) -> Compiled:
    """Compile sources together with the runtime to `folder`/`name`.elf.

    Raises:
        FirmwareError: there is no compiler, or it refused; the message has its first complaint.
    """
    compiler = cross_compiler()
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name or sources[0].stem}.elf"
    unfinished = path.with_name(f".{os.getpid()}-{path.name}")  # another may make the same
    words = [
        *compiler.command,
        *compiler.flags,
        *FLAGS,
        *(f"-D{key}={value}" for key, value in (defines or {}).items()),
        *(f"-I{_near(where)}" for where in (FIRMWARE, INCLUDE, *includes)),
        "-T", _near(FIRMWARE / "link.ld"), "-Wl,--gc-sections",
        *(_near(FIRMWARE / source) for source in RUNTIME),
        *map(_near, sources),
        *compiler.libraries,
        "-o", _near(unfinished),
    ]  # fmt: skip
    done = subprocess.run(
        words, capture_output=True, text=True, check=False, cwd=ROOT,
        env={**os.environ, **compiler.environment},
    )  # fmt: skip
    if done.returncode:
        lines = [line for line in done.stderr.splitlines() if "error" in line]
        reason = lines[0] if lines else done.stderr.strip()[-300:]
        raise FirmwareError(f"{compiler.name} refused {path.stem}: {reason}")
    unfinished.replace(path)
    return Compiled(path=path, elf=read_elf(path), compiler=compiler.name)


def _near(path: Path) -> str:
    """Return a path as seen from the checkout, whose own name clang may not be able to read."""
    whole = path.resolve()
    return str(whole.relative_to(ROOT)) if whole.is_relative_to(ROOT) else str(whole)
