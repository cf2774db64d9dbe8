"""Call a library in a process of its own, so that it may stop there without stopping this one."""

from __future__ import annotations

import os
import resource
import signal
import warnings
from collections.abc import Callable

_CAUGHT = 3  # exit code of a call that raised one of `expected`


class StoppedError(Exception):
    """The process in which a call was made came to an end of its own."""


def apart(call: Callable[[], object], expected: tuple[type[Exception], ...]) -> str | None:
    """Make a call in a copy of this process; its result is lost.

    Returns:
        None if it returned, or the text of the exception if it raised one of `expected`.

    Raises:
        StoppedError: a signal or an unforeseen exception ended it.
    """
    reading, writing = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # threads of NumPy, which are idle
        child = os.fork()
    if not child:
        code = 1
        try:
            os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # what an assertion of C++ says
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
            call()
            code = 0
        except expected as error:
            with os.fdopen(writing, "wb") as pipe:
                pipe.write(str(error).encode(errors="replace"))
            code = _CAUGHT
        finally:
            os._exit(code)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        said = pipe.read().decode(errors="replace")
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if code == _CAUGHT:
        return said
    if code:
        how = signal.Signals(-code).name if code < 0 else f"exit code {code}"
        raise StoppedError(how)
    return None
