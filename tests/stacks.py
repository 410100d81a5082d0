"""Stacks for tests: every component of the catalogue in one service; and services as compose has them."""

from __future__ import annotations

from typing import Any

from obsboot.catalog import Catalogue
from obsboot.model import Answers, Stack
from obsboot.stack import resolve


def stack_of(catalogue: Catalogue, *components: str, **values: str | int | float | bool) -> Stack:
    """A stack of one instance of each of `components` (all that a user can choose, unless some are named)."""
    chosen = components or tuple(c.id for c in catalogue.components.values() if c.kind != "platform")
    instances = {name: {"component": name} for name in chosen}
    return resolve(Answers({"service": "orders", "team": "shop", **values}, instances), catalogue)


def confined(service: dict[str, Any]) -> list[str]:
    """What `docker run` has for what compose says of a service's user, its root and what it may do."""
    words = {"cap_drop": "--cap-drop", "cap_add": "--cap-add", "tmpfs": "--tmpfs"}
    more = [part for key, word in words.items() for each in service.get(key, ()) for part in (word, each)]
    return ["--user", service["user"], *(["--read-only"] if service["read_only"] else []), *more]
