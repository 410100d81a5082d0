"""Whether Prometheus loads a configuration: its fields, and what they demand of each other."""

from __future__ import annotations

import re
from collections.abc import Iterator

from obsboot.sources.configs import seconds
from obsboot.sources.documents import Listed, Mapped, listed, mapped
from obsboot.sources.patterns import unreadable
from obsboot.sources.prometheus.relabelling import relabelled, rules
from obsboot.sources.sending import mappings, no_url, paired, reserved, together
from obsboot.sources.shapes import Fault, shapes
from obsboot.sources.shapes import faults as shape_faults

_INTERVAL = 60.0
"""Seconds between scrapes where nobody says anything."""
_ACTIONS = frozenset({
    "replace", "keep", "drop", "keepequal", "dropequal", "hashmod", "labelmap", "labeldrop", "labelkeep", "lowercase",
    "uppercase",
})  # fmt: skip
_TARGETED = frozenset({"replace", "hashmod", "lowercase", "uppercase", "keepequal", "dropequal"})
_BARE = {
    "labeldrop": ("source_labels", "target_label", "modulus", "separator", "replacement"),
    "labelkeep": ("source_labels", "target_label", "modulus", "separator", "replacement"),
    "keepequal": ("regex", "modulus", "separator", "replacement"),
    "dropequal": ("regex", "modulus", "separator", "replacement"),
    "lowercase": ("replacement",),
    "uppercase": ("replacement",),
}
"""The fields that an action does not take."""
_USUAL = {"separator": ";", "replacement": "$1", "regex": "(.*)", "modulus": 0, "target_label": ""}
_GLOB = re.compile(r"[^*]*(\*[^/]*)?")
_TARGET_FILE = re.compile(r"[^*]*(\*[^/]*)?\.(json|yml|yaml|JSON|YML|YAML)")
_SIZE = re.compile(r"0|(?:\d+(?:\.\d+)?(?:[KMGTPE]i?)?B)+")
_UNITS = re.compile(r"(?:\d+y)?(?:\d+w)?(?:\d+d)?(?:\d+h)?(?:\d+m)?(?:\d+s)?(?:\d+ms)?")
_PIECES = re.compile(r"(?:[\d.]+[a-z]+)+")


def faults(data: object, *, fragment: bool = False) -> Iterator[Fault]:
    """Everything for which Prometheus refuses a configuration: line and message; a time-out that is too long aside."""
    yield from shape_faults(data, "fragment" if fragment else "config", shapes("prometheus"))
    whole = mapped(data)
    yield from _globs(whole)
    yield from _jobs(whole)
    yield from _senders(whole)
    for key, each in mappings("", whole):
        yield from together(each)
        if key == "tls_config":
            yield from paired(each)
        yield from _values(each)
        if key.endswith("relabel_configs"):
            yield from _relabelling(each)
        elif key.endswith("_sd_configs"):
            yield from _discovery(key, each)


def late(data: object) -> Iterator[tuple[Mapped, float, float]]:
    """The jobs, or `global`, whose time-out is above their interval: the mapping, time-out and interval in seconds."""
    usual = mapped(mapped(data).get("global"))
    interval = seconds(usual.get("scrape_interval")) or _INTERVAL
    for holder in (usual, *map(mapped, listed(mapped(data).get("scrape_configs")))):
        every = seconds(holder.get("scrape_interval")) or interval
        timeout = seconds(holder.get("scrape_timeout")) or 0.0
        if timeout > every:
            yield holder, timeout, every


def _globs(data: Mapped) -> Iterator[Fault]:
    for key in ("rule_files", "scrape_config_files"):
        paths = listed(data.get(key))
        for path, line in paths.placed:
            if not _GLOB.fullmatch(str(path)):
                yield line, f"{path!r}: a * may stand in the last part of a path only"


def _jobs(data: Mapped) -> Iterator[Fault]:
    seen: set[str] = set()
    for job in (each for each in listed(data.get("scrape_configs")) if isinstance(each, Mapped)):
        name = str(job.get("job_name") or "")
        if job.get("job_name") is not None and (not name or name in seen):
            yield job.at("job_name"), f"two jobs are called {name!r}" if name else "the job_name is empty"
        seen.add(name)
        yield from _addresses(job)
    for manager in map(mapped, listed(mapped(data.get("alerting")).get("alertmanagers"))):
        yield from _addresses(manager)


