"""The frame of every HTML report: one file, no script, nothing loaded from anywhere."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

_STYLE = """
body { font: 15px/1.45 system-ui, sans-serif; margin: 2rem auto; max-width: 72rem; padding: 0 1rem;
       color: #1c1c1c; background: #fafaf8; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 2rem; }
.wide { overflow-x: auto; margin: .6rem 0; } table { border-collapse: collapse; }
th { text-align: left; }
td, th { border-bottom: 1px solid #ddd; padding: .2rem 1rem .2rem 0; vertical-align: top; }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; }
code, pre { font: 13px/1.4 ui-monospace, monospace; } pre { background: #f0efe9; padding: .6rem;
       overflow-x: auto; } p, summary, code { overflow-wrap: anywhere; }
.said { white-space: pre-wrap; } img { max-width: 100%; border: 1px solid #ddd; }
.good { color: #286e3c; } .bad { color: #c81e1e; }
.bar { display: inline-block; width: 8rem; height: .7rem; background: #e3e1d8; }
.bar i { display: block; height: 100%; background: #286e3c; } details { margin: .3rem 0; }
td details { margin: 0; }
"""


def page(title: str, *parts: str) -> str:
    """Return a page; the parts are HTML."""
    return (
        f"<!doctype html>\n<html lang=en><head><meta charset=utf-8><title>{escape(title)}</title>\n"
        "<meta name=viewport content='width=device-width, initial-scale=1'>\n"
        "<link rel=icon href='data:,'>\n"
        f"<style>{_STYLE}</style></head><body>\n<h1>{escape(title)}</h1>\n"
        + "\n".join(parts)
        + "\n</body></html>\n"
    )


def html_table(head: Sequence[str], rows: Sequence[Sequence[str]], *, numbers: int = 0) -> str:
    """Return a table of HTML cells; the last `numbers` columns are numbers."""
    first = len(head) - numbers
    titles = "".join(
        f"<th{' class=n' if index >= first else ''}>{escape(word)}</th>"
        for index, word in enumerate(head)
    )
    lines = [f"<div class=wide><table><tr>{titles}</tr>"]
    for row in rows:
        cells = "".join(
            f"<td{' class=n' if index >= first else ''}>{text}</td>"
            for index, text in enumerate(row)
        )
        lines.append(f"<tr>{cells}</tr>")
    return "\n".join([*lines, "</table></div>"])


def bar(share: float) -> str:
    """Return a bar for a share of 0..100."""
    return f"<span class=bar><i style='width:{min(max(share, 0.0), 100.0):.1f}%'></i></span>"


def verdict(good: bool, text: str) -> str:
    """Return a paragraph in the colour of the verdict."""
    return f"<p class={'good' if good else 'bad'}><b>{escape(text)}</b></p>"
