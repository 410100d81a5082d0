"""What things are called: customary keys by their ECS names, and the fields of a pattern by where they stand."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from obsboot.logs.learning.columns import Part
from obsboot.model import LogField
from obsboot.model.logs import FieldType

TIME_KEYS = ("@timestamp", "timestamp", "time", "ts", "datetime", "date", "asctime", "eventtime", "t")
LEVEL_KEYS = ("level", "severity", "lvl", "levelname", "log_level", "loglevel", "error_severity")
MESSAGE_KEYS = ("message", "msg", "event", "text")

_KEYS: Sequence[tuple[str, FieldType, str]] = (
    ("log.logger", "keyword", "logger logger_name loggername"),
    ("process.pid", "long", "pid process_id"),
    ("process.thread.name", "keyword", "thread thread_name threadname"),
    ("process.thread.id", "long", "thread_id threadid tid"),
    ("log.origin.file.name", "keyword", "filename"),
    ("log.origin.file.line", "long", "lineno"),
    ("log.origin.function", "keyword", "func funcname function"),
    ("http.request.method", "keyword", "method request_method http_method verb"),
    ("http.response.status_code", "long", "status status_code http_status code response_code"),
    ("url.original", "keyword", "url uri request_uri path request_path"),
    ("http.response.body.bytes", "long", "bytes body_bytes_sent bytes_sent response_size size content_length"),
    ("client.ip", "ip", "client_ip remote_addr remote_ip ip clientip client remote_host"),
    ("client.port", "long", "client_port remote_port"),
    ("user_agent.original", "keyword", "user_agent useragent ua http_user_agent"),
    ("http.request.referrer", "keyword", "referer referrer http_referer"),
    ("http.request.id", "keyword", "request_id requestid req_id x_request_id correlation_id"),
    ("trace.id", "keyword", "trace_id traceid"),
    ("span.id", "keyword", "span_id spanid"),
    ("user.name", "keyword", "user username user_name"),
    ("user.id", "keyword", "user_id userid uid"),
    ("database.name", "keyword", "dbname database db"),
    ("application.name", "keyword", "application_name appname"),
    ("error.message", "text", "error err exception exc"),
    ("error.type", "keyword", "error_type exc_type exception_type"),
    ("error.stack_trace", "text", "stack stacktrace stack_trace traceback exc_info"),
)
"""ECS name, type, and the keys that usually mean it; upper case, dots and dashes in a key make no difference."""
_BY_KEY = {key: (name, type_) for name, type_, keys in _KEYS for key in keys.split()}
_TYPES: dict[str, FieldType] = {name: type_ for name, type_, _ in _KEYS}
_TYPES |= {"http.response.seconds": "double", "http.version": "keyword", "process.name": "keyword"}
_DURATION = re.compile(
    r"(?:(?:request|response|upstream)_?)?(?:duration|elapsed|latency|took|time|time_taken|rt|seconds|dur)"
    r"(?:_?(?P<unit>ms|millis|milliseconds|us|micros|microseconds|ns|nanos|nanoseconds|s|sec|secs|seconds))?"
)
_PER_SECOND = {"m": 1_000.0, "u": 1_000_000.0, "n": 1_000_000_000.0, "s": 1.0}
_UNITS = {
    "ms": 1_000.0,
    "us": 1_000_000.0,
    "\u00b5s": 1_000_000.0,
    "\u03bcs": 1_000_000.0,
    "ns": 1_000_000_000.0,
    "s": 1.0,
}
EXTRA = "tmp.extra"
"""Where things stand that have no name; at the end they become the one field `extra`."""
OBJECT = LogField("extra", "object", "What no name was known for. It is stored and shown, and not searched.")


def plain(key: str) -> str:
    """A key as a part of a field's name: `userAgent` is user_agent."""
    parted = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", key)
    name = re.sub(r"[^a-z0-9]+", "_", parted.lower()).strip("_")
    return name if re.match("[a-z]", name) else f"key_{name}" if name else "key"


def field_of(name: str) -> LogField:
    """The declaration of a field that has an ECS name."""
    return LogField(name, _TYPES[name])


def known(key: str, values: Iterable[object]) -> str:
    """The ECS name that the key customarily means, if these values can be of its type; else nothing."""
    name, type_ = _BY_KEY.get(plain(key), ("", "keyword"))
    texts = [_text(value) for value in values if value is not None]
    if not name or not all(_fits(type_, text) for text in texts):
        return ""
    if name == "http.response.status_code" and not all(re.fullmatch("[1-5][0-9][0-9]", text) for text in texts):
        return ""
    return name


def duration(key: str, values: Iterable[object]) -> float | None:
    """By what a number under this key has to be divided to be seconds; 0 where its unit is not said.

    None where it is no duration.
    """
    found = _DURATION.fullmatch(plain(key))
    if not found or not all(_fits("double", _text(value)) for value in values if value is not None):
        return None
    unit = found["unit"] or ("s" if plain(key) == "seconds" else "")
    return _PER_SECOND[unit[0]] if unit else 0.0


def _text(value: object) -> str:
    return "" if isinstance(value, bool | dict | list) else str(value)


