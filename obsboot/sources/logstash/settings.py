"""What Logstash's own settings say: logstash.yml, pipelines.yml, and the environment and command of its containers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from obsboot.sources.documents import Mapped, mapped
from obsboot.sources.logstash.pipelines import Listing, Logstash
from obsboot.sources.pipelines import Used, setting, texts
from obsboot.sources.tables import read_table
from obsboot.sources.topology import Service

_STORE = Path(__file__).with_name("settings.yaml")
_FLAG = re.compile(r"--([a-z][\w.]*)[= ](\S+)")
_CONFIGURED = "/usr/share/logstash/config"
_ECS_BY_DEFAULT = 8
"""The major version since which pipelines keep to ECS unless they are told otherwise."""


@dataclass(frozen=True, slots=True)
class Known:
    """The settings that there are: of one pipeline, of all of Logstash, and those that some version takes no more."""

    pipeline: frozenset[str]
    process: frozenset[str]
    families: tuple[str, ...]
    gone: Mapping[str, str | None]
    former: frozenset[str]
    values: Mapping[str, tuple[str, ...]]

    def unfit(self, name: str, value: object) -> str:
        """What a setting may be where it is something else: `memory or persisted`."""
        allowed = self.values.get(name, ())
        return " or ".join(allowed) if allowed and "${" not in str(value) and _word(value) not in allowed else ""


@cache
def known() -> Known:
    """The settings of Logstash, from settings.yaml."""
    data = read_table(_STORE)
    pipeline, process, former = (frozenset(data[key].split()) for key in ("pipeline", "process", "former"))
    values = {name: tuple(each.split()) for name, each in data["values"].items()}
    return Known(pipeline, pipeline | process, tuple(data["families"].split()), data["gone"], former, values)


def flat(data: Mapped, above: str = "") -> Iterator[tuple[str, object, int]]:
    """Every setting by its whole name, however it is nested, with its value and its place."""
    for key, value in data.items():
        if isinstance(value, Mapped):
            yield from flat(value, f"{above}{key}.")
        else:
            yield f"{above}{key}", value, data.at(key)


def said(found: Logstash, name: str, path: str) -> frozenset[str]:
    """The values that a setting is given for the pipeline of a file: by pipelines.yml, or else by anything above it."""
    listing = _listings(found).get(path)
    if listing is not None and name in listing.data:
        return frozenset({_word(listing.data[name])})
    return frozenset(_of_process(found).get(_variable(name), ()))


def may_escape(found: Logstash, path: str) -> bool:
    """Whether texts of a file may have escapes such as a backslash and a t for a tab."""
    return bool(said(found, "config.support_escapes", path) - {"false"})


def ecs(found: Logstash, used: Used) -> bool | None:
    """Whether a plugin keeps to ECS; None where nobody can tell."""
    own = setting(used.plugin, "ecs_compatibility")
    values = frozenset(texts(own)) if own is not None else said(found, "pipeline.ecs_compatibility", used.path)
    if values:
        return _keeps(next(iter(values))) if len(values) == 1 else None
    if not found.version or any(_hides(found, each) for each in found.containers):
        return None
    return found.version >= _ECS_BY_DEFAULT


def _keeps(value: str) -> bool | None:
    return False if value == "disabled" else True if re.fullmatch(r"v\d+", value) else None


def _hides(found: Logstash, service: Service) -> bool:
    """Whether a container has settings that are not in the folder."""
    mounted = any(each.target.startswith(_CONFIGURED) for each in service.mounts)
    return mounted and not found.context.sources("logstash-settings")


@lru_cache(maxsize=1)
def _listings(found: Logstash) -> dict[str, Listing]:
    return {path: each.listing for each in found.pipelines if each.listing for path, _ in each.files}


@lru_cache(maxsize=1)
def _of_process(found: Logstash) -> dict[str, set[str]]:
    """What is said of all pipelines, by the names of variables."""
    values: dict[str, set[str]] = {}
    for name, value in _process(found):
        values.setdefault(_variable(name), set()).add(value)
    return values


def _process(found: Logstash) -> Iterator[tuple[str, str]]:
    for source in found.context.sources("logstash-settings"):
        yield from ((name, _word(value)) for name, value, _ in flat(mapped(source.data)))
    for each in found.containers:
        yield from ((name, value) for name, (value, _) in each.environment.items())
        yield from _FLAG.findall(" ".join(each.command))


def _variable(name: str) -> str:
    """The variable of the container that stands for a setting."""
    return name.upper().replace(".", "_")


def _word(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
