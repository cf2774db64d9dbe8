"""What MkDocs calls while it builds the site: pages from outside docs/, and links between them.

A link is written as it works in the repository, so that pages can be read there as well. Here it is
turned into the page of the site that shows the file; a file that is no page is named, not linked.
"""

from __future__ import annotations

import os
import re
from pathlib import Path, PurePosixPath

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page
from mkdocs.utils import get_relative_url, log

ROOT = Path(__file__).resolve().parents[2]
OUTSIDE = {
    "README.md": "index.md",
    "CONTRIBUTING.md": "contributing.md",
    "CHANGELOG.md": "changes.md",
    "SECURITY.md": "security.md",
    "tb/honeyguide/README.md": "honeyguide.md",
}
STYLE = "assets/site.css"
LINK = re.compile(r"(!?)\[((?:[^\[\]]|\[[^\]]*\])*)\]\(([^()\s]+)\)")
FENCE = re.compile(r"^(```|~~~).*?^\1[^\S\n]*$", re.MULTILINE | re.DOTALL)


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages and the style sheet that are not below docs/."""
    for source, page in OUTSIDE.items():
        files.append(File.generated(config, page, abs_src_path=str(ROOT / source)))
    style = Path(__file__).with_name("site.css")
    files.append(File.generated(config, STYLE, abs_src_path=str(style)))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Turn links to files of the repository into links to pages, outside of code."""
    here = repository_path(page.file.src_uri)
    parts: list[str] = []
    end = 0
    for fence in FENCE.finditer(markdown):
        parts += [links(markdown[end : fence.start()], here, page.file), fence.group()]
        end = fence.end()
    return "".join([*parts, links(markdown[end:], here, page.file)])


def repository_path(source: str) -> PurePosixPath:
    """Return where a page's text is in the repository."""
    outside = {page: path for path, page in OUTSIDE.items()}
    return PurePosixPath(outside.get(source, f"docs/{source}"))


def links(text: str, here: PurePosixPath, file: File) -> str:
    """Return a text with its links turned."""

    def turned(match: re.Match[str]) -> str:
        mark, shown, target = match.groups()
        if re.match(r"[a-z]+:|#", target):
            return match.group()
        path, sign, anchor = target.partition("#")
        where = os.path.normpath(here.parent / path)
        if where in OUTSIDE:
            page = OUTSIDE[where]
        elif where.startswith("docs/"):
            page = where.removeprefix("docs/")
        elif (ROOT / where).exists():
            return f"{shown} (`{where}`)"
        else:
            log.warning(f"{here} links to {target}, which is not there")
            return match.group()
        relative = get_relative_url(page, str(PurePosixPath(file.src_uri).parent))
        return f"{mark}[{shown}]({relative}{sign}{anchor})"

    return LINK.sub(turned, text)
