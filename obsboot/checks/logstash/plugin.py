"""Plugins that Logstash has."""

from __future__ import annotations

from collections.abc import Iterator

from obsboot.checks.base import Check
from obsboot.logs.syntax import Bareword, Node, Plugin, Text
from obsboot.model import Finding
from obsboot.sources.context import Context
from obsboot.sources.logstash.pipelines import called, logstash, place
from obsboot.sources.logstash.plugins import advice, described, names
from obsboot.sources.pipelines import Used, setting


class KnownPlugin(Check):
    id = "logstash/plugin"
    title = "Every input, filter, output and codec is one that Logstash has"
    explanation = "A pipeline with a plugin that Logstash does not have is not started at all."
    fix = "Correct the name, or install the plugin (`bin/logstash-plugin install`) in the image that runs the pipeline."

    def run(self, context: Context) -> Iterator[Finding]:
        for each in logstash(context).plugins:
            yield from self._judge(context, each, each.section, each.plugin.name, each.plugin)
            codec = setting(each.plugin, "codec")
            if isinstance(codec, Plugin):
                yield from self._judge(context, each, "codec", codec.name, codec)
            elif isinstance(codec, Text | Bareword) and "${" not in codec.value:
                yield from self._judge(context, each, "codec", codec.value, codec)

    def _judge(self, context: Context, each: Used, section: str, name: str, at: Node) -> Iterator[Finding]:
        known = described(section, name)
        if known is None:
            near = advice(name, names(section))
            message = f"Logstash has no {section} {name!r}{near}"
            how = "error" if near else "warning"
            yield self.finding(each.path, place(at), message, severity=how, subject=called(each))  # type: ignore[arg-type]
        elif not known.bundled and context.foreign:
            message = f"the {section} {name!r} does not come with Logstash: it has to be installed in its image"
            yield self.finding(each.path, place(at), message, severity="info", subject=called(each))
