"""What a proving run asks Alertmanager, and the sink behind it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import requests

from obsboot.live import asking


@dataclass(frozen=True, slots=True)
class Alertmanager:
    """A server; `base` gives its URL at the moment."""

    base: Callable[[], str]
    session: requests.Session = field(default_factory=asking.session)

    def alerts(self) -> list[dict[str, Any]]:
        """All alerts it holds: labels, and status with state, inhibitedBy and silencedBy."""
        return list(asking.get(self.session, f"{self.base()}/api/v2/alerts"))

    def version(self) -> str:
        return str(self.status()["versionInfo"]["version"])

    def status(self) -> dict[str, Any]:
        """Among others its version, and under `config` the text of the configuration that it runs with."""
        return dict(asking.get(self.session, f"{self.base()}/api/v2/status"))

    def reload(self) -> None:
        """Read the configuration anew. Raises NoAnswer where it is refused."""
        asking.post(self.session, f"{self.base()}/-/reload")

    def is_ready(self) -> bool:
        return asking.is_ready(self.session, f"{self.base()}/-/ready")


@dataclass(frozen=True, slots=True)
class Notification:
    """One alert of one notification, as it arrived at a receiver at `at` (seconds of the epoch)."""

    receiver: str
    at: float
    status: str
    labels: Mapping[str, str]


@dataclass(slots=True)
class Sink:
    """Everything that arrived so far; `base` gives the sink's URL."""

    base: Callable[[], str]
    session: requests.Session = field(default_factory=asking.session)
    arrived: list[Notification] = field(default_factory=list)
    _read: int = 0

    def refresh(self) -> None:
        """Take over what has arrived since the last time."""
        news = asking.get(self.session, f"{self.base()}/", {"since": self._read})
        self._read += len(news)
        for each in news:
            for alert in each["told"].get("alerts", ()):
                self.arrived.append(Notification(each["receiver"], each["at"], alert["status"], alert["labels"]))

    def is_ready(self) -> bool:
        return asking.is_ready(self.session, f"{self.base()}/-/ready")
