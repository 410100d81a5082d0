"""Patterns that Logstash can put together."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from obsboot.checks.base import Check
from obsboot.model import Finding, Severity
from obsboot.promql.likeness import closest
from obsboot.sources.context import Context
from obsboot.sources.logstash.grok import CircleError, bare, builtin, references, unknown_types
from obsboot.sources.logstash.oniguruma import BrokenError, UntoldError, check
from obsboot.sources.logstash.pipelines import Logstash, called, logstash, place
from obsboot.sources.logstash.plugins import advice
from obsboot.sources.logstash.takings import Taking, Word, takings, undefined
from obsboot.sources.pipelines import Used, entries, setting, words

Fault = tuple[Word, str, Severity]
_KEY = re.compile(r"%\{(?P<key>[^{}]*)\}")


class Patterns(Check):
    id = "grok/pattern"
    title = "Every pattern of grok and dissect is one, and all that it names is defined"
    explanation = (
        "Logstash tests its configuration without looking at patterns; with one that is none it stops when it starts."
    )
    fix = (
        "Define the pattern in pattern_definitions or in a file of patterns_dir that the container sees, or correct it."
    )

    def run(self, context: Context) -> Iterator[Finding]:
        found = logstash(context)
        for taking in takings(found):
            for word, message, severity in _faults(taking):
                yield self.finding(
                    taking.used.path, place(word), message, severity=severity, subject=called(taking.used)
                )
        yield from self._absent(found)
        for used in found.plugins:
            if (used.section, used.plugin.name) == ("filter", "dissect"):
                for word, message in _dissected(used):
                    yield self.finding(used.path, place(word), message, subject=called(used))

    def _absent(self, found: Logstash) -> Iterator[Finding]:
        told = set[tuple[str, int, int]]()
        for taking in takings(found):
            for word in taking.definitions.absent:
                at = place(word)
                if taking.used.path and (key := (taking.used.path, int(at), at.column)) not in told:
                    told.add(key)
                    message = f"no volume of Logstash's container holds {word.value}, so none of its patterns is read"
                    yield self.finding(taking.used.path, at, message, severity="warning", subject=called(taking.used))


def _faults(taking: Taking) -> Iterator[Fault]:
    for word in taking.patterns:
        pattern = str(word.value)
        missing = list(undefined(taking, pattern))
        for each in missing:
            near = advice(each.name, {*taking.definitions.library.texts, *builtin().names})
            message = f"there is no pattern {each.name}"
            if taking.definitions.whole or taking.definitions.absent:
                yield word, message + near, "error"
            else:
                # A file that is not in the folder may define it.
                slip = near and not _own(each.name)
                yield word, f"{message} among Logstash's own and in this folder{near}", "warning" if slip else "info"
        for each in unknown_types(pattern):
            yield (
                word,
                f"{each.field} cannot become {each.type!r}: grok knows int and float, and leaves it a text",
                "warning",
            )
        if not missing and (fault := _broken(taking, pattern)):
            yield word, fault, "error"


def _own(name: str) -> bool:
    """Whether a name is that of a usual pattern with a word added, as people call their own."""
    return any(known in name and len(name) > len(known) + 2 for known in closest(name, builtin().names))


def _broken(taking: Taking, pattern: str) -> str:
    library = taking.definitions.library
    try:
        library.expanded(pattern)
        check(bare(pattern))
        for name in {each.name for each in references(pattern)} & set(library.texts):
            check(bare(library.texts[name]))
    except CircleError as error:
        return str(error)
    except BrokenError as error:
        return f"this is no regular expression: {error}"
    except UntoldError:
        pass
    return ""


def _dissected(used: Used) -> Iterator[tuple[Word, str]]:
    for name, value in entries(setting(used.plugin, "mapping")):
        for word in words(value):
            if fault := _undissectable(str(word.value)):
                yield word, f"dissect of {name}: {fault}"


def _undissectable(mapping: str) -> str:
    keys = list(_KEY.finditer(mapping))
    if "%{" in _KEY.sub("", mapping):
        return "a %{ has no end"
    if not keys:
        return "there is no %{field} in it"
    for one, next_ in pairwise(keys):
        if one.end() == next_.start():
            return f"nothing stands between {one[0]} and {next_[0]}, so nobody knows where the first ends"
    return ""
