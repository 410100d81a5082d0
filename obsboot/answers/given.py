"""Answers as they are given: a key, a text, and who said so. Every source yields the same."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from obsboot.model import ObsbootError

if TYPE_CHECKING:
    from obsboot.detect import Detection

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_OF_THE_TOOL = frozenset({"CATALOG", "DEBUG", "ENGINE_LOG", "ENGINE_STATE", "IMAGES", "PROMTOOL"})
"""The `OBSBOOT_` variables that are no answers: the tool's own and those of its test bed."""


@dataclass(frozen=True, slots=True)
class Given:
    """One answer as it was given. `key` is `service` or `<instance>.<question>`; `text` is not validated yet.

    `origin` is its provenance (`flag`, `environment`, `file`, `asked`, `detected compose.yaml:14`); `where` is what a
    message about it names.
    """

    key: str
    text: str
    origin: str
    where: str


def from_flags(pairs: Iterable[str]) -> tuple[Given, ...]:
    """`key=value` texts of `--set`; of a key said twice the last counts. Raises ObsbootError."""
    given: dict[str, Given] = {}
    for pair in pairs:
        key, equals, text = pair.partition("=")
        if not equals or not key.strip():
            raise ObsbootError(f"--set {shortened(pair)}: this is not key=value", fix="for example --set team=payments")
        given[key.strip()] = Given(key.strip(), text, "flag", f"--set {shortened(pair)}")
    return tuple(given.values())


def from_environment(environment: Mapping[str, str], instances: Iterable[str]) -> tuple[Given, ...]:
    """`OBSBOOT_TEAM`, and `OBSBOOT_REDIS__VERSION` for an answer of an instance."""
    spelled = {name.replace("-", "_"): name for name in instances}
    given = []
    for variable, text in sorted(environment.items()):
        name = variable.removeprefix("OBSBOOT_")
        if name == variable or name in _OF_THE_TOOL:
            continue
        instance, dot, question = name.lower().partition("__")
        key = f"{spelled.get(instance, instance.replace('_', '-'))}.{question}" if dot else instance
        given.append(Given(key, text, "environment", variable))
    return tuple(given)


def from_file(path: Path, shown: str, origin: str = "file") -> tuple[Given, ...]:
    """An answers file: pack-wide keys at the top, `instances: {<id>: {<question>: <value>}}` beside them.

    Raises ObsbootError where it cannot be read or is not of that form.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise ObsbootError(f"{shown}: the answers cannot be read: {reason}") from None
    given = []
    for key, value in _entries(_root(text, shown), shown):
        if key != "instances":
            given.append(_one(key, value, shown, origin))
            continue
        for instance, answers in _entries(value, shown):
            given += [
                _one(f"{instance}.{question}", answer, shown, origin) for question, answer in _entries(answers, shown)
            ]
    return tuple(given)


def nested(text: str, shown: str, depth: int) -> tuple[Given, ...]:
    """The values of a YAML text `depth` mappings deep; the keys on the way are joined by a null character."""
    level: list[tuple[str, yaml.Node | None]] = [("", _root(text, shown))]
    for _ in range(depth):
        level = [
            (f"{way}\0{key}" if way else key, value) for way, node in level for key, value in _entries(node, shown)
        ]
    return tuple(_one(way, node, shown, "file") for way, node in level if node)


def _root(text: str, shown: str) -> yaml.Node | None:
    try:
        return yaml.compose(text, Loader=_LOADER)
    except (yaml.YAMLError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        at = f"{shown}:{mark.line + 1}" if mark else shown
        raise ObsbootError(f"{at}: this is not YAML: {getattr(error, 'problem', None) or error}") from None


def _entries(node: yaml.Node | None, shown: str) -> Iterator[tuple[str, yaml.Node]]:
    if node is None or (isinstance(node, yaml.ScalarNode) and not node.value):
        return
    if not isinstance(node, yaml.MappingNode):
        raise ObsbootError(f"{_at(node, shown)}: keys with answers are expected here", fix="write `key: value` lines")
    seen: set[str] = set()
    for key, value in node.value:
        if not isinstance(key, yaml.ScalarNode) or key.value in seen:
            what = "is said twice" if isinstance(key, yaml.ScalarNode) else "cannot be a key"
            raise ObsbootError(
                f"{_at(key, shown)}: {getattr(key, 'value', 'this')!r} {what}", fix="leave one of them out"
            )
        seen.add(key.value)
        yield key.value, value


def _one(key: str, node: yaml.Node, shown: str, origin: str) -> Given:
    if not isinstance(node, yaml.ScalarNode):
        raise ObsbootError(f"{_at(node, shown)}: {key} needs one value, not a list or a mapping")
    return Given(key, node.value, origin, _at(node, shown))


def _at(node: yaml.Node, shown: str) -> str:
    return f"{shown}:{node.start_mark.line + 1}"


def from_detection(detection: Detection, directory: str) -> tuple[Given, ...]:
    """What the repository says without contradiction. An address of the runbooks needs the pack's `directory`."""
    given = [
        Given(key, str(option.value), f"detected {option.evidence}", str(option.evidence))
        for key, options in detection.values.items()
        for option in options[:1]
    ]
    for name, found in detection.instances.items():
        if found.sure:
            given.append(
                Given(f"{name}.component", found.component, f"detected {found.evidence[0]}", str(found.evidence[0]))
            )
            for key, options in found.answers.items():
                said = options[0].evidence
                given.append(Given(f"{name}.{key}", str(options[0].value), f"detected {said}", str(said)))
    return tuple(_with_runbooks(one, directory) for one in given)


def _with_runbooks(given: Given, directory: str) -> Given:
    if given.key != "runbook_base":
        return given
    return Given(given.key, f"{given.text}/{directory}/runbooks", given.origin, given.where)


def shortened(text: str, longest: int = 60) -> str:
    """The text for a message: on one line, without control characters, not longer than that."""
    plain = "".join(c if c.isprintable() else "\\n" if c == "\n" else "?" for c in text)
    return plain if len(plain) <= longest else f"{plain[:longest]}..."
