"""Draw a transcript: when each engine worked on which instruction, and how busy the array was.

    python -m scripts.debug.timeline build/waves/<run>/run/trace.log      -> timeline.html there

A bar's shade in the execute row is the share of its cycles in which the array made a step. The page
is one file with no script, and works offline.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from pathlib import Path

from golden.isa import engine_of
from honeyguide import cli
from honeyguide.report.files import shown
from honeyguide.report.page import page
from tb.env.first_difference_transcript import read_lines

ROW, GAP, WIDTH, LEFT = 26, 10, 1100, 70
PER_PICTURE = 2500  # cycles
COLOURS = {"load": "#4a78b5", "execute": "#c98a1b", "store": "#3c8f5a"}


@dataclass(frozen=True, kw_only=True)
class Bar:
    """One instruction in an engine; `busy` is the share of its cycles with a step of the array."""

    engine: str
    index: int
    text: str
    start: int
    end: int
    busy: float


def read_bars(transcript: str) -> list[Bar]:
    """Instructions that an engine worked on."""
    bars = []
    for line in read_lines(transcript):
        if not {"start", "end"} <= line.cycles.keys():
            continue
        start, end = line.cycles["start"], line.cycles["end"]
        engine = engine_of(line.text.split()[0])
        busy = min(line.steps / max(end - start, 1), 1.0)
        bars.append(
            Bar(engine=engine, index=line.index, text=line.text, start=start, end=end, busy=busy)
        )
    return bars


def draw_bars(bars: list[Bar], first: int, last: int) -> str:
    """A picture of the cycles first..last, as SVG."""
    scale = WIDTH / max(last - first, 1)
    rows = {engine: number for number, engine in enumerate(COLOURS)}
    height = len(rows) * (ROW + GAP) + 30
    parts = [f"<svg viewBox='0 0 {WIDTH + LEFT} {height}' width='100%' font-size='11'>"]
    for engine, number in rows.items():
        parts.append(f"<text x='0' y='{number * (ROW + GAP) + 17}'>{engine}</text>")
    for bar in bars:
        if bar.end < first or bar.start > last:
            continue
        x = LEFT + (max(bar.start, first) - first) * scale
        width = max((min(bar.end, last) - max(bar.start, first)) * scale, 1)
        y = rows[bar.engine] * (ROW + GAP)
        share = 0.25 + 0.75 * bar.busy if bar.engine == "execute" else 0.7
        said = f"{bar.index} {bar.text}: cycles {bar.start} to {bar.end}"
        if bar.engine == "execute":
            said += f", array busy {100 * bar.busy:.0f} %"
        parts.append(
            f"<g><title>{escape(said)}</title><rect x='{x:.1f}' y='{y}' width='{width:.1f}' "
            f"height='{ROW}' fill='{COLOURS[bar.engine]}' fill-opacity='{share:.2f}' "
            f"stroke='#fff'/>"
        )
        if width > 30:
            name = f"{bar.index} {bar.text.split(' ')[0]}"[: int(width / 6)]
            parts.append(f"<text x='{x + 3:.1f}' y='{y + 17}'>{escape(name)}</text>")
        parts.append("</g>")
    for tick in range(5):
        cycle = first + (last - first) * tick // 4
        x = LEFT + (cycle - first) * scale
        anchor = "end" if tick == 4 else "middle" if tick else "start"
        parts.append(f"<text x='{x:.0f}' y='{height - 6}' text-anchor='{anchor}'>{cycle}</text>")
    return "".join([*parts, "</svg>"])


def timeline_page(transcript: str) -> str:
    """The page of a transcript.

    Raises:
        UserError: no instruction in it reached an engine.
    """
    bars = read_bars(transcript)
    if not bars:
        raise cli.UserError("no instruction of this transcript reached an engine")
    first, last = min(bar.start for bar in bars), max(bar.end for bar in bars)
    work = [bar for bar in bars if bar.engine == "execute"]
    steps = sum(bar.busy * (bar.end - bar.start) for bar in work)
    parts = [
        f"<p>{len(bars)} instructions in {last - first} cycles; the array made a step in "
        f"{100 * steps / max(last - first, 1):.1f} % of them.</p>"
    ]
    for start in range(first, last, PER_PICTURE):
        parts.append(draw_bars(bars, start, min(start + PER_PICTURE, last)))
    return page("Timeline", *parts)


def main(argv: list[str]) -> int:
    """Draw one transcript."""
    options = cli.parser("debug.timeline", __doc__)
    options.add_argument("transcript", type=Path, help="a trace.log")
    wanted = options.parse_args(argv)
    if not wanted.transcript.is_file():
        raise cli.UserError(f"there is no transcript {wanted.transcript}")
    target = wanted.transcript.with_name("timeline.html")
    text = timeline_page(wanted.transcript.read_text(encoding="utf-8"))
    target.write_text(text, encoding="utf-8")
    print(shown(target))
    return 0


if __name__ == "__main__":
    cli.run_command(main)
