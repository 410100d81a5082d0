"""promtool for the tests that need it: OBSBOOT_PROMTOOL, or the one on PATH."""

from __future__ import annotations

import os
import shutil

import pytest


@pytest.fixture(scope="session")
def promtool() -> str:
    """The program's path. Where CI demands it (OBSBOOT_REQUIRE_PROMTOOL), its lack is a failure, not a skip."""
    found = os.environ.get("OBSBOOT_PROMTOOL") or shutil.which("promtool")
    if found is None and os.environ.get("OBSBOOT_REQUIRE_PROMTOOL"):
        pytest.fail("these tests need promtool")
    if found is None:
        pytest.skip("promtool is neither on PATH nor in OBSBOOT_PROMTOOL")
    return found
