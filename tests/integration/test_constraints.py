"""The constraints, read by OpenSTA (`sta`) around a core that is only its ports."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from scripts.generators.manifests import read_interface
from tb.build import ROOT

CONSTRAINTS = ROOT / "integration" / "ratel.sdc"
DIRECTIONS = {"in": "input", "out": "output"}


def checked(constraints: Path, folder: Path) -> str:
    """Return what the tool says of the constraints, and of what they leave open."""
    tool = shutil.which("sta")
    if tool is None:
        pytest.skip("OpenSTA is not installed (Debian: opensta): ratel.sdc was read by no tool")
    ports = read_interface(ROOT).ports
    lines = [f"module ratel_core ({', '.join(port.name for port in ports)});"]
    for port in ports:
        bits = "[1:0] " if port.left else ""
        lines.append(f"  {DIRECTIONS[port.direction]} {bits}{port.name};")
    (folder / "ports.v").write_text("\n".join([*lines, "endmodule", ""]), encoding="utf-8")
    commands = (
        "read_verilog ports.v", "link_design ratel_core", f"source {constraints}",
        "check_setup -verbose", "report_clock_properties", "exit",
    )  # fmt: skip
    (folder / "look.tcl").write_text("\n".join(commands), encoding="utf-8")
    done = subprocess.run(
        [tool, "-exit", "look.tcl"],
        cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return done.stdout + done.stderr


def without_delay(said: str) -> set[str]:
    """Inputs that the tool names as open."""
    found = re.search(r"input ports? missing set_input_delay\.\n((?:  \S+\n)*)", said)
    return {re.sub(r"\[\d+\]", "", name) for name in found.group(1).split()} if found else set()


def test_every_port_is_constrained(tmp_path: Path) -> None:
    said = checked(CONSTRAINTS, tmp_path)
    assert "rror" not in said, said
    assert re.search(r"^ratel +5\.00 ", said, re.MULTILINE), said
    assert not without_delay(said), said
    assert "not found" not in said, said


@pytest.mark.parametrize(
    ("text", "wrong", "open_port"),
    [("x_result_ready_i\n", "\n", "x_result_ready_i"), ("m_axi_rid_i[*]", "", "m_axi_rid_i")],
)
def test_a_port_that_is_left_out_is_seen(
    text: str, wrong: str, open_port: str, tmp_path: Path
) -> None:
    right = CONSTRAINTS.read_text(encoding="utf-8")
    assert right.count(text) == 1
    path = tmp_path / "wrong.sdc"
    path.write_text(right.replace(text, wrong), encoding="utf-8")
    assert without_delay(checked(path, tmp_path)) == {open_port}


def test_a_port_that_is_not_there_is_seen(tmp_path: Path) -> None:
    path = tmp_path / "wrong.sdc"
    text = CONSTRAINTS.read_text(encoding="utf-8").replace("scan_mode_i\n", "scan_mode_i gone_i\n")
    path.write_text(text, encoding="utf-8")
    assert "gone_i" in checked(path, tmp_path)
