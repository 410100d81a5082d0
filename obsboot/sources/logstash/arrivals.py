"""Sample lines on their way: which grok filters surely get them, and what these make of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from obsboot.logs.syntax import Branch, Configuration, Plugin, Statement
from obsboot.sources.logstash.backtracking import hostile
from obsboot.sources.logstash.effects import effects
from obsboot.sources.logstash.grok import CircleError
from obsboot.sources.logstash.oniguruma import UntoldError
from obsboot.sources.logstash.pipelines import Logstash, Pipeline
from obsboot.sources.logstash.samples import Shipped, commented, shipped
from obsboot.sources.logstash.takings import Taking, Word, takings
from obsboot.sources.logstash.trying import Match, tried
from obsboot.sources.pipelines import holds, reached, setting

_MOST = 400
"""Questions that are tried; the rest of a huge folder goes without."""


@dataclass(frozen=True, slots=True)
class Tried:
    """One sample line on one grok filter: the pattern that fits it first and its match, None where none does.

    `after` are the filters that the line surely reaches behind it; `only` is whether no other grok gets the line.
    """

    taking: Taking
    sample: Shipped
    line: str
    pattern: Word | None
    match: Match | None
    after: tuple[Plugin, ...]
    only: bool


@dataclass(frozen=True, slots=True)
class _Meeting:
    taking: Taking
    sample: Shipped
    after: tuple[Plugin, ...]
    only: bool


@lru_cache(maxsize=1)
def trials(found: Logstash) -> tuple[Tried, ...]:
    """Every sample line of the folder on every grok filter that it surely reaches as it came."""
    meetings = [*_in_comments(found), *_on_their_way(found)]
    ready = {id(each.taking): _expressions(each.taking) for each in meetings}
    asked = [
        (expression, line)
        for each in meetings
        for line in each.sample.lines
        for expression in ready[id(each.taking)] or ()
    ][:_MOST]
    answers = dict(zip(asked, tried(asked), strict=False))
    return tuple(_tried(meetings, ready, answers))


def _tried(
    meetings: Iterable[_Meeting],
    ready: Mapping[int, list[str] | None],
    answers: Mapping[tuple[str, str], Match | None],
) -> Iterator[Tried]:
    for each in meetings:
        expressions = ready[id(each.taking)] or []
        for line in each.sample.lines:
            questions = [(expression, line) for expression in expressions]
            if not questions or any(question not in answers for question in questions):
                continue
            fitting = [(word, m) for word, q in zip(each.taking.patterns, questions, strict=True) if (m := answers[q])]
            word, match = fitting[0] if fitting else (None, None)
            yield Tried(each.taking, each.sample, line, word, match, each.after, each.only)


def _expressions(taking: Taking) -> list[str] | None:
    """The patterns as Python reads them; None where it cannot say one of them, or one never ends."""
    found = []
    try:
        for word in taking.patterns:
            whole = taking.definitions.library.expanded(str(word.value))
            if whole is None:
                return None
            found.append(whole)
    except (UntoldError, CircleError):
        return None
    return None if any(hostile(found)) else found


def _in_comments(found: Logstash) -> Iterator[_Meeting]:
    """A sample belongs to the filter that it stands in, or to the next one below it."""
    by_plugin = {id(each.used.plugin): each for each in takings(found) if each.alone}
    for path, configuration in found.configurations.items():
        if isinstance(configuration, Configuration):
            plugins = sorted((u.plugin for u in found.plugins if u.path == path), key=lambda one: one.at.line)
            for comment, line in commented(configuration):
                inside = [p for p in plugins if p.at.line <= comment.at.line <= _last(p)]
                below = [p for p in plugins if p.at.line > comment.at.line]
                owner = (inside[-1:] or below[:1])[0] if inside or below else None
                if taking := by_plugin.get(id(owner)):
                    bodies = [section.body for section in configuration.sections]
                    after = next(
                        (rest for body in bodies if (rest := _behind(body, taking.used.plugin)) is not None), ()
                    )
                    yield _Meeting(taking, Shipped(path, (line,)), tuple(after), only=True)


def _behind(body: Iterable[Statement], plugin: Plugin) -> list[Plugin] | None:
    """The filters behind one that every entry comes to which comes to it; None where the body does not hold it."""
    found: list[Plugin] | None = None
    for each in body:
        if each is plugin:
            found = []
        elif found is not None and isinstance(each, Plugin):
            found.append(each)
        elif isinstance(each, Branch) and found is None:
            inner = [rest for arm in each.arms if (rest := _behind(arm.body, plugin)) is not None]
            found = inner[0] if inner else None
    return found


def _last(plugin: Plugin) -> int:
    return max((each.value.at.line for each in plugin.settings), default=plugin.at.line)


def _on_their_way(found: Logstash) -> Iterator[_Meeting]:
    by_plugin = {id(each.used.plugin): each for each in takings(found) if each.alone and each.field == "[message]"}
    if not by_plugin:
        return
    for sample in shipped(found):
        for pipeline in found.pipelines:
            if any(each.plugin.name == sample.source for each in pipeline.inputs):
                yield from _met(pipeline, sample, by_plugin)


def _met(pipeline: Pipeline, sample: Shipped, by_plugin: Mapping[int, Taking]) -> Iterator[_Meeting]:
    bodies = [section.body for _, section in pipeline.sections("filter")]
    maybe = {id(plugin) for body in bodies for plugin in reached(body, sample.known)}
    groks = [key for key in maybe if key in by_plugin]
    known = dict(sample.known)
    sure = [plugin for body in bodies for plugin in _surely(body, known)]
    for number, plugin in enumerate(sure):
        if taking := by_plugin.get(id(plugin)):
            yield _Meeting(taking, sample, tuple(sure[number + 1 :]), len(groks) == 1)
        if _alters(plugin):
            return


def _surely(body: Iterable[Statement], known: dict[str, str]) -> Iterator[Plugin]:
    """The filters that an entry surely comes through; what they change is no longer known."""
    for each in body:
        if isinstance(each, Plugin):
            yield each
            found = effects(each)
            for name in [
                n for n in known if found.opaque or n in {p.field for p in found.puts} | dict(found.removes).keys()
            ]:
                del known[name]
        elif arm := _taken(each, known):
            yield from _surely(arm, known)


def _taken(branch: Branch, known: Mapping[str, str]) -> Iterable[Statement]:
    """The statements of the arm that is surely taken; none where nobody can tell which."""
    for arm in branch.arms:
        verdict = True if arm.condition is None else holds(arm.condition, known)
        if verdict is None:
            return ()
        if verdict:
            return arm.body
    return ()


def _alters(plugin: Plugin) -> bool:
    """Whether the line may be another one behind this filter."""
    if plugin.name in ("date", "geoip", "useragent"):
        return False
    if plugin.name == "grok":
        return setting(plugin, "overwrite") is not None
    found = effects(plugin)
    named = {put.field for put in found.puts} | {name for name, _ in found.removes} | {old for old, _ in found.moves}
    return found.opaque or "[message]" in named or setting(plugin, "gsub") is not None or plugin.name == "drop"
