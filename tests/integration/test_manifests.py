"""The manifests for integrators, read by the tools that they are for, and the page beside them."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from golden.registers_table import REGISTERS
from honeyguide.project import BUILD
from honeyguide.sim.toolchain import clean_environment, verilator
from scripts.generators.manifests import read_interface
from tb.build import ROOT

PINNED = ROOT / "requirements-manifests.txt"
TOOLS = BUILD / "manifests"

pytestmark = pytest.mark.xdist_group("manifests")  # they share the tools' folder


@pytest.fixture(scope="module")
def tools() -> dict[str, str]:
    """FuseSoC and the IP-XACT reader, installed once into a folder of their own."""
    stamp = TOOLS / "installed.txt"
    if not stamp.is_file() or stamp.read_text() != PINNED.read_text():
        command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "-q",
                   "--upgrade", "--no-deps", "--target", str(TOOLS), "-r", str(PINNED)]  # fmt: skip
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"the tools could not be installed: {done.stderr}"
        stamp.write_text(PINNED.read_text())
    return {**os.environ, "PYTHONPATH": str(TOOLS)}


def ask(tools: dict[str, str], text: str) -> object:
    """Run Python with the tools and return the JSON that it prints."""
    done = subprocess.run(
        [sys.executable, "-c", text],
        env=tools,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_fusesoc_sets_the_core_up_and_verilator_takes_what_it_made(
    tools: dict[str, str], tmp_path: Path
) -> None:
    command = [sys.executable, "-m", "fusesoc.main", "--cores-root", str(ROOT), "run", "--setup",
               "--target", "lint", "--build-root", str(tmp_path), "ratel:npu:ratel_core",
               "--Rows", "4", "--Cols", "4", "--RequantLanes", "4"]  # fmt: skip
    done = subprocess.run(
        command, env=tools, cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    (made,) = tmp_path.rglob("*.vc")
    words = [str(verilator()), "--lint-only", "-Wno-fatal", "-f", made.name]
    done = subprocess.run(
        words, cwd=made.parent, env=clean_environment(), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "-GRows=4" in made.read_text()


def test_ip_xact_has_the_registers_where_they_are(tools: dict[str, str]) -> None:
    found = ask(
        tools,
        "import json; from systemrdl import RDLCompiler; from systemrdl.node import RegNode\n"
        "from peakrdl_ipxact import IPXACTImporter\n"
        "rdl = RDLCompiler(); IPXACTImporter(rdl).import_file('integration/ratel.xml')\n"
        "top = rdl.elaborate().top\n"
        "print(json.dumps({n.get_path_segment(): [n.absolute_address,\n"
        "  {f.inst_name: [f.lsb, f.width] for f in n.fields()}]\n"
        " for n in top.descendants(unroll=True) if isinstance(n, RegNode)}))",
    )
    wanted = {
        f"{register.name}[{index}]" if register.count > 1 else register.name: [
            register.offset + 4 * index,
            {field.name: [field.lsb, field.bits] for field in register.fields},
        ]
        for register in REGISTERS
        for index in range(register.count)
    }
    assert found == wanted


def test_bender_names_every_file(tools: dict[str, str]) -> None:
    found = ask(tools, "import json, yaml; print(json.dumps(yaml.safe_load(open('Bender.yml'))))")
    (sources,) = found["sources"]  # type: ignore[index]
    assert sources["include_dirs"] == ["rtl/include"]
    assert sources["files"] == list(read_interface(ROOT).sources)
    assert all((ROOT / name).is_file() for name in sources["files"])


def test_the_page_has_every_port_and_every_parameter() -> None:
    page = (ROOT / "docs" / "integration.md").read_text(encoding="utf-8")
    interface = read_interface(ROOT)
    named = set(re.findall(r"`([A-Za-z_0-9*]+)`", page))
    ports = {port.name for port in interface.ports}
    groups = {name[:-1] for name in named if name.endswith("*")}
    missing = {
        port for port in ports if port not in named and not any(map(port.startswith, groups))
    }
    assert not missing, f"ports without a word: {sorted(missing)}"
    assert set(interface.parameters) <= named
    assert not {name for name in named if re.fullmatch(r"(x|m_axi|s_axil)_\w+", name)} - ports
