"""The base of every test of Ratel; honeyguide/env/base_test.py says what it lets pass."""

from __future__ import annotations

import logging

from honeyguide.env.base_test import BaseTest
from tb.env.environment import RatelEnvironment
from tb.env.ports import RatelConfiguration

logging.getLogger("ratel").setLevel(logging.INFO)


class RatelTest(BaseTest):
    """Subclasses write `body`; `self.env` is up and the core is out of reset."""

    env_type = RatelEnvironment
    env: RatelEnvironment
    configuration: RatelConfiguration

    def configure(self) -> RatelConfiguration:
        """Choose the configuration; tests that need a special one override this."""
        return RatelConfiguration.from_environment()
