"""Generated files against their recorded rendering."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import zip_longest

from obsboot.checks.base import Check
from obsboot.merge import has_markers
from obsboot.model import Finding
from obsboot.sources.context import Context
from obsboot.sources.errors import NotApplicableError


class Manifest(Check):
    id = "state/manifest"
    title = "Generated files are as obsboot wrote them"
    explanation = (
        "A file that obsboot owns changes with every update: an edit in it has to be merged each time, and until then "
        "hides what is true. A conflict that is left open is neither your text nor the template's."
    )
    fix = (
        "Move the change to overrides.yaml or to a file of your own beside it, then run `obsboot restore PATH`. "
        "A file that you deleted on purpose is noted by the next `obsboot update`."
    )

    def run(self, context: Context) -> Iterator[Finding]:
        pack = context.pack
        known = {**dict.fromkeys(pack.recorded, "owned"), **pack.owners}
        if not known:
            raise NotApplicableError("the pack has no recorded state")
        for path in sorted(known.keys() | pack.statuses.keys()):
            if known.get(path) != "seed":
                yield from self._file(context, path, known.get(path, ""))

    def _file(self, context: Context, path: str, owner: str) -> Iterator[Finding]:
        pack = context.pack
        now, then, status = pack.files.get(path), pack.recorded.get(path), pack.statuses.get(path)
        if status == "aside":
            yield self._open(path, 0, f"a conflict is open: the template's version is beside it, as {path}.obsboot-new")
        elif now is None:
            if status not in ("declined", "orphan"):
                yield self.finding(path, 0, "the file is gone")
        elif now == then:
            return
        elif line := has_markers(now):
            yield self._open(path, line, "a conflict is open: the markers of an update are in it")
        elif owner == "owned" and then is not None and status != "orphan":
            yield self.finding(path, _first_difference(now, then), "the file differs from what obsboot wrote")

    def _open(self, path: str, line: int, message: str) -> Finding:
        fix = f"Run `obsboot resolve {path} --yours` or `--template`, or settle it in an editor."
        return replace(self.finding(path, line, message), fix=fix)


def _first_difference(now: str, then: str) -> int:
    rows = zip_longest(now.splitlines(), then.splitlines())
    return next((number for number, (one, other) in enumerate(rows, start=1) if one != other), 1)
