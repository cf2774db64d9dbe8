"""Building once, running apart, and a name for every way in which a run can end."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cocotb_tools import runner as cocotb_runner

from honeyguide.sim import (
    HdlError,
    SimBuild,
    SimResult,
    SimRun,
    SimStatus,
    build,
    builder,
    run,
    runner,
    toolchain,
    warm,
)
from honeyguide.sim.environment import simulation_environment
from honeyguide.sim.objects import Store, Unit
from honeyguide.sim.runner import QuietVerilator
from honeyguide.sim.toolchain import clean_environment

DESIGNS = Path(__file__).parent / "designs"
COUNTER = SimBuild(top="counter", sources=[DESIGNS / "counter.v"])
pytestmark = [pytest.mark.sim, pytest.mark.xdist_group("hdl")]


@pytest.fixture(scope="module")
def builds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("builds")


@pytest.fixture(scope="module")
def counter(builds: Path) -> Path:
    return build(COUNTER, root=builds)


def start(counter: Path, results: Path, test: str | None, **changes: Any) -> SimResult:
    wanted = SimRun(
        build=counter,
        module="counter_bench",
        test=test,
        python_path=[DESIGNS],
        results_dir=results,
        timeout_s=120,
    )
    return run(replace(wanted, **changes))


def forbid_building(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a compiler was started")

    monkeypatch.setattr(QuietVerilator, "_execute_cmds", refuse)


def test_a_passing_test_passes(counter: Path, tmp_path: Path) -> None:
    result = start(counter, tmp_path / "r", "passes")
    assert (result.status, result.message) == (SimStatus.PASS, "")
    assert result.passed
    assert [test.name for test in result.tests] == ["counter_bench.passes"]
    assert result.tests[0].sim_time_ns > 100
    assert result.results_xml is not None
    assert result.waves is None


def test_the_initial_state_has_a_seed_of_its_own(counter: Path, tmp_path: Path) -> None:
    def started(**changes: Any) -> str:
        result = start(counter, tmp_path / "r", "shows_its_start", **changes)
        assert result.passed
        return result.log.read_text().partition("started with ")[2][:8]

    first = started(seed=5)
    assert int(first, 16)
    assert started(seed=5) == first == started(seed=9, state_seed=5)
    assert started(seed=5, state_seed=6) != first
    assert started(seed=5, randomise=False) == "00000000"


def test_a_failing_test_fails_with_its_message(counter: Path, tmp_path: Path) -> None:
    result = start(counter, tmp_path / "r", "fails")
    assert result.status is SimStatus.FAIL
    assert "the counter should be 11" in result.message


def test_a_hanging_test_is_a_timeout_and_its_process_is_gone(counter: Path, tmp_path: Path) -> None:
    result = start(counter, tmp_path / "r", "hangs", timeout_s=3)
    assert result.status is SimStatus.TIMEOUT
    assert "no end after 3 s" in result.message
    warm.close_all()  # the simulator that forked it is the same program
    listed = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True)
    assert str(counter / "counter") not in listed.stdout


def test_a_signal_is_a_crash(counter: Path, tmp_path: Path) -> None:
    result = start(counter, tmp_path / "r", "crashes")
    assert result.status is SimStatus.CRASH
    assert "SIGSEGV" in result.message


def test_leaving_with_exit_code_0_is_still_a_crash(counter: Path, tmp_path: Path) -> None:
    result = start(counter, tmp_path / "r", "leaves")
    assert result.returncode == 0
    assert result.status is SimStatus.CRASH


def test_an_unknown_test_is_no_pass(counter: Path, tmp_path: Path) -> None:
    result = start(counter, tmp_path / "r", "no_such_test")
    assert result.status is SimStatus.FAIL
    assert "nothing ran" in result.message


def test_an_unknown_module_is_no_pass(counter: Path, tmp_path: Path) -> None:
    result = start(counter, tmp_path / "r", None, module="no_such_module")
    assert result.status is SimStatus.CRASH
    assert "no_such_module" in result.message


def test_a_failing_assertion_in_hdl_fails(builds: Path, tmp_path: Path) -> None:
    bound = tmp_path / "check.sv"
    bound.write_text(
        "module check(input clk_i, input rst_ni, input [7:0] count_o);\n"
        "  a: assert property (@(posedge clk_i) disable iff (!rst_ni) count_o < 5);\n"
        "endmodule\n"
        "bind counter check u_check (.*);\n"
    )
    made = build(replace(COUNTER, sources=[*COUNTER.sources, bound]), root=builds)
    result = start(made, tmp_path / "r", "passes")
    assert result.status is SimStatus.FAIL
    assert "Assertion failed" in result.message


def test_the_same_seed_draws_the_same_and_another_does_not(counter: Path, tmp_path: Path) -> None:
    def drawn(seed: int) -> str:
        text = start(counter, tmp_path / "r", "passes", seed=seed).log.read_text()
        return text.partition("drawn ")[2].split()[0]

    assert drawn(5) == drawn(5) != drawn(6)


def test_a_second_build_starts_no_compiler(
    counter: Path, builds: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    forbid_building(monkeypatch)
    assert build(COUNTER, root=builds) == counter


@pytest.mark.parametrize(
    "change",
    [
        {"parameters": {"Step": 2}},
        {"defines": {"SOMETHING": 1}},
        {"traced": True},
        {"quick": True},
        {"coverage": True},
        {"args": ["-Wno-fatal"]},
    ],
    ids=str,
)
def test_a_changed_option_starts_one(
    builds: Path, counter: Path, monkeypatch: pytest.MonkeyPatch, change: dict[str, Any]
) -> None:
    forbid_building(monkeypatch)
    with pytest.raises(AssertionError, match="a compiler was started"):
        build(replace(COUNTER, **change), root=builds / "changed")
    assert counter.is_dir()


def test_another_command_line_starts_one(
    builds: Path, counter: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """What decides a build and is no attribute of it: options of the code's own, and that code."""
    forbid_building(monkeypatch)
    assert build(COUNTER, root=builds) == counter
    options = builder.verilator_options
    monkeypatch.setattr(
        builder, "verilator_options", lambda wanted: [*options(wanted), "--no-assert"]
    )
    with pytest.raises(AssertionError, match="a compiler was started"):
        build(COUNTER, root=builds)
    monkeypatch.setattr(builder, "verilator_options", options)
    assert build(COUNTER, root=builds) == counter
    edited = tmp_path / "runner.py"
    edited.write_text(Path(str(runner.__file__)).read_text() + "# edited\n")
    monkeypatch.setattr(builder, "CODE", (*builder.CODE[:1], edited, *builder.CODE[2:]))
    with pytest.raises(AssertionError, match="a compiler was started"):
        build(COUNTER, root=builds)


