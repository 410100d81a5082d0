"""What a workload did, second by second, by its own count."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

_KEPT_SECONDS = 1200.0


@dataclass(slots=True)
class Tally:
    """Counts with the time at which each came in. Safe to use from several threads."""

    _lines: list[tuple[float, Mapping[str, float]]] = field(default_factory=list)
    _latencies: list[tuple[float, float]] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, counts: Mapping[str, float], at: float | None = None) -> None:
        """One line of counts: what was done since the line before."""
        with self._lock:
            now = time.time() if at is None else at
            self._lines.append((now, dict(counts)))
            while self._lines[0][0] < now - _KEPT_SECONDS:
                self._lines.pop(0)

    def add_latency(self, seconds: float, at: float | None = None) -> None:
        """How long one request took."""
        with self._lock:
            self._latencies.append((time.time() if at is None else at, seconds))

    def lasts(self) -> float:
        """Since when lines have come in, in seconds of the epoch; infinity where none has."""
        with self._lock:
            return self._lines[0][0] if self._lines else math.inf

    def count(self) -> int:
        with self._lock:
            return len(self._lines)

    def between(self, start: float, end: float) -> dict[str, float]:
        """The sums of the lines that came in within the span (seconds of the epoch).

        `lines` is how many there were, `seconds` the time that these lines cover: from the line before the first of
        them to the last. Latencies become `p50`, `p95` and `p99`, in seconds.
        """
        with self._lock:
            before = [at for at, _ in self._lines if at <= start]
            inside = [(at, counts) for at, counts in self._lines if start < at <= end]
            latencies = sorted(seconds for at, seconds in self._latencies if start < at <= end)
        total: dict[str, float] = {}
        for _, counts in inside:
            for name, count in counts.items():
                total[name] = total.get(name, 0.0) + count
        if inside:
            total["lines"] = float(len(inside))
            total["seconds"] = inside[-1][0] - (before[-1] if before else start)
        for share in (50, 95, 99) if latencies else ():
            total[f"p{share}"] = quantile(latencies, share / 100)
        return total


def quantile(ordered: list[float], share: float) -> float:
    """The value below which `share` of the ordered values lie (nearest rank)."""
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]
