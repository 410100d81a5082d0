"""Addresses of data sources."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import SplitResult, urlsplit

from obsboot.checks.base import Check
from obsboot.model import Finding, Severity
from obsboot.promql.likeness import apart
from obsboot.sources.context import Context
from obsboot.sources.grafanas import Grafana, reader
from obsboot.sources.guesses import meant
from obsboot.sources.provisioning import Provisioned, datasources
from obsboot.sources.topology import Service, composed

_PORTS = {
    "prom/prometheus": "9090",
    "prom/alertmanager": "9093",
    "elasticsearch/elasticsearch": "9200",
    "elasticsearch": "9200",
}
"""Where the usual images listen."""
_SELF = frozenset({"localhost", "127.0.0.1", "::1", "0.0.0.0"})  # noqa: S104 - compared, not listened on


class DatasourceAddress(Check):
    id = "grafana/datasource-address"
    title = "Data sources are where the provisioning says"
    explanation = "Grafana starts with any address; then every panel shows an error."
    fix = "Use the name of the service in the compose file, and the port on which it listens inside of its container."

    def run(self, context: Context) -> Iterator[Finding]:
        if not context.foreign:
            return  # dashboard/datasource looks at the pack's own
        for source in datasources(context):
            grafana = reader(context, source.path)
            url = _address(source.data.get("url"))
            if grafana is None or url is None or str(source.data.get("access") or "proxy") in ("direct", "browser"):
                continue
            for message, severity in _faults(context, grafana, url):
                text = f"data source {source.name!r} {message}"
                line = source.data.value_at("url")
                yield self.finding(source.path, line, text, severity=severity, subject=_subject(source))


def _subject(source: Provisioned) -> str:
    return f"data source {source.name!r}"


def _address(value: object) -> SplitResult | None:
    """An address that can be judged: one, without variables."""
    text = str(value or "").strip()
    if not text or re.search(r"[\s$,{}]", text):
        return None
    try:
        found = urlsplit(text if "://" in text else f"http://{text}")
        _ = found.port  # raises where it is no number
    except ValueError:
        return None
    return found if found.hostname else None


def _faults(context: Context, grafana: Grafana, url: SplitResult) -> Iterator[tuple[str, Severity]]:
    """What is wrong with an address, as the Grafana's container sees it."""
    host, beside = str(url.hostname), [each for each in composed(context) if each.folder == grafana.folder]
    if any(part.mode for part in grafana.parts):
        return
    if host in _SELF:
        yield f"is at {host}, which in {grafana.parts[0].name}'s container is that container", "error"
        return
    services = [service for each in beside for service in each.services.values()]
    called = [service for service in services if host in {name.lower() for name in service.names}]
    if called:
        yield from _reached(grafana, called, url)
        return
    networks = [network for each in beside for network in each.defined("networks").values()]
    others = any(each.open for each in beside) or any(isinstance(n, dict) and n.get("external") for n in networks)
    aliased = any({"extra_hosts", "external_links", "links"} & set(part.data) for part in grafana.parts)
    if "." not in host and ":" not in host and not others and not aliased:
        advice = meant(host, {name for service in services for name in service.names})
        yield f"is at {host!r}, and no service is called so{advice}", "error"


def _reached(grafana: Grafana, called: list[Service], url: SplitResult) -> Iterator[tuple[str, Severity]]:
    port = str(url.port or (443 if url.scheme == "https" else 80))
    name = called[0].name
    own = frozenset[str]().union(*(part.networks for part in grafana.parts))
    if not any(own & service.networks or service.mode for service in called):
        yield f"is at {name}, with which {grafana.parts[0].name} has no network in common", "error"
    usual = {known for service in called if (known := _PORTS.get(service.repository))}
    said = frozenset[str]().union(*(service.ports for service in called))
    near = {each for each in said if each != port and len(each) == len(port) and apart(each, port) == 1}
    if port in usual | said or not (usual or near) or any(service.mentions(port) for service in called):
        return  # what a container shows to others need not be all that it listens on
    listens = ", ".join(sorted(usual or near))
    yield f"is at port {port} of {name}, which listens on {listens}", "error" if usual else "warning"
