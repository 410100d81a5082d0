"""Filebeat's configurations in any folder: inputs, outputs, and what each of them may say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from obsboot.sources.context import Context
from obsboot.sources.documents import Mapped, mapped
from obsboot.sources.errors import NotApplicableError
from obsboot.sources.inputs import Input, items, nested, unfolded
from obsboot.sources.shapes import table

_KNOWN = table("filebeat")
INPUTS, OUTPUTS, HOSTED = (frozenset(_KNOWN[kind].split()) for kind in ("inputs", "outputs", "hosted"))
STRICT = frozenset(_KNOWN["strict"].split())
"""Processors that do not start with an option that they do not know."""
EITHER: Mapping[str, list[str]] = {name: said.split() for name, said in _KNOWN["either"].items()}
"""Of these options of a processor one has to be there."""
NEEDED: Mapping[str, list[str]] = {name: said.split() for name, said in _KNOWN["needed"].items()}
"""What inputs have to say, by their types."""
OLDER: Mapping[str, str] = _KNOWN["older"]
"""Options of the inputs before filestream, by the first part of their names, and what a filestream has instead."""
REMOVED: Mapping[str, str] = _KNOWN["removed"]
"""Options with which Filebeat does not start any more, and what there is instead."""


@dataclass(frozen=True, eq=False)
class Shipper:
    """One configuration of Filebeat."""

    path: str
    data: Mapped

    @cached_property
    def inputs(self) -> tuple[Input, ...]:
        found = items(self.get("filebeat.inputs"), 0)
        return tuple(Input(each, line) for each, line in found if isinstance(each, Mapped) and line)

    @cached_property
    def outputs(self) -> dict[str, tuple[Mapped, int]]:
        """The outputs that are not switched off: options and line, by kind."""
        found = unfolded(mapped(self.get("output")))
        return {
            kind: (mapped(options), found.at(kind))
            for kind, options in found.items()
            if unfolded(mapped(options)).get("enabled", True) not in (False, "false")
        }

    @cached_property
    def managed(self) -> bool:
        """Whether something else says where lines go."""
        return any(self.get(name) is not None for name in ("cloud.id", "cloud.auth", "management"))

    def get(self, name: str) -> object:
        """An option, such as `filebeat.inputs`, however it is nested; None where it is not said."""
        return nested(self.data, name)


def shippers(context: Context) -> tuple[Shipper, ...]:
    """Every configuration of Filebeat. Raises NotApplicableError where there is none."""
    found = tuple(Shipper(each.path, mapped(each.data)) for each in context.sources("filebeat"))
    if not found and not context.unseen:
        raise NotApplicableError("there is no configuration of Filebeat")
    return found
