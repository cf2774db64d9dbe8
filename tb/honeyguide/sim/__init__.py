"""Build Verilated cocotb simulations once, and run tests in processes of their own.

from honeyguide.sim import SimBuild, SimRun, build, run

where = build(SimBuild(top="counter", sources=[Path("counter.v")]))
result = run(SimRun(build=where, module="counter_test", seed=7, timeout_s=60, results_dir=...))
print(result.status, result.message, result.log)
"""

from honeyguide.project import BUILD, ROOT
from honeyguide.sim.builder import SimBuild, build, build_first
from honeyguide.sim.errors import HdlError
from honeyguide.sim.launcher import SimResult, SimRun, SimStatus, TestOutcome, run, run_here

__all__ = [
    "BUILD",
    "ROOT",
    "HdlError",
    "SimBuild",
    "SimResult",
    "SimRun",
    "SimStatus",
    "TestOutcome",
    "build",
    "build_first",
    "run",
    "run_here",
]
