"""Templates of notifications."""

from __future__ import annotations

import fnmatch
import posixpath
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from obsboot.catalog.problems import nearest
from obsboot.checks.base import Check
from obsboot.model import Finding, Severity
from obsboot.promql.likeness import closest
from obsboot.sources.context import Context
from obsboot.sources.documents import Line, Listed, Mapped, listed
from obsboot.sources.notifications import Call, Flaw, Kind, broken, defined, judged
from obsboot.sources.routing import Routing
from obsboot.sources.source import Source

_OWN_BY_KIND = {
    "discord": "content message title", "email": "html subject", "jira": "description priority summary",
    "mattermost": "color fallback text title titlelink username", "msteams": "summary text title",
    "msteamsv2": "text title", "opsgenie": "description message source",
    "pagerduty": "client clientURL description instances", "pushover": "message title url",
    "rocketchat": "alias emoji iconurl text title titlelink",
    "slack": "callbackid color fallback footer iconemoji iconurl pretext text title titlelink username",
    "sns": "message subject", "telegram": "message", "victorops": "entity_display_name monitoring_tool state_message",
    "webex": "message", "wechat": "agent_id message to_party to_tag to_user",
}  # fmt: skip
_OWN = frozenset({
    "__alertmanager", "__alertmanagerURL", "__subject", "__description", "__text_alert_list",
    "__text_alert_list_markdown",
    *(f"{kind}.default.{name}" for kind, names in _OWN_BY_KIND.items() for name in names.split()),
})  # fmt: skip
"""Alertmanager's own templates, as of 0.33."""
_LIKE_OWN = re.compile(r"__\w+|\w+\.default\.\S+")
_SLIP = 0.85
_OF_NOTIFICATIONS = re.compile(r"\.(?:Alerts|CommonLabels|GroupLabels|CommonAnnotations|ExternalURL)\b")
_OF_GRAFANA = re.compile(
    r"\.(?:ValueString|Values\.|SilenceURL|DashboardURL|PanelURL|ImageURL|EmbeddedImage|OrgID)|\bcoll\."
)
Place = tuple[str, int]
"""A path, and an offset in its text."""


@dataclass(frozen=True, slots=True)
class _Files:
    """The files of templates of one configuration; `whole` is whether the folder has all of them."""

    sources: tuple[Source, ...]
    whole: bool
    definitions: dict[str, tuple[Source, tuple[int, int]]] = field(default_factory=dict)

    def fitting(self, pattern: str) -> bool:
        """Whether some file may be meant: its name fits, wherever it is mounted."""
        return any(_fits(source, pattern) for source in self.sources)


class Template(Check):
    id = "alertmanager/template"
    title = "Templates of notifications exist, and ask for what a notification has"
    explanation = (
        "Alertmanager loads a configuration that names a template nobody defines; each notification through it fails "
        "then, and only the log of Alertmanager knows."
    )
    fix = (
        "Define the template in a file under `templates:`; a notification has .CommonLabels, an alert in .Alerts has "
        ".Labels."
    )

    def run(self, context: Context) -> Iterator[Finding]:
        found: dict[tuple[Place, str], Source] = {}
        theirs: set[str] = set()
        for routing in context.routings:
            files = _files(context, routing)
            yield from self._missing(context, routing, files)
            calls: list[tuple[str, Kind]] = []
            for receiver in routing.receivers.values():
                for line, text in _texts(receiver):
                    for message in dict.fromkeys(_inline(text, files, calls)):
                        subject = f"receiver {receiver.get('name')}"
                        yield self.finding(routing.path, line, message, subject=subject)
            found.update(_called(files, calls))
            theirs |= {source.path for source in files.sources}
        for source in context.sources("notification-template"):
            if not context.foreign or source.path in theirs or _is_theirs(source.text):
                flaws = list(_flaws(judged(source.text, "unknown")))
                for flaw in flaws or broken(source.text):
                    found[(source.path, flaw.at), flaw.message] = source
        for ((path, at), message), source in found.items():
            yield self.finding(path, _place(source.text, at), message)

    def _missing(self, context: Context, routing: Routing, files: _Files) -> Iterator[Finding]:
        """Files that are named by where they are below the configuration, and are nowhere in the folder."""
        patterns = listed(routing.data.get("templates"))
        for pattern, line in patterns.texts:
            path = posixpath.normpath(posixpath.join(posixpath.dirname(routing.path), pattern))
            if (
                context.foreign
                and not posixpath.isabs(pattern)
                and not files.fitting(pattern)
                and not context.exists(path)
            ):
                severity: Severity = "info" if "*" in pattern else "warning"
                message = f"there is no template {pattern!r}, and Alertmanager starts without a word of it"
                yield self.finding(routing.path, line, message, severity=severity, subject=pattern)


