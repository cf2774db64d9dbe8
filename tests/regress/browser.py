"""A real browser without a window, for tests of pages: Chromium, Chrome or Edge, if installed.

It is driven by its own DevTools protocol through a pair of pipes, which needs no driver program, no
port and no package: JSON messages, each ended by a zero byte, file descriptor 3 in and 4 out.
RATEL_BROWSER names another one.
"""

from __future__ import annotations

import base64
import fcntl
import json
import os
import select
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge")
LIMIT_S = 60.0


def find_browser() -> str | None:
    """Return the browser's path, None if there is none."""
    wanted = os.environ.get("RATEL_BROWSER")
    found = map(shutil.which, (wanted,) if wanted else NAMES)
    return next(filter(None, found), None)


class Browser:
    """A browser with one page, for as long as the `with` lasts."""

    def __init__(self, program: str) -> None:
        self.events: list[dict[str, Any]] = []
        self._program = program
        self._number = 0
        self._session = ""
        self._rest = b""

    def __enter__(self) -> Browser:
        self._home = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        theirs_in, self._out = high_pipe()
        self._in, theirs_out = high_pipe()

        def give() -> None:
            os.dup2(theirs_in, 3)
            os.dup2(theirs_out, 4)

        # The sandbox needs rights that containers do not give; the pages are our own.
        self._process = subprocess.Popen(
            [self._program, "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run",
             "--disable-dev-shm-usage", "--remote-debugging-pipe",
             f"--user-data-dir={self._home.name}", "about:blank"],
            close_fds=False, preexec_fn=give, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        os.close(theirs_in)
        os.close(theirs_out)
        target = self.command("Target.createTarget", url="about:blank")["targetId"]
        attached = self.command("Target.attachToTarget", targetId=target, flatten=True)
        self._session = attached["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.command(f"{domain}.enable")
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._out)  # it ends when nobody is there any more
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        os.close(self._in)
        self._home.cleanup()

    def command(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Send a command and return its result."""
        self._number += 1
        message: dict[str, Any] = {"id": self._number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._out, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._receive()
            if answer.get("id") == self._number:
                if "error" in answer:
                    raise AssertionError(f"{method}: {answer['error']['message']}")
                result: dict[str, Any] = answer["result"]
                return result
            self.events.append(answer)

    def _receive(self) -> dict[str, Any]:
        deadline = time.monotonic() + LIMIT_S
        while b"\0" not in self._rest:
            ready, _, _ = select.select([self._in], [], [], max(deadline - time.monotonic(), 0))
            piece = os.read(self._in, 1 << 16) if ready else b""
            if not piece:
                raise AssertionError("the browser ended or does not answer")
            self._rest += piece
        message, _, self._rest = self._rest.partition(b"\0")
        content: dict[str, Any] = json.loads(message)
        return content

    def open(self, page: Path, *, width: int, height: int = 900) -> None:
        """Load a file into a window of this size and wait until all of it is there."""
        self.events.clear()
        self.command(
            "Emulation.setDeviceMetricsOverride", width=width, height=height,
            deviceScaleFactor=1, mobile=False,
        )  # fmt: skip
        self.command("Page.navigate", url=page.resolve().as_uri())
        while not any(event.get("method") == "Page.loadEventFired" for event in self.events):
            self.events.append(self._receive())

    def value(self, script: str) -> Any:
        """Return what a script in the page gives, or what it promises."""
        answer = self.command(
            "Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True
        )
        if "exceptionDetails" in answer:
            raise AssertionError(f"{script}: {answer['exceptionDetails']['text']}")
        return answer["result"].get("value")

    def requests(self) -> list[str]:
        """Return every address that the page asked for."""
        return [
            event["params"]["request"]["url"]
            for event in self.events
            if event.get("method") == "Network.requestWillBeSent"
        ]

    def complaints(self) -> list[str]:
        """Return what the page's console would show."""
        found = []
        for event in self.events:
            match event.get("method"):
                case "Runtime.exceptionThrown":
                    found.append(event["params"]["exceptionDetails"]["text"])
                case "Log.entryAdded":
                    found.append(event["params"]["entry"]["text"])
                case "Runtime.consoleAPICalled":
                    found.append(str(event["params"]["args"]))
        return found

    def wait(self, script: str) -> None:
        """Wait until a script in the page gives something that is true."""
        deadline = time.monotonic() + LIMIT_S
        while not self.value(f"Boolean({script})"):
            assert time.monotonic() < deadline, script
            time.sleep(0.05)

    def screenshot(self, picture: Path) -> None:
        """Write a PNG of the whole page."""
        shot = self.command("Page.captureScreenshot", captureBeyondViewport=True)
        picture.write_bytes(base64.b64decode(shot["data"]))


def high_pipe() -> tuple[int, int]:
    """Return a pipe, to read and to write, whose descriptors are not 3 or 4."""
    ends = os.pipe()
    moved = tuple(fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, 10) for end in ends)
    for end in ends:
        os.close(end)
    return moved[0], moved[1]
