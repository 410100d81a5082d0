"""The walk: bounded, links not followed, nothing executed, only files opened that may be of one of the kinds."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from itertools import islice
from pathlib import Path

from obsboot.commands.foreign.kinds import SUFFIXES, Seen, recognised

_SKIPPED = frozenset({
    ".git", ".hg", ".obsboot", ".venv", "venv", "env", "node_modules", "vendor", "site-packages", "__pycache__",
    ".tox", ".nox", ".terraform", ".mypy_cache", ".pytest_cache", ".ruff_cache",
})  # fmt: skip
_DEPTH, _FILES, _BYTES = 8, 20_000, 2_000_000


def survey(root: Path, without: Collection[str] = ()) -> tuple[Seen, ...]:
    """Every observability file below `root`, by path, but for those `without`. Reads only."""
    found = (_seen(root, path) for path in islice(_paths(root), _FILES) if path not in without)
    return tuple(sorted((one for one in found if one), key=lambda one: one.path))


def _paths(root: Path) -> Iterator[str]:
    """The files of the kinds' endings, and so many folders deep."""
    for folder, folders, names in os.walk(root, followlinks=False):
        here = Path(folder).relative_to(root)
        deep = len(here.parts) >= _DEPTH
        folders[:] = [] if deep else sorted(name for name in folders if name not in _SKIPPED)
        for name in sorted(names):
            if name.lower().endswith(SUFFIXES):
                yield (here / name).as_posix()


def _seen(root: Path, path: str) -> Seen | None:
    full = root / path
    try:
        if full.is_symlink() or not full.is_file() or full.stat().st_size > _BYTES:
            return None
        return recognised(path, full.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError):
        return None
