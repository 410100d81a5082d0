"""Saved objects that refer to others."""

from __future__ import annotations

from collections.abc import Iterator

from obsboot.catalog.problems import nearest
from obsboot.checks.base import Check
from obsboot.model import Finding, Severity
from obsboot.sources.context import Context
from obsboot.sources.kibanas import objects, place
from obsboot.sources.savedobjects import Saved

_APART = frozenset({"tag", "config", "action", "connector", "cases", "space"})
"""Kinds that an import may leave behind."""
_BROUGHT = frozenset({("index-pattern", "logs-*"), ("index-pattern", "metrics-*")})
"""What Kibana makes by itself."""


class Reference(Check):
    id = "kibana/reference"
    title = "Saved objects refer to objects that are there"
    explanation = (
        "Kibana does not import an object whose data view or search is missing; of other kinds it does, and a panel of a "
        "dashboard shows an error in their place. Where a name such as panelRefName is none of the references, the object "
        "cannot be opened. A file that has an object twice is refused as a whole."
    )
    fix = "Export with the objects that it refers to, or correct the id or the name of the reference; keep one of two."

    def run(self, context: Context) -> Iterator[Finding]:
        found = objects(context)
        known = {each.key for each in found}
        kinds = {kind for kind, _ in known}
        yield from self._twice(found)
        for each in found:
            for name in dict.fromkeys(each.unnamed):
                severity: Severity = "warning" if "filter" in name else "error"
                message = f"{each.owner} asks for its reference {name!r}, and has none of that name"
                yield self.finding(
                    each.path, place(context, each, name), message, severity=severity, subject=each.subject
                )
            for kind, name in each.references:
                if (kind, name) not in known | _BROUGHT and kind not in _APART and name:
                    ids = [other for one, other in known if one == kind]
                    message = (
                        f"{each.owner} refers to the {kind} {name!r}, which is not in the folder: {nearest(name, ids)}"
                    )
                    severity = "error" if kind in kinds else "warning"
                    yield self.finding(
                        each.path, place(context, each, f'"{name}"'), message, severity=severity, subject=each.subject
                    )

    def _twice(self, found: tuple[Saved, ...]) -> Iterator[Finding]:
        seen: dict[tuple[str, str, str], int] = {}
        for each in found:
            first = seen.setdefault((each.path, *each.key), each.line)
            if first != each.line and each.data.get("id"):
                message = f"{each.owner} has the kind and the id of the object in line {first}: Kibana refuses the file"
                yield self.finding(each.path, each.line, message, subject=each.subject)
