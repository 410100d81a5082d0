"""What is worked out of a context's files, once for all checks that ask."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, TypeVar
from weakref import WeakKeyDictionary

if TYPE_CHECKING:
    from obsboot.sources.context import Context

Made = TypeVar("Made")


def kept(work: Callable[[Context], Made]) -> Callable[[Context], Made]:
    """`work` that is done once for each context, and whose result lives as long as the context does."""
    made: WeakKeyDictionary[Context, Made] = WeakKeyDictionary()

    @wraps(work)
    def asked(context: Context) -> Made:
        if context not in made:
            made[context] = work(context)
        return made[context]

    return asked
