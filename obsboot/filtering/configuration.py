"""The configuration file of a checked folder: what is not looked at, what is ignored and why, how much things matter."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from obsboot.filtering.notices import Place
from obsboot.filtering.waivers import Matching, Waiver, day, is_known, unknown_check
from obsboot.model import ObsbootError, Severity
from obsboot.promql.likeness import meant
from obsboot.sources.documents import Listed, MalformedError, Mapped, listed, mapped
from obsboot.sources.globs import path_matches
from obsboot.sources.yaml import read_yaml

NAME = "obsboot-check.yaml"
"""It stands at the top of the checked folder, in sight: `.obsboot/` is obsboot's own state, which only a pack has."""

SEVERITIES: tuple[Severity, ...] = ("error", "warning", "info")
_KEYS = ("exclude", "ignore", "severity", "expositions")
_IGNORE_KEYS = ("check", "path", "subject", "reason", "until")
_NEEDED = ("check", "path", "reason")


@dataclass(frozen=True, slots=True)
class Configuration:
    """What the file says. `expositions` maps jobs to files with recorded metrics, relative to the folder."""

    exclude: tuple[str, ...] = ()
    waivers: tuple[Waiver, ...] = ()
    severity: Mapping[str, Severity] = field(default_factory=dict)
    expositions: Mapping[str, str] = field(default_factory=dict)

    def excludes(self, path: str) -> bool:
        """Whether a file, by its path from the folder, is none of the linter's business."""
        return any(path_matches(pattern, path) for pattern in self.exclude)


@dataclass(frozen=True, slots=True, order=True)
class _Problem:
    line: int
    message: str


def read_configuration(path: str, text: str, known: Collection[str]) -> Configuration:
    """The configuration in a text; `path` is what its file is called in errors, `known` are the ids of all checks.

    Raises ObsbootError with every problem in it, each with its line: a wish that is not understood is not passed over.
    """
    problems: list[_Problem] = []
    try:
        told = read_yaml(text)
    except MalformedError as error:
        raise ObsbootError(f"{path}:{error.line}: {error}") from None
    if told is None:
        return Configuration()
    if not isinstance(told, Mapped):
        raise ObsbootError(f"{path}:1: a mapping is expected", fix=f"known keys: {', '.join(_KEYS)}")
    problems += _unknown(told, _KEYS)
    found = Configuration(
        exclude=tuple(_texts(told, "exclude", problems)),
        waivers=tuple(_ignored(told, known, problems)),
        severity=dict(_severities(told, known, problems)),
        expositions=dict(_pairs(told, "expositions", problems)),
    )
    if problems:
        said = [f"{path}:{problem.line}: {problem.message}" for problem in sorted(problems)]
        raise ObsbootError("\n".join(said), fix="docs/check.md has the format")
    return found


def _unknown(told: Mapped, keys: tuple[str, ...]) -> Iterator[_Problem]:
    for key in told.keys() - set(keys):
        advice = meant(key, keys) or f"known: {', '.join(keys)}"
        yield _Problem(told.at(key), f"unknown key {key!r}; {advice}")


def _texts(told: Mapped, key: str, problems: list[_Problem]) -> Iterator[str]:
    value = _list(told, key, problems)
    for number, each in enumerate(value):
        if isinstance(each, str) and each:
            yield each
        else:
            problems.append(_Problem(value.lines[number], f"{each!r} is no pattern; write it as text"))


def _list(told: Mapped, key: str, problems: list[_Problem]) -> Listed:
    value = told.get(key)
    if value is not None and not isinstance(value, Listed):
        problems.append(_Problem(told.at(key), f"{key} is a list"))
    return listed(value)


def _pairs(told: Mapped, key: str, problems: list[_Problem]) -> Iterator[tuple[str, str]]:
    value = told.get(key)
    if value is not None and not isinstance(value, Mapped):
        problems.append(_Problem(told.at(key), f"{key} is a mapping"))
    for name, each in mapped(value).items():
        if isinstance(each, str) and each:
            yield name, each
        else:
            problems.append(_Problem(mapped(value).at(name), f"{key}: {name}: {each!r} is no text"))


def _severities(told: Mapped, known: Collection[str], problems: list[_Problem]) -> Iterator[tuple[str, Severity]]:
    value = mapped(told.get("severity"))
    for name, each in _pairs(told, "severity", problems):
        if name not in known:
            problems.append(_Problem(value.at(name), unknown_check(name, known)))
        elif each not in SEVERITIES:
            problems.append(_Problem(value.at(name), f"{each!r} is no severity; known: {', '.join(SEVERITIES)}"))
        else:
            yield name, each


def _ignored(told: Mapped, known: Collection[str], problems: list[_Problem]) -> Iterator[Waiver]:
    value = _list(told, "ignore", problems)
    for number, entry in enumerate(value):
        line = value.lines[number]
        wrong = [*_entry_problems(entry, line, known)]
        if wrong:
            problems += wrong
        else:
            yield _waiver(entry, Place(NAME, int(line), getattr(line, "column", 0)))


def _entry_problems(entry: Any, line: int, known: Collection[str]) -> Iterator[_Problem]:
    if not isinstance(entry, Mapped):
        yield _Problem(line, f"an entry of ignore is a mapping with {', '.join(_NEEDED)}")
        return
    yield from _unknown(entry, _IGNORE_KEYS)
    for key in _NEEDED:
        if not entry.get(key):
            yield _Problem(entry.at(key), f"an entry of ignore needs {key!r}")
    for key in ("check", "path", "reason", "subject"):
        if entry.get(key) and not isinstance(entry[key], str):
            yield _Problem(entry.at(key), f"{key} is a text")
    check = entry.get("check")
    if isinstance(check, str) and check and not is_known(check, known):
        yield _Problem(entry.at("check"), unknown_check(check, known))
    if "until" in entry and _day(entry["until"]) is None:
        yield _Problem(entry.at("until"), f"{entry['until']!r} is no date; write `until: YYYY-MM-DD`")


def _day(value: object) -> date | None:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    return day(value) if isinstance(value, str) else None


def _waiver(entry: Mapped, place: Place) -> Waiver:
    scope = Matching(entry["path"], entry.get("subject") or "*")
    until = _day(entry["until"]) if "until" in entry else None
    return Waiver(entry["check"], scope, entry["reason"], place, "configuration", until)
