"""The inputs of Filebeat, with what each of them says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from obsboot.sources.documents import Mapped, listed, mapped


@dataclass(frozen=True, slots=True, eq=False)
class Input:
    """One input, and the line on which it begins."""

    data: Mapped
    line: int

    @property
    def type(self) -> str:
        return str(self.data.get("type") or "")

    @property
    def id(self) -> str:
        return str(self.data.get("id") or "")

    @property
    def name(self) -> str:
        """How a message calls it."""
        return f"input {self.id}" if self.id else f"the input in line {int(self.line)}"

    @property
    def subject(self) -> str:
        """What it is called wherever it stands."""
        paths = [str(each) for each in listed(self.data.get("paths"))]
        return f"input {self.id or ', '.join(paths) or self.type}"

    @property
    def fields(self) -> Mapped:
        return mapped(self.data.get("fields"))

    @property
    def module(self) -> str:
        """The instance of a pack whose lines it reads."""
        return str(mapped(self.fields.get("event")).get("module") or "")

    @property
    def stream(self) -> str:
        """The data stream that its entries go into; empty where its fields do not tell."""
        said = mapped(self.fields.get("data_stream"))
        parts = [str(said.get(key) or "") for key in ("type", "dataset", "namespace")]
        return "-".join(parts) if all(parts) else ""

    @property
    def in_container(self) -> bool:
        """Whether it takes the wrapping of a container's lines off."""
        return any(name == "container" for name, _, _ in self.parts("parsers"))

    def parts(self, key: str) -> Iterator[tuple[str, Mapped, int]]:
        """Its parsers or processors: the name of each, its options, its line."""
        return parts(self.data, key)


def parts(data: Mapped, key: str) -> Iterator[tuple[str, Mapped, int]]:
    """The parsers or processors of a mapping: the name of each, its options, its line."""
    found = listed(data.get(key))
    for each, line in zip(found, found.lines, strict=True):
        for name, options in mapped(each).items():
            yield name, mapped(options), line
