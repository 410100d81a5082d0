"""Who hears what a long run does, and one who does not listen."""

from __future__ import annotations

from typing import Protocol


class Listener(Protocol):
    """Who hears what a run does; `obsboot.report.progress` has some."""

    def phase(self, name: str, predicted_seconds: float) -> None:
        """A phase begins, and the one before it has ended."""

    def event(self, text: str, outcome: str = "") -> None:
        """Something happened; `outcome` is passed, failed, error, skipped, or empty for a mere note."""


class Silent:
    """A listener that says nothing."""

    def phase(self, name: str, predicted_seconds: float) -> None:
        """Nothing."""

    def event(self, text: str, outcome: str = "") -> None:
        """Nothing."""
