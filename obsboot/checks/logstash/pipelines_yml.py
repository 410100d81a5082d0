"""The list of Logstash's pipelines."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from obsboot.checks.base import Check
from obsboot.model import Finding, Severity
from obsboot.sources.context import Context
from obsboot.sources.logstash.pipelines import Listing, Logstash, logstash, official
from obsboot.sources.logstash.plugins import advice
from obsboot.sources.logstash.settings import flat, known

Fault = tuple[int, str, Severity]
_LATEST = 8
"""The major version since which pipelines have the settings that are known here."""


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
            for line, message, severity in _faults(found, each, seen):
                yield self.finding(each.path, line, message, severity=severity, subject=subject)


def _faults(found: Logstash, each: Listing, seen: dict[tuple[str, str], int]) -> Iterator[Fault]:
    line = each.data.at("pipeline.id")
    if not each.id:
        yield line, "a pipeline has no id", "error"
    elif (each.path, each.id) in seen:
        yield line, f"the pipeline in line {int(seen[each.path, each.id])} is called {each.id!r} as well", "error"
    seen.setdefault((each.path, each.id), line)
    for name, value, at in flat(each.data):
        if name not in known().pipeline:
            yield at, *_unknown(name, found.version)
        elif wanted := known().unfit(name, value):
            yield at, f"{name} has to be {wanted}, not {value}", "error"
    if message := _nowhere(found, each):
        yield each.data.value_at("path.config"), message, "error"


def _unknown(name: str, version: int) -> tuple[str, Severity]:
    if name in known().former:
        how: Severity = "error" if version >= _LATEST else "warning"
        return f"no pipeline has {name!r} since Logstash 8, which refuses it", how
    if name in known().process:
        return f"{name!r} is no setting of one pipeline: it belongs in logstash.yml and is refused here", "error"
    return f"a pipeline has no setting {name!r}{advice(name, known().pipeline)}", "error"


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
