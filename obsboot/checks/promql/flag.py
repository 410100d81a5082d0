"""What a metric needs is switched on."""

from __future__ import annotations

from collections.abc import Iterator

from obsboot.checks.base import Check
from obsboot.model import Finding, Instance
from obsboot.render.context import fill, flags_of, settings_of, template_names
from obsboot.render.scrape import container
from obsboot.sources.context import Context, listed, mapped


class Flag(Check):
    id = "promql/flag"
    title = "Collectors, flags and server settings that signals need are on"
    explanation = "Many collectors are off by default: without its flag a correct panel is empty and its alert silent."
    fix = "Put the flag into the service's `command` in compose.yaml, or the setting into the server's configuration."

    def run(self, context: Context) -> Iterator[Finding]:
        texts = [text for path, text in context.files.texts.items() if _may_set(context, path)]
        for instance in context.stack.instances:
            yield from self._flags(context, instance)
            for name in settings_of(instance) if instance.watched else ():
                if not any(name in text for text in texts):
                    yield self.finding(
                        context.path("README.md"),
                        0,
                        f"{instance.id} needs the server setting {name}, and no file says so",
                    )

    def _flags(self, context: Context, instance: Instance) -> Iterator[Finding]:
        wanted = flags_of(instance)
        if not (wanted and context.stack.owns_stack and instance.watched and instance.component.exporter):
            return
        service = mapped(context.services.get(container(instance)))
        given = {str(word) for word in listed(service.get("command"))}
        names = template_names(context.stack, instance)
        for flag in (fill(text, **names) for text in wanted):
            if flag and flag not in given:
                line = service.at("command") or context.services.line
                yield self.finding(context.path("compose.yaml"), line, f"{container(instance)} runs without {flag}")


def _may_set(context: Context, path: str) -> bool:
    return not path.startswith((context.path("prometheus"), context.path("grafana"), context.path("runbooks")))
