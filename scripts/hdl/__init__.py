"""Build Verilated cocotb simulations once, and run tests in processes of their own.

from scripts.hdl import SimBuild, SimRun, build, rtl_include_dirs, rtl_sources, run

where = build(SimBuild(top="tb_top", sources=[*rtl_sources(), ...], includes=rtl_include_dirs()))
result = run(SimRun(build=where, module="tb.tests.smoke", seed=7, timeout_s=60, results_dir=...))
print(result.status, result.message, result.log)
"""

from scripts.hdl.builder import SimBuild, build
from scripts.hdl.errors import HdlError
from scripts.hdl.launcher import SimResult, SimRun, SimStatus, TestOutcome, run
from scripts.hdl.sources import ROOT, rtl_include_dirs, rtl_sources

__all__ = [
    "ROOT",
    "HdlError",
    "SimBuild",
    "SimResult",
    "SimRun",
    "SimStatus",
    "TestOutcome",
    "build",
    "rtl_include_dirs",
    "rtl_sources",
    "run",
]
