"""The graph of the folders: what imports what, and that no two import each other."""

from __future__ import annotations

import ast
from collections import defaultdict
from itertools import combinations
from pathlib import Path, PurePosixPath

from tb.build import ROOT

TOPS = ("golden", "sw", "scripts", "tb", "models", "examples")
FRAMEWORK = PurePosixPath("tb/honeyguide")


def modules() -> dict[str, Path]:
    """Every module of the project, by the name that imports it."""
    found = {}
    for top in TOPS:
        for path in (ROOT / top).rglob("*.py"):
            parts = list(path.relative_to(ROOT).with_suffix("").parts)
            if parts[:2] == list(FRAMEWORK.parts):
                parts = parts[1:]
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imported(tree: ast.AST) -> set[str]:
    """Names that a file imports, wherever it does; of `from a import b` both a and a.b."""
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return names


def graph(texts: dict[str, tuple[PurePosixPath, str]]) -> dict[PurePosixPath, set[PurePosixPath]]:
    """Folders that each folder imports from.

    Args:
        texts: folder and text of each module.
    """
    edges: dict[PurePosixPath, set[PurePosixPath]] = defaultdict(set)
    for folder, text in texts.values():
        for name in imported(ast.parse(text)) & texts.keys():
            if texts[name][0] != folder:
                edges[folder].add(texts[name][0])
    return edges


def two_way(edges: dict[PurePosixPath, set[PurePosixPath]]) -> set[tuple[str, str]]:
    """Pairs of folders that import each other; a folder and one inside it are one house."""
    return {
        (str(a), str(b))
        for a, b in combinations(sorted(edges), 2)
        if b in edges[a] and a in edges[b] and not (b.is_relative_to(a) or a.is_relative_to(b))
    }


def test_no_two_folders_import_each_other() -> None:
    texts = {
        name: (PurePosixPath(path.parent.relative_to(ROOT)), path.read_text(encoding="utf-8"))
        for name, path in modules().items()
    }
    assert two_way(graph(texts)) == set()


def test_the_rule_sees_a_pair() -> None:
    texts = {
        "a.one": (PurePosixPath("a"), "from b import two"),
        "b.two": (PurePosixPath("b"), "def f():\n    import a.one"),
        "a.c.three": (PurePosixPath("a/c"), "from a import one"),
        "a.four": (PurePosixPath("a"), "import a.c.three"),
    }
    assert two_way(graph(texts)) == {("a", "b")}


def commands_imported(texts: dict[str, str]) -> set[str]:
    """Commands, files of `scripts/` itself, that some module imports."""
    used = set().union(*(imported(ast.parse(text)) for text in texts.values()))
    return {name for name in texts if name.count(".") == 1 and name.startswith("scripts.")} & used


def test_no_command_imports_another() -> None:
    texts = {name: path.read_text(encoding="utf-8") for name, path in modules().items()}
    folders = {name for name in texts if (ROOT / name.replace(".", "/")).is_dir()}
    assert commands_imported({n: t for n, t in texts.items() if n not in folders}) == set()


def test_a_command_that_is_imported_is_seen() -> None:
    texts = {"scripts.one": "", "scripts.two": "def f():\n    from scripts.one import main"}
    assert commands_imported(texts) == {"scripts.one"}


def test_layers_import_downwards_alone() -> None:
    """`scripts → tb → sw → golden`; what none of them may see is above it."""
    above = {"golden": {"sw", "tb", "scripts"}, "sw": {"tb", "scripts"}, "tb": {"scripts"}}
    for name, path in modules().items():
        top = name.split(".")[0]
        names = {other.split(".")[0] for other in imported(ast.parse(path.read_text("utf-8")))}
        assert not names & above.get(top, set()), path
