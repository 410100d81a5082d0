"""Grafana's variables, put in place so that a panel's query parses.

What stands in their places is chosen so that nothing is known of it: a selector without a name, a scalar of one, a
grouping that keeps every label. So nothing that is then said of the query can be an artefact of the filling.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

from obsboot.promql.reading import PromqlError, check

_VARIABLE = re.compile(
    r"\$\{([A-Za-z_]\w*)(?:\.[^:}]+)?(?::[^}]+)?\}|\$([A-Za-z_]\w*)|\[\[([A-Za-z_]\w*?)(?::\w+)?\]\]"
)
_STRING = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|\'[^\'\\]*(?:\\.[^\'\\]*)*\'|`[^`]*`|#[^\n]*', re.DOTALL)
"""Strings, and the comments in which quotes and brackets mean nothing."""

# Inside this module a variable in code is \x01name\x02, and a string \x03number\x04: PromQL has none of these signs.
_SIGN = "\x01"
_V = r"\x01\w+\x02"
_WINDOW = re.compile(r"\[([^\[\]]*)\]")
_OFFSET = re.compile(rf"\boffset(\s+)-?\s*[\w.]*{_V}[\w.]*")
_AT = re.compile(rf"@\s*{_V}")
_LISTED = re.compile(r"\b(by|without|on|ignoring|group_left|group_right)(\s*)\(([^()]*)\)")
_NAMED = re.compile(rf"((?:[\w:]|{_V})*)(\s*)\{{([^{{}}]*)\}}")
_WORD = re.compile(rf"(?:[\w:]|{_V})*{_V}(?:[\w:]|{_V})*")
_CALLED = re.compile(r"\s*\(|\s+(?:by|without)\s*\(")
_CLOSES = {")": "(", "]": "[", "}": "{"}
_KEYWORDS = frozenset({"and", "or", "unless", "bool"})


def filled(query: str, known: Mapping[str, str] = MappingProxyType({})) -> str | None:
    """`query` with something that parses for its variables; the values of `known` ones where they stand in quotes.

    A text that does not parse is surely wrong, whatever the variables are. None where nobody can tell: a variable is a
    function, or labels to match by, or some other part without which the rest means nothing.
    """
    strings: list[str] = []
    code = _masked(query, known, strings)
    if _unbalanced(code):
        return query
    outline = _outlined(code)
    if outline is None:
        return None
    texts = [_unmasked(text, strings) for text in dict.fromkeys(_candidates(outline))]
    return next((text for text in texts if _parses(text)), texts[0] if _wrong(query, texts[0]) else None)


def used(text: str) -> tuple[str, ...]:
    """The names of the variables in `text`, in order, each once."""
    return tuple(dict.fromkeys("".join(groups) for groups in _VARIABLE.findall(text)))


def _name(found: re.Match[str]) -> str:
    return found[1] or found[2] or found[3]


def _masked(query: str, known: Mapping[str, str], strings: list[str]) -> str:
    """The query with strings and variables out of the way; the strings are collected."""
    pieces: list[str] = []
    end = 0
    for found in _STRING.finditer(query):
        pieces.append(_VARIABLE.sub(lambda v: f"\x01{_name(v)}\x02", query[end : found.start()]))
        pieces.append(f"\x03{len(strings)}\x04")
        strings.append(_VARIABLE.sub(lambda v: known.get(_name(v), _dollared(v)), found[0]))
        end = found.end()
    return "".join(pieces) + _VARIABLE.sub(lambda v: f"\x01{_name(v)}\x02", query[end:])


def _dollared(found: re.Match[str]) -> str:
    """A variable in the manner by which the checks tell values that they do not know."""
    return f"${found[3]}" if found[3] else found[0]


def _unmasked(code: str, strings: list[str]) -> str:
    text = re.sub(r"\x03(\d+)\x04", lambda found: strings[int(found[1])], code)
    return re.sub(r"\x01(\w+)\x02", r"${\1}", text)


def _unbalanced(code: str) -> bool:
    """Whether brackets do not match, or a string has no end: no variable mends that."""
    opened: list[str] = []
    for sign in re.findall(r"[()\[\]{}]|[\"'`]", code):
        if sign in ("(", "[", "{"):
            opened.append(sign)
        elif sign in _CLOSES:
            if not opened or opened.pop() != _CLOSES[sign]:
                return True
        else:
            return True
    return bool(opened)


def _outlined(code: str) -> str | None:
    """The code in which only operands are variables still; None where others decide what it means."""
    code = _WINDOW.sub(_window, code)
    code = _AT.sub("@ 1", _OFFSET.sub(r"offset\g<1>1h", code))
    if any(_SIGN in found[3] for found in _LISTED.finditer(code) if found[1] in ("on", "ignoring")):
        return None
    code = _NAMED.sub(_selector, _LISTED.sub(_grouping, code))
    if any(_CALLED.match(code, found.end()) for found in _WORD.finditer(code)):
        return None
    return code


def _window(found: re.Match[str]) -> str:
    window, colon, step = found[1].partition(":")
    return f"[{'1d' if _SIGN in window else window}{colon}{'1m' if _SIGN in step else step}]"


def _grouping(found: re.Match[str]) -> str:
    """A list of labels without its variables; what is grouped by unknown labels may keep each."""
    how, space, labels = found.groups()
    if _SIGN not in labels:
        return found[0]
    if how == "by":
        return f"without{space}()"
    return f"{how}{space}({_without_variables(labels)})"


def _selector(found: re.Match[str]) -> str:
    """A selector without the matchers that are variables; with an unknown name where a variable is part of it."""
    name, space, matchers = found.groups()
    kept = _without_variables(matchers) if _SIGN in matchers else matchers
    if _SIGN in name:
        unknown = f'__name__=~"{_plain(name)}"'
        return f"{{{', '.join(each for each in (unknown, kept.strip()) if each)}}}"
    if kept is not matchers and not kept.strip() and name in {"", *_KEYWORDS}:
        kept = '__name__=~".+"'
    return f"{name}{space}{{{kept}}}"


def _without_variables(items: str) -> str:
    return ", ".join(each.strip() for each in items.split(",") if _SIGN not in each and each.strip())


def _plain(name: str) -> str:
    """A name with its variables as they are written: the sign by which the checks tell what they do not know."""
    return re.sub(r"\x01(\w+)\x02", r"$\1", name)


def _candidates(code: str) -> Iterator[str]:
    """The code with its last variables in place: by what stands before each, all numbers, all series."""
    yield _WORD.sub(_operand(_number_before), code)
    yield _WORD.sub(_operand(lambda _: True), code)
    yield _WORD.sub(_operand(lambda _: False), code)


def _operand(is_number: Callable[[str], bool]) -> Callable[[re.Match[str]], str]:
    def put(found: re.Match[str]) -> str:
        before, word = found.string[: found.start()], found[0]
        digits = re.sub(_V, "9", word)
        if before.endswith(".") or (digits != "9" and digits[0].isdigit()):
            return digits
        series = f'{{__name__=~"{_plain(word)}"}}'
        alone = re.fullmatch(_V, word) and found.string[found.end() : found.end() + 1] not in ("[", "{")
        number = is_number(before) or word.startswith(f"{_SIGN}__")
        return f"scalar({series})" if alone and number else series

    return put


_BEFORE_A_NUMBER = re.compile(r"(?:[<>]=?|[=!]=|[<>=!]=?\s*bool|\^|%|,|\b(?:topk|bottomk|quantile|histogram_quantile|"
                              r"vector|limitk|limit_ratio)\s*(?:(?:by|without)\s*\([^()]*\)\s*)?\()\s*$")  # fmt: skip


def _number_before(before: str) -> bool:
    """Whether what stands before a variable lets expect a number."""
    return bool(_BEFORE_A_NUMBER.search(before[-200:]))


def _parses(text: str) -> bool:
    try:
        check(text)
    except PromqlError:
        return False
    return True


def outside(query: str) -> str:
    """The query without its strings and comments, in which brackets mean nothing."""
    return _STRING.sub("", query)


def _wrong(query: str, text: str) -> bool:
    """Whether a text that does not parse is wrong for another reason than what its variables are."""
    if used(_WINDOW_RAW.sub("", outside(query))):
        return False
    return not _parses(_STRING.sub(lambda found: _VARIABLE.sub("x", found[0]), text))


_WINDOW_RAW = re.compile(r"\[\s*(?:\$\{[^}]*\}|\$\w+|\[\[\w+\]\]|[\w:])*\s*\]")
