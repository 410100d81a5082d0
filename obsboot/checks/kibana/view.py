"""Data views that find something."""

from __future__ import annotations

from collections.abc import Iterator

from obsboot.checks.base import Check
from obsboot.model import Finding
from obsboot.sources.context import Context
from obsboot.sources.errors import NotApplicableError
from obsboot.sources.kibanas import objects, patterns, place, views
from obsboot.sources.stores import overlap, store


class View(Check):
    id = "kibana/view"
    severity = "warning"
    title = "Data views are about streams that the folder's templates make"
    explanation = "A data view whose pattern fits no stream is empty, and with it all that is built on it."
    fix = "Write the pattern of the streams, such as `logs-shop.*-prod`, or the template that makes them."

    def run(self, context: Context) -> Iterator[Finding]:
        found = views(objects(context)).values()
        made = list(patterns(store(context)))
        if not made:
            raise NotApplicableError("the folder has no index template")
        for each in found:
            title = str(each.attributes.get("title") or "")
            parts = [part.strip() for part in title.split(",") if part.strip() and not part.strip().startswith("-")]
            if parts and not any(overlap(part.rpartition(":")[2], pattern) for part in parts for pattern in made):
                message = (
                    f"the data view {title!r} fits no name that a template of the folder takes: {', '.join(made[:4])}"
                )
                yield self.finding(each.path, place(context, each, title), message, subject=f"data view {title}")
