"""The list of Logstash's pipelines."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from obsboot.checks.base import Check
from obsboot.model import Finding
from obsboot.sources.context import Context
from obsboot.sources.documents import Mapped
from obsboot.sources.logstash.pipelines import Listing, Logstash, logstash, official
from obsboot.sources.logstash.plugins import advice

_SETTINGS = frozenset({
    "config.debug", "config.field_reference.escape_style", "config.reload.automatic", "config.reload.interval",
    "config.string", "config.support_escapes", "config.test_and_exit", "dead_letter_queue.enable",
    "dead_letter_queue.flush_interval", "dead_letter_queue.max_bytes", "dead_letter_queue.retain.age",
    "dead_letter_queue.storage_policy", "metric.collect", "modules", "path.config", "path.dead_letter_queue", "path.queue",
    "pipeline.batch.delay", "pipeline.batch.metrics.sampling_mode", "pipeline.batch.size", "pipeline.buffer.type",
    "pipeline.ecs_compatibility", "pipeline.id", "pipeline.java_execution", "pipeline.ordered", "pipeline.output.workers",
    "pipeline.plugin_classloaders", "pipeline.reloadable", "pipeline.separate_logs", "pipeline.system",
    "pipeline.unsafe_shutdown", "pipeline.workers", "queue.checkpoint.acks", "queue.checkpoint.interval",
    "queue.checkpoint.retry", "queue.checkpoint.writes", "queue.compression", "queue.drain", "queue.max_bytes",
    "queue.max_events", "queue.page_capacity", "queue.type",
})  # fmt: skip
"""What may be said of one pipeline, as Logstash 9.0 lists it."""


class PipelinesList(Check):
    id = "logstash/pipelines-yml"
    title = "pipelines.yml names files that are there, and says what Logstash understands"
    explanation = (
        "Logstash does not start with a setting that it does not know or with two pipelines of one id; a pipeline whose "
        "path names no file reads nothing."
    )
    fix = "Correct the name or the path; a path is one inside Logstash's container."

    def run(self, context: Context) -> Iterator[Finding]:
        found = logstash(context)
        seen: dict[tuple[str, str], int] = {}
        for each in found.listings:
            subject = f"pipeline {each.id}"
            for line, message, severe in _faults(found, each, seen):
                how = "error" if severe else "warning"
                yield self.finding(each.path, line, message, severity=how, subject=subject)  # type: ignore[arg-type]


def _faults(found: Logstash, each: Listing, seen: dict[tuple[str, str], int]) -> Iterator[tuple[int, str, bool]]:
    line = each.data.at("pipeline.id")
    if not each.id:
        yield line, "a pipeline has no id", True
    elif (each.path, each.id) in seen:
        yield line, f"the pipeline in line {int(seen[each.path, each.id])} is called {each.id!r} as well", True
    seen.setdefault((each.path, each.id), line)
    for name, at in _settings(each.data):
        if name not in _SETTINGS:
            near = advice(name, _SETTINGS)
            yield at, f"a pipeline has no setting {name!r}{near}", bool(near)
    if message := _nowhere(found, each):
        yield each.data.value_at("path.config"), message, True


def _settings(data: Mapped, above: str = "") -> Iterator[tuple[str, int]]:
    for key, value in data.items():
        if isinstance(value, Mapped) and above + key not in _SETTINGS:
            yield from _settings(value, f"{above}{key}.")
        else:
            yield above + key, data.at(key)


def _nowhere(found: Logstash, each: Listing) -> str:
    """Why the path of a pipeline leads to no file; nothing where it does, or leads out of the folder."""
    wanted = str(each.data.get("path.config") or "")
    if not wanted or "${" in wanted:
        return ""
    name = posixpath.basename(wanted)
    names = [posixpath.basename(path) for path in found.configurations]
    near = advice(name, names) if name not in names else ""
    seeing = [one for one in found.seeing(each.path) if official(one)]
    if seeing and wanted.startswith("/") and not any(one.mount_at(wanted) for one in seeing):
        return f"no volume of Logstash's container holds {wanted}"
    if found.named(each):
        return ""
    mounted = [one for one in found.places(wanted) if len(found.places(wanted)) == 1]
    if mounted and not found.files_at(wanted, found.everything):
        return f"{wanted!r} is {mounted[0]} in this folder, where there is no such file{near}"
    return f"there is no {name!r}{near}" if near else ""
