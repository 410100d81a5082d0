"""What an adoption shows: what is written, what is kept, and what others wrote that the pack has as well."""

from __future__ import annotations

from typing import TYPE_CHECKING

from obsboot.commands.showing import say, show_plan, show_rows

if TYPE_CHECKING:
    from obsboot.commands.foreign import Seen
    from obsboot.workspace.adopting import Adoption

Foreign = tuple[tuple["Seen", tuple[str, ...]], ...]
"""Each foreign file, with what the pack has of the same."""
SCHEMA = 1


def show(adoption: Adoption, foreign: Foreign) -> None:
    """Each foreign file and what would be double, then the plan with each file that is kept."""
    rows = [(one.path, one.kind, one.what) for one, _ in foreign]
    show_rows("Observability files that are there", ("file", "kind", "what"), rows)
    _show_doubles([(one.path, sentence) for one, sentences in foreign for sentence in sentences])
    if same := adoption.of("same"):
        say(f"{len(same)} files are there as the pack has them.")
    show_plan(adoption.plan)
    if adoption.kept:
        say("Those files stay in place of the pack's; `--sidecars` writes the pack's beside each,")
        say("and `--set directory=PATH` puts the pack into a folder of its own.")


def _show_doubles(double: list[tuple[str, str]]) -> None:
    if double:
        say("What would be there twice:")
    for path, sentence in double:
        say(f"  {path}: {sentence}")
    if any("brings its own" in sentence for _, sentence in double):
        say("  `--set mode=files-only` leaves the servers to those that are there.")


def as_data(adoption: Adoption, foreign: Foreign) -> dict[str, object]:
    """The plan for machines; its schema is in docs/adopt.md."""
    return {
        "schema": SCHEMA,
        "kept": [{"path": one.path, "yours": one.yours, "pack": one.pack} for one in adoption.kept],
        "same": list(adoption.of("same")),
        "writes": [step.path for step in adoption.plan.of("create", "replace")],
        "foreign": [
            {"path": one.path, "kind": one.kind, "what": one.what, "doubles": list(sentences)}
            for one, sentences in foreign
        ],
        "notes": list(adoption.plan.notes),
    }
