"""Expressions tried on lines, with an end in any case."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_SCRIPT = Path(__file__).with_name("trial.py")
_SECONDS = 3.0
"""For all questions together."""


@dataclass(frozen=True, slots=True)
class Match:
    """Where an expression fits a line, counted from 0, and what its named groups hold."""

    begin: int
    end: int
    groups: dict[str, str] = field(default_factory=dict)


def tried(questions: Sequence[tuple[str, str]]) -> list[Match | None]:
    """The match of each (expression, line), or None.

    The list is shorter where time ran out: the first question without an answer is the one that took too long.
    """
    return [Match(*each) if isinstance(each, list) else None for each in _asked(questions, [])]


def exploding(questions: Sequence[tuple[str, list[str]]]) -> list[bool]:
    """Whether repetitions of each part take exponential time on any of its pumps. Shorter where time ran out."""
    return [bool(each) for each in _asked(questions, ["measure"])]


def _asked(questions: Sequence[tuple[Any, ...]], arguments: list[str]) -> list[Any]:
    if not questions:
        return []
    command = [sys.executable, "-I", "-S", str(_SCRIPT), *arguments]
    try:
        run = subprocess.run(
            command, input=json.dumps(questions).encode(), capture_output=True, timeout=_SECONDS, check=False
        )
        said = run.stdout
    except subprocess.TimeoutExpired as error:
        said = error.stdout or b""
    except OSError:
        return []
    lines = said.decode("utf-8", "replace").split("\n")[:-1]
    return [json.loads(each) for each in lines]
