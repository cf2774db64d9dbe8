"""Pages for people: Jinja2 templates with one frame and one style for all of them.

    report/templates/base.html     the frame; style.css and page.js stand in each page
                     parts.html    macros: table, bar, command to copy
                     <page>.html   one a page of the framework; projects have folders of their own

A page is one file, loads nothing from anywhere, works from file://, and can be read without script:
page.js only sorts, filters and copies.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

TEMPLATES = Path(__file__).parent / "templates"


def render(name: str, folder: Path = TEMPLATES, /, **content: object) -> str:
    """Return a page, or a part of one, from a template; text is escaped unless it is `Markup`.

    Args:
        name: of the template.
        folder: where it is looked for before the framework's own.
        content: what the template asks for; a name that is missing is an error.
    """
    places = [folder, TEMPLATES]
    environment = Environment(
        loader=FileSystemLoader(places), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True,
    )  # fmt: skip
    environment.globals["source"] = sources(places)
    return environment.get_template(name).render(content)


def sources(places: list[Path]) -> Callable[[str], Markup]:
    """Return what puts a file of the templates into a page as it is: style and script."""

    def source(name: str) -> Markup:
        path = next(place / name for place in places if (place / name).is_file())
        return Markup(path.read_text(encoding="utf-8"))

    return source


def part(name: str, folder: Path = TEMPLATES, /, **content: object) -> Markup:
    """Return a part of a page, to be put into another."""
    return Markup(render(name, folder, **content))


def relative(path: Path, folder: Path) -> str:
    """Return a path as a page in `folder` refers to it, so that both can be moved together."""
    return Path(os.path.relpath(path.resolve(), folder.resolve())).as_posix()
