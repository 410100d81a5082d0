"""The inputs of Filebeat, with what each of them says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from obsboot.sources.documents import Listed, Mapped, mapped


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
        paths = [path for path, _ in self.paths]
        return f"input {self.id or ', '.join(paths) or self.type}"

    @property
    def enabled(self) -> bool:
        return self.data.get("enabled") not in (False, "false")

    @property
    def paths(self) -> list[tuple[str, int]]:
        """The files that it reads, each with its line."""
        found = items(self.data.get("paths"), self.data.value_at("paths"))
        return [(str(each), line) for each, line in found if not isinstance(each, Mapped)]

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
    for each, line in items(data.get(key), data.at(key)):
        for name, options in unfolded(mapped(each)).items():
            yield name, unfolded(options if isinstance(options, Mapped) else Mapped(line)), line


def items(value: object, line: int) -> Iterator[tuple[object, int]]:
    """What a list holds, each with its line; Filebeat takes one thing for a list of one."""
    if isinstance(value, Listed):
        yield from value.placed
    elif value is not None:
        yield value, line


def nested(data: Mapped, name: str) -> object:
    """An option of a mapping, such as `containers.ids`, however it is nested; None where it is not said."""
    found: object = data
    for part in name.split("."):
        found = unfolded(mapped(found)).get(part)
    return found


def unfolded(data: Mapped) -> Mapped:
    """The mapping with those of its names nested that have dots in them, as Filebeat reads them; below it nothing is."""
    if not any("." in str(key) for key in data):
        return data
    made = _copied(data)
    made.clear()
    for key, value in data.items():
        _put(made, str(key).split("."), value, (data.at(key), data.value_at(key)))
    return made


def _put(into: Mapped, way: list[str], value: object, places: tuple[int, int]) -> None:
    first, *rest = way
    into.lines.setdefault(first, places[0])
    into.values_at.setdefault(first, places[1])
    if not rest:
        into[first] = value
        return
    below = into.get(first)
    into[first] = _copied(below) if isinstance(below, Mapped) else Mapped(places[0])
    _put(into[first], rest, value, places)


def _copied(data: Mapped) -> Mapped:
    made = Mapped(data.line)
    made.update(data)
    made.lines.update(data.lines)
    made.values_at.update(data.values_at)
    return made
