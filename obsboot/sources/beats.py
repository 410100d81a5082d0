"""Filebeat's configurations in any folder: inputs, outputs, and what each of them may say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from obsboot.sources.context import Context
from obsboot.sources.documents import Listed, Mapped, mapped
from obsboot.sources.errors import NotApplicableError
from obsboot.sources.inputs import Input
from obsboot.sources.shapes import table

_KNOWN = table("filebeat")
INPUTS, OUTPUTS, HOSTED, PROCESSORS = (
    frozenset(_KNOWN[kind].split()) for kind in ("inputs", "outputs", "hosted", "processors")
)
OLDER: Mapping[str, str] = _KNOWN["older"]
"""Options of the inputs before filestream, by the first part of their names, and what a filestream has instead."""


@dataclass(frozen=True, slots=True, eq=False)
class Shipper:
    """One configuration of Filebeat."""

    path: str
    data: Mapped

    @property
    def inputs(self) -> tuple[Input, ...]:
        found = self.get("inputs", "filebeat")
        listed_ = found if isinstance(found, Listed) else Listed(0)
        return tuple(Input(mapped(each), line) for each, line in zip(listed_, listed_.lines, strict=True))

    @property
    def outputs(self) -> dict[str, tuple[Mapped, int]]:
        """The outputs that are not switched off: options and line, by kind."""
        found = {key: (self.data[key], self.data.at(key)) for key in self.data if key.startswith("output.")}
        nested = mapped(self.data.get("output"))
        found |= {f"output.{key}": (value, nested.at(key)) for key, value in nested.items()}
        return {
            key.removeprefix("output."): (mapped(value), line)
            for key, (value, line) in found.items()
            if key.count(".") == 1 and mapped(value).get("enabled", True) is not False
        }

    def get(self, name: str, above: str) -> object:
        """An option however it is nested: `filebeat.inputs`, or `inputs` inside `filebeat`."""
        return self.data.get(f"{above}.{name}", mapped(self.data.get(above)).get(name))


def shippers(context: Context) -> tuple[Shipper, ...]:
    """Every configuration of Filebeat. Raises NotApplicableError where there is none."""
    found = tuple(Shipper(each.path, mapped(each.data)) for each in context.sources("filebeat"))
    if not found and not context.unseen:
        raise NotApplicableError("there is no configuration of Filebeat")
    return found
