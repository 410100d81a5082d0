"""Files read into documents, once; and which documents are of which kind."""

from __future__ import annotations

import fnmatch
import posixpath
import re
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import Any

from obsboot.model import Stack
from obsboot.render.logs.logged import store
from obsboot.sources.documents import MalformedError
from obsboot.sources.json import read_json, read_ndjson
from obsboot.sources.kinds import JSON, YAML, Form, Kind, hinted
from obsboot.sources.source import Source, Text
from obsboot.sources.yaml import read_documents

Broken = Mapping[str, MalformedError]
"""Why files cannot be read, by their paths."""

_FORMS: Mapping[str, Form] = {
    ".json": "json", ".ndjson": "saved-objects", ".yaml": "yaml", ".yml": "yaml", ".conf": "logstash",
    ".tmpl": "notification-template",
}  # fmt: skip
_READ: Mapping[Form, Callable[[str], list[Any]]] = {
    "yaml": read_documents,
    "json": lambda text: [read_json(text)],
    "saved-objects": lambda text: [read_ndjson(text)],
    "logstash": lambda text: [text],
    "exposition": lambda text: [text],
    "notification-template": lambda text: [text],
}
_FOREIGN = re.compile(
    r"^[ \t]*(?:-[ \t]*)?(?:[\w.-]+:[ \t]*)?\{\{[-~]?\s*(?!\s*\$(?:labels|value|externalLabels))|\{%[-+]?\s",
    re.MULTILINE,
)
"""What another tool fills in before anybody reads the file: Helm's actions, Jinja's statements."""


_HEAD = 65_536
_SIGNS: Mapping[str, Kind] = {
    '"panels"': "dashboard", '"dashboard.grafana.app/': "dashboard", '"index_patterns"': "index-template",
    '"processors"': "ingest-pipeline", '"phases"': "lifecycle",
}  # fmt: skip
"""What a JSON text that cannot be read would be; others of such words stand in files of all sorts."""


class Files:
    """The texts of files by path, and what stands in them."""

    def __init__(self, texts: Mapping[str, str], forms: Mapping[str, Form] | None = None) -> None:
        self.texts = texts
        self._forms = forms
        self._wholes: dict[str, Text] = {}
        self._documents: dict[str, list[Any] | MalformedError] = {}

    def form(self, path: str) -> Form | None:
        """How a file is written."""
        return _FORMS.get(posixpath.splitext(path)[1]) if self._forms is None else self._forms.get(path)

    def whole(self, path: str) -> Text:
        """The text of a file, with what is worked out from it."""
        if path not in self._wholes:
            self._wholes[path] = Text(self.texts[path])
        return self._wholes[path]

    def documents(self, path: str) -> list[Any]:
        """The documents of a file. Raises MalformedError."""
        if path not in self._documents:
            try:
                self._documents[path] = _READ[self.form(path) or "yaml"](self.texts[path])
            except MalformedError as error:
                self._documents[path] = error
        found = self._documents[path]
        if isinstance(found, MalformedError):
            raise found
        return found

    def sources(self, path: str) -> Iterator[Source]:
        """The documents with their places. Raises MalformedError."""
        return (Source(path, data, self.whole(path)) for data in self.documents(path))


class PackLayout:
    """A pack's files, whose places tell what they are."""

    def __init__(self, stack: Stack, files: Files) -> None:
        self.files = files
        self.directory = stack.directory.rstrip("/")
        self._places = _places(stack)

    def of(self, kind: Kind) -> tuple[tuple[Source, ...], Broken]:
        """The documents of a kind, and the files of the kind that cannot be read."""
        return _read(self.files, [path for glob in self._places.get(kind, ()) for path in self.paths(glob)])

    def paths(self, pattern: str) -> tuple[str, ...]:
        """The files that a glob inside the pack names; `*` crosses no slash."""
        wanted = posixpath.normpath(f"{self.directory}/{pattern}")
        depth = wanted.count("/")
        found = (p for p in self.files.texts if p.count("/") == depth and fnmatch.fnmatchcase(p, wanted))
        return tuple(sorted(found))


