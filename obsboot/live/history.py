"""What each alert did and when, seen from outside: polled from Prometheus and from the sink."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from obsboot.live.alertmanager import Notification, Sink
from obsboot.live.prometheus import Prometheus
from obsboot.model import ObsbootError

POLL_SECONDS = 0.5

Key = tuple[str, str]
"""An alert's name and the job it fires for."""


@dataclass(slots=True)
class Episode:
    """One time that an alert was active, in seconds of the epoch; None where that has not come."""

    alert: str
    job: str
    pending: float
    firing: float | None = None
    ended: float | None = None
    value: float | None = None
    labels: frozenset[tuple[str, str]] = frozenset()


@dataclass(slots=True)
class History:
    """Polls in a thread of its own from `start` to `stop`."""

    prometheus: Prometheus
    sink: Sink | None
    stopping: threading.Event
    episodes: list[Episode] = field(default_factory=list)
    complaint: str = ""
    """Why the last poll of Prometheus failed; empty when it answered."""
    polled: float = 0.0
    watchers: list[Callable[[], None]] = field(default_factory=list)
    """Called after each look."""
    _open: dict[frozenset[tuple[str, str]], Episode] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _done: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def start(self) -> None:
        self._thread = threading.Thread(target=self._poll, name="history", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._done.set()
        if self._thread:
            self._thread.join(timeout=20)

    def _poll(self) -> None:
        while not (self._done.is_set() or self.stopping.is_set()):
            self._guarded(self.look)
            if self.sink:
                self._guarded(self.sink.refresh)
            for watcher in list(self.watchers):
                self._guarded(watcher)
            self._done.wait(POLL_SECONDS)

    def _guarded(self, step: Callable[[], None]) -> None:
        try:
            step()
        except ObsbootError as error:
            self.complaint = error.message

    def look(self) -> None:
        """Compare what Prometheus says now with what it said before."""
        now = time.time()
        active = self.prometheus.alerts()
        with self._lock:
            seen = set()
            for alert in active:
                labels = frozenset(alert["labels"].items())
                seen.add(labels)
                self._take(labels, alert, now)
            for labels in [each for each in self._open if each not in seen]:
                self._open.pop(labels).ended = now
            self.complaint, self.polled = "", now

    def _take(self, labels: frozenset[tuple[str, str]], alert: dict[str, object], now: float) -> None:
        episode = self._open.get(labels)
        if episode is None:
            names = dict(labels)
            episode = Episode(names.get("alertname", ""), names.get("job", ""), now, labels=labels)
            self._open[labels] = episode
            self.episodes.append(episode)
        if alert["state"] == "firing" and episode.firing is None:
            episode.firing = now
        episode.value = float(str(alert["value"]))

    def of(self, key: Key, since: float = 0.0) -> list[Episode]:
        """The alert's episodes that were active at some time after `since`, in order."""
        with self._lock:
            return [e for e in self.episodes if (e.alert, e.job) == key and (e.ended is None or e.ended >= since)]

    def fired(self, since: float, until: float | None = None) -> list[Episode]:
        """All episodes that were firing at some time in the span."""
        with self._lock:
            return [
                e
                for e in self.episodes
                if e.firing is not None
                and (e.ended is None or e.ended >= since)
                and (until is None or e.firing <= until)
            ]

    def active(self, keys: Iterable[Key]) -> list[Episode]:
        """The episodes of these alerts that have not ended."""
        wanted = set(keys)
        with self._lock:
            return [e for e in self._open.values() if (e.alert, e.job) in wanted]

    def active_now(self) -> list[Episode]:
        """All episodes that have not ended."""
        with self._lock:
            return list(self._open.values())

    def delivered(self, key: Key, status: str, since: float) -> Notification | None:
        """The first notification of the alert with this status that arrived after `since`."""
        for each in list(self.sink.arrived) if self.sink else ():
            if each.at >= since and each.status == status and _key(each) == key:
                return each
        return None

    def receivers(self, key: Key, since: float) -> set[str]:
        """Where the alert has arrived since then."""
        arrived = list(self.sink.arrived) if self.sink else []
        return {each.receiver for each in arrived if each.at >= since and _key(each) == key}


def _key(notification: Notification) -> Key:
    return notification.labels.get("alertname", ""), notification.labels.get("job", "")
