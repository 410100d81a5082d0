"""The migrations of a copier template: commands that copier would run, and obsboot only names."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator
from typing import Any

from packaging.version import InvalidVersion, Version


def between(said: Iterable[Any], before: str, after: str) -> tuple[str, ...]:
    """The commands of those that belong to the step from one version to the other, as the template says them.

    One without a version belongs to every step; of versions that cannot be compared, so does any.
    """
    if before == after:
        return ()
    return tuple(command for one in said if _belongs(one, before, after) for command in _commands(one))


def _belongs(one: Any, before: str, after: str) -> bool:
    version = one.get("version") if isinstance(one, dict) else None
    try:
        return version is None or Version(before) < Version(str(version)) <= Version(after)
    except InvalidVersion:
        return True


def _commands(one: Any) -> Iterator[str]:
    """Each command as a shell takes it; the older form has several, for before and after."""
    said = one if isinstance(one, dict) else {"command": one}
    for command in (said.get("command"), *(said.get("before") or ()), *(said.get("after") or ())):
        if command:
            yield shlex.join(map(str, command)) if isinstance(command, list) else str(command)
