"""What the checks look at: the files of a pack, read once, with their lines."""

from __future__ import annotations

import fnmatch
import posixpath
from collections.abc import Callable, Iterator
from functools import cached_property
from typing import Any

from obsboot.checks import boards, configs, documents, rulefiles, savedobjects, watching
from obsboot.checks.base import CannotCheckError, NotApplicableError
from obsboot.checks.boards import Board
from obsboot.checks.documents import MalformedError, Mapped, Way
from obsboot.checks.logfiles import LogFiles
from obsboot.checks.queries import Query
from obsboot.checks.rulefiles import Rule, RuleTest
from obsboot.checks.savedobjects import Saved
from obsboot.checks.series import Series
from obsboot.checks.watching import LogRule, Told
from obsboot.model import Instance, Pack, Stack
from obsboot.promql import PromqlError
from obsboot.promql.provenance import Study, study

_READERS: dict[str, Callable[[str], Any]] = {".json": documents.read_json, ".ndjson": documents.read_ndjson}


class Context:
    """One pack under check. Everything is read when it is first asked for, and kept.

    `unseen` collects what a check asked for and could not read; the runner clears it between checks.
    """

    def __init__(self, pack: Pack) -> None:
        self.pack = pack
        self.stack: Stack = pack.stack
        self.directory = pack.stack.directory.rstrip("/")
        self.unseen: set[str] = set()
        self._documents: dict[str, Any] = {}
        self._lines: dict[str, dict[Way, int]] = {}
        self._studies: dict[str, Study | None] = {}

    # Files

    def path(self, name: str) -> str:
        """The path from the repository's root of a file that is named inside the pack."""
        return posixpath.normpath(f"{self.directory}/{name}")

    def has(self, name: str) -> bool:
        return self.path(name) in self.pack.files

    def paths(self, pattern: str) -> tuple[str, ...]:
        """The pack's files that a glob inside the pack names; `*` crosses no slash."""
        wanted = self.path(pattern)
        depth = wanted.count("/")
        found = (p for p in self.pack.files if p.count("/") == depth and fnmatch.fnmatchcase(p, wanted))
        return tuple(sorted(found))

    def text(self, name: str) -> str:
        """Raises CannotCheckError where the pack lacks the file."""
        try:
            return self.pack.files[self.path(name)]
        except KeyError:
            raise CannotCheckError(f"{self.path(name)} is missing") from None

    def document(self, path: str) -> Any:
        """The data of a YAML or JSON file of the pack, by its path from the root. Raises MalformedError."""
        if path not in self._documents:
            read = _READERS.get(posixpath.splitext(path)[1], documents.read_yaml)
            try:
                self._documents[path] = read(self.pack.files[path])
            except MalformedError as error:
                self._documents[path] = error
        found = self._documents[path]
        if isinstance(found, MalformedError):
            raise found
        return found

    def mapping(self, name: str) -> Mapped:
        """The mapping that a YAML file of the pack is. Raises CannotCheckError."""
        self.text(name)
        found = self.readable(self.path(name))
        if not isinstance(found, Mapped):
            raise CannotCheckError(f"{self.path(name)} does not hold a mapping")
        return found

    def readable(self, path: str) -> Any:
        """The data of a file, or None and a note in `unseen` where it cannot be read."""
        try:
            return self.document(path)
        except MalformedError as error:
            self.unseen.add(f"{path}:{error.line} cannot be read: {error}")
            return None

    def line(self, path: str, *way: str | int) -> int:
        """The line of a way through a JSON file of the pack, or of the nearest part of it that is there."""
        if path not in self._lines:
            self._lines[path] = documents.json_lines(self.pack.files[path])
        return documents.nearest(self._lines[path], way)

    def own_stack(self, what: str) -> None:
        """Raises NotApplicableError in files-only mode, where the pack has no `what`."""
        if not self.stack.owns_stack:
            raise NotApplicableError(f"a files-only pack has no {what}")

    # Rules

    @property
    def rules(self) -> tuple[Rule, ...]:
        """All recording and alert rules, the user's own in `rules/local/` included."""
        return self._each(self._rules)

    @property
    def alerts(self) -> tuple[Rule, ...]:
        return tuple(rule for rule in self.rules if rule.kind == "alert")

    @property
    def records(self) -> tuple[Rule, ...]:
        return tuple(rule for rule in self.rules if rule.kind == "record")

    @property
    def log_rules(self) -> tuple[LogRule, ...]:
        """The rules of ElastAlert; none where the pack keeps no logs."""
        return self._each(self._log_rules)

    @property
    def told(self) -> tuple[Told, ...]:
        """Every alert that Alertmanager may get, whoever finds it out."""
        return (*(self._told(rule) for rule in self.alerts), *map(watching.told, self.log_rules))

    def _told(self, rule: Rule) -> Told:
        labels = {**{name: str(value) for name, value in rule.labels.items()}, "alertname": rule.name}

        def may_have(label: str) -> bool:
            study = None if label in labels else self.study(rule.query)
            return study is None or study.shape.labels.may_have(label)

        return Told(rule.name, rule.path, rule.line, rule.query.owner, labels, rule.annotations, may_have)

    @property
    def tests(self) -> tuple[RuleTest, ...]:
        """The rule tests, one for each alert that is asked for."""
        return self._each(self._tests)

    @cached_property
    def rule_paths(self) -> tuple[str, ...]:
        names = ("prometheus/rules/*.y*ml", "prometheus/rules/local/*.y*ml")
        return tuple(path for name in names for path in self.paths(name))

    @cached_property
    def _rules(self) -> tuple[dict[str, str], tuple[Rule, ...]]:
        return self._collect(self.rule_paths, rulefiles.rules)

    @cached_property
    def _log_rules(self) -> tuple[dict[str, str], tuple[LogRule, ...]]:
        return self._collect(self.paths("elastalert/rules/*.y*ml"), watching.log_rule)

    @cached_property
    def _tests(self) -> tuple[dict[str, str], tuple[RuleTest, ...]]:
        return self._collect(self.paths("prometheus/tests/*.y*ml"), rulefiles.tests)

    # Dashboards

    @property
    def boards(self) -> tuple[Board, ...]:
        return self._each(self._boards)

    @cached_property
    def _boards(self) -> tuple[dict[str, str], tuple[Board, ...]]:
        paths = [*self.paths("grafana/dashboards/*.json"), *self.paths("grafana/dashboards/local/*.json")]
        return self._collect(tuple(paths), lambda path, data: boards.board(path, data, self.pack.files[path]))

    # Logs

    @cached_property
    def logs(self) -> LogFiles:
        return LogFiles(self)

    @property
    def saved(self) -> tuple[Saved, ...]:
        """The saved objects of the store's own front end."""
        return self._each(self._saved)

    @cached_property
    def _saved(self) -> tuple[dict[str, str], tuple[Saved, ...]]:
        return self._collect(self.paths("*/*.ndjson"), savedobjects.saved)

    # Configuration

    @property
    def scrape_name(self) -> str:
        return "prometheus/prometheus.yml" if self.stack.owns_stack else "prometheus/scrape.yaml"

    @property
    def scrape(self) -> Mapped:
        """The scrape configuration, whole or a fragment. Raises CannotCheckError."""
        return self.mapping(self.scrape_name)

    @property
    def routing_name(self) -> str:
        return "alertmanager/alertmanager.yml" if self.stack.owns_stack else "alertmanager/routes.yaml"

    @property
    def routing(self) -> Mapped:
        """Alertmanager's configuration, whole or a fragment. Raises CannotCheckError."""
        return self.mapping(self.routing_name)

    @property
    def services(self) -> Mapped:
        """The services of compose.yaml. Raises CannotCheckError, or NotApplicableError in files-only mode."""
        self.own_stack("compose.yaml")
        services = self.mapping("compose.yaml").get("services")
        if not isinstance(services, Mapped):
            raise CannotCheckError(f"{self.path('compose.yaml')} has no services")
        return services

    @cached_property
    def jobs(self) -> dict[str, configs.Job]:
        """The scrape jobs by name; none where the configuration cannot be read."""
        data = self.readable(self.path(self.scrape_name)) if self.has(self.scrape_name) else None
        return configs.jobs(data, float(self.stack.values.get("scrape_interval_seconds", 15)))

    def instance_of(self, path: str) -> Instance | None:
        """The instance that a generated rule file or dashboard is about."""
        stem = posixpath.basename(path).rpartition(".")[0]
        return next((each for each in self.stack.instances if each.id == stem), None)

    # Expressions

    @cached_property
    def series(self) -> Series:
        return Series(self.stack, self.jobs, self._rules[1])

    @property
    def queries(self) -> Iterator[Query]:
        """Every expression of rules and panels."""
        yield from (rule.query for rule in self.rules)
        yield from (query for board in self.boards for panel in board.panels for query in panel.queries)

    def study(self, query: Query) -> Study | None:
        """What is known of an expression; None, and a note in `unseen`, where it does not parse."""
        if query.text not in self._studies:
            try:
                self._studies[query.text] = study(query.text, self.series.shape)
            except PromqlError:
                self._studies[query.text] = None
        found = self._studies[query.text]
        if found is None:
            self.unseen.add(f"{query.path}:{query.line()} does not parse")
        return found

    @property
    def studies(self) -> Iterator[tuple[Query, Study]]:
        for query in self.queries:
            found = self.study(query)
            if found is not None:
                yield query, found

    # Collections: what cannot be read is noted anew for each check that asks

    def _collect(self, paths: tuple[str, ...], read: Any) -> tuple[dict[str, str], tuple[Any, ...]]:
        broken: dict[str, str] = {}
        found: list[Any] = []
        for path in paths:
            try:
                found.extend(read(path, self.document(path)))
            except MalformedError as error:
                broken[path] = f"{path}:{error.line} cannot be read: {error}"
        return broken, tuple(found)

    def _each(self, collected: tuple[dict[str, str], tuple[Any, ...]]) -> tuple[Any, ...]:
        self.unseen.update(collected[0].values())
        return collected[1]


listed, mapped = documents.listed, documents.mapped
