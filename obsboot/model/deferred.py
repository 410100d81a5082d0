"""Packages whose names are looked up when they are first asked for: who wants one need not wait for all."""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Sequence
from importlib import import_module


def deferred(package: str, parts: Sequence[str], names: Collection[str]) -> Callable[[str], object]:
    """The `__getattr__` of a package: a name of `names` out of the first part that has it, kept from then on."""

    def lookup(name: str) -> object:
        for part in parts if name in names else ():
            if (found := vars(import_module(f"{package}.{part}")).get(name)) is not None:
                setattr(sys.modules[package], name, found)
                return found
        raise AttributeError(f"module {package!r} has no attribute {name!r}")

    return lookup
