"""Draw a transcript: when each engine worked on which instruction, and how busy the array was.

    python -m scripts.debug.timeline build/waves/<run>/run/trace.log      -> timeline.html there

A bar's shade in the execute row is the share of its cycles in which the array made a step. The page
is one file with no script, and works offline.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from markupsafe import Markup

from golden.isa import engine_of
from honeyguide import cli
from honeyguide.report.curves import figure_for_page, svg
from honeyguide.report.files import shown
from honeyguide.report.page import render
from tb.env.first_difference_transcript import read_lines

TEMPLATES = Path(__file__).parents[1] / "reports" / "templates"
LETTERS, SHORTEST = 170, 4  # of a picture's width, and the fewest worth writing
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


def draw_bars(bars: list[Bar], first: int, last: int) -> Markup:
    """A picture of the cycles first..last, as SVG."""
    rows = {engine: number for number, engine in enumerate(COLOURS)}
    titles = {}
    with figure_for_page(11, 1.5) as figure:
        axes = figure.add_subplot()
        for number, bar in enumerate(bars):
            if bar.end < first or bar.start > last:
                continue
            start, end = max(bar.start, first), min(bar.end, last)
            said = f"{bar.index} {bar.text}: cycles {bar.start} to {bar.end}"
            if bar.engine == "execute":
                said += f", array busy {100 * bar.busy:.0f} %"
            titles[f"bar-{number}"] = said
            axes.barh(
                rows[bar.engine], max(end - start, 1), left=start, height=0.75, edgecolor="white",
                linewidth=0.5, color=COLOURS[bar.engine],
                alpha=0.25 + 0.75 * bar.busy if bar.engine == "execute" else 0.7,
            )[0].set_gid(f"bar-{number}")  # fmt: skip
            room = int((end - start) / (last - first) * LETTERS)
            if room > SHORTEST:
                name = f"{bar.index} {bar.text.split(' ')[0]}"[:room]
                axes.text(start, rows[bar.engine], f" {name}", va="center", fontsize=7)
        axes.set_yticks(range(len(rows)), list(rows))
        axes.invert_yaxis()
        axes.set_xlim(first, last)
        axes.grid(axis="y", visible=False)
        return svg(figure, titles)


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
    said = (
        f"{len(bars)} instructions in {last - first} cycles; the array made a step in "
        f"{100 * steps / max(last - first, 1):.1f} % of them."
    )
    pictures = [
        draw_bars(bars, start, min(start + PER_PICTURE, last))
        for start in range(first, last, PER_PICTURE)
    ]
    return render("timeline.html", TEMPLATES, said=said, pictures=pictures)


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