@pytest.mark.parametrize("place", ["source", "include"])
def test_a_changed_file_starts_one(
    place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    include = tmp_path / "include"
    include.mkdir()
    header = include / "widths.vh"
    header.write_text("`define W 8\n")
    source = tmp_path / "counter.v"
    source.write_text((DESIGNS / "counter.v").read_text())
    wanted = SimBuild(top="counter", sources=[source], includes=[include])
    started: list[Path] = []

    def pretend(_: SimBuild, target: Path, **__: object) -> None:
        started.append(target)

    monkeypatch.setattr("honeyguide.sim.builder.compile_design", pretend)
    build(wanted, root=tmp_path / "builds")
    build(wanted, root=tmp_path / "builds")
    assert len(started) == 1
    changed = source if place == "source" else header
    changed.write_text(changed.read_text() + "`define CHANGED\n")
    build(wanted, root=tmp_path / "builds")
    assert len(set(started)) == 2


def test_parameters_reach_the_design(builds: Path, tmp_path: Path) -> None:
    made = build(replace(COUNTER, parameters={"Step": 3}), root=builds)
    assert start(made, tmp_path / "r", "passes", env={"STEP": "3"}).passed
    assert not start(made, tmp_path / "r", "passes", env={"STEP": "1"}).passed


def test_a_traced_build_records_waves(builds: Path, tmp_path: Path) -> None:
    made = build(replace(COUNTER, traced=True), root=builds)
    result = start(made, tmp_path / "r", "passes", waves=True)
    assert result.passed
    assert result.waves is not None
    assert result.waves.stat().st_size > 100


def test_waves_without_a_traced_build_are_refused(counter: Path, tmp_path: Path) -> None:
    with pytest.raises(HdlError, match="traced"):
        start(counter, tmp_path / "r", "passes", waves=True)


def test_a_covered_build_writes_one_file_a_run(builds: Path, tmp_path: Path) -> None:
    made = build(replace(COUNTER, coverage=True), root=builds)
    result = start(made, tmp_path / "r", "passes")
    assert result.coverage is not None
    assert "v_toggle" in result.coverage.read_text()


def test_a_clock_in_hdl_and_a_function_in_cpp(builds: Path, tmp_path: Path) -> None:
    ticking = SimBuild(
        top="ticking",
        sources=[DESIGNS / "ticking.sv"],
        cpp_sources=[DESIGNS / "adder.cpp"],
        export_symbols=True,
    )
    result = start(build(ticking, root=builds), tmp_path / "r", None, module="ticking_bench")
    assert result.passed, result.message
    assert len(result.tests) == 2
    hidden = build(replace(ticking, export_symbols=False), root=builds)
    result = start(hidden, tmp_path / "r", "calls_cpp", module="ticking_bench")
    assert "ratel_test_add" in result.message


def test_only_the_top_is_public(counter: Path) -> None:
    log = (counter / "build.log").read_text()
    assert "--public-flat-rw" not in log
    assert "--assert" in log


def test_two_processes_build_once(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from honeyguide.sim import *\n"
        "print(build(SimBuild(top='counter', sources=[sys.argv[1]]), root=Path(sys.argv[2])))"
    )
    command = [sys.executable, "-c", program, str(DESIGNS / "counter.v"), str(tmp_path)]
    both = [
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=clean_environment())
        for _ in range(2)
    ]
    printed = {process.communicate()[0].strip() for process in both}
    assert len(printed) == 1
    made = Path(printed.pop())
    assert (made / "build.log").read_text().count(" --exe ") == 1


