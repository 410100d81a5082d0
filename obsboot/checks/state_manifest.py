"""Generated files against their recorded rendering."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest

from obsboot.checks.base import Check, NotApplicableError
from obsboot.checks.context import Context
from obsboot.model import Finding


class Manifest(Check):
    id = "state/manifest"
    title = "Generated files are as obsboot wrote them"
    explanation = "A file that obsboot owns is regenerated: an edit in it is lost, and until then hides what is true."
    fix = "Move the change to overrides.yaml or to a file of your own beside it, then run `obsboot init` again."

    def run(self, context: Context) -> Iterator[Finding]:
        pack = context.pack
        known = {**dict.fromkeys(pack.recorded, "owned"), **pack.owners}
        if not known:
            raise NotApplicableError("the pack has no recorded state")
        for path, owner in sorted(known.items()):
            now, then = pack.files.get(path), pack.recorded.get(path)
            if owner == "seed":
                continue
            if now is None:
                yield self.finding(path, 0, "the file is gone")
            elif owner == "owned" and then is not None and now != then:
                yield self.finding(path, _first_difference(now, then), "the file differs from what obsboot wrote")


def _first_difference(now: str, then: str) -> int:
    rows = zip_longest(now.splitlines(), then.splitlines())
    return next((number for number, (one, other) in enumerate(rows, start=1) if one != other), 1)
