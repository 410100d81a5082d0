"""The templates of Alertmanager's notifications, as far as they can be judged without running them.

What `.` is at a place follows from what a template is called with: a field with the notification, a `define` with what its
callers give it. Source: template/template.go and default.tmpl of Alertmanager 0.33.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from obsboot.catalog.problems import nearest
from obsboot.promql.likeness import closest
from obsboot.sources import gotemplates

Kind = str
"""What a value is: a key of `_MEMBERS`, `map` (labels), or `unknown`."""

_MEMBERS: Mapping[Kind, Mapping[str, Kind]] = {
    "notification": {
        "Receiver": "text", "Status": "text", "Alerts": "alerts", "GroupLabels": "map", "CommonLabels": "map",
        "CommonAnnotations": "map", "ExternalURL": "text", "NotificationReason": "unknown", "TruncatedAlerts": "unknown",
        "GroupKey": "unknown",
    },
    "alert": {
        "Labels": "map", "Annotations": "map", "StartsAt": "unknown", "EndsAt": "unknown", "GeneratorURL": "text",
        "Fingerprint": "text", "Status": "text",
    },
    "alerts": {"Firing": "list", "Resolved": "list"},
    "list": {},
    "pairs": {"Names": "unknown", "Values": "unknown", "String": "text"},
    "pair": {"Name": "text", "Value": "text"},
    "text": {},
}  # fmt: skip
_METHODS: Mapping[str, Kind] = {
    "SortedPairs": "pairs", "Remove": "unknown", "Names": "unknown", "Values": "unknown", "String": "text",
}  # fmt: skip
"""Of labels; any other name is that of a label."""
_EACH: Mapping[Kind, Kind] = {"alerts": "alert", "list": "alert", "pairs": "pair", "map": "text"}
_CALLED: Mapping[Kind, str] = {
    "notification": "a notification", "alert": "an alert", "alerts": "the list of alerts", "list": "a list of alerts",
    "pairs": "a list of pairs", "pair": "a pair", "text": "a text",
}  # fmt: skip
_FUNCTIONS = frozenset({
    "toUpper", "toLower", "title", "trimSpace", "join", "match", "safeHtml", "safeUrl", "urlUnescape", "reReplaceAll",
    "stringSlice", "date", "tz", "since", "humanizeDuration", "toJson", "now", "list", "append", "dict", "tmpl",
    "tenantID", "grafanaExploreURL", "queryFromGeneratorURL",
})  # fmt: skip
"""What Alertmanager gives to its templates, and the last three Mimir."""
_ACTION = re.compile(
    r"\{\{(?:- )?\s*/\*.*?\*/\s*(?:-)?\}\}"
    r"""|\{\{(?P<code>(?:"(?:[^"\\\n]|\\.)*"|`[^`]*`|(?!\{\{)[^"`])*?)\}\}"""
    r"|(?P<open>\{\{)",
    re.DOTALL,
)
"""A comment, an action, or braces that do not close."""
_CALL = re.compile(r'(?:template|block)\s+"([^"]+)"\s*(.*)', re.DOTALL)
_NAMED = re.compile(r'(?:define|block)\s+"([^"]+)"')
_TEXT = re.compile(r'"(?:[^"\\]|\\.)*"|`[^`]*`')
_CHAIN = re.compile(r"(\$\w*|(?<![\w.)\]$]))((?:\.[a-zA-Z_]\w*)+)")
_WHOLE = re.compile(r"(\$\w*|)((?:\.[a-zA-Z_]\w*)*|\.)")
_DECLARED = re.compile(r"(?:(\$\w+)\s*,\s*)?(\$\w+)\s*(:?=)\s*(.*)", re.DOTALL)
_OF_RULES = re.compile(r"\$(labels|value|externalLabels|externalURL)\b")
_WORDS = _FUNCTIONS | {"else", "end", "break", "continue"}
_FOREIGN = re.compile(r"[a-z_][\w.-]*(?:\s*\|\s*\w+(?:\(.*\))?)*", re.DOTALL)
"""What other programs fill in: `{{ slack_channel }}`."""
_OPENS = frozenset({"if", "range", "with", "define", "block"})
_DATA, _ALERT = _MEMBERS["notification"], _MEMBERS["alert"]
_TELLING: Mapping[str, Kind] = {
    "Alerts": "alerts", "CommonLabels": "map", "GroupLabels": "map", "CommonAnnotations": "map", "Labels": "map",
    "Annotations": "map",
}  # fmt: skip
"""Fields that tell by their name what they are, whoever has them."""
_SLIP = 0.9
"""How like a known name another has to be, to be a slip where `.` may be anything."""


@dataclass(frozen=True, slots=True)
class Flaw:
    """What is wrong at an offset of a template."""

    at: int
    message: str


@dataclass(frozen=True, slots=True)
class Call:
    """A template that is called, and what it is given."""

    at: int
    name: str
    given: Kind


@dataclass(frozen=True, slots=True)
class _Frame:
    """A block: `dot` inside it, and the variables that it declares."""

    word: str
    at: int
    dot: Kind
    root: Kind
    variables: dict[str, Kind] = field(default_factory=dict)


def defined(text: str) -> dict[str, tuple[int, int]]:
    """The templates that a text defines: where the body of each begins, and where it ends."""
    found: dict[str, tuple[int, int]] = {}
    opened: list[tuple[str, int]] = []
    for action in _actions(text, 0, len(text)):
        if isinstance(action, Flaw):
            break
        word = _first(action.code)
        if word in _OPENS:
            name = _NAMED.match(action.code)
            opened.append((name[1] if name else "", action.end))
        elif word == "end" and opened:
            name_, begin = opened.pop()
            if name_:
                found[name_] = begin, action.begin
    found.update({name: (begin, len(text)) for name, begin in opened if name})
    return found


def broken(text: str) -> Iterator[Flaw]:
    """Why Go would not read the text, as far as blocks and braces do not tell it."""
    for fault in gotemplates.faults(text, _FUNCTIONS):
        begin = text.rfind("{{", 0, fault.at + 1)
        action = _ACTION.match(text, begin) if begin >= 0 else None
        code = _bare(action["code"] or "") if action else ""
        if code in _WORDS or not _FOREIGN.fullmatch(code):
            yield Flaw(max(begin, 0), fault.message)


def judged(text: str, dot: Kind = "notification", span: tuple[int, int] | None = None) -> Iterator[Flaw | Call]:
    """What would fail, and the templates that are called; of a part of the text only, where a span is given."""
    begin, end = span or (0, len(text))
    found = list(_actions(text, begin, end))
    if found and isinstance(found[-1], Flaw):
        yield found[-1]
        return
    yield from _Walk(dot).through(each for each in found if isinstance(each, _Action))


@dataclass(frozen=True, slots=True)
class _Action:
    """What stands between two pairs of braces, and where it and the text around it are."""

    code: str
    begin: int
    end: int


def _actions(text: str, begin: int, end: int) -> Iterator[_Action | Flaw]:
    """The actions of a part of a text, up to braces that do not close."""
    for found in _ACTION.finditer(text, begin, end):
        if found["open"]:
            yield Flaw(found.start(), "the braces of a template do not close")
            return
        if found["code"] is not None:
            yield _Action(_bare(found["code"]), found.start(), found.end())


def _bare(code: str) -> str:
    """The code of an action without the signs that trim the text around it."""
    return code.removeprefix("-").removesuffix("-").strip()


def _first(action: str) -> str:
    return action.split(None, 1)[0] if action else ""


class _Walk:
    """Goes through the actions of a text, and knows what `.` and each variable is."""

    def __init__(self, dot: Kind) -> None:
        self.frames = [_Frame("", 0, dot, dot)]

    def through(self, actions: Iterable[_Action]) -> Iterator[Flaw | Call]:
        for each in actions:
            word, action = _first(each.code), _TEXT.sub('""', each.code)
            if word == "end":
                if len(self.frames) == 1:
                    yield Flaw(each.begin, "this {{ end }} ends nothing")
                else:
                    self.frames.pop()
                continue
            if word == "else":
                action = self.otherwise(action)
            for message in self.asked(action):
                yield Flaw(each.begin, message)
            if word in ("template", "block") and (call := _CALL.match(each.code)):
                yield Call(each.begin, call[1], self.kind(call[2]))
            self.enter(word, action, each.begin)
        if len(self.frames) > 1:
            outer = self.frames[1]
            yield Flaw(outer.at, f"a block inside has no {{{{ end }}}}, so that of `{outer.word}` is taken for it")

    def otherwise(self, action: str) -> str:
        """`.` is that of outside again; the rest of `else if` and `else with`."""
        frame = self.frames[-1]
        word, _, rest = action.removeprefix("else").strip().partition(" ")
        if frame.word in ("range", "with") and len(self.frames) > 1:
            self.frames[-1] = _Frame(frame.word, frame.at, self.frames[-2].dot, frame.root)
        if word == "with":
            self.frames[-1] = _Frame("with", frame.at, self.kind(rest), frame.root)
        return rest

    def enter(self, word: str, action: str, at: int) -> None:
        """Opens a block, or declares a variable."""
        rest = action.removeprefix(word) if word in _OPENS else action
        names, kind = self.value(rest)
        frame = self.frames[-1]
        if word in ("define", "block"):
            self.frames.append(_Frame(word, at, "unknown", "unknown"))
        elif word in _OPENS:
            inner = _EACH.get(kind, "unknown") if word == "range" else kind
            dot = frame.dot if word == "if" else inner
            declared = dict(zip(names, ("unknown", inner) if len(names) == 2 else (inner,), strict=False))
            self.frames.append(_Frame(word, at, dot, frame.root, declared))
        elif names:
            frame.variables.update(dict.fromkeys(names, kind))

    def value(self, text: str) -> tuple[list[str], Kind]:
        """The variables that are declared by a pipeline, and what it comes to."""
        declared = _DECLARED.fullmatch(text.strip())
        if declared is None:
            return [], self.kind(text)
        names = [name for name in declared.group(1, 2) if name]
        if declared[3] == "=":  # from here on it may be either
            for frame in self.frames:
                frame.variables.update(dict.fromkeys(frame.variables.keys() & set(names), "unknown"))
            return [], "unknown"
        return names, self.kind(declared[4])

    def kind(self, text: str) -> Kind:
        """What a value is that a variable, `.`, or fields of them make; unknown where more is done."""
        found = _WHOLE.fullmatch(text.strip())
        if found is None or not found[0]:
            return "unknown"
        *_, kind = (self.base(found[1]), *(kind for _, _, kind in self.steps(found[1], found[2])))
        return kind

    def base(self, variable: str) -> Kind:
        if not variable:
            return self.frames[-1].dot
        if variable == "$":
            return self.frames[-1].root
        return next((f.variables[variable] for f in reversed(self.frames) if variable in f.variables), "unknown")

    def steps(self, variable: str, path: str) -> Iterator[tuple[Kind, str, Kind]]:
        """Each field of a chain: what it is asked of, its name, and what it is."""
        kind = self.base(variable)
        for name in path.split(".")[1:] if path != "." else ():
            becomes = _METHODS.get(name, "text") if kind == "map" else _MEMBERS.get(kind, _TELLING).get(name, "unknown")
            yield kind, name, becomes
            kind = becomes

    def asked(self, action: str) -> Iterator[str]:
        for chain in _CHAIN.finditer(action):
            for number, (kind, name, _) in enumerate(self.steps(chain[1], chain[2])):
                if kind in _MEMBERS and name not in _MEMBERS[kind]:
                    yield _missing(kind, name)
                elif kind == "unknown" and not number and not chain[1] and (slip := _slip(name)):
                    yield f"a notification has no .{name}: did you mean {slip!r}?"
        for name in _OF_RULES.findall(action):
            if self.base(f"${name}") == "unknown" and not any(f"${name}" in frame.variables for frame in self.frames):
                yield f"${name} is known to the annotations of Prometheus' rules, not to notifications"


def _slip(name: str) -> str:
    """What was meant by a field that nothing has and that is much like one of a notification; else nothing."""
    close = [] if name in _DATA or name in _ALERT else closest(name, _DATA, cutoff=_SLIP)
    return close[0] if close else ""


def _missing(kind: Kind, name: str) -> str:
    if kind == "notification" and f"Common{name}" in _DATA:
        advice = f": ask for .Common{name}, or go through .Alerts"
    elif kind == "notification" and name in _ALERT:
        advice = ": go through .Alerts"
    else:
        advice = f": {nearest(name, _MEMBERS[kind])}" if _MEMBERS[kind] else ""
    return f"{_CALLED[kind]} has no .{name}{advice}"
