"""Compiler: a golden network becomes instruction words and a memory image.

lowering --> placement --> tiling --> schedule --> emitter
(what the    (where each   (strips,   (order of    (words, one group
core does)   tensor is)    chunks)    loads)       write a change)

Who only runs a program imports `sw.compiler.program` and none of this.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sw.compiler.compile import CompileError, compile_network

__all__ = ["CompileError", "compile_network"]


def __getattr__(name: str) -> Any:
    """Import the compiler when it is first asked for."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from sw.compiler import compile

    return getattr(compile, name)
