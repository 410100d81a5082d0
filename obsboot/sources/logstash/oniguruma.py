r"""Expressions of Oniguruma, in which Logstash's patterns are written, as Python reads them.

Translated are `\h`, `\H`, `\z`, `\Z`, `\R`, POSIX classes, flags and names; `(?m)` lets a dot cross lines, and `^` and
`$` stand at every line. What Python cannot say is not guessed: the caller learns that nobody can tell.
"""

from __future__ import annotations

import re
from functools import lru_cache

_POSIX = {
    "alnum": "0-9A-Za-z", "alpha": "A-Za-z", "blank": r" \t", "digit": "0-9", "lower": "a-z", "upper": "A-Z",
    "punct": r"!-/:-@\[-`{-~", "space": r"\s", "xdigit": "0-9A-Fa-f", "word": r"\w", "print": " -~", "graph": "!-~",
    "cntrl": r"\x00-\x1f",
}  # fmt: skip
_HEX = "0-9A-Fa-f"
_PIECE = re.compile(
    r"(?P<escape>\\[\s\S])|\(\?(?P<flags>[imx]+)\)|\(\?(?P<scope>[imx]+):"
    r"|\(\?(?:<(?P<name>[^>=!][^>]*)>|'(?P<quoted>[^']+)')|(?P<comment>\(\?#[^)]*\))|(?P<open>\((?:\?(?:[:=!>]|<[=!]))?)|(?P<close>\))"
    r"|(?P<plain>[^\\\[()]+)|(?P<other>[\s\S])"
)
_SET_PIECE = re.compile(r"\\[\s\S]|\[:(?P<not>\^?)(?P<posix>[a-z]+):\]|&&|[\s\S]")
_OPAQUE = re.compile(r"\\(?:[pPkgGKXNOy1-9]|x\{|c|[CM]-)")
"""Escapes that Python has not, or reads otherwise."""
_ESCAPES = {r"\h": f"[{_HEX}]", r"\H": f"[^{_HEX}]", r"\z": r"\Z", r"\Z": r"(?=\n?\Z)", r"\R": r"(?:\r\n|[\n\v\f\r])"}
_SURE = ("missing ), unterminated subpattern", "unbalanced parenthesis", "unterminated character set", "nothing to repeat",
         "bad character range", "bad escape (end of pattern)")  # fmt: skip
"""What Python complains of where Oniguruma does, too."""


class UntoldError(ValueError):
    """Python cannot say what the expression means."""


class BrokenError(ValueError):
    """The expression is none, in any dialect; the message says why."""


def check(expression: str) -> None:
    """Raises BrokenError where an expression of Oniguruma is none, UntoldError where Python cannot say it."""
    try:
        re.compile(translated(expression), re.MULTILINE)
    except re.error as error:
        if error.msg.startswith(_SURE):
            raise BrokenError(error.msg) from None
        raise UntoldError(error.msg) from None
    except (OverflowError, RecursionError) as error:
        raise UntoldError(str(error)) from None


@lru_cache(maxsize=4096)
def translated(expression: str) -> str:
    """The text that Python reads alike; groups lose their names. Raises UntoldError."""
    return _Translation(expression).text()


class _Translation:
    """Goes through an expression piece by piece. A flag holds to the end of its group, so it opens one more inside."""

    def __init__(self, expression: str) -> None:
        self.expression = expression
        self.out: list[str] = []
        self.opened = [0]

    def text(self) -> str:
        here = 0
        while here < len(self.expression):
            if self.expression[here] == "[":
                here = self._set(here)
            elif found := _PIECE.match(self.expression, here):
                self._piece(found)
                here = found.end()
        return "".join(self.out) + ")" * self.opened[0]

    def _piece(self, found: re.Match[str]) -> None:
        if escape := found["escape"]:
            if _OPAQUE.match(self.expression, found.start()):
                raise UntoldError(f"nobody but Oniguruma reads {escape}")
            self.out.append(_ESCAPES.get(escape, escape))
        elif flags := found["flags"]:
            self.out.append(f"(?{flags.replace('m', 's')}:")
            self.opened[-1] += 1
        elif found["close"]:
            self.out.append(")" * (1 + (self.opened.pop() if len(self.opened) > 1 else 0)))
        elif opening := self._opening(found):
            self.out.append(opening)
            self.opened.append(0)
        elif not found["comment"]:
            self.out.append(found[0])

    def _opening(self, found: re.Match[str]) -> str:
        if scope := found["scope"]:
            return f"(?{scope.replace('m', 's')}:"
        if found["name"] or found["quoted"]:
            return "("
        if found["open"] == "(" and self.expression.startswith("(?", found.start()):
            raise UntoldError("nobody but Oniguruma reads this group")
        return found["open"] or ""

    def _set(self, start: int) -> int:
        """A set of characters, and where it ends."""
        here = start + 1
        self.out.append("[")
        if self.expression.startswith("^", here):
            self.out.append("^")
            here += 1
        first = True
        while here < len(self.expression):
            if self.expression[here] == "]" and not first:
                self.out.append("]")
                return here + 1
            if found := _SET_PIECE.match(self.expression, here):
                self.out.append(self._member(found))
                here, first = found.end(), False
        return here

    def _member(self, found: re.Match[str]) -> str:
        said = found[0]
        if said in ("&&", "[") or _OPAQUE.match(self.expression, found.start()):
            raise UntoldError("nobody but Oniguruma reads this set")
        if said == r"\h":
            return _HEX
        if found["posix"]:
            if found["not"] or found["posix"] not in _POSIX:
                raise UntoldError("nobody but Oniguruma reads this set")
            return _POSIX[found["posix"]]
        return "\\" + said if said in "]|~&" or (said == "-" and self.out[-1] == "-") else said
