"""Every JSON file is JSON."""

from __future__ import annotations

from collections.abc import Iterator

from obsboot.checks.base import Check
from obsboot.model import Finding
from obsboot.sources.context import Context
from obsboot.sources.documents import MalformedError


class JsonParses(Check):
    id = "json/parse"
    title = "Every JSON file parses, and says no key twice"
    explanation = "Grafana logs the error and leaves the dashboard out; nobody looks there."
    fix = "Mend the line; most often it is a comma or a merge marker."

    def run(self, context: Context) -> Iterator[Finding]:
        for path in sorted(context.files.texts):
            if context.files.form(path) in ("json", "saved-objects"):
                try:
                    context.files.documents(path)
                except MalformedError as error:
                    yield self.finding(path, error.line, str(error))
