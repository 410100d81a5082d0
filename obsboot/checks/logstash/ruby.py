"""Code in pipelines."""

from __future__ import annotations

import re
from collections.abc import Iterator

from obsboot.checks.base import Check
from obsboot.logs.syntax import Text
from obsboot.model import Finding
from obsboot.sources.context import Context
from obsboot.sources.documents import Line
from obsboot.sources.logstash.pipelines import called, logstash
from obsboot.sources.pipelines import setting, used

_DIRECT = re.compile(r"(?<![\w.@$#])event\s*\[\s*[\"']")
_OWN = re.compile(r"\|[^|\n]*\bevent\b[^|\n]*\||\bevent\s*=[^=~]|\bfor\s+event\b")
"""Where `event` is a name of the code's own."""
_REMARK = re.compile(r"^\s*#")


class Ruby(Check):
    id = "logstash/ruby"
    title = "Code asks an entry for its fields as it can be asked"
    explanation = (
        "Since Logstash 5 the fields of an entry are read and set by its methods: `event['field']` fails for every entry, "
        "which is tagged `_rubyexception` and stays as it was."
    )
    fix = "Write event.get('field'), and event.set('field', value)."

    def run(self, context: Context) -> Iterator[Finding]:
        for each in used(logstash(context).configurations):
            code = setting(each.plugin, "code") if each.plugin.name == "ruby" else None
            if isinstance(code, Text) and not _OWN.search(code.value) and (at := _direct(code)):
                message = "event['...'] fails for every entry: event.get and event.set are there for it"
                yield self.finding(each.path, at, message, subject=called(each))


def _direct(code: Text) -> Line | None:
    """Where the code first asks so."""
    for number, line in enumerate(code.value.split("\n")):
        found = None if _REMARK.match(line) else _DIRECT.search(line)
        if found:
            before = 0 if number else code.at.column
            return Line(code.at.line + number, before + found.start() + 1)
    return None
