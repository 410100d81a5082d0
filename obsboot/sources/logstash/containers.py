"""The containers that compose files describe: what runs in them, what they see of the folder, what is set there."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass

from obsboot.sources.context import Context
from obsboot.sources.documents import Mapped, listed, mapped

_OFFICIAL = frozenset({
    "logstash", "elastic/logstash", "docker.elastic.co/logstash/logstash", "docker.elastic.co/logstash/logstash-oss",
    "opensearchproject/logstash-oss-with-opensearch-output-plugin",
})  # fmt: skip
_SHORT = re.compile(r"(?P<source>[^:]+):(?P<target>/[^:]*)(?::[\w,]+)?")


@dataclass(frozen=True, slots=True)
class Mount:
    """`target` is where the container sees it; `source` the path from the folder's root, None for what is not in it."""

    source: str | None
    target: str

    def holds(self, path: str) -> bool:
        return path == self.target or path.startswith(f"{self.target.rstrip('/')}/")

    def shows(self, path: str) -> bool:
        """Whether the container sees a file of the folder by it."""
        return self.source is not None and (path == self.source or path.startswith(f"{self.source}/"))


@dataclass(frozen=True, slots=True, eq=False)
class Container:
    """One service of a compose file."""

    name: str
    path: str
    data: Mapped

    @property
    def image(self) -> str:
        return str(self.data.get("image") or "")

    @property
    def version(self) -> str:
        """The tag of its image."""
        tag = self.image.partition("@")[0].rpartition("/")[2].partition(":")[2]
        return tag if "$" not in tag else ""

    @property
    def official(self) -> bool:
        """Whether its image is the one that Logstash's makers publish, so that nothing is hidden in it."""
        repository = self.image.partition("@")[0].rpartition(":")[0] or self.image
        return "build" not in self.data and repository.removeprefix("docker.io/") in _OFFICIAL

    def runs(self, program: str) -> bool:
        """Whether it is the program's official image, or one that is called like it."""
        return program in self.image.partition("@")[0].rpartition("/")[2].partition(":")[0]

    @property
    def mounts(self) -> tuple[Mount, ...]:
        return tuple(_mounts(self))

    @property
    def environment(self) -> set[str] | None:
        """The names of its variables; None where some come from a file that is not here."""
        if self.data.get("env_file") is not None:
            return None
        found = self.data.get("environment")
        names = [str(each).partition("=")[0] for each in listed(found)] or list(mapped(found))
        return set(names)

    def setting(self, name: str) -> str:
        """The value of a variable; empty where it is not set in the compose file."""
        found = self.data.get("environment")
        pairs = [str(each).partition("=")[::2] for each in listed(found)] or list(mapped(found).items())
        return next((str(value) for key, value in pairs if key == name), "")


def containers(context: Context) -> tuple[Container, ...]:
    """Every service of every compose file."""
    found = []
    for source in context.sources("compose"):
        for name, body in mapped(mapped(source.data).get("services")).items():
            found.append(Container(name, source.path, mapped(body)))
    return tuple(found)


def _mounts(container: Container) -> Iterator[Mount]:
    for volume in listed(container.data.get("volumes")):
        if isinstance(volume, Mapped):
            source, target = str(volume.get("source") or ""), str(volume.get("target") or "")
        elif short := _SHORT.fullmatch(str(volume)):
            source, target = short["source"], short["target"]
        else:
            continue
        yield Mount(_inside(container.path, source), target.rstrip("/") or "/")


def _inside(compose: str, source: str) -> str | None:
    """The path from the root of what is mounted; None for a volume, and for what lies outside the folder."""
    source = re.sub(r"^\$\{?PWD\}?", ".", source)
    if not source.startswith("."):
        return None
    path = posixpath.normpath(posixpath.join(posixpath.dirname(compose), source))
    return None if path.startswith("..") else path
