"""Painless, the language of scripts in ingest pipelines: conditions and statements over the fields of a document.

A condition costs next to nothing beside a processor, so each processor has one that keeps it from vain work. Names are
those of the catalogue's fields, and texts go in quoted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from obsboot.logs.literals import Holds
from obsboot.logs.numbers import LARGEST

_FEW = 3
"""Statements up to which the conditions of all of them are the processor's as well."""


def path(name: str) -> str:
    """The field where it is known to be there."""
    return f"ctx['{name}']" if name.startswith("@") else f"ctx.{name}"


def quoted(text: str) -> str:
    """The text as a literal."""
    return "'" + text.replace("\\", r"\\").replace("'", r"\'") + "'"


def has(name: str) -> str:
    """The condition that the field is there, though it may be null; a text where an object should be is no error."""
    above, last = _above(name)
    return " && ".join([*_are_maps(above), f"{'.'.join(['ctx', *above])}.containsKey('{last}')"])


def said(name: str) -> str:
    """The condition that the field is there and not null."""
    return " && ".join([*_are_maps(_above(name)[0]), f"{path(name)} != null"])


def is_text(name: str, known: Holds | None = None) -> str:
    """The condition that the field is a text; one that can fit, where something is known of those that do."""
    parts = [*_are_maps(_above(name)[0]), f"{path(name)} instanceof String"]
    if known and known.needles:
        asked = [f"{path(name)}.contains({quoted(each)})" for each in known.needles]
        parts.append(asked[0] if len(asked) == 1 else f"({' || '.join(asked)})")
    elif known and not known.empty:
        parts.append(f"{path(name)} != ''")
    return " && ".join(parts)


def assignment(name: str, value: str) -> str:
    """A statement that sets the field, and the objects above it where they are missing."""
    above, last = _above(name)
    made, at = "", "ctx"
    for part in above:
        made += f"if (!({at}.{part} instanceof Map)) {{ {at}.{part} = new HashMap(); }} "
        at += f".{part}"
    return f"{made}{at}.{last} = {value};"


def moved(old: str, new: str) -> str:
    """Statements that take a field away and set another to its value."""
    return f"def taken = {removed(old)}; {assignment(new, 'taken')}"


def removed(name: str) -> str:
    """The expression that takes away a field that is there; its value is the field's."""
    above, last = _above(name)
    return f"{'.'.join(['ctx', *above])}.remove({quoted(last)})"


@dataclass(frozen=True, slots=True)
class Statement:
    """What a script does where a condition holds, or always where there is none.

    `about` says what for, `parameters` are read as `params['...']`, `functions` come before everything else.
    """

    about: str
    condition: str
    code: str
    parameters: Mapping[str, object] = field(default_factory=dict)
    functions: str = ""


def script(statements: Sequence[Statement]) -> dict[str, Any]:
    """The processor that runs the statements one after the other. With few of them it has a condition itself."""
    functions = dict.fromkeys(each.functions for each in statements if each.functions)
    source, parameters = [*functions], dict[str, object]()
    for each in statements:
        bare = len(statements) == 1 or not each.condition
        source += [f"// {each.about}.", each.code if bare else f"if ({each.condition}) {{ {each.code} }}"]
        parameters |= each.parameters
    body: dict[str, Any] = {"lang": "painless", "source": "\n".join(source)}
    if parameters:
        body["params"] = parameters
    if len(statements) <= _FEW and all(each.condition for each in statements):
        body["if"] = " || ".join(each.condition for each in statements)
    return {"script": body}


def numbers(typed: Mapping[str, str]) -> Statement:
    """Makes numbers of the fields, by their types.

    It fails where a field is there and is no number, nor the text of one: `convert` would take `0x1F` and `NaN` as well.
    """
    fields = [
        {"above": above, "name": last, "whole": type_ == "long"}
        for name, type_ in typed.items()
        for above, last in [_above(name)]
    ]
    return Statement("What is a number by its type has to be one", "", _EACH, {"numbers": fields}, _NUMBER)


def number(name: str) -> tuple[str, str]:
    """The expression that makes a double of a field that may be anything, and the functions that it needs."""
    return f"number({path(name)}, false)", _NUMBER


_NUMBER = f"""\
// Whether a text spells a number: regular expressions are off in scripts by default.
boolean spells(String text, boolean whole) {{
  int at = text.startsWith('+') || text.startsWith('-') ? 1 : 0;
  int digits = 0;
  boolean point = false;
  for (; at < text.length(); at++) {{
    char c = text.charAt(at);
    if (c >= (char) '0' && c <= (char) '9') {{
      if (++digits > 18) {{ return false; }}
    }} else if (c == (char) '.' && !whole && !point && digits > 0) {{
      point = true;
      digits = 0;
    }} else {{
      return false;
    }}
  }}
  return digits > 0;
}}
def number(def value, boolean whole) {{
  if (value instanceof String && spells(value, whole)) {{
    if (whole) {{ return Long.parseLong(value); }}
    return Double.parseDouble(value);
  }}
  if (!whole && value instanceof Number && Double.isFinite(((Number) value).doubleValue())) {{
    return ((Number) value).doubleValue();
  }}
  if (whole && (value instanceof Integer || value instanceof Long)) {{
    long n = ((Number) value).longValue();
    if (n > -{LARGEST}L && n < {LARGEST}L) {{ return n; }}
  }}
  throw new IllegalArgumentException('this is no number');
}}"""
_EACH = """\
for (Map field : params.numbers) {
  def object = ctx;
  for (String part : field.above) { object = object instanceof Map ? object.get(part) : null; }
  def value = object instanceof Map ? object.get(field.name) : null;
  if (value != null) { object.put(field.name, number(value, field.whole)); }
}"""


def _above(name: str) -> tuple[list[str], str]:
    """The objects in which the field is, and its name in the last of them."""
    *above, last = name.split(".")
    return above, last


def _are_maps(above: list[str]) -> list[str]:
    return [f"ctx.{'.'.join(above[: index + 1])} instanceof Map" for index in range(len(above))]
