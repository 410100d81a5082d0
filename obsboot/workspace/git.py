"""Asking git: offline, without a question to anybody, and without waiting for ever."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

_OFFLINE = ("-c", "protocol.allow=never")  # a partial clone would fetch what it lacks
_QUIET = {"GIT_TERMINAL_PROMPT": "0", "GIT_NO_LAZY_FETCH": "1", "GIT_OPTIONAL_LOCKS": "0"}
_SECONDS = 60.0


def git(
    root: Path, *arguments: str, told: bytes = b"", more: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[bytes] | None:
    """How git ended in this folder; None where it is not installed, or takes too long. `more` is for its environment."""
    command = ("git", *_OFFLINE, "-C", str(root), *arguments)
    environment = {**os.environ, **_QUIET, **(more or {})}
    try:
        return subprocess.run(command, input=told, capture_output=True, timeout=_SECONDS, check=False, env=environment)
    except (OSError, ValueError, subprocess.SubprocessError):
        return None


def printed(root: Path, *arguments: str, told: bytes = b"") -> bytes:
    """What git prints; nothing where it is not installed, refuses, or there is no repository."""
    done = git(root, *arguments, told=told)
    return done.stdout if done is not None and done.returncode == 0 else b""
