"""Without a terminal nothing prompts: everything that is open is said at once, each with the flag that sets it."""

from __future__ import annotations

from collections.abc import Iterator

from obsboot.answers.keys import applies, is_guess, settled
from obsboot.answers.merging import Draft
from obsboot.catalog import Catalogue
from obsboot.model import ObsbootError


def demand(draft: Draft) -> None:
    """Raises ObsbootError that names every missing answer and every contradiction, with the flag that decides it."""
    lines = [f"{conflict}; decide with {conflict.flag}" for conflict in draft.conflicts]
    lines += [f"{one.key} is missing: {one.question.ask} Say --set {one.key}=..." for one in draft.missing]
    if lines:
        raise ObsbootError("\n".join(lines), fix="or put the answers into a file: --answers FILE")


def assumptions(draft: Draft, catalogue: Catalogue) -> tuple[str, ...]:
    """What the pack takes for granted because nobody said otherwise and it matters."""
    notes = list(draft.notes)
    for name, own in sorted(draft.answers.instances.items()):
        component = catalogue.components[str(own["component"])]
        if "address" not in own and component.port and component.kind in ("server", "service"):
            notes.append(f"{name} is taken to answer at {name}:{component.port} (--set {name}.address=HOST:PORT)")
    notes += _guesses(draft, catalogue)
    notes += [
        f"{found.id} stays out: {found.evidence[0]} is only {found.evidence[0].why} "
        f"(--set {found.id}.component={found.component} takes it in)"
        for found in draft.unsure
    ]
    return tuple(notes)


def _guesses(draft: Draft, catalogue: Catalogue) -> Iterator[str]:
    """What nobody said and follows from other answers, which is likely and no more."""
    values = settled(draft.answers.values, catalogue.questions)
    for name, question in catalogue.questions.items():
        if is_guess(question) and name not in draft.answers.values and applies(question, values):
            none = f", or --set {name}= for none" if question.may_be_empty else ""
            yield f"{name} is taken to be {values[name]} (--set {name}=...{none})"
