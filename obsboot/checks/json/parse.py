"""Every JSON file is JSON."""

from __future__ import annotations

from collections.abc import Iterator

from obsboot.checks.base import Check
from obsboot.model import Finding, Unread
from obsboot.sources.context import Context
from obsboot.sources.documents import MalformedError
from obsboot.sources.folder import Folder
from obsboot.sources.json import RepeatedError
from obsboot.sources.reading import FolderLayout


class JsonParses(Check):
    id = "json/parse"
    title = "Every JSON file parses, and says no key twice"
    explanation = "Grafana logs the error and leaves the dashboard out; nobody looks there."
    fix = "Mend the line; most often it is a comma or a merge marker."

    def run(self, context: Context) -> Iterator[Finding]:
        for path, error in unread(context, "json", "saved-objects"):
            loads = context.foreign and isinstance(error, RepeatedError)
            yield self.finding(path, error.line, str(error), severity="warning" if loads else None)
        for path, why in refused(context, json=True):
            yield self.finding(path, 1, why, severity="warning")


def unread(context: Context, *forms: str) -> Iterator[tuple[str, MalformedError]]:
    """The files of some forms that cannot be read, as far as they are of any use here."""
    layout = context.layout
    if isinstance(layout, FolderLayout):
        found = ((path, error) for path, (_, error) in sorted(layout.broken.items()))
        yield from ((path, error) for path, error in found if context.files.form(path) in forms)
        return
    for path in sorted(context.files.texts):
        if context.files.form(path) in forms:
            try:
                context.files.documents(path)
            except MalformedError as error:
                yield path, error


def refused(context: Context, *, json: bool) -> Iterator[tuple[str, str]]:
    """The files, JSON or others, that would be of use and were not opened at all, and why: nobody has checked them."""
    subject = context.subject
    for path, why in sorted(subject.refused.items()) if isinstance(subject, Folder) else ():
        if path.endswith((".json", ".ndjson")) == json:
            context.unseen.add(Unread(path, 1, f"has not been read: {why}"))
            yield path, f"it has not been read: {why}"
