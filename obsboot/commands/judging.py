"""Whether what a merge makes is still sound: the checks, before a byte is written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from obsboot.answers import Draft
    from obsboot.catalog import Catalogue
    from obsboot.model import Finding, GeneratedFile, Pack, Stack
    from obsboot.workspace import State
    from obsboot.workspace.update.planning import Judge


def judge_of(
    root: Path, draft: Draft, catalogue: Catalogue, state: State | None, files: Iterable[GeneratedFile]
) -> Judge:
    """A function of the pack's texts as they would be, and of those files among them that are merged.

    It gives each merged file that breaks a check which neither the pack as it is nor the new rendering alone (`files`)
    breaks there, and what is wrong.
    """

    def judge(texts: Mapping[str, str], merged: Mapping[str, str]) -> Mapping[str, str]:
        from obsboot.commands.wanting import resolved  # noqa: PLC0415
        from obsboot.workspace import load_pack  # noqa: PLC0415

        stack = resolved(root, draft, catalogue, state)
        after = _errors(_pack(root, stack, texts), merged)
        if not after:
            return {}
        rendered = _pack(root, stack, {file.path: file.text for file in files})
        before = [*_errors(load_pack(root, catalogue), merged), *_errors(rendered, merged)]
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
