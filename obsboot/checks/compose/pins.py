"""Images are pinned."""

from __future__ import annotations

import re
from collections.abc import Iterator

from obsboot.checks.base import Check
from obsboot.model import Finding
from obsboot.sources.context import Context, mapped

_FLOATING = frozenset({"latest", "main", "master", "edge", "nightly", "stable", "lts"})


class Pins(Check):
    id = "compose/pins"
    title = "Every image is pinned to a version"
    explanation = "A metric's name may change with the exporter's version: an unpinned image breaks panels by itself."
    fix = "Name the exact version that the proofs ran on, e.g. prom/prometheus:v3.5.3."

    def run(self, context: Context) -> Iterator[Finding]:
        path = context.path("compose.yaml")
        for name, service in context.services.items():
            data = mapped(service)
            image = str(data.get("image") or "")
            tag = image.rpartition("/")[2].partition(":")[2]
            if not image and "build" not in data:
                yield self.finding(path, context.services.at(name), f"{name} has no image")
            elif image and "@sha256:" not in image and (tag in _FLOATING or not re.search(r"\d", tag)):
                yield self.finding(path, data.at("image"), f"{name}: {image} is not pinned to a version")
