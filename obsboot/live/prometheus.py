"""What a proving run asks Prometheus."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import requests

from obsboot.live import asking
from obsboot.live.asking import NoAnswer
from obsboot.model import Exit


@dataclass(frozen=True, slots=True)
class Sample:
    """One series of an answer at one moment; NaN is a value like any other."""

    labels: Mapping[str, str]
    value: float
    at: float


@dataclass(frozen=True, slots=True)
class Prometheus:
    """A server; `base` gives its URL at the moment, since a restarted container is published elsewhere."""

    base: Callable[[], str]
    session: requests.Session = field(default_factory=asking.session)

    def query(self, expr: str, at: float | None = None) -> list[Sample]:
        """The answer to an instant query, a scalar as one series without labels. Raises NoAnswer."""
        data = self._data("query", {"query": expr, "time": at})
        if data["resultType"] == "scalar":
            return [Sample({}, float(data["result"][1]), float(data["result"][0]))]
        return [Sample(each["metric"], float(each["value"][1]), float(each["value"][0])) for each in data["result"]]

    def range(self, expr: str, start: float, end: float, step: float) -> list[tuple[dict[str, str], list[Point]]]:
        """The series of a range query: labels, and (time, value) points."""
        data = self._data("query_range", {"query": expr, "start": start, "end": end, "step": step})
        return [(each["metric"], [(float(t), float(v)) for t, v in each["values"]]) for each in data["result"]]

    def targets(self) -> list[dict[str, Any]]:
        """The active targets."""
        return list(self._data("targets", {"state": "active"})["activeTargets"])

    def rules(self) -> list[dict[str, Any]]:
        """The rule groups with their rules, as the server evaluates them."""
        return list(self._data("rules")["groups"])

    def alerts(self) -> list[dict[str, Any]]:
        """The alerts that are pending or firing."""
        return list(self._data("alerts")["alerts"])

    def series(self, selector: str, start: float) -> list[dict[str, str]]:
        """The label sets of the series that matched `selector` since `start`."""
        return list(self._data("series", {"match[]": selector, "start": start}))

    def label_values(self, label: str, selector: str = "") -> list[str]:
        """The values of a label, of the series that match if a selector is given."""
        return list(self._data(f"label/{label}/values", {"match[]": selector or None}))

    def configuration(self) -> str:
        """The text of the configuration that it runs with; secrets are left out."""
        return str(self._data("status/config")["yaml"])

    def version(self) -> str:
        return str(self._data("status/buildinfo")["version"])

    def reload(self) -> None:
        """Read the configuration anew. Raises NoAnswer where it is refused, with the server's reason."""
        asking.post(self.session, f"{self.base()}/-/reload")

    def is_ready(self) -> bool:
        return asking.is_ready(self.session, f"{self.base()}/-/ready")

    def _data(self, path: str, parameters: Mapping[str, Any] | None = None) -> Any:
        url = f"{self.base()}/api/v1/{path}"
        answer = asking.get(self.session, url, parameters)
        if not isinstance(answer, dict) or answer.get("status") != "success":
            said = answer.get("error") if isinstance(answer, dict) else answer
            raise NoAnswer(f"GET {url} {dict(parameters or {})}: {said}", code=Exit.COULD_NOT_CHECK)
        return answer["data"]


Point = tuple[float, float]
