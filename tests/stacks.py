"""Stacks for tests: every component of the catalogue in one service."""

from __future__ import annotations

from obsboot.catalog import Catalogue
from obsboot.model import Answers, Stack
from obsboot.stack import resolve


def stack_of(catalogue: Catalogue, *components: str, **values: str | int | float | bool) -> Stack:
    """A stack of one instance of each of `components` (all that a user can choose, unless some are named)."""
    chosen = components or tuple(c.id for c in catalogue.components.values() if c.kind != "platform")
    instances = {name: {"component": name} for name in chosen}
    return resolve(Answers({"service": "orders", "team": "shop", **values}, instances), catalogue)
