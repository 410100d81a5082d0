"""Go's text templates, read as Go reads them and never run: what would not load, and where."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from obsboot.sources.guesses import meant

_WORD = re.compile(
    r"""(?P<space>\s+)
    | (?P<text>"(?:[^"\\\n]|\\.)*"|`[^`]*`|'(?:[^'\\\n]|\\.)+')
    | (?P<number>[+-]?(?:0[xXbBoO][\da-fA-F_]+|\d[\d_]*\.?\d*(?:[eE][+-]?\d+)?|\.\d+))
    | (?P<field>\.[a-zA-Z_]\w*)
    | (?P<variable>\$\w*)
    | (?P<word>[a-zA-Z_]\w*)
    | (?P<sign>:=|[=|(),.])
    | (?P<broken>.)""",
    re.VERBOSE | re.DOTALL,
)
_COMMENT = re.compile(r"\{\{(?:- )?/\*.*?\*/(?: -)?\}\}", re.DOTALL)
_BLOCKS = ("if", "with", "range", "define", "block")
_CONTROLS = frozenset({*_BLOCKS, "else", "end", "template", "break", "continue"})
_CONSTANTS = frozenset({"true", "false", "nil"})
BUILTIN = frozenset({
    "and", "or", "not", "len", "index", "slice", "print", "printf", "println", "html", "js", "urlquery", "call", "eq",
    "ne", "lt", "le", "gt", "ge",
})  # fmt: skip
"""Functions that every Go template has."""


@dataclass(frozen=True, slots=True)
class Fault:
    """`at` is its place in the text, from 0."""

    message: str
    at: int


@dataclass(frozen=True, slots=True)
class Word:
    sort: str
    text: str
    at: int
    spaced: bool
    """Whether there is a space before it."""


def faults(text: str, functions: Collection[str], variables: Collection[str] = ()) -> Iterator[Fault]:
    """Why a template would not load; what it may call besides Go's own functions, and the variables that it is given."""
    yield from _Template(text, BUILTIN | set(functions), variables).faults()


