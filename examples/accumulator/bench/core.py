"""What the framework has to know of the accumulator."""

from pathlib import Path

from honeyguide.core import Core
from honeyguide.hdl import axi_bench
from honeyguide.waves.view import Views, group

HDL = sorted((Path(__file__).resolve().parents[1] / "rtl").glob("*.v"))
CONFIGURATIONS = {"64": {"DataWidth": 64}, "32": {"DataWidth": 32}}
POINTS = {
    "job.count": ("none", "one", "a beat", "a burst", "bursts", "a tail"),
    "job.page": ("inside", "to its end", "over its end"),
    "job.outcome": ("done", "misaligned", "failed beat"),
    "job.sum": ("zero", "positive", "negative", "beyond 32 bits"),
    "job.interrupt": ("enabled", "not enabled"),
    "register.refused": ("start while busy", "strobes", "address"),
    "register.read": ("ADDRESS", "COUNT", "STATUS", "SUM_LO", "SUM_HI", "ENABLE"),
}
VIEWS = Views(
    groups=(
        group("Clock", "", "clk:bit", "rst_n:bit", "cycle:decimal", "irq:bit"),
        group("Jobs", "dut", "begins:bit", "busy_q:bit", "done_q:bit", "error_q:bit", "sum_q"),
        group("Reads", "dut", "arvalid_q:bit", "next_q", "words_q:decimal", "left_q:decimal"),
    )
)

CORE = Core(
    top="axi_tb",
    tests="bench",
    configurations=lambda: CONFIGURATIONS,
    default="64",
    hdl=lambda: HDL,
    build=lambda config: axi_bench("accumulator", HDL, CONFIGURATIONS[config]),
    sources=("bench",),
    points=lambda: POINTS,
    views=lambda: VIEWS,
)
