"""What Grafana is given at its start: data sources, and folders of dashboards."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from obsboot.sources.documents import Mapped, listed, mapped

if TYPE_CHECKING:
    from obsboot.sources.context import Context


@dataclass(frozen=True, slots=True, eq=False)
class Provisioned:
    """A data source or a provider of dashboards, as its file holds it."""

    path: str
    data: Mapped

    @property
    def uid(self) -> str:
        return str(self.data.get("uid") or "")

    @property
    def type(self) -> str:
        """The plugin of a data source."""
        return str(self.data.get("type") or "")


def datasources(context: Context) -> Iterator[Provisioned]:
    """The data sources that Grafana is given."""
    for source in context.sources("datasources"):
        for each in listed(mapped(source.data).get("datasources")):
            yield Provisioned(source.path, mapped(each))
