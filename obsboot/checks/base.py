"""What a check is, and how the checks in this folder are found."""

from __future__ import annotations

import importlib
import pkgutil
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING, ClassVar

from obsboot.model import Finding, Severity

if TYPE_CHECKING:
    from obsboot.sources.context import Context
    from obsboot.sources.kinds import Kind


_OF_GROUP: Mapping[str, tuple[Kind, ...]] = {
    "alertmanager": ("alertmanager",),
    "compose": ("compose",),
    "dashboard": ("dashboard",),
    "elasticsearch": ("index-template", "component-template", "ingest-pipeline", "lifecycle"),
    "exposition": ("exposition",),
    "filebeat": ("filebeat",),
    "grafana": ("datasources", "providers"),
    "grok": ("logstash",),
    "kibana": ("saved-objects",),
    "logstash": ("logstash", "logstash-pipelines"),
    "promql": ("rules", "dashboard"),
    "rules": ("rules", "rule-tests"),
    "scrape": ("prometheus", "targets"),
}


class Check(ABC):
    """One verification of a pack. `explanation` says why it matters, `fix` how to mend what it finds."""

    id: ClassVar[str]
    judges: ClassVar[tuple[Kind, ...] | None] = None
    """The kinds of documents of which one has to be there, else nothing was judged; by default those of its group."""
    severity: ClassVar[Severity] = "error"
    title: ClassVar[str]
    explanation: ClassVar[str]
    fix: ClassVar[str]

    def finds_its_kind(self, context: Context) -> bool:
        """Whether there is anything that it judges; a pack always has what its answers say."""
        kinds = _OF_GROUP.get(self.id.partition("/")[0], ()) if self.judges is None else self.judges
        return not kinds or not context.foreign or any(any(context.layout.of(kind)) for kind in kinds)

    @abstractmethod
    def run(self, context: Context) -> Iterator[Finding]:
        """Everything that is wrong. Raises CannotCheckError or NotApplicableError where it cannot or need not look."""

    def finding(
        self, path: str, line: int, message: str, *, severity: Severity | None = None, subject: str = ""
    ) -> Finding:
        """A finding of this check at `path:line`, and at its column where the line is a `Line` that knows it."""
        column = getattr(line, "column", 0)
        how = severity or self.severity
        return Finding(self.id, how, path, int(line), message, self.explanation, self.fix, column, subject)


@cache
def checks() -> tuple[Check, ...]:
    """All checks, by id: every class of a module `<group>/<name>.py` below this folder that is a Check."""
    package = __name__.rpartition(".")[0]
    folder = importlib.import_module(package).__path__
    groups = [module.name for module in pkgutil.iter_modules(folder) if module.ispkg]
    modules = [module for group in groups for module in _modules(f"{package}.{group}")]
    found = [kind() for module in modules for kind in _kinds(module)]
    return tuple(sorted(found, key=lambda check: check.id))


def _modules(group: str) -> Iterator[object]:
    for module in pkgutil.iter_modules(importlib.import_module(group).__path__):
        yield importlib.import_module(f"{group}.{module.name}")


def _kinds(module: object) -> Iterator[type[Check]]:
    for kind in vars(module).values():
        if isinstance(kind, type) and issubclass(kind, Check) and kind.__module__ == getattr(module, "__name__", ""):
            yield kind