def _fits(type_: FieldType, text: str) -> bool:
    match type_:
        case "long":
            return bool(re.fullmatch(r"[+-]?\d{1,18}", text))
        case "double":
            return bool(re.fullmatch(r"[+-]?\d{1,18}(?:\.\d{1,18})?(?:[eE][+-]?\d{1,2})?", text))
        case "ip":
            return bool(re.fullmatch(r"(?:\d{1,3}\.){3}\d{1,3}|(?=.*:.*:)[0-9A-Fa-f:.]{2,45}", text))
    return bool(text)


_BY_KIND = {
    "level": "tmp.level",
    "message": "message",
    "ip": "client.ip",
    "method": "http.request.method",
    "target": "url.original",
    "version": "http.version",
}


@dataclass
class Names:
    """The names that a pattern has given so far; each can be given once."""

    given: set[str] = field(default_factory=set)
    http: bool = False

    def name(self, part: Part, before: str) -> str:
        """The field for a piece that comes after the literal text `before`."""
        wanted = self._wanted(part, re.sub(r" [*+]$", "", before).rstrip(" ="))
        for name in wanted:
            if name not in self.given:
                self.given.add(name)
                return name
        base = wanted[-1] if wanted and wanted[-1].startswith(f"{EXTRA}.") else f"{EXTRA}.{part.kind.split()[0]}"
        number, name = 1, base
        while name in self.given:
            number, name = number + 1, f"{base}_{number + 1}"
        self.given.add(name)
        return name

    def _wanted(self, part: Part, before: str) -> list[str]:
        if part.key:
            return self._by_key(part)
        if part.kind in _BY_KIND:
            self.http |= part.kind == "method"
            return [_BY_KIND[part.kind]]
        match part.kind:
            case "time":
                return [_time_name(part)]
            case "int" | "number":
                return self._number(part, before)
            case "quoted" if self.http:
                return _quoted(part)
            case "name" | "word" | "bracketed" | "token":
                return _who(part, before)
        if unit := part.kind.partition(" ")[2]:
            return [f"tmp.{word}"] if (word := self._seconds(unit)) else []
        return _by_word(before)

    def _by_key(self, part: Part) -> list[str]:
        if part.kind == "time":
            return [_time_name(part)]
        if part.kind == "level" or plain(part.key) in LEVEL_KEYS:
            return ["tmp.level"]
        if plain(part.key) in MESSAGE_KEYS:
            return ["message"]
        if (
            (unit := part.kind.partition(" ")[2])
            and (word := self._seconds(unit))
            and duration(part.key, ()) is not None
        ):
            return [f"tmp.{word}"]
        name = known(part.key, part.values)
        if name and (_TYPES[name] in ("keyword", "text") or part.kind in ("int", "number", "ip")):
            return [name]
        return [f"{EXTRA}.{plain(part.key)}"]

    def _seconds(self, unit: str) -> str:
        """The temporary name for a number of this unit, where it can be a duration that a request took."""
        return DIVISORS[_UNITS[unit]] if self.http and unit in _UNITS else ""

    def _number(self, part: Part, before: str) -> list[str]:
        if self.http and part.kind == "int" and all(re.fullmatch("[0-9]{3}", value) for value in part.values):
            return ["http.response.status_code", *_by_word(before)]
        if self.http and part.kind == "int" and "http.response.status_code" in self.given:
            return ["http.response.body.bytes", *_by_word(before)]
        if self.http and part.kind == "number" and any("." in value for value in part.values):
            return ["http.response.seconds"]
        if before.endswith(":") and "client.ip" in self.given and part.kind == "int":
            return ["client.port"]
        if before.endswith(("[", "(", "pid ")) and all(0 < int(value) < 2**22 for value in part.values):
            return ["process.pid"]
        return _by_word(before)


DIVISORS = {1_000.0: "milliseconds", 1_000_000.0: "microseconds", 1_000_000_000.0: "nanoseconds", 1.0: "seconds"}
"""By what a number is divided to be seconds, and what it is called before."""


def _time_name(part: Part) -> str:
    stamp = part.stamp
    if stamp is None or not stamp.format:
        return f"{EXTRA}.time"
    return f"tmp.{stamp.slot}"


def _quoted(part: Part) -> list[str]:
    if any(re.match(r"Mozilla/|curl/|[A-Za-z._-]+/\d", value) for value in part.values):
        return ["user_agent.original"]
    if all(value == "-" or "://" in value for value in part.values):
        return ["http.request.referrer"]
    return []


def _who(part: Part, before: str) -> list[str]:
    """Names in brackets and before colons: of loggers if there are dots in them, else of threads."""
    dotted = any(re.fullmatch(r"[A-Za-z_$][\w$]*(?:\.[\w$<>]+)+", value) for value in part.values)
    if dotted:
        return ["log.logger"]
    if before.endswith("[") and part.kind == "name" and not any(":" in value for value in part.values):
        return ["process.thread.name"]
    return _by_word(before)


_SMALL_WORDS = frozenset({"after", "and", "as", "at", "by", "for", "from", "in", "into", "is", "no", "of", "on", "to"})


def _by_word(before: str) -> list[str]:
    """A word right before a value names it: `port 5432`."""
    found = re.search(r"([A-Za-z][A-Za-z_]{1,30})\\?[:=]?$", before)
    return [f"{EXTRA}.{plain(found[1])}"] if found and found[1].lower() not in _SMALL_WORDS else []
