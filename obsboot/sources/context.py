"""What checks may ask: the files of a pack or of any other folder, read once, with their places."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from obsboot.model import Pack, Unread
from obsboot.promql import PromqlError
from obsboot.promql.provenance import Study, study
from obsboot.sources import boards, configs, rulefiles, savedobjects, watching
from obsboot.sources.boards import Board
from obsboot.sources.documents import listed, mapped
from obsboot.sources.errors import NotApplicableError
from obsboot.sources.evidence import evidence
from obsboot.sources.folder import Folder
from obsboot.sources.logfiles import LogFiles
from obsboot.sources.queries import Query
from obsboot.sources.routing import Routing
from obsboot.sources.rulefiles import Group, Rule, RuleTest
from obsboot.sources.savedobjects import Saved
from obsboot.sources.series import Series
from obsboot.sources.subject import Collected, Subject
from obsboot.sources.watching import LogRule, Told

__all__ = ["Context", "listed", "mapped"]


class Context(Subject):
    """All that checks ask of a pack, or of a folder of files that obsboot did not write."""

    def __init__(self, subject: Pack | Folder) -> None:
        super().__init__(subject)
        self._studies: dict[str, Study | None] = {}

    # Rules

    @property
    def groups(self) -> tuple[Group, ...]:
        """All groups of rules, the user's own in `rules/local/` included."""
        return self.each(self._groups)

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
        return self.each(self._log_rules)

    @property
    def told(self) -> tuple[Told, ...]:
        """Every alert that Alertmanager may get, whoever finds it out."""
        return (
            *(watching.told_by(rule, self.study, self.external) for rule in self.alerts),
            *(watching.told(rule) for rule in self.log_rules if not self.foreign or watching.to_alertmanager(rule)),
        )

    @property
    def tests(self) -> tuple[RuleTest, ...]:
        """The rule tests, one for each alert that is asked for."""
        return self.each(self._tests)

    @cached_property
    def _groups(self) -> Collected[Group]:
        return self.collect("rules", rulefiles.groups)

    @cached_property
    def _log_rules(self) -> Collected[LogRule]:
        return self.collect("log-rule", watching.log_rule)

    @cached_property
    def _tests(self) -> Collected[RuleTest]:
        return self.collect("rule-tests", rulefiles.tests)

    # Dashboards, saved objects, logs

    @property
    def boards(self) -> tuple[Board, ...]:
        return self.each(self._boards)

    @cached_property
    def _boards(self) -> Collected[Board]:
        return self.collect("dashboard", boards.board)

    @property
    def saved(self) -> tuple[Saved, ...]:
        """The saved objects of the log store's own front end."""
        return self.each(self._saved)

    @cached_property
    def _saved(self) -> Collected[Saved]:
        return self.collect("saved-objects", savedobjects.saved)

    @cached_property
    def logs(self) -> LogFiles:
        return LogFiles(self)

    # Configuration

    @property
    def routings(self) -> tuple[Routing, ...]:
        """Every configuration of Alertmanager. Raises CannotCheckError where a pack lacks its own, and
        NotApplicableError where another folder has none.
        """
        if not self.foreign:
            self.mapping("alertmanager/alertmanager.yml" if self.stack.owns_stack else "alertmanager/routes.yaml")
        if not self.sources("alertmanager") and not self.unseen:
            raise NotApplicableError("the folder has no configuration of Alertmanager")
        return self._routings

    @cached_property
    def _routings(self) -> tuple[Routing, ...]:
        fragment = not self.foreign and not self.stack.owns_stack
        found = self.layout.of("alertmanager")[0]
        return tuple(Routing(each.path, mapped(each.data), fragment) for each in found)

    @cached_property
    def external(self) -> frozenset[str]:
        """The labels that Prometheus adds to all that it tells others."""
        usual = (mapped(mapped(each.data).get("global")) for each in self.layout.of("prometheus")[0])
        return frozenset(name for each in usual for name in mapped(each.get("external_labels")))

    @cached_property
    def interval(self) -> float:
        """Seconds between scrapes where no configuration says so; Prometheus' own default is a minute."""
        return 60.0 if self.foreign else float(self.stack.values.get("scrape_interval_seconds", 15))

    @cached_property
    def jobs(self) -> dict[str, configs.Job]:
        """The scrape jobs by name; none where no configuration can be read."""
        found = self.layout.of("prometheus")[0]
        return {name: job for source in found for name, job in configs.jobs(source, self.interval).items()}

    # Expressions

    @cached_property
    def series(self) -> Series:
        rules = [rule for group in self._groups[0] for rule in group.rules]
        return Series(None if self.foreign else self.stack, self.jobs, rules, evidence(self))

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
        if found is None and not (
            self.foreign and query.dialect
        ):  # of what is another program's, the check of syntax tells
            self.unseen.add(Unread(query.path, query.line(), "does not parse"))
        return found

    @property
    def beside(self) -> Iterator[Query]:
        """What dashboards ask for their marks and for the values of their variables."""
        for board in self.boards:
            yield from board.annotations
            yield from (variable.query for variable in board.variables if variable.query)

    @property
    def studies(self) -> Iterator[tuple[Query, Study]]:
        for query in (*self.queries, *self.beside):
            found = self.study(query)
            if found is not None:
                yield query, found
