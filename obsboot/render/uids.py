"""What a dashboard is called, for whoever links to it."""

from __future__ import annotations

import hashlib

from obsboot.model import Stack


def uid_of(stack: Stack, name: str) -> str:
    """The dashboard's uid: readable, stable, and within Grafana's 40 characters."""
    uid = f"{stack.service}-{stack.environment}-{name}"
    return uid if len(uid) <= 40 else f"{uid[:31]}-{hashlib.sha256(uid.encode()).hexdigest()[:8]}"
