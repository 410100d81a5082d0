"""Relabelling, as Prometheus does it to the labels of a target or of a series."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from obsboot.sources.documents import Mapped, listed
from obsboot.sources.patterns import compiled

Labels = Mapping[str, str]
_ALL = "(.*)"
_FIRST = "$1"
_REFERENCE = re.compile(r"\$(?:\$|\{(\w+)\}|(\w+))")


@dataclass(frozen=True, eq=False)
class Rule:
    """One relabelling rule, with what holds where it says nothing."""

    data: Mapped

    @cached_property
    def action(self) -> str:
        return str(self.data.get("action") or "replace").lower()

    @cached_property
    def sources(self) -> tuple[str, ...]:
        return tuple(str(each) for each in listed(self.data.get("source_labels")))

    @cached_property
    def pattern(self) -> str:
        given = self.data.get("regex")
        return _ALL if given is None else str(given)

    @property
    def regex(self) -> re.Pattern[str] | None:
        """What has to match as a whole; None where nobody here can tell what it matches."""
        return compiled(self.pattern)

    @property
    def target(self) -> str:
        return str(self.data.get("target_label") or "")

    @property
    def replacement(self) -> str:
        given = self.data.get("replacement")
        return _FIRST if given is None else str(given)

    def text(self, labels: Labels) -> str:
        """The values of its source labels, joined."""
        separator = self.data.get("separator")
        return (";" if separator is None else str(separator)).join(labels.get(name, "") for name in self.sources)

    def matches(self, text: str) -> bool:
        return self.regex is not None and self.regex.fullmatch(text) is not None

    @property
    def line(self) -> int:
        """Where it says what it is about."""
        return self.data.at(next((key for key in ("source_labels", "regex", "action") if key in self.data), ""))

    @property
    def written_at(self) -> int:
        """Where it says what it writes."""
        return self.data.at(next((key for key in ("replacement", "target_label", "regex") if key in self.data), ""))

    @property
    def missing_groups(self) -> tuple[str, ...]:
        """The groups that its replacement names and its pattern has not: nothing stands in their place."""
        if self.regex is None or self.action not in ("replace", "labelmap"):
            return ()
        named = (*_references(self.replacement), *_references(self.target))
        return tuple(name for name in dict.fromkeys(named) if _number(self.regex, name) is None)


def rules(value: object) -> tuple[Rule, ...]:
    """The rules of a `relabel_configs` or a list like it."""
    return tuple(Rule(each) for each in listed(value) if isinstance(each, Mapped))


@dataclass(frozen=True, slots=True)
class Relabelled:
    """What became of labels: `labels` None where a rule dropped them, `writers` the rule that wrote each label last."""

    labels: Labels | None
    dropped_by: Rule | None = None
    writers: Mapping[str, Rule] = field(default_factory=dict)


def relabelled(labels: Labels, steps: Sequence[Rule]) -> Relabelled | None:
    """What the rules make of labels, one after the other; None where a pattern cannot be tried here."""
    if any(step.regex is None for step in steps):
        return None
    now = dict(labels)
    writers: dict[str, Rule] = {}
    for step in steps:
        if not _keeps(step, now):
            return Relabelled(None, step, writers)
        for name, value in list(_writes(step, now)):
            writers[name] = step
            now.pop(name, None)
            if value:
                now[name] = value
    return Relabelled(now, None, writers)


def _keeps(step: Rule, labels: Labels) -> bool:
    text = step.text(labels)
    match step.action:
        case "keep":
            return step.matches(text)
        case "drop":
            return not step.matches(text)
        case "keepequal":
            return labels.get(step.target, "") == text
        case "dropequal":
            return labels.get(step.target, "") != text
        case _:
            return True


def _writes(step: Rule, labels: Labels) -> Iterator[tuple[str, str]]:
    """The labels that a rule sets; one without a value is removed."""
    text = step.text(labels)
    match step.action:
        case "replace" if found := step.regex and step.regex.fullmatch(text):
            yield _expanded(step.target, found), _expanded(step.replacement, found)
        case "lowercase":
            yield step.target, text.lower()
        case "uppercase":
            yield step.target, text.upper()
        case "hashmod":
            modulus = step.data.get("modulus")
            digest = hashlib.md5(text.encode(), usedforsecurity=False).digest()
            yield (
                step.target,
                str(int.from_bytes(digest[8:], "big") % (modulus if isinstance(modulus, int) and modulus > 0 else 1)),
            )
        case "labelmap" | "labeldrop" | "labelkeep":
            yield from _by_name(step, labels)


def _by_name(step: Rule, labels: Labels) -> Iterator[tuple[str, str]]:
    for name, value in labels.items():
        found = step.regex.fullmatch(name) if step.regex else None
        if step.action == "labelmap" and found:
            yield _expanded(step.replacement, found), value
        elif step.action != "labelmap" and bool(found) == (step.action == "labeldrop"):
            yield name, ""


def _references(template: str) -> Iterator[str]:
    for found in _REFERENCE.finditer(template):
        if name := found[1] or found[2]:
            yield name


def _number(regex: re.Pattern[str], name: str) -> int | None:
    """The number of a group, by its number or name."""
    if name.isdecimal():
        return int(name) if int(name) <= regex.groups else None
    return regex.groupindex.get(name)


def _expanded(template: str, found: re.Match[str]) -> str:
    """A template as Go fills it in: a group that there is not is nothing."""

    def filled(reference: re.Match[str]) -> str:
        name = reference[1] or reference[2]
        number = _number(found.re, name) if name else None
        return "$" if not name else (found[number] or "") if number is not None else ""

    return _REFERENCE.sub(filled, template)
