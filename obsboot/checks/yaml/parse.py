"""Every YAML file is YAML."""

from __future__ import annotations

from collections.abc import Iterator

from obsboot.checks.base import Check
from obsboot.model import Finding
from obsboot.sources.context import Context
from obsboot.sources.documents import MalformedError


class YamlParses(Check):
    id = "yaml/parse"
    title = "Every YAML file parses, and says no key twice"
    explanation = "The program that reads the file refuses it as a whole, or silently takes the last of two equal keys."
    fix = "Mend the line; most often it is an indentation, a missing quote or a merge marker."

    def run(self, context: Context) -> Iterator[Finding]:
        for path in sorted(context.files.texts):
            if context.files.form(path) == "yaml":
                try:
                    context.files.documents(path)
                except MalformedError as error:
                    yield self.finding(path, error.line, str(error))
