"""Pictures within a page: SVG that takes the colours and the font of the page around it."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from html import escape
from typing import TYPE_CHECKING

from markupsafe import Markup

from honeyguide.report.figures import ACCENT, INK, LINE, SOFT, STYLE

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_THEMED = {INK: "currentColor", SOFT: "var(--soft)", LINE: "var(--line)", ACCENT: "var(--accent)"}


@contextmanager
def figure_for_page(width: float, height: float) -> Iterator[Figure]:
    """Give a figure of so many inches to draw on and make `svg` of."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    with rc_context({**STYLE, "font.size": 8}):
        yield Figure(figsize=(width, height), layout="constrained")


def svg(figure: Figure, titles: Mapping[str, str]) -> Markup:
    """Return a figure as SVG for a page: transparent, in the page's colours and font.

    Args:
        figure: from `figure_for_page`, within its `with`.
        titles: what to say where the pointer rests on an artist, by the artist's gid.
    """
    stream = io.StringIO()
    figure.savefig(stream, format="svg", transparent=True, metadata={"Date": None})
    text = stream.getvalue()
    text = text[text.index("<svg") :]
    text = re.sub(r"<metadata>.*?</metadata>", "", text, flags=re.DOTALL)
    text = re.sub(r" xmlns(:xlink)?=\"[^\"]*\"", "", text).replace("xlink:href", "href")
    text = re.sub(r"font: ([\d.]+)px [^;\"]*", r"font-size: \1px", text)
    for colour, themed in _THEMED.items():
        text = text.replace(colour, themed)

    def titled(found: re.Match[str]) -> str:
        return f"<g><title>{escape(titles[found[1]])}</title>" if found[1] in titles else "<g>"

    return Markup(re.sub(r'<g id="([^"]*)">', titled, text))


def curve(values: Sequence[float | None], labels: Sequence[str]) -> Markup:
    """Return a small picture of values in order; a missing one is a gap.

    Args:
        values: one a place.
        labels: what to say of each place where the pointer rests on it.
    """
    titles = {}
    with figure_for_page(3.6, 1.35) as figure:
        axes = figure.add_subplot()
        known = [float("nan") if value is None else value for value in values]
        axes.plot(range(len(known)), known, color=ACCENT, linewidth=1.4)
        for place, value in enumerate(values):
            if value is not None:
                titles[f"point-{place}"] = f"{labels[place]}: {value:g}"
                axes.plot([place], [value], "o", color=ACCENT, markersize=3.5, gid=f"point-{place}")
        axes.set_xticks([])
        axes.set_xlim(-0.5, max(len(values) - 0.5, 0.5))
        axes.margins(y=0.18)
        axes.locator_params(axis="y", nbins=4)
        axes.ticklabel_format(axis="y", useOffset=False)
        axes.spines["bottom"].set_visible(False)
        return svg(figure, titles)
