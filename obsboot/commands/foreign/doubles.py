"""What a foreign file and the pack both have, so that nobody is told twice and nothing is scraped twice."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from obsboot.commands.foreign.kinds import Seen, recognised
from obsboot.model import GeneratedFile
from obsboot.promql import PromqlError, metric_names

_WORD = re.compile(r"[a-zA-Z_:][\w:]*")
_TOO_COMMON = frozenset({"up", "ALERTS"})
_FIRST_EXPORTER = 9000
"""Ports below are of anything; from here on, nearly always of the one exporter that has registered it."""
_MOST = 3


@dataclass(frozen=True, slots=True)
class Pack:
    """What the pack has: target -> job, alert -> the metrics that it asks, dashboard's title -> those that it shows,
    and server -> the compose file that runs it."""

    jobs: Mapping[str, str]
    alerts: Mapping[str, frozenset[str]]
    boards: Mapping[str, frozenset[str]]
    servers: Mapping[str, str]


def pack_of(files: Iterable[GeneratedFile]) -> Pack:
    """What the rendered files have that others may have as well."""
    seen = [one for file in files if (one := recognised(file.path, file.text))]
    boards = {one.title: _metrics(*one.expressions) for one in seen if one.kind == "dashboard"}
    return Pack(
        jobs={target: job for one in seen for job, targets in one.jobs.items() for target in targets},
        alerts={name: _metrics(expr) for one in seen for name, expr in one.alerts.items()},
        boards=boards,
        servers={server: one.path for one in seen if one.kind == "compose" for server in one.servers},
    )


def _metrics(*expressions: str) -> frozenset[str]:
    found: set[str] = set()
    for expr in expressions:
        try:
            found |= metric_names(_plain(expr))
        except PromqlError:
            continue
    return frozenset(found - _TOO_COMMON)


def _plain(expr: str) -> str:
    """The expression with Grafana's variables filled in: as ranges, else as a number."""
    return re.sub(r"\$\{?\w+(:\w+)?\}?", "1", re.sub(r"\[\$\w+", "[5m", expr))


def doubles(seen: Seen, pack: Pack) -> tuple[str, ...]:
    """One sentence for each thing that both have."""
    return (*_servers(seen, pack), *_jobs(seen, pack), *_alerts(seen, pack), *_boards(seen, pack))


def _servers(seen: Seen, pack: Pack) -> Iterator[str]:
    for server in seen.servers:
        if server in pack.servers and seen.path != pack.servers[server]:
            yield f"{server}: the pack brings its own ({pack.servers[server]})"


def _jobs(seen: Seen, pack: Pack) -> Iterator[str]:
    ports = {target.rpartition(":")[2]: job for target, job in pack.jobs.items()}
    for job, targets in seen.jobs.items():
        for target in targets:
            port = target.rpartition(":")[2]
            if target in pack.jobs:
                yield f"job {job} scrapes {target}: the pack's job {pack.jobs[target]} scrapes the same; keep one"
            elif port in ports and port.isdigit() and int(port) >= _FIRST_EXPORTER:
                yield f"job {job} scrapes {target}: perhaps the same server as that of the pack's job {ports[port]}"


def _alerts(seen: Seen, pack: Pack) -> Iterator[str]:
    for name, expr in seen.alerts.items():
        if name in pack.alerts:
            yield f"alert {name}: the pack has one of the same name"
            continue
        words = frozenset(_WORD.findall(expr))
        same = {other: words & metrics for other, metrics in pack.alerts.items() if words & metrics}
        if same:
            metrics = sorted(frozenset[str]().union(*same.values()))
            yield f"alert {name} asks {_some(metrics)}, as the pack's {_some(list(same))} do{'es' * (len(same) == 1)}"


def _boards(seen: Seen, pack: Pack) -> Iterator[str]:
    if seen.kind != "dashboard":
        return
    words = frozenset(word for expr in seen.expressions for word in _WORD.findall(expr))
    shared = {title: words & metrics for title, metrics in pack.boards.items() if words & metrics}
    for title, metrics in sorted(shared.items(), key=lambda one: (-len(one[1]), one[0]))[:_MOST]:
        yield f'it shows {_some(sorted(metrics))}, as the pack\'s dashboard "{title}" does'


def _some(names: list[str]) -> str:
    more = f" and {len(names) - _MOST} more" if len(names) > _MOST else ""
    return ", ".join(names[:_MOST]) + more
