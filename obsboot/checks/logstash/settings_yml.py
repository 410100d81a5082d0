"""The settings of Logstash itself."""

from __future__ import annotations

from collections.abc import Iterator

from obsboot.checks.base import Check
from obsboot.model import Finding, Severity
from obsboot.sources.context import Context
from obsboot.sources.documents import mapped
from obsboot.sources.errors import NotApplicableError
from obsboot.sources.logstash.pipelines import logstash
from obsboot.sources.logstash.plugins import advice
from obsboot.sources.logstash.settings import flat, known

_LATEST = 9


class Settings(Check):
    id = "logstash/settings-yml"
    judges = ("logstash-settings",)
    title = "logstash.yml says what Logstash understands"
    explanation = "Logstash does not start with a setting that it does not know, or with a value that it may not have."
    fix = "Correct the name of the setting, or its value."

    def run(self, context: Context) -> Iterator[Finding]:
        sources = context.sources("logstash-settings")
        if not sources:
            raise NotApplicableError("there is no logstash.yml")
        version = logstash(context).version
        for source in sources:
            for name, value, line in flat(mapped(source.data)):
                for message, severity in _faults(name, value, version):
                    yield self.finding(source.path, line, message, severity=severity, subject=name)


def _faults(name: str, value: object, version: int) -> Iterator[tuple[str, Severity]]:
    there = known()
    if wanted := there.unfit(name, value):
        yield f"{name} has to be {wanted}, not {value}", "error"
    elif name in there.gone:
        instead = f": {there.gone[name]} took its place" if there.gone[name] else ""
        how = f"Logstash has {name} no more since 9, which refuses it{instead}"
        yield how, "error" if version >= _LATEST else "info"
    elif name not in there.process and not name.startswith(there.families):
        near = advice(name, there.process)
        # What is near to nothing may be another version's, or that of a plugin.
        yield f"Logstash has no setting {name!r}{near or ' that is known here'}", "error" if near else "info"
