"""The framework knows nothing of the core: what it imports, opens and names is looked at."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import TypeGuard

import pytest

from golden.isa_table import GROUPS, INSTRUCTIONS
from golden.registers_table import REGISTERS
from tb.build import ROOT, rtl_sources

FRAMEWORK = ROOT / "tb" / "honeyguide"
FILES = sorted(
    path
    for path in FRAMEWORK.rglob("*")
    if path.is_file() and path.suffix not in {".md", ".pyc"} and path.name != "py.typed"
)
# The project's other folders: nothing of them may be imported, opened or named.
FOLDERS = ("golden", "sw", "spec", "scripts", "tb", "tests", "models", "rtl")
MODULE = re.compile(rf"((?:{'|'.join(FOLDERS)})(?:\.[a-z_]\w*)+)")
STATEMENT = re.compile(rf"(?:from|import) ((?:{'|'.join(FOLDERS)})(?:\.\w+)*)")
OPENERS = {"Path", "open", "joinpath", "glob", "rglob"}
OPENED = re.compile(rf"^(?:\.\.?/)*({'|'.join(FOLDERS)})/\S")
# In SystemVerilog, C++ and TOML: a path in quotation marks, a package or a macro of the core.
QUOTED = re.compile(rf"[\"'<](?:\.\.?/)*((?:{'|'.join(FOLDERS)})/[^\"'>\s]+)")
INCLUDED = re.compile(r"`include\s+\"([^\"]+)\"|#include\s+[\"<]([^\">]+)")


def names_of_the_core() -> list[str]:
    """Modules, instructions, groups and registers, as far as their names are no plain words."""
    modules = [path.stem for path in rtl_sources()]
    instructions = [item.name for item in (*GROUPS, *INSTRUCTIONS)]
    # One word in capitals may be anybody's constant.
    registers = [register.name for register in REGISTERS if "_" in register.name]
    plain = {  # words of English, of Verilog, of Python
        "add", "sub", "mul", "copy", "fill", "fence", "in", "out", "pitch", "kernel", "pad", "act",
        "scale",
    }  # fmt: skip
    headers = "".join(path.read_text("utf-8") for path in (ROOT / "rtl" / "include").glob("*.vh"))
    macros = [name for name in re.findall(r"`define (\w+)", headers) if "_" in name]
    return [
        name for name in {*modules, *instructions, *registers, *macros} - plain if len(name) > 2
    ]


HEADERS = {path.name for path in (ROOT / "rtl" / "include").iterdir()} | {
    path.name for path in (ROOT / "sw" / "include").iterdir()
}
NAMES = re.compile(
    rf"(?<![\w.])({'|'.join(map(re.escape, sorted(names_of_the_core())))})(?![\w.])"
    r"|(?i:\bratel|ratel_|_ratel)"
)


def imports(tree: ast.AST) -> list[str]:
    """Every module that is imported, also inside functions, and by `import_module`."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            found.append("." * node.level + (node.module or ""))
        elif isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif (
            isinstance(node, ast.Call)
            and ast.unparse(node.func).rpartition(".")[2] in {"import_module", "__import__"}
            and node.args
            and isinstance(node.args[0], ast.Constant)
        ):
            found.append(str(node.args[0].value))
    return found


def docstrings(tree: ast.AST) -> set[int]:
    """The ids of the constants that are documentation."""
    owners = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    return {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, owners) and node.body and isinstance(node.body[0], ast.Expr)
    }


def opened(tree: ast.AST) -> list[str]:
    """Every path below one of the project's folders: as one text, or as a part of a path."""
    documentation = docstrings(tree)
    found = []
    inside = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr)
              for part in node.values}  # fmt: skip
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            text = node.value.lstrip("/") if id(node) in inside else node.value
            if id(node) not in documentation and OPENED.match(text):
                found.append(text)
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
            found += [str(part.value) for part in (node.left, node.right) if is_folder(part)]
        elif isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in OPENERS:
            found += [str(part.value) for part in node.args if is_folder(part)]
    return found


def is_folder(node: ast.expr) -> TypeGuard[ast.Constant]:
    """Whether an expression is the name of one of the project's folders."""
    return isinstance(node, ast.Constant) and node.value in FOLDERS


