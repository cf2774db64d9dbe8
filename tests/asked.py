"""What was asked of the tests' simulations, by options of pytest or by the shell.

`make test` gives options: variables would reach the commands that tests start, too.
"""

from __future__ import annotations

import os

explain = os.environ.get("RATEL_EXPLAIN") == "1"  # a failure repeats itself: first difference
waves = os.environ.get("RATEL_WAVES", "0") not in ("", "0")
