"""Who talks to whom by an address in a configuration, and which container that means."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from obsboot.sources.catalogued import components
from obsboot.sources.documents import listed, mapped
from obsboot.sources.exporters import bare
from obsboot.sources.kept import kept
from obsboot.sources.scraping import Scrape, Target, alertmanagers, configurations, split
from obsboot.sources.topology import Composed, Service, composed, filled, runners, services

if TYPE_CHECKING:
    from obsboot.sources.context import Context

_PLAIN = re.compile(r"(?!\d+$)[A-Za-z0-9][\w-]*")
_OWN = frozenset({"localhost", "127.0.0.1", "::1"})
_WEB = {"alertmanager": "9093", "elasticsearch": "9200", "kibana": "5601", "prometheus": "9090"}
_BY_FILE = ("elasticsearch", "kibana")
"""Programs that may be told their port in a file as well."""
_SETTINGS = re.compile(r"/config(?:/|$)|\.yml$")
_OFFICIAL = re.compile(r"(?:prom/|quay\.io/prometheus/|docker\.elastic\.co/|(?:elasticsearch|kibana):)")
_LISTENING = re.compile(r"listen|port\b|addr|\bbind", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Call:
    """`caller` asks `address`, as `path` says in `line`; `subject` is whom the address belongs to."""

    caller: Service
    address: str
    path: str
    line: int
    subject: str

    @property
    def host(self) -> str:
        return split(self.address)[0]

    @property
    def port(self) -> str:
        return split(self.address)[1]

    @property
    def own(self) -> bool:
        """Whether the caller asks itself."""
        return self.host in _OWN


def calls(context: Context) -> tuple[Call, ...]:
    """The scrapes and the deliveries of alerts by every Prometheus that a compose file runs.

    Files that cannot be read are noted. Raises CannotCheckError where a pack lacks its configuration.
    """
    configurations(context)
    composed(context)
    return _calls(context)


@kept
def _calls(context: Context) -> tuple[Call, ...]:
    return tuple(
        Call(caller, *asked)
        for each in configurations(context)
        for caller in runners(context, each.path, "prometheus")
        for asked in dict.fromkeys(
            (
                *(_scrape(job, target) for job in each.jobs for target in job.targets if target.labels),
                *((address, each.path, line, "alerting") for address, line in alertmanagers(each)),
            )
        )
    )


def _scrape(job: Scrape, target: Target) -> tuple[str, str, int, str]:
    address = (target.labels or {}).get("__address__", "")
    writer = target.became.writers.get("__address__") if target.became else None
    path, line = (job.path, writer.written_at) if writer else (target.path, target.line)
    return address, path, line, job.subject


def answering(context: Context, call: Call) -> tuple[Service, ...]:
    """The services that the host's name may mean."""
    return tuple(_by_name(context).get(call.host, ()))


@kept
def _by_name(context: Context) -> Mapping[str, list[Service]]:
    found: dict[str, list[Service]] = {}
    for service in services(context):
        for name in service.names:
            found.setdefault(name, []).append(service)
    return found


def names(context: Context) -> tuple[str, ...]:
    """What containers are called."""
    return tuple(_by_name(context))


def elsewhere(context: Context, call: Call) -> bool:
    """Whether the host may be one that the files do not say."""
    if not _PLAIN.fullmatch(call.host) or call.caller.mode:
        return True
    near = [each for each in composed(context) if each.folder == call.caller.folder]
    given = call.caller.data
    hosts = listed(given.get("extra_hosts")) or mapped(given.get("extra_hosts"))
    said = [*hosts, *listed(given.get("links")), *listed(given.get("external_links"))]
    return (
        any(each.open for each in near)
        or any(re.split(r"[:=]", filled(text))[0] == call.host or call.host in str(text).split(":") for text in said)
        or any(_foreign(each, name) for each in near for name in call.caller.networks)
    )


def _foreign(each: Composed, network: str) -> bool:
    """Whether the network is somebody else's, in which other containers may be."""
    said = mapped(each.defined("networks").get(network))
    return bool(said.get("external"))


def alone(context: Context, service: Service) -> bool:
    """Whether no other compose file of the folder says something of the service too."""
    near = (each for each in composed(context) if each.folder == service.folder)
    return sum(service.name in each.services for each in near) == 1


def listens(context: Context, service: Service) -> str:
    """The port at which the image is known to listen, where nothing in the file says otherwise; else nothing."""
    said = (*service.command, *service.environment)
    if any(_LISTENING.search(text) for text in said) or service.mode:
        return ""
    return _ports(context).get(bare(service.repository), "")


def web_port(context: Context, service: Service) -> str:
    """The port at which an official image answers HTTP, where nothing in the file says otherwise; else nothing."""
    program = service.repository.rpartition("/")[2]
    if program not in _WEB:
        return listens(context, service)
    said = (*service.command, *service.environment)
    settled = "env_file" in service.data or any(_SETTINGS.search(mount.target) for mount in service.mounts)
    told = any(_LISTENING.search(text) for text in said) or (settled and program in _BY_FILE)
    return "" if told or service.mode or not _OFFICIAL.match(service.image) else _WEB[program]


@kept
def _ports(context: Context) -> Mapping[str, str]:
    """The ports of the exporters that the catalogue knows, by the last part of their images' names."""
    known = components(context).values()
    exporters = (e for c in known for e in (c.exporter, *c.containers.values()) if e is not None and e.port)
    return {bare(each.image): str(each.port) for each in exporters}
