"""What `obsboot check --explain ID` says: why, a bad and a good example, how to mend it and how to silence it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from obsboot.filtering import NAME, NOTICES, Described, described
from obsboot.model import ObsbootError
from obsboot.promql.likeness import meant

_EXAMPLES = ("Bad", "Good")


def explained(check: str) -> str:
    """Everything about one id. Raises ObsbootError with the id that may be meant where there is none such."""
    known = described()
    if check not in known:
        groups = ", ".join(sorted({name.partition("/")[0] for name in known}))
        raise ObsbootError(
            f"--explain: there is no check {check!r}",
            fix=meant(check, known) or f"ids are `group/name`; the groups are {groups}",
        )
    return "\n".join(_lines(known[check]))


def _lines(about: Described) -> Iterator[str]:
    yield from (f"{about.id} ({about.severity}): {about.title}.", "", about.explanation)
    sections = _sections(_pages() / f"{about.id}.md")
    for name in _EXAMPLES:
        if name in sections:
            yield from ("", f"{name}:", "", *(f"    {row}".rstrip() for row in _without_fences(sections[name])))
    yield from ("", f"Fix: {about.fix}")
    if about.id not in NOTICES:
        yield from ("", *_silencing(about.id))


def _silencing(check: str) -> Iterator[str]:
    yield "To silence it for one item, in a comment above it or behind its line:"
    yield from ("", f"    # obsboot: ignore {check} -- reason", "")
    yield f"or, where a file has no comments, in {NAME} at the top of the folder:"
    yield from ("", "    ignore:", f"    - {{check: {check}, path: PATH, subject: SUBJECT, reason: REASON}}")


def _pages() -> Path:
    """Where the pages of checks are: in the installed package, or in the checkout around it."""
    package = Path(__file__).resolve().parents[1]
    inside = package / "_docs" / "checks"
    return inside if inside.is_dir() else package.parent / "docs" / "checks"


def _sections(page: Path) -> dict[str, str]:
    """The parts of a page by their headings; nothing where there is no such page."""
    if not page.is_file():
        return {}
    parts = re.split(r"^## (.+)\n", page.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def _without_fences(part: str) -> Iterator[str]:
    yield from (row for row in part.strip().split("\n") if not row.startswith("```"))
