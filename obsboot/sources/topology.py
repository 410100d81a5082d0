"""Which containers there are, by the compose files: how they are called, where they listen, what they mount."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from obsboot.sources.documents import Mapped, listed, mapped
from obsboot.sources.kept import kept

if TYPE_CHECKING:
    from obsboot.sources.context import Context

_VARIABLE = re.compile(r"\$\{(\w+)(?::?([-?])([^{}$]*))?\}")
_HERE = re.compile(r"^\$PWD(?=/|$)")
"""What compose calls the folder that it is run in, after `filled`."""
_PORT = re.compile(r"(?<![\w.])\d{2,5}(?![\w.])")


def filled(text: object) -> str:
    """A text of compose with the defaults of its variables; one that has none stays as `$NAME`."""
    return _VARIABLE.sub(lambda found: found[3] if found[2] == "-" else f"${found[1]}", str(text))


@dataclass(frozen=True, slots=True)
class Mount:
    """`source` is a path or the name of a volume, `bound` whether it is a path of the host, `fixed` whether only read."""

    source: str
    target: str
    line: int
    bound: bool
    fixed: bool = False


@dataclass(frozen=True, eq=False)
class Service:
    """One service of a compose file. `folder` is that of the file, to which its paths are relative."""

    name: str
    data: Mapped
    path: str
    line: int

    @property
    def folder(self) -> str:
        return posixpath.dirname(self.path)

    @cached_property
    def image(self) -> str:
        """Its image as it is written; empty where it is built here."""
        return "" if "build" in self.data else filled(self.data.get("image") or "")

    @cached_property
    def repository(self) -> str:
        """The image without registry and tag, such as `prom/prometheus`."""
        return _repository(self.image)

    @cached_property
    def tag(self) -> str:
        """The tag of its image; empty where it has none, or where a variable decides."""
        tag = self.image.partition("@")[0].rpartition("/")[2].partition(":")[2]
        return "" if "$" in tag else tag

    def runs(self, program: str) -> bool:
        """Whether the service is called like the program, or its image is, which may be built here."""
        image = _repository(filled(self.data.get("image") or ""))
        return program in image.rpartition("/")[2] or self.name == program

    @cached_property
    def mode(self) -> str:
        """`host`, `none`, `service:x` where it has no network of its own."""
        return str(self.data.get("network_mode") or "")

    @cached_property
    def networks(self) -> frozenset[str]:
        """The networks of the file that it is in."""
        given = self.data.get("networks")
        names = set(given) if isinstance(given, Mapped) else set(map(str, listed(given)))
        return frozenset() if self.mode else frozenset(names or {"default"})

    @cached_property
    def names(self) -> frozenset[str]:
        """What others may call it in any of its networks."""
        given = self.data.get("networks")
        inner = given.values() if isinstance(given, Mapped) else ()
        aliases = (str(alias) for each in inner for alias in listed(mapped(each).get("aliases")))
        return frozenset({self.name, filled(self.data.get("container_name") or self.name), *aliases})

    @cached_property
    def ports(self) -> frozenset[str]:
        """The ports that the file says it listens on."""
        shown = (filled(port).partition("/")[0] for port in listed(self.data.get("expose")))
        return frozenset({*shown, *(each.inside for each in self.published)})

    @cached_property
    def published(self) -> tuple[Published, ...]:
        """The ports that are opened on the host."""
        ports = listed(self.data.get("ports"))
        pairs = ports.placed
        return tuple(each for port, line in pairs for each in _published(port, line))

    def mentions(self, port: str) -> bool:
        """Whether the port stands anywhere in its command, environment or labels."""
        return port in self._numbers

    @cached_property
    def _numbers(self) -> frozenset[str]:
        said = (self.data.get(key) for key in ("command", "entrypoint", "environment", "labels", "healthcheck"))
        return frozenset(number for value in said for text in _texts(value) for number in _PORT.findall(text))

    @cached_property
    def command(self) -> tuple[str, ...]:
        """The words that it is started with."""
        given = self.data.get("command")
        return tuple(map(filled, listed(given))) if isinstance(given, list) else tuple(filled(given or "").split())

    @cached_property
    def environment(self) -> Mapping[str, tuple[str, int]]:
        """Its variables: value and line."""
        given = self.data.get("environment")
        if isinstance(given, Mapped):
            return {key: ("" if value is None else str(value), given.at(key)) for key, value in given.items()}
        found = listed(given)
        pairs = ((str(text).partition("="), line) for text, line in found.placed)
        return {parts[0]: (parts[2], line) for parts, line in pairs}

    @cached_property
    def mounts(self) -> tuple[Mount, ...]:
        """What it has from outside: volumes and paths of the host."""
        given = listed(self.data.get("volumes"))
        found = (_mount(each, line) for each, line in given.placed)
        return tuple(each for each in found if each)

    def host_path(self, mount: Mount) -> str | None:
        """The path from the root of what is checked; None where it lies outside, or where a variable decides."""
        source = _HERE.sub(".", mount.source)
        if not mount.bound or source.startswith(("/", "~")) or "$" in source:
            return None
        path = posixpath.normpath(posixpath.join(self.folder, source))
        return None if path.startswith("..") else path

    def inside(self, path: str) -> str | None:
        """Where the container finds a path from the root; None where it does not."""
        for mount in self.mounts:
            host = self.host_path(mount)
            if host is not None and (host in (".", path) or path.startswith(f"{host}/")):
                rest = path if host == "." else path[len(host) + 1 :]
                return posixpath.join(mount.target, rest) if rest else mount.target
        return None

    def mount_at(self, path: str) -> Mount | None:
        """What the container has a path of its own from; None where that is its image."""
        fitting = (m for m in self.mounts if path == m.target or path.startswith(f"{m.target.rstrip('/')}/"))
        return max(fitting, key=lambda each: len(each.target), default=None)

    def outside(self, path: str) -> str | None:
        """The path from the root of what the container has at `path`; None where no mount of the folder's is there."""
        mount = self.mount_at(path)
        if mount is None:
            return None
        host = self.host_path(mount)
        return None if host is None else posixpath.normpath(posixpath.join(host, path[len(mount.target) :].lstrip("/")))


