"""Files made from spec/: none is stale, staleness is seen, and what they say is true."""

from __future__ import annotations

import re
import shutil
import subprocess
from itertools import pairwise
from pathlib import Path

import pytest

from golden.isa import BY_NAME, FORMATS, build
from golden.isa_table import GROUPS, Counter, ErrorCode, FieldId, MacFlag
from golden.registers_table import REGISTERS
from scripts import generate
from scripts.generators.isa_source import SpecError, load_descriptors, load_isa
from scripts.generators.outputs import generated_files


@pytest.fixture(scope="module")
def files(repository: Path) -> dict[str, str]:
    return generated_files(repository / "spec")


def copy_of(repository: Path, files: dict[str, str], target: Path) -> Path:
    """A checkout with nothing but spec/, the core and the generated files."""
    for name in ("spec", "rtl"):
        shutil.copytree(repository / name, target / name)
    for name in files:
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(repository / name, target / name)
    return target


def test_no_generated_file_is_stale(repository: Path, files: dict[str, str]) -> None:
    assert generate.stale_files(repository, files) == []


def test_each_stale_file_is_named(
    repository: Path, files: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = copy_of(repository, files, tmp_path)
    assert generate.main(["--check", "--root", str(root)]) == 0
    for name in files:
        path = root / name
        good = path.read_text()
        path.write_text(good + " ")
        assert generate.main(["--check", "--root", str(root)]) == 1
        assert f"{name} is stale" in capsys.readouterr().err
        path.write_text(good)
    missing = root / "docs/isa.md"
    missing.unlink()
    assert generate.main(["--check", "--root", str(root)]) == 1
    assert "docs/isa.md is stale" in capsys.readouterr().err
    assert generate.main(["--root", str(root)]) == 0
    assert capsys.readouterr().out == "wrote docs/isa.md\n"
    assert generate.main(["--check", "--root", str(root)]) == 0


@pytest.mark.parametrize(
    ("name", "old", "new", "stale"),
    [
        ("isa.toml", "funct3 = 3", "funct3 = 6", "rtl/include/ratel_isa.vh"),
        ("descriptors.toml", '["p0", 16', '["p0", 15', "rtl/include/ratel_desc.vh"),
        ("registers.rdl", "@ 0x038", "@ 0x048", "rtl/include/ratel_regs.vh"),
    ],
)
def test_a_change_of_a_source_makes_its_files_stale(
    repository: Path,
    files: dict[str, str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    name: str,
    old: str,
    new: str,
    stale: str,
) -> None:
    root = copy_of(repository, files, tmp_path)
    source = root / "spec" / name
    text = source.read_text()
    assert old in text
    source.write_text(text.replace(old, new))
    assert generate.main(["--check", "--root", str(root)]) == 1
    assert stale in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("isa.toml", '["h", 16, 16', '["h", 8, 16'),  # overlapping fields
        ("isa.toml", "code = 7, text", "code = 8, text"),  # two errors of one number
        ("isa.toml", 'uses = ["in", "pitch", "out"]', 'uses = ["inn"]'),
        ("isa.toml", "op = 1\nresult", "op = 0\nresult"),  # two instructions of one encoding
        ("descriptors.toml", '["w", 16', '["width", 16'),
        ("registers.rdl", "regwidth = 32", "regwidth = thirty"),
    ],
)
def test_a_contradiction_in_a_source_is_one_sentence(
    repository: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    name: str,
    old: str,
    new: str,
) -> None:
    shutil.copytree(repository / "spec", tmp_path / "spec")
    source = tmp_path / "spec" / name
    text = source.read_text()
    assert old in text
    source.write_text(text.replace(old, new))
    with pytest.raises(SpecError):
        generated_files(tmp_path / "spec")
    assert generate.main(["--root", str(tmp_path)]) == 1
    assert "spec/ can't be read" in capsys.readouterr().err


def test_the_instructions_of_the_document_are_those_of_the_table(repository: Path) -> None:
    """docs/architecture.md section 4: `| 1 | ld | 0 ld.t, 1 ld.w, ... |`."""
    text = (repository / "docs/architecture.md").read_text()
    isa = load_isa(repository / "spec/isa.toml")
    found = {}
    for code in isa.classes:
        row = re.search(rf"^\| {code.value} \| {code.name} \| (.*) \|$", text, flags=re.MULTILINE)
        assert row is not None, f"class {code.name} is not in the document"
        for entry in row.group(1).split(", "):
            number, name = entry.split(" ")
            name = f"cfg.{name}" if code.name == "cfg" else name
            found[name] = (code.value, int(number))
    assert found == {item.name: (item.funct3, item.funct7) for item in FORMATS}


