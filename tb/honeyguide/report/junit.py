"""JUnit files as pytest, cocotb and our own commands write them: the one reader."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree


@dataclass(frozen=True, kw_only=True)
class JunitCase:
    """One test of a file.

    Attributes:
        ended: "passed", "failure" (a check), "error" (all else) or "skipped".
        message: what its writer has in one line.
        text: what its writer has on many lines.
        seconds: that it took.
        properties: whatever else was noted of it.
    """

    classname: str
    name: str
    ended: str
    message: str
    text: str
    seconds: float
    properties: dict[str, str] = field(default_factory=dict)

    @property
    def failed(self) -> bool:
        """Whether it ran and did not pass."""
        return self.ended in ("failure", "error")


def read_junit(path: Path) -> list[JunitCase] | None:
    """Return the tests of a file; None when it is not there or no XML."""
    try:
        root = ElementTree.parse(path).getroot()
    except (OSError, ElementTree.ParseError):
        return None
    return [_case(node) for node in root.iter("testcase")]


def _case(node: ElementTree.Element) -> JunitCase:
    found = ((kind, node.find(kind)) for kind in ("skipped", "failure", "error"))
    ended, why = next(((kind, one) for kind, one in found if one is not None), ("passed", None))
    return JunitCase(
        classname=node.get("classname", ""),
        name=node.get("name", ""),
        ended=ended,
        message="" if why is None else why.get("message") or "",
        text="" if why is None else why.text or "",
        seconds=float(node.get("time", "0")),
        properties={one.get("name", ""): one.get("value", "") for one in node.iter("property")},
    )
