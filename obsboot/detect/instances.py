"""Hits become instances: which there are, what they are called, where they answer."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from obsboot.detect.clues import Hit
from obsboot.detect.composefile import ComposeService
from obsboot.detect.evidence import Found, Suggestion, distinct
from obsboot.detect.identity import identifier
from obsboot.model import Component, Question

OF_INSTANCE = ("role", "address", "version")


@dataclass(slots=True)
class _Use:
    """One instance in the making."""

    component: Component
    service: ComposeService | None
    hits: list[Hit] = field(default_factory=list)


def instances(component: Component, hits: tuple[Hit, ...], services: tuple[ComposeService, ...]) -> list[Found]:
    """The uses of a component: a server once for each compose service that runs it, everything else once."""
    uses = _uses(component, hits)
    if component.kind == "service":
        for use in uses:
            use.service = use.service or _built_here(use, services)
    several = len(uses) > 1
    return [_found(use, _name(use, several)) for use in uses]


def _uses(component: Component, hits: tuple[Hit, ...]) -> list[_Use]:
    uses: dict[object, _Use] = {}
    for hit in hits:
        if hit.sure and hit.service:
            uses.setdefault(_key(component, hit), _Use(component, hit.service)).hits.append(hit)
    for hit in hits:
        if not (hit.sure and hit.service):
            own = uses.get(_key(component, hit)) if hit.service else None
            for use in [own] if own else list(uses.values()) or [uses.setdefault(None, _Use(component, None))]:
                use.hits.append(hit)
    return list(uses.values())


def _key(component: Component, hit: Hit) -> object:
    """What tells the instances of a component apart: for servers the compose service that runs each."""
    return (hit.service.folder, hit.service.name) if hit.service and component.kind == "server" else None


def _built_here(use: _Use, services: tuple[ComposeService, ...]) -> ComposeService | None:
    """The compose service that is built from the folder with the evidence: the deepest, and one with a port."""
    paths = [hit.evidence.path for hit in use.hits]
    near = [s for s in services if s.build is not None and any(_holds(s.build, path) for path in paths)]
    near.sort(key=lambda s: (not s.ports, -len(s.build or ""), s.path, s.line))
    return near[0] if near else None


def _holds(folder: str, path: str) -> bool:
    return not folder or path.startswith(f"{folder}/")


def _name(use: _Use, several: bool) -> str:
    """The component's own name; where there are several, the name of the compose service."""
    if several and use.service:
        return identifier(use.service.name) or use.component.id
    return use.component.id


def _found(use: _Use, name: str) -> Found:
    answers: dict[str, list[Suggestion]] = {}
    for key, suggestion in _said(use):
        answers.setdefault(key, []).append(suggestion)
    return Found(
        id=name,
        component=use.component.id,
        evidence=tuple(sorted({hit.evidence for hit in use.hits}, key=lambda e: (e.why, e.path, e.line))),
        answers={key: distinct(options) for key, options in answers.items()},
        sure=any(hit.sure for hit in use.hits),
    )


def _said(use: _Use) -> Iterator[tuple[str, Suggestion]]:
    if use.service and use.component.kind in ("server", "service"):
        ports = [hit.groups["port"] for hit in use.hits if "port" in hit.groups]
        if port := ports[0] if ports else _port(use.component, use.service):
            where = use.service.at(use.service.line, "its name and port in the compose network")
            yield "address", Suggestion(f"{use.service.name}:{port}", where)
        if role := _role(use.component, use.service):
            yield "role", Suggestion(role, use.service.at(use.service.line, "the compose service's name"))
    for hit in use.hits:
        for name, text in hit.groups.items():
            if name in OF_INSTANCE or name in use.component.questions:
                yield name, Suggestion(typed(text, use.component.questions.get(name)), hit.evidence, hit.sure)


def _port(component: Component, service: ComposeService) -> int:
    if component.port in service.ports or not service.ports:
        return component.port
    return service.ports[0]


def _role(component: Component, service: ComposeService) -> str:
    words = re.split(r"[^a-z0-9]+", service.name.lower())
    return next((role for role in component.roles if role in words), "")


def typed(text: str, question: Question | None) -> str | int | float:
    """The text of a clue's group as its question wants it; text where it cannot be that."""
    kind = question.type if question else "text"
    try:
        if kind == "integer":
            return int(text.replace("_", ""))
        return float(text) if kind in ("number", "ratio", "seconds") else text
    except ValueError:
        return text


def services_of(found: Iterable[Hit]) -> list[ComposeService]:
    """The compose services that the hits speak of, each once."""
    return list(dict.fromkeys(hit.service for hit in found if hit.service))
