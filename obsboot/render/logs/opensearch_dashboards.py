"""The saved objects of OpenSearch Dashboards 2.x, in the form of Kibana 7.10 from which it descends.

It has no Lens, and takes nothing that a newer Kibana wrote.
"""

from __future__ import annotations

from collections.abc import Iterable

from obsboot.render.logs.boards import Chart, Search
from obsboot.render.logs.classic import classic, knows_data_views
from obsboot.render.logs.saved_objects import SOURCE, Drawn, SavedObjects, dump, source

_VERSIONS = {"index-pattern": "7.6.0", "search": "7.9.3", "visualization": "7.10.0", "dashboard": "7.9.3"}


class OpenSearchDashboards(SavedObjects):
    """Charts are classic visualizations."""

    def stamp(self, type_: str) -> Drawn:
        return {"migrationVersion": {type_: _VERSIONS[type_]}}

    def data_view(self) -> Drawn:
        """Nothing: it reads the list of the fields from the streams."""
        return {}

    def duration(self) -> Drawn:
        return {"outputFormat": "asSeconds", "outputPrecision": 3, "showSuffix": True}

    def search(self) -> Drawn:
        return {"hits": 0, "version": 1}

    def chart(self, chart: Chart, title: str) -> Drawn:
        refers = knows_data_views(chart)
        attributes = {
            "title": title,
            "description": chart.about,
            "visState": dump({"title": title, **classic(chart, self.pattern)}),
            "uiStateJSON": "{}",
            "version": 1,
            "kibanaSavedObjectMeta": source(chart.query, "lucene", indexRefName=SOURCE)
            if refers
            else {"searchSourceJSON": "{}"},
        }
        references = [self.to_data_view(SOURCE)] if refers else []
        return self.object("visualization", chart.name, attributes, references)

    def panels(self, placed: Iterable[tuple[Chart | Search, Drawn]]) -> tuple[list[Drawn], list[Drawn]]:
        panels, references = [], []
        for at, (item, place) in enumerate(placed, 1):
            index, name = str(at), f"panel_{at}"
            panels.append(
                {
                    "version": "7.10.0",
                    "gridData": {**place, "i": index},
                    "panelIndex": index,
                    "panelRefName": name,
                    "title": item.title,
                    "embeddableConfig": {},
                }
            )
            type_ = "search" if isinstance(item, Search) else "visualization"
            references.append(self.refer(name, type_, item.name))
        return panels, references
