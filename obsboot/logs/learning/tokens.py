"""A line as tokens: times, addresses, numbers, words, what stands in quotes or brackets, and the signs between them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from obsboot.logs.learning.stamps import Stamp, stamp_at

_NO_MORE = r"(?!\w|[.@/+~-]\w|:(?!\d)\w)"
"""No part of a longer name comes after it."""
METHODS = "GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS|TRACE|CONNECT"
_IPV4 = r"(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)(?!\w|\.\w)"
_IPV6 = r"(?=[0-9A-Fa-f:]{0,35}::|(?:[0-9A-Fa-f]{1,4}:){7})(?:[0-9A-Fa-f]{0,4}:){2,7}(?:[0-9A-Fa-f]{1,4})?(?![\w:])"
_HEX = "[0-9a-fA-F]"
_TOKEN = re.compile(
    r"(?P<space>[ \t]+)"
    r"|(?P<key>[A-Za-z_][A-Za-z0-9_.-]*=)"
    rf'|(?P<requested>"(?:[A-Z]{{3,10}}) [^\s"]+ HTTP/\d(?:\.\d)?")'
    r'|(?P<quoted>"(?:[^"\\]|\\.)*")'
    r"|(?P<bracketed>\[[^\[\]]+\])"
    r"|(?P<round>\([^()]+\))"
    rf"|(?P<request>(?:{METHODS}) [^\s\"]+ HTTP/\d(?:\.\d)?(?!\w))"
    rf"|(?P<asked>(?:{METHODS}) /[^\s\"]*)"
    rf"|(?P<ip>{_IPV4}|{_IPV6})"
    rf"|(?P<uuid>{_HEX}{{8}}-(?:{_HEX}{{4}}-){{3}}{_HEX}{{12}}{_NO_MORE})"
    rf"|(?P<number>[+-]?\d{{1,18}}\.\d{{1,18}}{_NO_MORE})"
    rf"|(?P<int>[+-]?\d{{1,18}}{_NO_MORE})"
    rf"|(?P<level>(?:TRACE|DEBUG|INFO|LOG|NOTICE|WARN|WARNING|ERR|ERROR|CRIT|CRITICAL|FATAL|ALERT|EMERG|PANIC|SEVERE){_NO_MORE})"
    rf"|(?P<word>[^\W\d_]+{_NO_MORE})"
    r"|(?P<path>(?:[A-Za-z][A-Za-z0-9+.-]{0,20}://|\.{0,2}/)[^\s\"<>|()\[\]{},;]*)"
    r"|(?P<name>\w+(?:(?:[.@/+~-]+|:+(?!\d))\w+)*)"
    r"|(?P<sign>[\s\S])"
)
_VALUE = re.compile(r'"(?:[^"\\]|\\.)*"|[^\s",;)\]}]+')


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of a line. The kind of a key is the key, and that of a sign is the sign: they stay as they are."""

    kind: str
    text: str
    stamp: Stamp | None = None


def tokens(line: str) -> list[Token]:
    """All of the line, in pieces."""
    return list(_tokens(line))


def _tokens(line: str) -> Iterator[Token]:
    at, after_key = 0, False
    while at < len(line):
        if after_key and (value := _VALUE.match(line, at)):
            at, after_key = value.end(), False
            yield Token("value", value[0])
            continue
        after_key = False
        if stamp := stamp_at(line, at):
            yield Token(f"time {stamp[0]}", line[at : stamp[1]], stamp[0])
            at = stamp[1]
            continue
        found = _TOKEN.match(line, at)
        if found is None:
            return
        at, kind = found.end(), str(found.lastgroup)
        after_key = kind == "key"
        yield Token(found[0] if kind in ("sign", "key") else kind, found[0])
