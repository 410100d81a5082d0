"""The files of a repository that may be looked at. Nothing is executed, and no link leads out of it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from functools import cached_property
from pathlib import Path

_SKIPPED = frozenset({
    "node_modules", "vendor", "venv", "env", "site-packages", "__pycache__", "dist", "build", "target",
    "test", "tests", "testdata", "fixtures", "docs",
})  # fmt: skip
_KEPT = frozenset({".github", ".gitlab"})
_DEPTH, _FILES, _BYTES = 6, 20_000, 1_000_000
_SECRET_FILE = re.compile(r"(^|\.)env(\.|$)")


class Tree:
    """A bounded view of a repository: six folders deep, without what others wrote, tests or the pack itself."""

    def __init__(self, root: Path, ignored: frozenset[str] = frozenset()) -> None:
        self.root, self._ignored = root, ignored
        self._texts: dict[str, str] = {}

    @cached_property
    def paths(self) -> tuple[str, ...]:
        """Relative paths with `/`, sorted."""
        found: list[str] = []
        for path in self._walk("", 0):
            found.append(path)
            if len(found) >= _FILES:
                break
        return tuple(sorted(found))

    def matching(self, globs: tuple[str, ...]) -> Iterator[str]:
        """A glob without a slash is met by the file's name at any depth, one with a slash by the whole path."""
        for path in self.paths:
            name = path.rpartition("/")[2]
            if any(fnmatchcase(path if "/" in glob else name, glob) for glob in globs):
                yield path

    def text(self, path: str) -> str:
        """The file's text; empty where it cannot be read or is too big. Of `.env` files only the keys."""
        if path not in self._texts:
            self._texts[path] = self._read(path)
        return self._texts[path]

    def lines(self, path: str) -> list[str]:
        return self.text(path).split("\n")

    def _read(self, path: str) -> str:
        full = self.root / path
        try:
            if not full.is_file() or full.stat().st_size > _BYTES or not _inside(full, self.root):
                return ""
            text = full.read_text(encoding="utf-8", errors="replace")
        except OSError:
            return ""
        return _keys_only(text) if _SECRET_FILE.search(full.name) else text

    def _walk(self, folder: str, depth: int) -> Iterator[str]:
        try:
            entries = sorted(os.scandir(self.root / folder), key=lambda entry: entry.name)
        except OSError:
            return
        for entry in entries:
            path = f"{folder}/{entry.name}" if folder else entry.name
            if entry.is_dir(follow_symlinks=False):
                if depth < _DEPTH and _worth(entry.name):
                    yield from self._walk(path, depth + 1)
            elif path not in self._ignored and not entry.is_dir():
                yield path


def _worth(folder: str) -> bool:
    return folder not in _SKIPPED and (not folder.startswith(".") or folder in _KEPT)


def _inside(path: Path, root: Path) -> bool:
    return not path.is_symlink() or path.resolve().is_relative_to(root.resolve())


def _keys_only(text: str) -> str:
    """The values are none of our business; the lines keep their numbers."""
    return "\n".join(line.partition("=")[0] + "=" if "=" in line else "" for line in text.split("\n"))