@dataclass(frozen=True, slots=True)
class Published:
    """A port of the host that leads to one of the container; `address` empty for all of the host's."""

    address: str
    outside: str
    inside: str
    protocol: str
    line: int

    def clashes(self, other: Published) -> bool:
        """Whether both cannot be opened."""
        anywhere = {"", "0.0.0.0", "::", "[::]"}  # noqa: S104 - compared, not listened on
        same = self.address == other.address or not anywhere.isdisjoint({self.address, other.address})
        return (self.outside, self.protocol) == (other.outside, other.protocol) and same


def _repository(image: str) -> str:
    parts = image.partition("@")[0].split("/")
    parts[-1] = parts[-1].partition(":")[0]
    return "/".join(parts[1:] if len(parts) > 1 and re.search(r"[.:]|^localhost$", parts[0]) else parts)


def _published(port: object, line: int) -> Iterator[Published]:
    if isinstance(port, Mapped):
        outside, inside = filled(port.get("published") or ""), filled(port.get("target") or "")
        address, protocol = filled(port.get("host_ip") or ""), str(port.get("protocol") or "tcp")
    else:
        text, _, protocol = filled(port).partition("/")
        rest, _, inside = text.rpartition(":")
        address, _, outside = rest.rpartition(":")
    outer, inner = _range(outside), _range(inside)
    for number, each in enumerate(inner):
        yield Published(address, outer[number] if len(outer) == len(inner) else "", each, protocol or "tcp", line)


def _range(text: str) -> list[str]:
    first, _, last = text.partition("-")
    if not first.isdecimal() or not last.isdecimal() or int(last) - int(first) not in range(1000):
        return [text] if text.isdecimal() else [""]
    return [str(number) for number in range(int(first), int(last) + 1)]


def _mount(volume: object, line: int) -> Mount | None:
    if isinstance(volume, Mapped):
        kind, source = volume.get("type"), filled(volume.get("source") or "")
        known = kind in ("bind", "volume") and source
        fixed = volume.get("read_only") is True
        return Mount(source, str(volume.get("target") or ""), line, kind == "bind", fixed) if known else None
    source, colon, rest = filled(volume).partition(":")
    target, _, options = rest.partition(":")
    bound, fixed = source[:1] in (".", "/", "~", "$"), "ro" in options.split(",")
    return Mount(source, target.rstrip("/") or "/", line, bound, fixed) if colon else None


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield str(key)
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)
    elif value is not None:
        yield filled(value)


@dataclass(frozen=True, eq=False)
class Composed:
    """One compose file. `beside` are all compose files of its folder, itself included: they may add to each other."""

    path: str
    data: Mapped
    services: Mapping[str, Service]

    @property
    def folder(self) -> str:
        return posixpath.dirname(self.path)

    @cached_property
    def open(self) -> bool:
        """Whether services come from files that it names."""
        return "include" in self.data or any("extends" in each.data for each in self.services.values())

    def defined(self, key: str) -> Mapped:
        """What it defines under `networks`, `volumes`, `secrets` or `configs`."""
        return mapped(self.data.get(key))


def composed(context: Context) -> tuple[Composed, ...]:
    """Every compose file; those that cannot be read are noted."""
    context.sources("compose")
    return _composed(context)


def required(context: Context) -> tuple[Composed, ...]:
    """Every compose file. Raises CannotCheckError where a pack lacks its own, NotApplicableError where it has none."""
    if not context.foreign:
        _ = context.services
    return composed(context)


@kept
def _composed(context: Context) -> tuple[Composed, ...]:
    found = []
    for source in context.sources("compose"):
        data = mapped(source.data)
        services = mapped(data.get("services"))
        each = {name: Service(name, mapped(what), source.path, services.at(name)) for name, what in services.items()}
        found.append(Composed(source.path, data, each))
    return tuple(found)


def services(context: Context) -> Iterator[Service]:
    """The services of all compose files."""
    for each in composed(context):
        yield from each.services.values()


def runners(context: Context, path: str, program: str) -> tuple[Service, ...]:
    """The services that run `program` with the file at `path`: those that mount it, else the only one beside it."""
    running = [each for each in services(context) if each.runs(program)]
    mounting = tuple(each for each in running if each.inside(path) is not None)
    if mounting:
        return mounting
    folder = posixpath.dirname(path)
    near = [each for each in running if each.folder == folder and not any(m.bound for m in each.mounts)]
    return tuple(near) if len(near) == 1 and len(composed(context)) == 1 else ()
