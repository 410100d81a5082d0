"""Panels that ask the log store."""

from __future__ import annotations

import re
from collections.abc import Iterator

from obsboot.catalog.problems import nearest
from obsboot.checks.base import Check
from obsboot.model import Finding
from obsboot.sources.context import Context
from obsboot.sources.documents import mapped
from obsboot.sources.mappings import closed_fields
from obsboot.sources.panels import Panel
from obsboot.sources.provisioning import datasources
from obsboot.sources.questions import fields_of, of_panel
from obsboot.sources.stores import Store, overlap, store

_STORES = frozenset({"elasticsearch", "grafana-opensearch-datasource"})
_OWN = frozenset({"_id", "_index", "_source", "_score", "_type"})
_DATED = re.compile(r"\[([^\]]*)\][^\[]*|YYYY.*")


class LogFields(Check):
    id = "dashboard/log-fields"
    severity = "warning"
    title = "Panels on logs ask streams and fields that the folder's templates make"
    explanation = (
        "A data source whose index fits no stream finds nothing; nor does a panel that asks for a field which the templates "
        "of its streams do not map."
    )
    fix = "Write the pattern of the streams into the data source, and ask for fields that the templates map."

    def run(self, context: Context) -> Iterator[Finding]:
        kept, indices = store(context), dict(_indices(context))
        made = kept.patterns
        for uid, (path, line, index) in indices.items():
            if made and not any(overlap(index, pattern) for pattern in made):
                message = f"the index {index!r} fits no name that a template of the folder takes: {', '.join(made[:4])}"
                yield self.finding(path, line, message, subject=f"data source {uid}")
        for board in context.boards:
            for panel in board.panels:
                yield from self._panel(kept, panel, {uid: index for uid, (_, _, index) in indices.items()})

    def _panel(self, kept: Store, panel: Panel, indices: dict[str, str]) -> Iterator[Finding]:
        for number, target in enumerate(panel.targets):
            source = target.get("datasource") or panel.data.get("datasource")
            uid = str(source.get("uid") if isinstance(source, dict) else source or "")
            known = closed_fields(kept, indices[uid]) if uid in indices else frozenset[str]()
            question = of_panel(panel, number, target, indices[uid]) if known else None
            for name in sorted(fields_of(question)) if question else ():
                if name not in known | _OWN and "*" not in name and "$" not in name:
                    message = (
                        f"panel {panel.title!r} asks for {name}, which no template maps: {nearest(name, known)[:90]}"
                    )
                    line = panel.line("targets", number, "query")
                    yield self.finding(panel.board.path, line, message, subject=f"panel {panel.title!r}")


def _indices(context: Context) -> Iterator[tuple[str, tuple[str, int, str]]]:
    """Of each provisioned log store by its uid: where its index is said, and which."""
    for each in datasources(context):
        settings = mapped(each.data.get("jsonData"))
        index = str(settings.get("index") or each.data.get("database") or "")
        if each.type in _STORES and index and "$" not in index:
            line = settings.value_at("index") if "index" in settings else each.data.at("database")
            yield each.uid, (each.path, line, _DATED.sub(lambda m: (m[1] or "") + "*", index))
