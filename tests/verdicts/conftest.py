"""The programs whose verdicts obsboot's are compared with: out of OBSBOOT_PROMTOOL, OBSBOOT_AMTOOL ..., or on PATH."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Verdict = Callable[[str], bool]
"""Whether a program loads a configuration, given as text."""


@pytest.fixture(scope="session")
def amtool() -> str:
    return _program("amtool")


@pytest.fixture(scope="session")
def promtool() -> str:
    return _program("promtool")


@pytest.fixture(scope="session")
def filebeat() -> str:
    return _program("filebeat")


def _program(name: str) -> str:
    """Its path. Where the programs have to be there (OBSBOOT_REQUIRE_PROGRAMS), its lack is a failure, not a skip."""
    found = os.environ.get(f"OBSBOOT_{name.upper()}") or shutil.which(name)
    if not found and os.environ.get("OBSBOOT_REQUIRE_PROGRAMS"):
        pytest.fail(f"these tests need {name}")
    if not found:
        pytest.skip(f"{name} is neither on PATH nor in OBSBOOT_{name.upper()}")
    return found


@pytest.fixture
def loads(amtool: str, tmp_path: Path) -> Verdict:
    """What amtool says of a configuration."""

    def verdict(text: str) -> bool:
        path = tmp_path / "alertmanager.yml"
        path.write_text(text)
        command = [amtool, "check-config", str(path)]
        return subprocess.run(command, capture_output=True, timeout=60, check=False).returncode == 0

    return verdict
