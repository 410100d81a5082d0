"""Runbooks."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from obsboot.checks.base import Check
from obsboot.checks.rules.comparison import always
from obsboot.model import Finding
from obsboot.sources.context import Context
from obsboot.sources.errors import NotApplicableError

_PARTS = ("What it means", "Look", "Mend")


class Runbook(Check):
    id = "runbook/exists"
    title = "Every alert has a runbook, and every runbook an alert"
    explanation = "Whoever is woken needs to know what it means, where to look and how to mend it."
    fix = "Write runbooks/<AlertName>.md in the catalogue's `runbook`: what it means, look, mend."

    def run(self, context: Context) -> Iterator[Finding]:
        if context.foreign:
            raise NotApplicableError("others keep their runbooks where no file of the folder tells")
        parts = {rule.name: _PARTS[:1] if always(context, rule) else _PARTS for rule in context.alerts}
        parts |= dict.fromkeys((rule.name for rule in context.log_rules), _PARTS)
        for rule in context.told:
            page = context.path(f"runbooks/{rule.name}.md")
            if page not in context.files.texts and "/local/" not in rule.path:
                yield self.finding(rule.path, rule.line, f"{rule.name} has no runbook")
        for path in context.paths("runbooks/*.md"):
            name = posixpath.basename(path).removesuffix(".md")
            text = context.files.texts[path]
            if name not in parts and name != "README":
                yield self.finding(path, 1, f"no alert is called {name}", severity="warning")
            for part in parts.get(name, ()):
                if part.lower() not in text.lower():
                    yield self.finding(path, 1, f"the runbook does not say: {part.lower()}")
