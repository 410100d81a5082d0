"""Asking git: offline, without a question to anybody, and without waiting for ever."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

_OFFLINE = ("-c", "protocol.allow=never")  # a partial clone would fetch what it lacks
_QUIET = {"GIT_TERMINAL_PROMPT": "0", "GIT_NO_LAZY_FETCH": "1", "GIT_OPTIONAL_LOCKS": "0"}
_ELSEWHERE = {"GIT_DIR", "GIT_WORK_TREE", "GIT_COMMON_DIR", "GIT_INDEX_FILE", "GIT_PREFIX"}
"""What git tells its hooks of their repository: the folder tells it as well, and in a linked work tree rightly."""
_SECONDS = 60.0


def git(
    root: Path, *arguments: str, told: bytes = b"", more: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[bytes] | None:
    """How git ended in this folder; None where it is not installed, or takes too long. `more` is for its environment."""
    command, environment = _command(root, arguments), {**_environment(), **(more or {})}
    try:
        return subprocess.run(command, input=told, capture_output=True, timeout=_SECONDS, check=False, env=environment)
    except (OSError, ValueError, subprocess.SubprocessError):
        return None


def _environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name not in _ELSEWHERE} | _QUIET


def _command(root: Path, arguments: Sequence[str]) -> tuple[str, ...]:
    return ("git", *_OFFLINE, "-C", str(root), *arguments)


def printed(root: Path, *arguments: str, told: bytes = b"") -> bytes:
    """What git prints; nothing where it is not installed, refuses, or there is no repository."""
    done = git(root, *arguments, told=told)
    return done.stdout if done is not None and done.returncode == 0 else b""


def printing(root: Path, *arguments: str) -> Callable[[], bytes]:
    """What git prints, as `printed` has it, while this process goes on: whoever calls the answer waits for it."""
    command, nothing = _command(root, arguments), subprocess.DEVNULL
    try:
        process = subprocess.Popen(command, env=_environment(), stdin=nothing, stdout=subprocess.PIPE, stderr=nothing)
    except (OSError, ValueError):
        return lambda: b""

    def answer() -> bytes:
        with process:
            try:
                said, _ = process.communicate(timeout=_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                return b""
        return said if process.returncode == 0 else b""

    return answer