def test_the_error_codes_of_the_document_are_those_of_the_table(repository: Path) -> None:
    text = (repository / "docs/architecture.md").read_text()
    codes = text[text.index("Codes: ") : text.index("Each check names the field")]
    found = {name: int(number) for name, number in re.findall(r"([A-Z_]{3,}) (\d+)", codes)}
    assert found == {code.name: code.value for code in ErrorCode if code}


def test_the_verilog_macros_say_what_the_table_says(repository: Path) -> None:
    text = (repository / "rtl/include/ratel_isa.vh").read_text()
    macros = dict(re.findall(r"^`define (\w+)\s+(\S+)", text, flags=re.MULTILINE))

    def number(name: str) -> int:
        value = macros[name]
        return (
            int(value.split("'")[-1][1:], 16 if "'h" in value else 10)
            if "'" in value
            else int(value)
        )

    for item in FORMATS:
        prefix, name = (
            ("CFG_", item.name[4:]) if item.name.startswith("cfg.") else ("OP_", item.name)
        )
        assert number(prefix + name.upper().replace(".", "_")) == item.funct7
    for prefix, codes in (("ERR_", ErrorCode), ("FIELD_", FieldId), ("CNT_", Counter)):
        for code in codes:
            assert number(prefix + code.name) == code.value
    for flag in MacFlag:
        assert 1 << number(f"FLAG_{flag.name}") == flag.value
    for item in GROUPS:
        reserved = number("RESERVED_" + item.name[4:].upper().replace(".", "_"))
        assert reserved == item.reserved_rs2 << 32 | item.reserved_rs1


def test_descriptor_ranges_are_dense(repository: Path) -> None:
    text = (repository / "rtl/include/ratel_desc.vh").read_text()
    for engine, fields in load_descriptors(repository / "spec/descriptors.toml").items():
        width = re.search(rf"`define DESC_{engine.upper()}_WIDTH\s+(\d+)", text)
        assert width is not None and int(width.group(1)) == sum(field.bits for field in fields)
        for previous, field in pairwise(fields):
            assert field.lsb == previous.lsb + previous.bits


def test_registers_do_not_overlap_and_counters_match() -> None:
    offsets = [
        register.offset + 4 * number for register in REGISTERS for number in range(register.count)
    ]
    assert len(set(offsets)) == len(offsets)
    by_name = {register.name: register for register in REGISTERS}
    assert by_name["COUNTER"].count == by_name["COUNTER_HIGH"].count == len(Counter)
    assert by_name["ID"].reset == 0x5241544C
    assert by_name["ERR_CAUSE"].field("FIELD").get(0x8000_2305) == 0x23
    assert by_name["IRQ_STATUS"].writable_mask == 1  # ERROR follows the records
    with pytest.raises(KeyError, match="has no field NOTHING"):
        by_name["ID"].field("NOTHING")


def test_the_c_functions_build_the_same_operands(repository: Path, tmp_path: Path) -> None:
    """Compile every inline function with an issue macro that prints what would be issued."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    assert compiler is not None, "the simulator needs a C compiler, and none was found"
    calls, expected = [], []
    for item in FORMATS:
        values = {
            field.name: field.limits[0] + 1 if field.signed else field.limits[1] - 1
            for field in item.fields
        }
        instruction = build(item.name, **values)
        arguments = ", ".join(
            f"({'int32_t' if field.signed else 'uint32_t'}){values[field.name]}LL"
            for field in item.fields
        )
        calls.append(f"ratel_{item.name.replace('.', '_')}({arguments});")
        expected.append(f"{item.funct3} {item.funct7} {instruction.rs1:x} {instruction.rs2:x}")
    source = tmp_path / "calls.c"
    source.write_text(
        "#include <stdio.h>\n"
        "#define RATEL_ISSUE(f3, f7, a, b) \\\n"
        '  printf("%d %d %x %x\\n", f3, f7, (unsigned)(a), (unsigned)(b))\n'
        "#define RATEL_ISSUE_RESULT(f3, f7, a) (RATEL_ISSUE(f3, f7, a, 0), 0u)\n"
        '#include "ratel_isa.h"\n#include "ratel_regs.h"\n'
        f"int main(void) {{ {' '.join(calls)} return 0; }}\n"
    )
    program = tmp_path / "calls"
    command = [compiler, "-std=c99", "-Wall", "-Wextra", "-Werror", "-o", str(program)]
    subprocess.run([*command, f"-I{repository / 'sw/include'}", str(source)], check=True)
    output = subprocess.run([str(program)], check=True, capture_output=True, text=True).stdout
    assert output.splitlines() == expected


def test_every_instruction_has_a_page(repository: Path) -> None:
    page = (repository / "docs/isa.md").read_text()
    for name in BY_NAME:
        assert f"### {name}\n" in page