class _Template:
    """Reads one template from the beginning to the end, and goes on after a fault."""

    def __init__(self, text: str, functions: frozenset[str], variables: Collection[str]) -> None:
        self.text = text
        self.functions = functions
        self.scopes: list[tuple[str, list[str]]] = [("", ["$", *variables])]
        self.found: list[Fault] = []

    def faults(self) -> Iterator[Fault]:
        at = 0
        while (at := self.text.find("{{", at)) >= 0:
            if comment := _COMMENT.match(self.text, at):
                at = comment.end()
                continue
            begin = at
            words, at = self.words(at + 2)
            if at < 0:
                yield Fault("its braces do not close", begin)
                return
            self.action([word for word in words if word.sort != "space"], begin)
            yield from self.found
            self.found.clear()
        if len(self.scopes) > 1:
            yield Fault("a block has no {{ end }}", len(self.text.rstrip()) - 1)

    def words(self, at: int) -> tuple[list[Word], int]:
        """The words of an action, and the place behind its braces; -1 where they do not close."""
        found: list[Word] = []
        spaced = True
        if self.text.startswith("- ", at):
            at += 1
        while at < len(self.text):
            if self.text.startswith("}}", at):
                return found, at + 2
            if spaced and self.text.startswith("-}}", at):
                return found, at + 3
            match = _WORD.match(self.text, at)
            sort = str(match.lastgroup) if match else "broken"
            piece = match[0] if match else self.text[at]
            spaced_before, spaced = spaced, sort == "space"
            found.append(Word(sort, piece, at, spaced_before))
            at += len(piece)
        return found, -1

    def fault(self, message: str, at: int) -> None:
        self.found.append(Fault(message, at))

    def action(self, words: list[Word], at: int) -> None:
        broken = next((word for word in words if word.sort == "broken"), None)
        if broken is not None:
            self.fault(f"`{broken.text}` is no part of a template", broken.at)
            return
        first = words[0].text if words and words[0].sort == "word" else ""
        rest = words[1:]
        if first == "else":
            self.otherwise(rest, at)
        elif first == "end":
            self.end(rest, at)
        elif first in _BLOCKS:
            self.scopes.append((first, []))
            if first in ("define", "block"):
                rest = self.named(rest, at, first)
            if first != "define":
                self.pipeline(rest, at, declares=2 if first == "range" else 1)
        elif first == "template":
            self.piped(self.named(rest, at, first), at)
        elif first in ("break", "continue"):
            if not any(kind == "range" for kind, _ in self.scopes):
                self.fault(f"{{{{ {first} }}}} stands outside a range", at)
        else:
            self.pipeline(words, at)

    def otherwise(self, rest: list[Word], at: int) -> None:
        if self.scopes[-1][0] not in ("if", "with", "range"):
            self.fault("{{ else }} has nothing to do here", at)
        elif rest and rest[0].text in ("if", "with"):
            self.pipeline(rest[1:], at)
        elif rest:
            self.fault(f"`{rest[0].text}` is not expected behind else", rest[0].at)
        else:
            self.scopes[-1] = "else", self.scopes[-1][1]

    def end(self, rest: list[Word], at: int) -> None:
        if len(self.scopes) == 1:
            self.fault("{{ end }} has nothing to do here", at)
            return
        self.scopes.pop()
        if rest:
            self.fault(f"`{rest[0].text}` is not expected behind end", rest[0].at)

    def named(self, rest: list[Word], at: int, what: str) -> list[Word]:
        if rest and rest[0].sort == "text" and rest[0].text[0] != "'":
            return rest[1:]
        self.fault(f"{{{{ {what} }}}} takes a name in quotes", at)
        return []

    def piped(self, words: list[Word], at: int) -> None:
        if words:
            self.pipeline(words, at)

    def pipeline(self, words: list[Word], at: int, declares: int = 1) -> None:
        """Commands with `|` between them, and what they are assigned to before."""
        words, declared = self.declared(words, declares)
        commands = list(_split(words))
        for number, command in enumerate(commands):
            if not command:
                self.fault("a value is missing", words[-1].at if words else at)
                break
            if number and (command[0].sort in ("number", "text") or command[0].text in (".", *_CONSTANTS)):
                self.fault(f"`{command[0].text}` is no function that could take a value", command[0].at)
            self.command(command)
        self.scopes[-1][1].extend(declared)

    def declared(self, words: list[Word], most: int) -> tuple[list[Word], list[str]]:
        sign = next((n for n, word in enumerate(words) if word.text in (":=", "=") and word.sort == "sign"), 0)
        if not sign:
            return words, []
        names = [word for word in words[:sign] if word.sort == "variable"]
        commas = [word for word in words[:sign] if word.text == ","]
        if len(names) + len(commas) != sign or len(names) > most or len(commas) != len(names) - 1:
            self.fault(f"`{words[sign].text}` has no variable before it", words[sign].at)
        if words[sign].text == "=":
            self.known(names)
        return words[sign + 1 :], [word.text for word in names]

    def command(self, words: list[Word]) -> None:
        """Values with spaces between them; what stands in parentheses is a pipeline of its own."""
        number = 0
        while number < len(words):
            word = words[number]
            if number and not word.spaced and word.sort not in ("field",):
                self.fault(f"a space is missing before `{word.text}`", word.at)
            if word.text == "(" and word.sort == "sign":
                number = self.enclosed(words, number)
            else:
                self.value(word)
            number += 1

    def enclosed(self, words: list[Word], begin: int) -> int:
        end = _closing(words, begin)
        if end < 0:
            self.fault("a parenthesis is not closed", words[begin].at)
            return len(words)
        self.pipeline(words[begin + 1 : end], words[begin].at)
        return end

    def value(self, word: Word) -> None:
        if word.sort == "variable":
            self.known([word])
        elif (word.sort == "sign" and word.text != ".") or (word.sort == "word" and word.text in _CONTROLS):
            self.fault(f"`{word.text}` is not expected here", word.at)
        elif word.sort == "word" and word.text not in self.functions | _CONSTANTS:
            self.fault(f"nothing in a template is called {word.text!r}{meant(word.text, self.functions, 0.7)}", word.at)

    def known(self, words: list[Word]) -> None:
        names = [name for _, declared in self.scopes for name in declared]
        for word in words:
            if word.text not in names:
                others = [name for name in names if name != "$"]
                self.fault(f"there is no variable {word.text}{meant(word.text, others, 0.6)}", word.at)


def _split(words: list[Word]) -> Iterator[list[Word]]:
    """The commands between the bars that stand in no parentheses."""
    depth, begin = 0, 0
    for number, word in enumerate(words):
        depth += (word.text == "(" and word.sort == "sign") - (word.text == ")" and word.sort == "sign")
        if word.text == "|" and not depth:
            yield words[begin:number]
            begin = number + 1
    yield words[begin:]


def _closing(words: list[Word], begin: int) -> int:
    depth = 0
    for number in range(begin, len(words)):
        if words[number].sort == "sign":
            depth += (words[number].text == "(") - (words[number].text == ")")
        if not depth:
            return number
    return -1
