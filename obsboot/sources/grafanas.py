"""Which Grafana reads which files: the containers that run one, and what is mounted where in them."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from obsboot.sources.kept import kept
from obsboot.sources.topology import Mount, Service, composed, filled

if TYPE_CHECKING:
    from obsboot.sources.context import Context

Where = Literal["here", "volume", "nowhere", "unknown"]
"""Of a path inside a container: in this folder, in a named volume, in nothing that is mounted, or nobody can tell."""

_IMAGES = frozenset({"grafana", "grafana-oss", "grafana-enterprise"})
_OWN = re.compile(r"grafana/grafana(?:-oss|-enterprise)?")
_HOME = "/etc/grafana/provisioning"
_ELSEWHERE = frozenset({"build", "extends", "volumes_from", "configs"})
"""Keys of a service that may put files into it in ways that nobody follows here."""


@dataclass(frozen=True, eq=False)
class Grafana:
    """One service that runs Grafana; `parts` are what the compose files of one folder say of it."""

    parts: tuple[Service, ...]

    @property
    def folder(self) -> str:
        return self.parts[0].folder

    @cached_property
    def whole(self) -> bool:
        """Whether all that is in it is the image's own, or mounted."""
        told = [part for part in self.parts if part.image]
        made = any(not _ELSEWHERE.isdisjoint(part.data) for part in self.parts)
        return bool(told) and not made and all(_OWN.fullmatch(part.repository) for part in told)

    def setting(self, name: str) -> str:
        """A variable of its environment."""
        found = (filled(part.environment[name][0]) for part in self.parts if name in part.environment)
        return next(found, "")

    @property
    def home(self) -> str:
        """Where it finds its provisioning."""
        return posixpath.normpath(self.setting("GF_PATHS_PROVISIONING") or _HOME)

    @cached_property
    def _mounts(self) -> tuple[tuple[Service, Mount], ...]:
        """What is mounted, the deepest first."""
        found = [(part, mount) for part in self.parts for mount in part.mounts]
        return tuple(sorted(found, key=lambda each: -len(each[1].target)))

    def find(self, inside: str) -> tuple[Where, str]:
        """Where a path inside of it is; and in this folder, which path that is."""
        wanted = posixpath.normpath(inside)
        for part, mount in self._mounts:
            if within(wanted, posixpath.normpath(mount.target)):
                if not mount.bound:
                    return "volume", ""
                host = part.host_path(mount)
                rest = posixpath.relpath(wanted, posixpath.normpath(mount.target))
                return ("unknown", "") if host is None else ("here", posixpath.normpath(posixpath.join(host, rest)))
        return ("nowhere" if self.whole else "unknown"), ""

    def reads(self, path: str) -> bool:
        """Whether a file of this folder is below its provisioning."""
        for part, mount in self._mounts:
            host = part.host_path(mount)
            if host is not None and within(path, host):
                inside = posixpath.normpath(posixpath.join(mount.target, posixpath.relpath(path, host)))
                if within(inside, self.home):
                    return True
        return False


@kept
def grafanas(context: Context) -> tuple[Grafana, ...]:
    """Every Grafana that the compose files run."""
    found: dict[tuple[str, str], list[Service]] = {}
    for each in composed(context):
        for name, service in each.services.items():
            found.setdefault((each.folder, name), []).append(service)
    return tuple(Grafana(tuple(parts)) for parts in found.values() if any(_runs_grafana(part) for part in parts))


def reader(context: Context, path: str) -> Grafana | None:
    """The one Grafana that reads a file of provisioning; None where nobody can tell which."""
    found = [each for each in grafanas(context) if each.reads(path)]
    return found[0] if len(found) == 1 else None


def within(path: str, folder: str) -> bool:
    """Whether a path is a folder or below it."""
    return path == folder or folder in ("", ".") or path.startswith(f"{folder.rstrip('/')}/")


def _runs_grafana(service: Service) -> bool:
    mounted = any(within(posixpath.normpath(mount.target), "/etc/grafana") for mount in service.mounts)
    return service.repository.rpartition("/")[2] in _IMAGES or mounted