def commands(made: Path) -> list[str]:
    text = (made / "build.log").read_text()
    return [line for line in text.splitlines() if line.startswith("$ ")]


def test_what_an_edit_does_not_touch_is_not_compiled_again(tmp_path: Path) -> None:
    source = tmp_path / "counter.v"
    source.write_text((DESIGNS / "counter.v").read_text())
    wanted = replace(COUNTER, sources=[source])
    builds = tmp_path / "builds"
    store = tmp_path / "objects"
    first = build(wanted, root=builds, store=store)
    compiled = [line for line in commands(first) if " -c " in line]
    assert sum("/include/verilated" in line.split()[-1] for line in compiled) >= 3
    source.write_text(source.read_text().replace("Step  = 1", "Step  = 3"))
    second = build(wanted, root=builds, store=store)
    assert second != first
    again = [line.split()[-1] for line in commands(second) if " -c " in line]
    assert again
    assert not any("/include/verilated" in name or "warm_main" in name for name in again)
    assert start(second, tmp_path / "r", "passes", env={"STEP": "3"}).passed
    assert start(first, tmp_path / "r", "passes").passed


def test_a_comment_builds_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = tmp_path / "counter.v"
    source.write_text((DESIGNS / "counter.v").read_text())
    first = build(replace(COUNTER, sources=[source]), root=tmp_path / "builds")
    source.write_text("// a line more\n" + source.read_text())
    forbid_building(monkeypatch)
    assert build(replace(COUNTER, sources=[source]), root=tmp_path / "builds") == first