def _read(files: Files, paths: list[str]) -> tuple[tuple[Source, ...], Broken]:
    found: list[Source] = []
    broken: dict[str, MalformedError] = {}
    for path in paths:
        try:
            found.extend(files.sources(path))
        except MalformedError as error:
            broken[path] = error
    return tuple(found), broken


def _places(stack: Stack) -> Mapping[Kind, tuple[str, ...]]:
    own = stack.owns_stack
    objects = store(stack) if stack.values.get("logs", "none") != "none" else ""
    kept: Mapping[Kind, str] = {
        "index-template": "index-templates",
        "component-template": "component-templates",
        "ingest-pipeline": "pipelines",
        "lifecycle": "policies",
    }
    return {
        "prometheus": ("prometheus/prometheus.yml" if own else "prometheus/scrape.yaml",),
        "rules": ("prometheus/rules/*.y*ml", "prometheus/rules/local/*.y*ml"),
        "rule-tests": ("prometheus/tests/*.y*ml",),
        "alertmanager": ("alertmanager/alertmanager.yml" if own else "alertmanager/routes.yaml",),
        "dashboard": ("grafana/dashboards/*.json", "grafana/dashboards/local/*.json"),
        "datasources": ("grafana/provisioning/datasources/*.y*ml",),
        "providers": ("grafana/provisioning/dashboards/*.y*ml",),
        "compose": ("compose.yaml",),
        "filebeat": ("filebeat/filebeat.yml",),
        "logstash": ("logstash/pipeline/*.conf",),
        "logstash-pipelines": ("logstash/pipelines.yml",),
        "logstash-settings": ("logstash/logstash.yml",),
        "log-rule": ("elastalert/rules/*.y*ml",),
        "log-alerting": ("elastalert/config.yaml",),
        "saved-objects": ("*/*.ndjson",),
        "notification-template": ("alertmanager/templates/*.tmpl",),
        **({kind: (f"{objects}/{folder}/*.json",) for kind, folder in kept.items()} if objects else {}),
    }


class FolderLayout:
    """Any folder's files, whose content tells what they are."""

    def __init__(self, files: Files) -> None:
        self.files = files
        self.templated: set[str] = set()
        """Files that another tool fills in first: nobody can tell what they will say."""

    def of(self, kind: Kind) -> tuple[tuple[Source, ...], Broken]:
        """The documents of a kind, and the files that look like the kind and cannot be read."""
        found, broken = self._told
        return tuple(found.get(kind, ())), broken.get(kind, {})

    @cached_property
    def _told(self) -> tuple[dict[Kind, list[Source]], dict[Kind, dict[str, MalformedError]]]:
        found: dict[Kind, list[Source]] = {}
        broken: dict[Kind, dict[str, MalformedError]] = {}
        for path, text in self.files.texts.items():
            try:
                for source in self.files.sources(path):
                    if kind := self._kind(source):
                        found.setdefault(kind, []).append(source)
            except MalformedError as error:
                if _FOREIGN.search(text):
                    self.templated.add(path)
                elif kind := self._looks(path):
                    broken.setdefault(kind, {})[path] = error
        return found, broken

    def _kind(self, source: Source) -> Kind | None:
        how = self.files.form(source.path)
        if how in ("logstash", "exposition", "saved-objects", "notification-template"):
            return how
        told = YAML if how == "yaml" else JSON
        return next((kind for kind, fits in told.items() if fits(source.data)), None)

    def _looks(self, path: str) -> Kind | None:
        how, text = self.files.form(path), self.files.texts[path]
        if how == "saved-objects":
            return how
        if how == "yaml":
            return hinted(text[:_HEAD])
        return next((kind for sign, kind in _SIGNS.items() if sign in text), None) if how == "json" else None

    @property
    def broken(self) -> Mapping[str, tuple[Kind, MalformedError]]:
        """The files that cannot be read, with what they look like."""
        return {path: (kind, error) for kind, found in self._told[1].items() for path, error in found.items()}
