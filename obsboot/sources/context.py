"""What checks may ask: the files of a pack or of any other folder, read once, with their places."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator
from functools import cached_property
from typing import Any, TypeVar

from obsboot.model import Instance, Pack, Stack
from obsboot.promql import PromqlError
from obsboot.promql.provenance import Study, study
from obsboot.sources import boards, configs, rulefiles, savedobjects, watching
from obsboot.sources.boards import Board
from obsboot.sources.documents import MalformedError, Mapped, listed, mapped
from obsboot.sources.errors import CannotCheckError, NotApplicableError
from obsboot.sources.folder import Folder
from obsboot.sources.kinds import Kind
from obsboot.sources.logfiles import LogFiles
from obsboot.sources.queries import Query
from obsboot.sources.reading import Broken, Files, FolderLayout, PackLayout
from obsboot.sources.rulefiles import Group, Rule, RuleTest
from obsboot.sources.savedobjects import Saved
from obsboot.sources.series import Series
from obsboot.sources.source import Source
from obsboot.sources.watching import LogRule, Told

__all__ = ["Context", "listed", "mapped"]

Found = TypeVar("Found")
Collected = tuple[tuple[Found, ...], Broken]


class Context:
    """One pack, or one folder of files that obsboot did not write. Everything is read when it is first asked for, and kept.

    `unseen` collects what a check asked for and could not read; the runner clears it between checks.
    """

    def __init__(self, subject: Pack | Folder) -> None:
        self.subject = subject
        self.unseen: set[str] = set()
        self._studies: dict[str, Study | None] = {}
        if isinstance(subject, Pack):
            self.files = Files(subject.files)
            self.layout: PackLayout | FolderLayout = PackLayout(subject.stack, self.files)
            self.directory = subject.stack.directory.rstrip("/")
        else:
            self.files = Files(subject.files, subject.forms)
            self.layout = FolderLayout(self.files)
            self.directory = "."

    # The pack, where it is one

    @property
    def foreign(self) -> bool:
        """Whether the files are no pack of obsboot's, so that nobody has answered what the stack is."""
        return isinstance(self.subject, Folder)

    @property
    def pack(self) -> Pack:
        """Raises NotApplicableError where the files are none."""
        if not isinstance(self.subject, Pack):
            raise NotApplicableError("it asks for the answers of a pack, and this folder is none")
        return self.subject

    @property
    def stack(self) -> Stack:
        """Raises NotApplicableError where the files are no pack."""
        return self.pack.stack

    def own_stack(self, what: str) -> None:
        """Raises NotApplicableError in files-only mode, where the pack has no `what`."""
        if not self.stack.owns_stack:
            raise NotApplicableError(f"a files-only pack has no {what}")

    # Files

    def path(self, name: str) -> str:
        """The path from the root of a file that is named inside the pack."""
        return posixpath.normpath(f"{self.directory}/{name}")

    def has(self, name: str) -> bool:
        return self.path(name) in self.files.texts

    def paths(self, pattern: str) -> tuple[str, ...]:
        """The pack's files that a glob inside the pack names; `*` crosses no slash. None in a folder that is no pack."""
        return self.layout.paths(pattern) if isinstance(self.layout, PackLayout) else ()

    def exists(self, path: str) -> bool:
        """Whether there is a file or a folder at a path from the root."""
        if isinstance(self.subject, Folder):
            return path in self.subject.exists
        return any(each == path or each.startswith(f"{path}/") for each in self.files.texts)

    def text(self, name: str) -> str:
        """Raises CannotCheckError where the pack lacks the file."""
        try:
            return self.files.texts[self.path(name)]
        except KeyError:
            raise CannotCheckError(f"{self.path(name)} is missing") from None

    def document(self, path: str) -> Any:
        """The data of a file's first document, by its path from the root. Raises MalformedError."""
        found = self.files.documents(path)
        return found[0] if found else None

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
            self.unseen.add(_unread(path, error))
            return None

    def line(self, path: str, *way: str | int) -> int:
        """The line of a way through a JSON file, or of the nearest part of it that is there."""
        return Source(path, None, self.files.whole(path)).line(*way)

    def sources(self, kind: Kind) -> tuple[Source, ...]:
        """All documents of a kind; those that cannot be read are noted in `unseen`."""
        return self._each(self.layout.of(kind))

    # Rules

    @property
    def groups(self) -> tuple[Group, ...]:
        """All groups of rules, the user's own in `rules/local/` included."""
        return self._each(self._groups)

    @property
    def rules(self) -> tuple[Rule, ...]:
        return tuple(rule for group in self.groups for rule in group.rules)

    @property
    def alerts(self) -> tuple[Rule, ...]:
        return tuple(rule for rule in self.rules if rule.kind == "alert")

    @property
    def records(self) -> tuple[Rule, ...]:
        return tuple(rule for rule in self.rules if rule.kind == "record")

    @property
    def log_rules(self) -> tuple[LogRule, ...]:
        """The rules of ElastAlert; none where there are no logs."""
        return self._each(self._log_rules)

    @property
    def told(self) -> tuple[Told, ...]:
        """Every alert that Alertmanager may get, whoever finds it out."""
        return (*(watching.told_by(rule, self.study) for rule in self.alerts), *map(watching.told, self.log_rules))

    @property
    def tests(self) -> tuple[RuleTest, ...]:
        """The rule tests, one for each alert that is asked for."""
        return self._each(self._tests)

    @cached_property
    def _groups(self) -> Collected[Group]:
        return self._collect("rules", rulefiles.groups)

    @cached_property
    def _log_rules(self) -> Collected[LogRule]:
        return self._collect("log-rule", watching.log_rule)

    @cached_property
    def _tests(self) -> Collected[RuleTest]:
        return self._collect("rule-tests", rulefiles.tests)

    # Dashboards, saved objects, logs

    @property
    def boards(self) -> tuple[Board, ...]:
        return self._each(self._boards)

    @cached_property
    def _boards(self) -> Collected[Board]:
        return self._collect("dashboard", boards.board)

    @property
    def saved(self) -> tuple[Saved, ...]:
        """The saved objects of the log store's own front end."""
        return self._each(self._saved)

    @cached_property
    def _saved(self) -> Collected[Saved]:
        return self._collect("saved-objects", savedobjects.saved)

    @cached_property
    def logs(self) -> LogFiles:
        return LogFiles(self)

    # Configuration of a pack

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
    def interval(self) -> float:
        """Seconds between scrapes where no configuration says so; Prometheus' own default is a minute."""
        return 60.0 if self.foreign else float(self.stack.values.get("scrape_interval_seconds", 15))

    @cached_property
    def jobs(self) -> dict[str, configs.Job]:
        """The scrape jobs by name; none where no configuration can be read."""
        found = self.layout.of("prometheus")[0]
        return {name: job for source in found for name, job in configs.jobs(source, self.interval).items()}

    def instance_of(self, path: str) -> Instance | None:
        """The instance of the pack that a generated rule file or dashboard is about."""
        stem = posixpath.basename(path).rpartition(".")[0]
        instances = () if self.foreign else self.stack.instances
        return next((each for each in instances if each.id == stem), None)

    # Expressions

    @cached_property
    def series(self) -> Series:
        rules = [rule for group in self._groups[0] for rule in group.rules]
        return Series(None if self.foreign else self.stack, self.jobs, rules)

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

    def _collect(self, kind: Kind, read: Callable[[Source], Iterator[Found]]) -> Collected[Found]:
        sources, unread = self.layout.of(kind)
        broken = dict(unread)
        found: list[Found] = []
        for source in sources:
            try:
                found.extend(read(source))
            except MalformedError as error:
                broken[source.path] = error
        return tuple(found), broken

    def _each(self, collected: Collected[Found]) -> tuple[Found, ...]:
        self.unseen.update(_unread(path, error) for path, error in collected[1].items())
        return collected[0]


def _unread(path: str, error: MalformedError) -> str:
    return f"{path}:{error.line} cannot be read: {error}"