def _flaws(said: Iterable[Flaw | Call]) -> Iterator[Flaw]:
    return (each for each in said if isinstance(each, Flaw))


def _is_theirs(text: str) -> bool:
    """Whether a file of templates asks for what notifications have; those of Helm and of Grafana ask for others."""
    return bool(_OF_NOTIFICATIONS.search(text)) and not _OF_GRAFANA.search(text)


def _place(text: str, at: int) -> Line:
    return Line(text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at))


def _files(context: Context, routing: Routing) -> _Files:
    sources = context.sources("notification-template")
    found: dict[str, Source] = {}
    whole = True
    for pattern in (str(each) for each in listed(routing.data.get("templates"))):
        fitting = {each.path: each for each in sources if _fits(each, pattern)}
        found.update(fitting)
        whole = whole and bool(fitting)
    files = _Files(tuple(found.values()), whole)
    for source in files.sources:
        files.definitions.update({name: (source, span) for name, span in defined(source.text).items()})
    return files


def _fits(source: Source, pattern: str) -> bool:
    return fnmatch.fnmatch(posixpath.basename(source.path), posixpath.basename(pattern))


def _inline(text: str, files: _Files, calls: list[tuple[str, Kind]]) -> Iterator[str]:
    """What is wrong in the text of an option; what it calls is added to `calls`."""
    said = list(judged(text))
    yield from (flaw.message for flaw in _flaws(said))
    if not any(_flaws(said)):
        yield from (flaw.message for flaw in broken(text))
    own = defined(text)
    for call in (each for each in said if isinstance(each, Call) and each.name not in own):
        calls.append((call.name, call.given))
        yield from _undefined(call.name, files)


def _called(files: _Files, calls: list[tuple[str, Kind]]) -> dict[tuple[Place, str], Source]:
    """What is wrong in the definitions that are called, with what they are given."""
    found: dict[tuple[Place, str], Source] = {}
    waiting, done = list(calls), set(calls)
    while waiting:
        name, given = waiting.pop()
        if name not in files.definitions:
            continue
        source, span = files.definitions[name]
        for each in judged(source.text, given, span):
            if isinstance(each, Flaw):
                found[(source.path, each.at), each.message] = source
                continue
            found.update({((source.path, each.at), message): source for message in _undefined(each.name, files)})
            if (each.name, each.given) not in done:
                done.add((each.name, each.given))
                waiting.append((each.name, each.given))
    return found


def _texts(node: object, line: int = 0) -> Iterator[tuple[int, str]]:
    if isinstance(node, str) and "{{" in node:
        yield line, node
    elif isinstance(node, Mapped):
        for key, value in node.items():
            yield from _texts(value, node.value_at(key))
    elif isinstance(node, Listed):
        for each, at in node.placed:
            yield from _texts(each, at)


def _undefined(name: str, files: _Files) -> Iterator[str]:
    """A later Alertmanager may have more templates of its own: of what looks like one only slips are told."""
    if name in _OWN or name in files.definitions or not files.whole:
        return
    if not _LIKE_OWN.fullmatch(name):
        yield f"no template is called {name!r}: {nearest(name, files.definitions)}"
    elif close := closest(name, {*_OWN, *files.definitions}, cutoff=_SLIP):
        yield f"no template is called {name!r}: did you mean {close[0]!r}?"