def violations(text: str, *, python: bool) -> list[str]:
    """A sentence for everything in a file's text that only the core's own side may have."""
    found = [f"names {told.group(0)}" for told in NAMES.finditer(text)]
    if not python:
        found += [f"opens {told.group(1)}" for told in QUOTED.finditer(text)]
        for told in INCLUDED.finditer(text):
            name = Path(told.group(1) or told.group(2)).name
            found += [f"includes {name}"] if name in HEADERS else []
        return found
    tree = ast.parse(text)
    for module in imports(tree):
        if module.startswith("."):
            found.append(f"imports {module} by its place")
        elif module.split(".")[0] in FOLDERS:
            found.append(f"imports {module}")
    found += [f"imports {name}" for name in modules_in_texts(tree)]
    return found + [f"opens {text}" for text in opened(tree)]


def modules_in_texts(tree: ast.AST) -> list[str]:
    """Every module of the project's own side that a text names, as commands and launchers do."""
    documentation = docstrings(tree)
    texts = [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        if id(node) not in documentation
    ]
    named = [MODULE.fullmatch(text) or STATEMENT.match(text) for text in texts]
    return [told.group(1) for told in named if told is not None]


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(FRAMEWORK)))
def test_a_file_of_the_framework_knows_nothing_of_the_core(path: Path) -> None:
    assert violations(path.read_text(encoding="utf-8"), python=path.suffix == ".py") == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("import golden", "imports golden"),
        ("from sw.compiler import compile_network", "imports sw.compiler"),
        ("def f():\n    from tb.build import ROOT", "imports tb.build"),
        ("import scripts.run as r", "imports scripts.run"),
        ("import_module('spec.isa')", "imports spec.isa"),
        ("import tb.honeyguide.cli", "imports tb.honeyguide.cli"),
        ("from .. import env", "imports .. by its place"),
        ("x = ROOT / 'spec' / 'isa.toml'", "opens spec"),
        ("open('rtl/top.v')", "opens rtl/top.v"),
        ("Path('golden').iterdir()", "opens golden"),
        ("# like ratel_store", "names ratel_store"),
        ("text = 'a maxpool follows'", "names maxpool"),
        ("print('Ratel')", "names Ratel"),
        ('"""What st.t writes."""', "names st.t"),
        ("x = ERR_CAUSE", "names ERR_CAUSE"),
    ],
)
def test_the_rule_sees_what_it_forbids(text: str, said: str) -> None:
    assert said in violations(text, python=True)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('`include "ratel_isa.vh"', "includes ratel_isa.vh"),
        ('  `include "../rtl/include/other.vh"', "opens rtl/include/other.vh"),
        ("  ratel_core u_core ();", "names ratel_core"),
        ("  // decides a maxpool", "names maxpool"),
        ("  if (op == `OP_MAXPOOL) x = 1;", "names OP_MAXPOOL"),
        ("  bind ratel_tb checker_i u ();", "names ratel"),
        ('$readmemh("golden/table.hex", memory);', "opens golden/table.hex"),
        ('source = "spec/isa.toml"', "opens spec/isa.toml"),
        ('#include "sw/include/any.h"', "opens sw/include/any.h"),
        ('tests = ["st.t"]', "names st.t"),
        ("value = ERR_CAUSE;", "names ERR_CAUSE"),
        ("x = DESC_EXECUTE_WIDTH;", "names DESC_EXECUTE_WIDTH"),
    ],
)
def test_the_rule_sees_it_in_other_languages(text: str, said: str) -> None:
    assert said in violations(text, python=False)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("command = f'{ROOT}/golden/x.py'", "opens golden/x.py"),
        ("x = ['python', '-m', 'scripts.run']", "imports scripts.run"),
        ("x = 'tb.tests.layers'", "imports tb.tests.layers"),
        ("x = 'from golden.isa import decode'", "imports golden.isa"),
        ("x = '../spec/isa.toml'", "opens ../spec/isa.toml"),
        ("x = OP_CONV", "names OP_CONV"),
    ],
)
def test_the_rule_sees_it_in_strings(text: str, said: str) -> None:
    assert said in violations(text, python=True)


def test_nobody_imports_the_framework_by_its_folder() -> None:
    for folder in (*FOLDERS, "examples"):
        for path in (ROOT / folder).rglob("*.py"):
            named = [
                module
                for module in imports(ast.parse(path.read_text(encoding="utf-8")))
                if module.startswith("tb.honeyguide")
            ]
            assert not named, path
