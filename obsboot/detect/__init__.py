"""What a repository tells by itself: files -> suggested answers, each with its evidence."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from obsboot.catalog import Catalogue
from obsboot.detect.clues import Hit, hits
from obsboot.detect.composefile import ComposeFile, ComposeService, compose_files
from obsboot.detect.evidence import (
    Conflict,
    Detection,
    Evidence,
    Found,
    Suggestion,
    Uncovered,
    distinct,
)
from obsboot.detect.identity import repository_url, service_name, team
from obsboot.detect.instances import instances, services_of, typed
from obsboot.detect.known import known, uncovered
from obsboot.detect.tree import Tree
from obsboot.model import Finding

__all__ = ["Conflict", "Detection", "Evidence", "Found", "Suggestion", "Uncovered", "detect"]


def detect(root: Path, catalogue: Catalogue) -> Detection:
    """Reads the repository at `root`: bounded, without executing anything, of `.env` files only the keys.

    What cannot be read becomes a finding. Raises CatalogueError where the catalogue's own lists are wrong.
    """
    tree, findings = Tree(root, _generated(root)), list[Finding]()
    compose = compose_files(tree, findings)
    services = tuple(service for file in compose for service in file.services)
    met = {c.id: found for c in catalogue.components.values() if (found := hits(c.clues, tree, services))}
    seen = [found for name, own in met.items() for found in instances(catalogue.components[name], own, services)]
    entries = known(catalogue)
    missing = uncovered(entries, tree, services, [s for own in met.values() for s in services_of(own)])
    rivals = {name: missing[name] for name in missing if name in entries and entries[name].kind == "service"}
    return Detection(
        instances=_numbered(seen),
        values=_values(tree, compose, catalogue, met),
        uncovered=tuple(missing.values()),
        findings=tuple(findings),
        rivals=_rivals(seen, rivals, catalogue),
        files=len(tree.paths),
    )


def _generated(root: Path) -> frozenset[str]:
    """The pack's own files say nothing about the service."""
    try:
        manifest = json.loads((root / ".obsboot" / "manifest.json").read_text(encoding="utf-8"))
        return frozenset(manifest["files"])
    except (OSError, ValueError, KeyError, TypeError):
        return frozenset()


def _numbered(seen: list[Found]) -> dict[str, Found]:
    """Two of one name (compose files in different folders) are told apart by a number."""
    named: dict[str, Found] = {}
    for found in seen:
        name, number = found.id, 2
        while name in named:
            name, number = f"{found.id}-{number}", number + 1
        named[name] = (
            found if name == found.id else Found(name, found.component, found.evidence, found.answers, found.sure)
        )
    return named


def _values(
    tree: Tree, compose: tuple[ComposeFile, ...], catalogue: Catalogue, met: Mapping[str, tuple[Hit, ...]]
) -> dict[str, tuple[Suggestion, ...]]:
    """Suggested answers of the pack: who it is, its network, and what clues say of the pack's own questions."""
    said: dict[str, list[Suggestion]] = {}
    for name, one in (
        ("service", service_name(tree, compose)),
        ("team", team(tree)),
        ("runbook_base", repository_url(tree)),
    ):
        if one:
            said[name] = [one]
    used = list(dict.fromkeys(s for own in met.values() for s in services_of(own)))
    said["network"] = _network(used)
    said["replicas"] = [
        Suggestion(s.replicas, s.at(s.replicas_line, "its replicas in the compose file"))
        for s in used
        if s.replicas and s.build is not None
    ]
    for name, own in met.items():
        for hit in own:
            for key, text in hit.groups.items():
                if key in catalogue.questions and key not in catalogue.components[name].questions:
                    said.setdefault(key, []).append(
                        Suggestion(typed(text, catalogue.questions[key]), hit.evidence, hit.sure)
                    )
    return {key: distinct(options) for key, options in said.items() if options and key in catalogue.questions}


def _network(used: list[ComposeService]) -> list[Suggestion]:
    """The network that all of the stack's services share; where none is, each that one of them is in."""
    if not used:
        return []
    joined = [set(s.networks) for s in used if s.networks]
    shared = set.intersection(*joined) if joined else set()
    names = sorted(shared, key=lambda name: (not name.endswith("_default"), name))[:1]
    names = names or list(dict.fromkeys(name for s in used for name in s.networks[:1]))
    first = {name: next(s for s in used if name in s.networks) for name in names}
    return [Suggestion(name, s.at(s.line, "the network of its compose service")) for name, s in first.items()]


def _rivals(seen: list[Found], others: Mapping[str, Uncovered], catalogue: Catalogue) -> tuple[Conflict, ...]:
    """Frameworks: the pack watches one service, so only one of them can be meant."""
    frameworks = [f for f in seen if catalogue.components[f.component].kind == "service" and f.sure]
    options = [Suggestion(f.id, f.evidence[0]) for f in frameworks]
    options += [Suggestion(name, other.evidence) for name, other in others.items()] if frameworks else []
    if len(options) < 2:
        return ()
    return (Conflict("framework", tuple(options), f"--set {options[-1].value}.component=none"),)
