"""How texts, regular expressions and plugins are written in a Logstash configuration.

Strings in it know no escapes (`config.support_escapes` is off by default), so a text goes between the quotes that it
does not contain.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from obsboot.model import ObsbootError

INDENT = "  "
_NOTHING = "(?:)"
"""Matches nothing and changes nothing: with it an expression does not end in a backslash."""


def reference(name: str) -> str:
    """A field as Logstash names it: `log.level` is `[log][level]`."""
    return "".join(f"[{part}]" for part in name.split("."))


def text(value: str) -> str:
    """A string literal.

    Raises ObsbootError where there is no way to write it: with both kinds of quotes, with a backslash before the quote
    that ends it, or with what Logstash would fill in from its environment.
    """
    if value.endswith("\\") or "${" in value:
        raise ObsbootError(f"Logstash cannot hold the text {value}: it ends in a backslash, or names a variable")
    if '"' not in value:
        return f'"{value}"'
    if "'" not in value:
        return f"'{value}'"
    raise ObsbootError(
        f"Logstash cannot hold a text with both kinds of quotes: {value}",
        fix=r"write \x27 for ' in a regular expression",
    )


def quotable(expression: str) -> str:
    r"""The regular expression in a form that a string literal can hold: `\x27` for one kind of quotes, if it has both."""
    if '"' in expression and "'" in expression:
        expression = re.sub(r"\\(.)|'", lambda one: r"\x27" if one[0].endswith("'") else one[0], expression, flags=re.S)
    return expression + _NOTHING if expression.endswith("\\") else expression


def regex(expression: str) -> str:
    """A regular expression in a condition: between slashes, those in it escaped."""
    pieces, escaped = [], False
    for letter in expression:
        pieces.append("\\/" if letter == "/" and not escaped else letter)
        escaped = letter == "\\" and not escaped
    # Logstash takes a backslash before the closing slash for an escape, whatever stands before it.
    end = _NOTHING if expression.endswith("\\") else ""
    return f"/{''.join(pieces)}{end}/"


def plugin(name: str, settings: Mapping[str, object]) -> list[str]:
    """One plugin with its settings, a line each."""
    lines = [f"{name} {{"]
    for key, value in settings.items():
        lines += indented(_setting(key, value))
    return [*lines, "}"]


def block(condition: str, lines: Sequence[str], otherwise: Sequence[str] = ()) -> list[str]:
    """Lines under a condition, and those that hold instead."""
    after = ["} else {", *indented(otherwise)] if otherwise else []
    return [f"if {condition} {{", *indented(lines), *after, "}"]


def indented(lines: Sequence[str], depth: int = 1) -> list[str]:
    """The lines, so many levels deeper."""
    return [INDENT * depth + line for line in lines]


def _setting(key: str, value: object) -> list[str]:
    if isinstance(value, Mapping):
        pairs = [f"{text(name)} => {_value(each)}" for name, each in value.items()]
        return [f"{key} => {{", *indented(pairs), "}"]
    if isinstance(value, list) and len(value) > 1:
        items = [_value(each) for each in value]
        return [f"{key} => [", *indented([f"{item}," for item in items[:-1]] + items[-1:]), "]"]
    return [f"{key} => {_value(value)}"]


def _value(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return f"[{', '.join(_value(each) for each in value)}]"
    return str(value) if isinstance(value, int | float) else text(str(value))
