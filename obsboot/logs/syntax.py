"""What a Logstash configuration consists of: the tree that `obsboot.logs.configuration` makes of a text."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Position:
    """Where something begins; both count from 1, columns in characters."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Node:
    """Any part of a configuration. Two are equal where they say the same, wherever they stand."""

    at: Position = field(compare=False, repr=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class Text(Node):
    """A string, as it stands between its quotes."""

    value: str


@dataclass(frozen=True, slots=True)
class Bareword(Node):
    """A word without quotes."""

    value: str


@dataclass(frozen=True, slots=True)
class Number(Node):
    """A number; one with a point is a float."""

    value: int | float


@dataclass(frozen=True, slots=True)
class Array(Node):
    """Values in brackets."""

    items: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Entry(Node):
    """A key of a hash and its value."""

    key: Text | Number | Bareword
    value: Value


@dataclass(frozen=True, slots=True)
class Hash(Node):
    """Entries in braces, in their order; no two keys are written alike."""

    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Setting(Node):
    """What a plugin is told."""

    name: str
    value: Value


@dataclass(frozen=True, slots=True)
class Plugin(Node):
    """An input, filter or output, or a codec as the value of a setting; a setting may be there more than once."""

    name: str
    settings: tuple[Setting, ...]


@dataclass(frozen=True, slots=True)
class Regex(Node):
    """A regular expression, as it stands between its slashes."""

    expression: str


@dataclass(frozen=True, slots=True)
class Field(Node):
    """A field reference, brackets and all. Alone, it holds where the field is there and says something."""

    reference: str


@dataclass(frozen=True, slots=True)
class Comparison(Node):
    """Two operands, and one of `==`, `!=`, `<`, `>`, `<=`, `>=`, `=~`, `!~`, `in`, `not in`."""

    left: Operand
    operator: str
    right: Operand


@dataclass(frozen=True, slots=True)
class Not(Node):
    """The opposite of a condition."""

    condition: Condition


@dataclass(frozen=True, slots=True)
class Joined(Node):
    """Conditions joined by `and`, `or`, `xor` or `nand`."""

    operator: str
    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Arm(Node):
    """One `if` or `else if`, and what it does; an `else` has no condition."""

    condition: Condition | None
    body: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class Branch(Node):
    """An `if` with all its alternatives: the first arm whose condition holds is taken."""

    arms: tuple[Arm, ...]


@dataclass(frozen=True, slots=True)
class Section(Node):
    """`kind` is input, filter or output; each may be there more than once."""

    kind: str
    body: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class Comment(Node):
    """What follows a `#`, to the end of its line."""

    text: str


@dataclass(frozen=True, slots=True)
class Configuration:
    """A whole text; its comments beside the rest, in their order."""

    sections: tuple[Section, ...]
    comments: tuple[Comment, ...]


Value = Text | Bareword | Number | Array | Hash | Plugin
Operand = Field | Text | Number | Array | Regex
Condition = Field | Comparison | Not | Joined
Statement = Plugin | Branch