def test_a_header_that_the_bench_includes_is_compiled_again(tmp_path: Path) -> None:
    header, cpp = tmp_path / "number.h", tmp_path / "adder.cpp"
    header.write_text("#define NUMBER 0\n")
    adder = (DESIGNS / "adder.cpp").read_text()
    cpp.write_text(f'#include "number.h"\n{adder}')
    store = Store(tmp_path / "objects", tmp_path, [], [])
    unit = Unit(name="adder", files=(cpp,), optimise="-O2")
    before = store.place(unit)
    assert Store(tmp_path / "objects", tmp_path, [], []).place(unit) == before
    header.write_text("#define NUMBER 1\n")
    assert Store(tmp_path / "objects", tmp_path, [], []).place(unit) != before
    assert Store(tmp_path / "objects", tmp_path, [], ["-DX"]).place(unit) != before


def test_quick_and_fast_share_what_verilator_wrote(tmp_path: Path) -> None:
    fast = build(COUNTER, root=tmp_path)
    quick = build(replace(COUNTER, quick=True), root=tmp_path)
    assert quick != fast
    assert len(list((tmp_path / "verilated").glob("[!.]*"))) == 1
    assert start(quick, tmp_path / "r", "passes").passed


def test_a_store_forgets_what_was_not_used_for_longest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(tmp_path, tmp_path, [], [])
    for number, age in enumerate((9000, 8000, 10)):
        path = tmp_path / f"{number}.o"
        path.write_bytes(b"x" * 100)
        os.utime(path, (time.time() - age,) * 2)
    store.trim()
    assert len(list(tmp_path.glob("*.o"))) == 3
    monkeypatch.setattr("honeyguide.sim.objects.MOST_BYTES", 200)
    store.trim()
    assert sorted(path.name for path in tmp_path.glob("*.o")) == ["1.o", "2.o"]
    monkeypatch.setattr("honeyguide.sim.objects.MOST_BYTES", 0)
    store.trim()
    assert [path.name for path in tmp_path.glob("*.o")] == ["2.o"]  # somebody may link it now


def test_an_interrupted_build_is_done_again(tmp_path: Path) -> None:
    made = build(COUNTER, root=tmp_path)
    (made / "build.json").unlink()
    (made / "counter").write_text("half a file")
    assert build(COUNTER, root=tmp_path) == made
    assert json.loads((made / "build.json").read_text())["build"]["top"] == "counter"
    assert (made / "counter").stat().st_size > 1000


def test_a_missing_source_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(HdlError, match=r"source file of counter not found: .*nowhere\.v"):
        build(replace(COUNTER, sources=[tmp_path / "nowhere.v"]), root=tmp_path)


def test_a_refused_design_names_the_first_error(tmp_path: Path) -> None:
    with pytest.raises(HdlError, match=r"(?s)building counter failed.*Nope"):
        build(replace(COUNTER, parameters={"Nope": 1}), root=tmp_path)


def test_a_compiler_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CXX", "no-such-compiler")
    toolchain.compiler.cache_clear()
    try:
        with pytest.raises(HdlError, match="named by CXX was not found: no-such-compiler"):
            toolchain.compiler()
    finally:
        toolchain.compiler.cache_clear()


def test_the_environment_of_a_simulation_is_what_cocotb_s_runner_makes() -> None:
    theirs = cocotb_runner.Verilator()
    theirs.sim_hdl_toplevel, theirs.test_module, theirs.hdl_toplevel_lang = "top", "m", "verilog"
    theirs.env = {}
    theirs._set_env_test()  # puts its own on top of the whole environment
    added = {name: text for name, text in theirs.env.items() if os.environ.get(name) != text}
    own = simulation_environment(top="top", module="m")
    added.pop("PYTHONPATH")  # which the launcher makes
    path = added.pop("PATH", "").split(os.pathsep)[-1]
    assert own["PATH"].split(os.pathsep)[-1] == path
    assert {name: own.get(name) for name in added} == added


def test_variables_of_make_do_not_reach_a_simulation(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAKEFLAGS", "-- SEED=7")
    monkeypatch.setenv("WAVES", "1")
    monkeypatch.setenv("COCOTB_TEST_FILTER", "something")
    environment = simulation_environment(top="top", module="m")
    assert not {"MAKEFLAGS", "WAVES", "COCOTB_TEST_FILTER"} & set(environment)
    assert environment["COCOTB_TEST_MODULES"] == "m"
