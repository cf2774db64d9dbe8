"""Which Python files of a project a command imports, and of which it executes a function.

Python takes a module's byte code from a cache, if its time and size are those of the source. Into a
cache of its own (PYTHONPYCACHEPREFIX, which every process of a command inherits) goes code whose
functions first tell that they were called; what is only called while modules are imported (a
decorator, a table) does not count. So it is measured in simulations and servers too.
"""

from __future__ import annotations

import ast
import importlib.util
import marshal
import sys
from collections.abc import Mapping
from pathlib import Path

# In front of each file: tells once that it is imported, and once that a function of it is called.
HEAD = """
def __mark__(kind="called"):
    import sys
    global __mark__
    frame = sys._getframe(1) if kind == "called" else None
    while frame is not None:
        if "importlib" in frame.f_code.co_filename:
            return
        frame = frame.f_back
    with open({told!r}, "a") as file:
        file.write(kind + " " + {name!r} + chr(10))
    if kind == "called":
        __mark__ = lambda kind="called": None
__mark__("imported")
"""


class _Marked(ast.NodeTransformer):
    def _mark(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> ast.AST:
        self.generic_visit(node)
        call = ast.parse("__mark__()").body
        node.body[_start(node.body) : _start(node.body)] = call
        return node

    visit_FunctionDef = _mark  # noqa: N815  the names are those of ast
    visit_AsyncFunctionDef = _mark  # noqa: N815


def _start(body: list[ast.stmt]) -> int:
    """First statement that is no docstring."""
    match body:
        case [ast.Expr(value=ast.Constant(value=str())), *_]:
            return 1
    return 0


def executed(told: Path) -> tuple[set[str], set[str]]:
    """Return the files that were imported, and those of which a function was called."""
    lines = set(told.read_text(encoding="utf-8").splitlines()) if told.exists() else set()
    kinds = ("imported ", "called ")
    imported, called = ({x.removeprefix(k) for x in lines if x.startswith(k)} for k in kinds)
    return imported, called


def fill(cache: Path, root: Path, sources: Mapping[Path, Path], told: Path) -> None:
    """Write byte code that tells into ``told`` what is executed.

    Args:
        cache: the folder for PYTHONPYCACHEPREFIX.
        root: what the names of files are relative to.
        sources: files, by the paths by which they are imported.
        told: lines `imported NAME` and `called NAME`, each possibly several times.
    """
    for seen, source in sources.items():
        name = str(source.relative_to(root))
        data = source.read_bytes()
        tree = ast.parse(data)
        at = _start(tree.body)
        while at < len(tree.body) and _is_future(tree.body[at]):
            at += 1
        _Marked().visit(tree)
        tree.body[at:at] = ast.parse(HEAD.format(told=str(told), name=name)).body
        code = compile(ast.fix_missing_locations(tree), str(seen), "exec")
        before, sys.pycache_prefix = sys.pycache_prefix, str(cache)
        try:
            path = Path(importlib.util.cache_from_source(str(seen)))
        finally:
            sys.pycache_prefix = before
        status = source.stat()
        words = (0, int(status.st_mtime) & 0xFFFFFFFF, status.st_size & 0xFFFFFFFF)
        path.parent.mkdir(parents=True, exist_ok=True)
        head = importlib.util.MAGIC_NUMBER + b"".join(w.to_bytes(4, "little") for w in words)
        path.write_bytes(head + marshal.dumps(code))


def _is_future(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.ImportFrom) and statement.module == "__future__"
