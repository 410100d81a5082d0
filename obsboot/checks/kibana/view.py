"""Data views that find something."""

from __future__ import annotations

from collections.abc import Iterator

from obsboot.checks.base import Check
from obsboot.model import Finding
from obsboot.sources.context import Context
from obsboot.sources.errors import NotApplicableError
from obsboot.sources.kibanas import objects, place, views
from obsboot.sources.mappings import closed_fields
from obsboot.sources.stores import overlap, store


class View(Check):
    id = "kibana/view"
    severity = "warning"
    title = "Data views are about streams that the folder's templates make, and their time"
    explanation = (
        "A data view whose pattern fits no stream, or whose time nothing maps, is empty, and with it all that is built on "
        "it."
    )
    fix = "Write the pattern of the streams, such as `logs-shop.*-prod`, or the template that makes them."

    def run(self, context: Context) -> Iterator[Finding]:
        found = views(objects(context)).values()
        kept = store(context)
        made = kept.patterns
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
            time, known = str(each.attributes.get("timeFieldName") or ""), closed_fields(kept, title)
            if time and known and time not in known:
                message = f"the data view {title!r} takes the time from {time}, which no template of its streams maps"
                yield self.finding(each.path, place(context, each, time), message, subject=f"data view {title}")
