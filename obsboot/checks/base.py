"""What a check is, and how the checks in this folder are found."""

from __future__ import annotations

import importlib
import pkgutil
from abc import ABC, abstractmethod
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, ClassVar

from obsboot.model import Finding, Severity

if TYPE_CHECKING:
    from obsboot.checks.context import Context


class CannotCheckError(Exception):
    """The check could not look: its result is `error`, never `passed`."""


class NotApplicableError(Exception):
    """The pack has nothing of the kind on purpose: the result is `skipped`, with this reason."""


class Check(ABC):
    """One verification of a pack. `explanation` says why it matters, `fix` how to mend what it finds."""

    id: ClassVar[str]
    severity: ClassVar[Severity] = "error"
    title: ClassVar[str]
    explanation: ClassVar[str]
    fix: ClassVar[str]

    @abstractmethod
    def run(self, context: Context) -> Iterator[Finding]:
        """Everything that is wrong. Raises CannotCheckError or NotApplicableError where it cannot or need not look."""

    def finding(self, path: str, line: int, message: str, *, severity: Severity | None = None) -> Finding:
        """A finding of this check at `path:line`."""
        return Finding(self.id, severity or self.severity, path, line, message, self.explanation, self.fix)


@cache
def checks() -> tuple[Check, ...]:
    """All checks, by id: every class of a module called `<group>_<name>` beside this one that is a Check."""
    package = __name__.rpartition(".")[0]
    folder = importlib.import_module(package).__path__
    names = sorted(module.name for module in pkgutil.iter_modules(folder) if "_" in module.name)
    modules = [importlib.import_module(f"{package}.{name}") for name in names]
    found = [kind() for module in modules for kind in _kinds(module)]
    return tuple(sorted(found, key=lambda check: check.id))


def _kinds(module: object) -> Iterator[type[Check]]:
    for kind in vars(module).values():
        if isinstance(kind, type) and issubclass(kind, Check) and kind.__module__ == getattr(module, "__name__", ""):
            yield kind
