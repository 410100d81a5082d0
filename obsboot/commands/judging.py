"""Whether what a merge makes is still sound: the checks, before a byte is written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from obsboot.answers import Draft
    from obsboot.catalog import Catalogue
    from obsboot.model import Finding, Pack, Stack


def judge_of(
    root: Path, draft: Draft, catalogue: Catalogue
) -> Callable[[Mapping[str, str], Mapping[str, str]], Mapping[str, str]]:
    """A function of the pack's texts as they would be, and of those files among them that are merged.

    It gives each merged file that breaks a check which the pack as it is does not break there, and what is wrong.
    """

    def judge(texts: Mapping[str, str], merged: Mapping[str, str]) -> Mapping[str, str]:
        from obsboot.commands.wanting import resolved  # noqa: PLC0415
        from obsboot.workspace import load_pack  # noqa: PLC0415

        before = _errors(load_pack(root, catalogue), merged)
        after = _errors(_pack(root, resolved(root, draft, catalogue), texts), merged)
        known = {(each.check, each.path) for each in before}
        found: dict[str, str] = {}
        for each in after:
            if (each.check, each.path) not in known:
                found.setdefault(each.path, f"{each.check}: {each.message}")
        return found

    return judge


def _pack(root: Path, stack: Stack, texts: Mapping[str, str]) -> Pack:
    from obsboot.model import Pack  # noqa: PLC0415

    return Pack(root, stack, texts)


def _errors(pack: Pack, paths: Iterable[str]) -> list[Finding]:
    """The findings of severity error in these files."""
    from obsboot.checks import check  # noqa: PLC0415

    wanted = set(paths)
    return [
        each for result in check(pack) for each in result.findings if each.severity == "error" and each.path in wanted
    ]
