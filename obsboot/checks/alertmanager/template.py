"""Templates of notifications."""

from __future__ import annotations

import fnmatch
import posixpath
import re
from collections.abc import Iterator

from obsboot.catalog.problems import nearest
from obsboot.checks.base import Check
from obsboot.model import Finding
from obsboot.sources.context import Context
from obsboot.sources.documents import Line, Listed, Mapped, listed
from obsboot.sources.notifications import called, defined, flaws
from obsboot.sources.routing import Routing

_BUILT_IN = re.compile(
    r"__\w+|(?:default|discord|email|incidentio|jira|mattermost|msteams|msteamsv2|opsgenie|pagerduty|pushover|rocketchat|"
    r"slack|sns|telegram|victorops|webex|wechat)\.\S+"
)
"""The names of Alertmanager's own templates."""


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
        for routing in context.routings:
            known = _known(context, routing)
            for receiver in routing.receivers.values():
                for line, text in _texts(receiver):
                    for message in (*_flawed(text), *_undefined(text, known)):
                        subject = f"receiver {receiver.get('name')}"
                        yield self.finding(routing.path, line, message, subject=subject)
        for source in context.sources("notification-template"):
            if context.foreign and not _is_theirs(source.text):
                continue
            for flaw in flaws(source.text, "unknown"):
                yield self.finding(source.path, _place(source.text, flaw.at), flaw.message)


def _is_theirs(text: str) -> bool:
    """Whether a file of templates asks for what notifications have; Helm's ask for others."""
    return bool(re.search(r"\.(?:Alerts|CommonLabels|GroupLabels|CommonAnnotations|ExternalURL)\b", text))


def _place(text: str, at: int) -> Line:
    return Line(text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at))


def _known(context: Context, routing: Routing) -> set[str] | None:
    """The templates that are defined; None where a file that may define more is not in the folder."""
    sources = context.sources("notification-template")
    found: set[str] = set()
    for pattern in (str(each) for each in listed(routing.data.get("templates"))):
        wanted = posixpath.basename(pattern)
        fitting = [each.text for each in sources if fnmatch.fnmatch(posixpath.basename(each.path), wanted)]
        if not fitting:
            return None
        found.update(*map(defined, fitting))
    return found


def _texts(node: object, line: int = 0) -> Iterator[tuple[int, str]]:
    if isinstance(node, str) and "{{" in node:
        yield line, node
    elif isinstance(node, Mapped):
        for key, value in node.items():
            yield from _texts(value, node.value_at(key))
    elif isinstance(node, Listed):
        for each, at in zip(node, node.lines, strict=True):
            yield from _texts(each, at)


def _flawed(text: str) -> Iterator[str]:
    return (flaw.message for flaw in flaws(text))


def _undefined(text: str, known: set[str] | None) -> Iterator[str]:
    if known is None:
        return
    for _, name in called(text):
        if name not in known | defined(text) and not _BUILT_IN.fullmatch(name):
            yield f"no template is called {name!r}: {nearest(name, known)}"
