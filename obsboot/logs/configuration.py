r"""The language of Logstash configurations, as Logstash itself (8.14 and later) reads it, without a list of plugins.

It has its surprises, and they are kept: a string knows no escapes, yet a backslash before its own quote leaves it open;
a bareword has two letters at least; `["a"]` in a condition is a field reference; a comment right behind the value of a
setting ends the settings. What the grammar lets through, and Logstash then refuses to start with or silently reads as
something else, is an error here as well: a key twice in a hash, a literal alone as a condition, an array or a regular
expression beside `==`, a method, `xor` or `nand` beside another operator, a plugin's name in quotes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from obsboot.logs.scanner import BLANK, NAME, ConfigurationError, Scanner
from obsboot.logs.syntax import (
    Arm,
    Array,
    Branch,
    Comparison,
    Condition,
    Configuration,
    Entry,
    Field,
    Hash,
    Joined,
    Not,
    Number,
    Operand,
    Plugin,
    Position,
    Regex,
    Section,
    Setting,
    Statement,
    Text,
    Value,
)

_SECTION = re.compile("input|filter|output")
_IF = re.compile("if(?![A-Za-z0-9_-])")
_ELSE = re.compile("else(?:(?![A-Za-z0-9_-])|(?=if(?![A-Za-z0-9_-])))")
_JOINT = re.compile("and|or|xor|nand")
_LONE = frozenset({"xor", "nand"})
_OPERATOR = re.compile("==|!=|<=|>=|<|>|=~|!~|in|not ")
_FIELD = re.compile(r"(?:\[[^\]\[,]++\])++")
_REGEX = re.compile(r"/(?:[^/\\]++|\\/?)*+/")
_UNFIT: Mapping[str, tuple[type[Operand], ...]] = {
    "in": (),
    "not in": (),
    "=~": (Array, Number),
    "!~": (Array, Number),
}
"""The operands that an operator does not take; the others take no array."""


def parse(text: str) -> Configuration:
    """The configuration that the text is. Raises ConfigurationError at the first place where it is none."""
    return _Parser(text).configuration()


class _Parser(Scanner):
    """A method a rule; each begins at the first character of what it reads and ends behind the last."""

    def configuration(self) -> Configuration:
        sections: list[Section] = []
        self.blank()
        while self.here < len(self.text):
            at = self.position()
            if (kind := self.match(_SECTION)) is None:
                self.expected("`input`, `filter` or `output`")
            sections.append(Section(kind, self._body(), at=at))
            self.blank()
        return Configuration(tuple(sections), tuple(self.comments.values()))

    def _body(self) -> tuple[Statement, ...]:
        """The statements in braces, and the blanks before them."""
        self.deeper()
        self.blank()
        line = self.position().line
        self.demand("{")
        statements: list[Statement] = []
        while not self.takes("}"):
            if self.here == len(self.text):
                self.expected(f"`}}` for the `{{` in line {line}")
            statements.append(self._branch() if _IF.match(self.text, self.here) else self._plugin())
            self.blank()
        self.higher()
        return tuple(statements)

    def _branch(self) -> Branch:
        start = self.position()
        arms = [Arm(self._if(), self._body(), at=start)]
        while arms[-1].condition and (at := self._else()):
            arms.append(Arm(self._if(), self._body(), at=at))
        return Branch(tuple(arms), at=start)

    def _if(self) -> Condition | None:
        if not self.match(_IF):
            return None
        self.blank()
        return self._condition()

    def _else(self) -> Position | None:
        """Where an `else` begins, if one follows."""
        before = self.here
        self.blank()
        at = self.position()
        if self.match(_ELSE):
            self.blank()
            return at
        self.here = before
        return None

    def _plugin(self) -> Plugin:
        at = self.position()
        if self.match(_ELSE):
            raise ConfigurationError("this `else` follows no `if`", at)
        if (name := self.match(NAME)) is None:
            self.expected("a plugin, `if` or `}`")
        return Plugin(name, self._settings(), at=at)

    def _settings(self) -> tuple[Setting, ...]:
        self.demand("{")
        settings: list[Setting] = []
        while not self.takes("}"):
            at = self.position()
            if (name := self.match(NAME)) is None:
                name = self.string("a setting or `}`")
            self.demand("=>")
            settings.append(Setting(name, self._value(), at=at))
            end, apart = self.here, BLANK.match(self.text, self.here)
            self.blank()
            if not apart and not self.sees("}"):
                self.here = end
                self.expected("a blank or `}` right behind the value")
        return tuple(settings)

    def _value(self) -> Value:
        self.deeper()
        at = self.position()
        value: Value
        if self.takes("["):
            value = Array(self._items(), at=at)
        elif self.takes("{"):
            value = Hash(self._entries(), at=at)
        else:
            value = self._codec() or self.scalar("a string, a number, a word of two letters or more, `[` or `{`")
        self.higher()
        return value

    def _codec(self) -> Plugin | None:
        at, before = self.position(), self.here
        if name := self.match(NAME):
            self.blank()
            if self.sees("{"):
                return Plugin(name, self._settings(), at=at)
        self.here = before
        return None

    def _items(self) -> tuple[Value, ...]:
        items: list[Value] = []
        self.blank()
        while not self.takes("]"):
            if items:
                self.demand(",", "`,` or `]`")
            items.append(self._value())
            self.blank()
        return tuple(items)

    def _entries(self) -> tuple[Entry, ...]:
        entries: dict[str, Entry] = {}
        self.blank()
        while not self.takes("}"):
            at, start = self.position(), self.here
            key = self.scalar("a key (a string, a number, a word of two letters or more) or `}`")
            written = self.text[start : self.here]
            if written in entries:
                raise ConfigurationError(f"the key {written} is in this hash already", at)
            self.demand("=>")
            entries[written] = Entry(key, self._value(), at=at)
            self.blank()
        return tuple(entries.values())

    def _condition(self) -> Condition:
        """Expressions with operators between them; `and` binds tighter than `or`."""
        either: list[list[Condition]] = [[self._expression()]]
        joints: list[str] = []
        while joint := self._joint(joints[:1]):
            joints.append(joint)
            if joint == "or":
                either.append([])
            either[-1].append(self._expression())
        inner = joints[0] if _LONE.issuperset(joints) and joints else "and"
        return _joined("or", [_joined(inner, each) for each in either])

    def _joint(self, others: Sequence[str]) -> str | None:
        """The operator that follows, if any; `others` are of the same condition."""
        before = self.here
        self.blank()
        at = self.position()
        if (joint := self.match(_JOINT)) is None:
            self.here = before
            return None
        if others and (lone := _LONE.intersection((*others, joint))):
            raise ConfigurationError(f"`{min(lone)}` beside another operator needs parentheses", at)
        self.blank()
        return joint

    def _expression(self) -> Condition:
        at = self.position()
        if self.sees("("):
            return self._group()
        if self.takes("!"):
            self.blank()
            return Not(self._group() if self.sees("(") else self._field("`(` or a field"), at=at)
        left = self._operand()
        before = self.here
        self.blank()
        if operator := self.match(_OPERATOR):
            return self._comparison(left, operator)
        self.here = before
        if not isinstance(left, Field):
            self.expected("an operator, as a literal alone is no condition")
        return left

    def _group(self) -> Condition:
        self.deeper()
        self.demand("(")
        condition = self._condition()
        self.blank()
        if not self.takes(")"):
            self.expected("`and`, `or` or `)`")
        self.higher()
        return condition

    def _comparison(self, left: Operand, operator: str) -> Comparison:
        self.blank()
        if operator == "not ":
            operator = "not in"
            self.demand("in")
        right = self._pattern() if operator in ("=~", "!~") else self._operand()
        for each in (left, right):
            if isinstance(each, _UNFIT.get(operator, Array)):
                raise ConfigurationError(f"no {type(each).__name__.lower()} can stand beside `{operator}`", each.at)
        return Comparison(left, operator, right, at=left.at)

    def _pattern(self) -> Regex | Text:
        at = self.position()
        if (found := self.match(_REGEX)) is not None:
            return Regex(found[1:-1], at=at)
        return Text(self.string("a regular expression between slashes, or a string"), at=at)

    def _operand(self) -> Operand:
        at = self.position()
        if number := self.number():
            return number
        if self.sees("["):
            if (found := self.match(_FIELD)) is not None:
                return Field(found, at=at)
            self.takes("[")
            return Array(self._items(), at=at)
        return Text(self.string("`(`, `!`, a field, a string, a number or an array"), at=at)

    def _field(self, what: str) -> Field:
        at = self.position()
        if (found := self.match(_FIELD)) is None:
            self.expected(what)
        return Field(found, at=at)


def _joined(operator: str, parts: Sequence[Condition]) -> Condition:
    return parts[0] if len(parts) == 1 else Joined(operator, tuple(parts), at=parts[0].at)
