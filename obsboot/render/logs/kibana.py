"""The saved objects of the store's front end: Kibana 8.19 and 9.x; for OpenSearch those of OpenSearch Dashboards 2.x.

A front end refuses what is newer than itself, and migrates what is older: Kibana's are stamped as 8.19 knows them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from obsboot.model import GeneratedFile, Stack
from obsboot.render.logs.boards import Chart, Search
from obsboot.render.logs.lens import LAYER, lens
from obsboot.render.logs.logged import logged, store
from obsboot.render.logs.opensearch_dashboards import OpenSearchDashboards
from obsboot.render.logs.saved_objects import Drawn, SavedObjects, dump

_VERSIONS = {"index-pattern": "8.0.0", "search": "10.2.0", "lens": "8.9.0", "dashboard": "10.2.0"}
"""By type; 10.2.0 is the second model of a type, after those that were numbered like Kibana itself."""
_LONGEST_ABOUT = 300
"""Characters of a field's description that Kibana takes."""


def kibana(stack: Stack) -> Iterator[GeneratedFile]:
    """`<front end>/saved-objects.ndjson`, where any log is read."""
    if not logged(stack):
        return
    folder, form = _FRONT_ENDS[store(stack)]
    path = f"{stack.directory}/{folder}/saved-objects.ndjson"
    yield GeneratedFile(path, form(stack).text(), "owned", f"render/{folder}/saved-objects.ndjson")


class Kibana(SavedObjects):
    """Charts are Lens visualizations of their own, to which the dashboards refer."""

    def stamp(self, type_: str) -> Drawn:
        return {"coreMigrationVersion": "8.8.0", "typeMigrationVersion": _VERSIONS[type_]}

    def data_view(self) -> Drawn:
        about = {name: each.about[:_LONGEST_ABOUT] for name, each in self.fields.items() if each.about}
        # Where it is imported before the first line came, there is no stream yet.
        return {
            "name": self.title("logs"),
            "fieldAttrs": dump({name: {"customDescription": text} for name, text in about.items()}),
            "allowNoIndex": True,
        }

    def duration(self) -> Drawn:
        return {"outputFormat": "humanizePrecise", "outputPrecision": 2, "useShortSuffix": True}

    def search(self) -> Drawn:
        return {"grid": {}, "hideChart": False, "isTextBasedQuery": False}

    def chart(self, chart: Chart, title: str) -> Drawn:
        reference = self.to_data_view(f"indexpattern-datasource-layer-{LAYER}")
        return self.object("lens", chart.name, {"title": title, **lens(chart, self.fields)}, [reference])

    def panels(self, placed: Iterable[tuple[Chart | Search, Drawn]]) -> tuple[list[Drawn], list[Drawn]]:
        panels, references = [], []
        for at, (item, place) in enumerate(placed, 1):
            type_, index, name = "search" if isinstance(item, Search) else "lens", str(at), f"panel_{at}"
            panels.append(
                {
                    "type": type_,
                    "gridData": {**place, "i": index},
                    "panelIndex": index,
                    "panelRefName": name,
                    "embeddableConfig": {"title": item.title},
                }
            )
            references.append(self.refer(f"{index}:{name}", type_, item.name))
        return panels, references


_FRONT_ENDS: dict[str, tuple[str, type[SavedObjects]]] = {
    "elasticsearch": ("kibana", Kibana),
    "opensearch": ("opensearch-dashboards", OpenSearchDashboards),
}
"""By the store: the folder, and the form."""
