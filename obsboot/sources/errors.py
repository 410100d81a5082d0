"""Why a check cannot look, or need not."""

from __future__ import annotations


class CannotCheckError(Exception):
    """The check could not look: its result is `error`, never `passed`."""


class NotApplicableError(Exception):
    """There is nothing of the kind, on purpose: the result is `skipped`, with this reason."""
