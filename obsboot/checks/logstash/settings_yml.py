"""The settings of Logstash itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from obsboot.checks.base import Check
from obsboot.model import Finding, Severity
from obsboot.sources.context import Context
from obsboot.sources.documents import mapped
from obsboot.sources.errors import NotApplicableError
from obsboot.sources.logstash.pipelines import logstash
from obsboot.sources.logstash.plugins import advice
from obsboot.sources.logstash.settings import flat, known
from obsboot.sources.topology import Service

_LATEST = 9


class Settings(Check):
    id = "logstash/settings-yml"
    judges = ("logstash-settings",)
    title = "logstash.yml says what Logstash understands"
    explanation = (
        "Logstash does not start with a setting that it does not know, or with a value that it may not have. The images of "
        "the open source build, such as OpenSearch's, know no setting of X-Pack, not even the one that switches its "
        "monitoring off."
    )
    fix = "Correct the name of the setting, or its value."

    def run(self, context: Context) -> Iterator[Finding]:
        sources = context.sources("logstash-settings")
        if not sources:
            raise NotApplicableError("there is no logstash.yml")
        running = logstash(context)
        for source in sources:
            for name, value, line in flat(mapped(source.data)):
                faults = [*_faults(name, value, running.version), *_absent(name, running.containers)]
                for message, severity in faults:
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


def _absent(name: str, containers: Sequence[Service]) -> Iterator[tuple[str, Severity]]:
    """What an image of the open source build lacks; it has the word in its name."""
    images = [each.image for each in containers if "oss" in each.repository.rpartition("/")[2].split("-")]
    if images and len(images) == len(containers) and name.startswith("xpack."):
        yield f"Logstash does not start with {name} in {images[0]}, which has no X-Pack", "error"
