"""`overrides.yaml`: the user's patch on single fields of alerts, read strictly, every mistake with its line."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from obsboot.answers.given import Given, nested
from obsboot.catalog import Catalogue
from obsboot.catalog.problems import nearest
from obsboot.model import Answers, ObsbootError, Value

_DURATION = re.compile(r"(?:[0-9]{1,6}(?:ms|[smhdwy]))+|0")
_NUMBER = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,15})?(?:[eE][+-]?[0-9]{1,2})?")
_SEVERITIES = ("critical", "warning", "info")


def read_overrides(root: Path, answers: Answers, catalogue: Catalogue, before: str = "") -> Answers:
    """The answers with what `<directory>/overrides.yaml` says, if it is there; else that of the directory `before`.

    Raises ObsbootError for all mistakes.
    """
    directory = str(answers.values.get("directory", catalogue.questions["directory"].default))
    places = (f"{place}/overrides.yaml" for place in (directory, before) if place)
    shown = next((place for place in places if (root / place).is_file()), "")
    if not shown:
        return answers
    known = _known(answers, catalogue)
    overrides: dict[str, dict[str, dict[str, Value]]] = {}
    problems = []
    for one in _nested(root / shown, shown):
        instance, alert, name = one.key.split("\0")
        try:
            overrides.setdefault(instance, {}).setdefault(alert, {})[name] = _value(
                known, (instance, alert, name), one.text
            )
        except ValueError as error:
            problems.append(f"{one.where}: {error}")
    if problems:
        raise ObsbootError("\n".join(problems), fix=f"the fields of an alert are {', '.join(_FIELDS)}")
    return replace(answers, overrides=overrides)


def _known(answers: Answers, catalogue: Catalogue) -> dict[str, frozenset[str]]:
    """Instance -> the alerts it can have; platform components are instances of themselves."""
    components = {c.id: c.id for c in catalogue.components.values() if c.kind == "platform"}
    components |= {name: str(own["component"]) for name, own in answers.instances.items()}
    return {name: frozenset(catalogue.components[id_].alerts) for name, id_ in components.items()}


def _nested(path: Path, shown: str) -> Iterator[Given]:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise ObsbootError(f"{shown}: the overrides cannot be read") from None
    yield from nested(text, shown, depth=3)


def _value(known: Mapping[str, frozenset[str]], where: tuple[str, str, str], text: str) -> Value:
    instance, alert, name = where
    if instance not in known:
        raise ValueError(f"there is no instance {instance!r}; {nearest(instance, known)}")
    if alert not in known[instance]:
        raise ValueError(f"{instance} has no alert {alert!r}; {nearest(alert, known[instance])}")
    if name not in _FIELDS:
        raise ValueError(f"an alert has no field {name!r} to override; {nearest(name, _FIELDS)}")
    return _FIELDS[name](name, text)


def _number(name: str, text: str) -> Value:
    if not _NUMBER.fullmatch(text):
        raise ValueError(f"{name} is {text!r}, which is no number")
    return float(text)


def _duration(name: str, text: str) -> Value:
    if not _DURATION.fullmatch(text):
        raise ValueError(f"{name} is {text!r}, which is no duration such as 15m")
    return text


def _severity(name: str, text: str) -> Value:
    if text not in _SEVERITIES:
        raise ValueError(f"{name} is {text!r}, and the choice is {', '.join(_SEVERITIES)}")
    return text


def _enabled(name: str, text: str) -> Value:
    if text.lower() not in ("true", "false"):
        raise ValueError(f"{name} is {text!r}, and it is true or false")
    return text.lower() == "true"


_FIELDS: Mapping[str, Callable[[str, str], Value]] = {
    "threshold": _number,
    "for": _duration,
    "keep_firing_for": _duration,
    "severity": _severity,
    "enabled": _enabled,
}