def _addresses(holder: Mapped) -> Iterator[Fault]:
    """Targets that are no addresses, also once they are relabelled."""
    steps = rules(holder.get("relabel_configs"))
    for static in map(mapped, listed(holder.get("static_configs"))):
        targets = listed(static.get("targets"))
        labels = {name: str(value) for name, value in mapped(static.get("labels")).items()}
        for target, line in targets.placed:
            became = relabelled({**labels, "__address__": str(target)}, steps) if steps else None
            address = str(target) if not steps else (became.labels or {}).get("__address__", "") if became else ""
            if "/" in address:
                yield line, f"{address!r} is no host:port"


def _senders(data: Mapped) -> Iterator[Fault]:
    for key in ("remote_write", "remote_read"):
        seen: set[str] = set()
        for each in map(mapped, listed(data.get(key))):
            name = str(each.get("name") or "")
            if name and name in seen:
                yield each.at("name"), f"two of {key} are called {name!r}"
            seen.add(name)


def _values(each: Mapped) -> Iterator[Fault]:
    """Values that are no text of the kind they have to be."""
    for key, value in each.items():
        if key in ("url", "proxy_url", "token_url") and value is not None and (why := no_url(str(value))):
            yield each.value_at(key), f"{key}: {why}"
        elif key == "body_size_limit" and value is not None and not _SIZE.fullmatch(str(value)):
            yield each.value_at(key), f"{key}: {value!r} is no size; write 50MB"
        elif key.endswith("_limit") and isinstance(value, int) and value < 0:
            yield each.value_at(key), f"{key}: {value} is below 0"
        elif key.endswith(("_interval", "_timeout", "timeout", "_offset")) and _disordered(value):
            yield each.value_at(key), f"{key}: {value!r} is no duration; the larger unit comes first, each once"
        elif key == "scrape_protocols" and (why := _protocols(value)):
            yield each.value_at(key), f"scrape_protocols: {why}"
        elif key in ("headers", "http_headers"):
            yield from reserved(mapped(value))


def _disordered(value: object) -> bool:
    """Whether a text of numbers and units is none that Prometheus reads, such as `30m1h`."""
    return isinstance(value, str) and bool(_PIECES.fullmatch(value)) and not _UNITS.fullmatch(value)


def _protocols(value: object) -> str:
    if not isinstance(value, Listed):
        return ""
    names = [str(each).lower() for each in value]
    return "the list is empty" if not names else "" if len(set(names)) == len(names) else "one is named twice"


def _discovery(key: str, each: Mapped) -> Iterator[Fault]:
    if key == "file_sd_configs":
        yield from _target_files(each)
    elif key == "dns_sd_configs" and not each.get("port") and str(each.get("type") or "SRV").upper() != "SRV":
        yield each.at("type"), f"records of type {each['type']} need a port"
    elif key == "http_sd_configs" and each.get("url") and not str(each["url"]).startswith(("http://", "https://")):
        yield each.value_at("url"), f"url: {each['url']!r} begins neither with http:// nor with https://"


def _target_files(each: Mapped) -> Iterator[Fault]:
    files = listed(each.get("files"))
    if "files" in each and isinstance(each["files"], Listed) and not files:
        yield each.at("files"), "no file is named"
    for path, line in files.placed:
        if not _TARGET_FILE.fullmatch(str(path)):
            yield line, f"{path!r} is no path of target files: it has to end in .json, .yml or .yaml"


def _relabelling(rule: Mapped) -> Iterator[Fault]:
    given = rule.get("action")
    action = "replace" if given is None else str(given).lower()
    if action not in _ACTIONS:
        from obsboot.catalog.problems import nearest  # noqa: PLC0415 - only where something is wrong

        yield rule.at("action"), f"relabelling knows no action {given!r}: {nearest(action, _ACTIONS)}"
        return
    if (pattern := rule.get("regex")) is not None and (why := unreadable(str(pattern))):
        yield rule.at("regex"), f"the regular expression does not compile: {why}"
    if action == "hashmod" and not rule.get("modulus"):
        yield rule.at("action"), "hashmod needs a modulus above 0"
    if action in _TARGETED and not rule.get("target_label"):
        yield rule.at("action"), f"{action} needs a target_label"
    for field in _BARE.get(action, ()):
        if rule.get(field) is not None and rule[field] != _USUAL.get(field):
            yield rule.at(field), f"{action} takes no {field}"
    if action == "labelmap" and rule.get("replacement") == "":
        yield rule.at("replacement"), "labelmap: the replacement is empty"
