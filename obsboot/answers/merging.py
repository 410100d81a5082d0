"""All sources become one draft: what holds, who said it, and what is still open."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from obsboot.answers.given import Given
from obsboot.answers.keys import NONE, Keys, applies, asked_of, lacks, settled
from obsboot.answers.reading import UnfitError
from obsboot.catalog import Catalogue
from obsboot.model import Answers, ObsbootError, Question, Value

if TYPE_CHECKING:
    from obsboot.detect import Conflict, Detection, Found


@dataclass(frozen=True, slots=True)
class Open:
    """A question without an answer, under the key that would give it. `suggestion` is what detection guesses."""

    key: str
    question: Question
    suggestion: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    """The answers so far. `given` are the explicit ones, which are stored; everything else follows from defaults."""

    answers: Answers
    given: Mapping[str, Given]
    missing: tuple[Open, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    unsure: tuple[Found, ...] = ()
    """Components of which only a hint was found; without a word from the user they stay out."""
    notes: tuple[str, ...] = field(default=())

    def explicit(self) -> dict[str, Value]:
        """Key -> value of every answer that somebody gave or accepted."""
        flat: dict[str, Value] = dict(self.answers.values)
        for name, own in self.answers.instances.items():
            flat |= {f"{name}.{key}": value for key, value in own.items()}
        flat |= {
            key: NONE for key, given in self.given.items() if key.endswith(".component") and given.text.strip() == NONE
        }
        return {key: flat[key] for key in self.given if key in flat}


def merge(given: Iterable[Given], catalogue: Catalogue, detection: Detection | None = None) -> Draft:
    """One draft of all that was given, the most important first.

    Raises ObsbootError with one line for each unknown key and each bad value, all of them at once.
    """
    said = _strongest(_aliased(tuple(given)))
    components = _components(said)
    keys = Keys(catalogue, components)
    values, problems, notes = _values(said, keys)
    problems += _unfit_roles(values, said, components, catalogue)
    if problems:
        raise ObsbootError("\n".join(problems), fix=_advice(problems))
    kept = {key: one for key, one in said.items() if key in values}
    answers = _answers(values, components, kept)
    decided = {key for key, one in kept.items() if not one.origin.startswith("detected")}
    conflicts = detection.conflicts() if detection else ()
    found = detection.instances.values() if detection else ()
    return Draft(
        answers=answers,
        given=kept,
        missing=tuple(_missing(answers, catalogue)),
        conflicts=tuple(c for c in conflicts if not _is_decided(c, decided, said, answers)),
        unsure=tuple(f for f in found if not f.sure and f"{f.id}.component" not in said),
        notes=tuple(notes),
    )


def _strongest(given: Iterable[Given]) -> dict[str, Given]:
    strongest: dict[str, Given] = {}
    for one in given:
        strongest.setdefault(one.key, one)
    return strongest


def _aliased(given: tuple[Given, ...]) -> Iterator[Given]:
    """`cache.version` means the only instance of a component `cache`, whatever that is called."""
    kinds = {one.key.partition(".")[0]: one.text for one in reversed(given) if one.key.endswith(".component")}
    for one in given:
        name, dot, question = one.key.partition(".")
        same = [id_ for id_, component in kinds.items() if component == name]
        if dot and name not in kinds and question != "component" and same:
            if len(same) > 1:
                raise ObsbootError(f"{one.where}: {name!r} could be each of {', '.join(same)}", fix="name the instance")
            one = Given(f"{same[0]}.{question}", one.text, one.origin, one.where)  # noqa: PLW2901 - the same, renamed
        yield one


def _components(said: Mapping[str, Given]) -> dict[str, str]:
    """Instance id -> component id. An instance that nobody says the component of is named after it."""
    names = dict.fromkeys(key.partition(".")[0] for key in said if "." in key)
    return {name: said[f"{name}.component"].text.strip() if f"{name}.component" in said else name for name in names}


def _values(said: Mapping[str, Given], keys: Keys) -> tuple[dict[str, Value], list[str], list[str]]:
    """Values by key, what is wrong, and what detection found but cannot be used."""
    values: dict[str, Value] = {}
    problems: list[str] = []
    notes: list[str] = []
    for key, one in said.items():
        if keys.components.get(key.partition(".")[0]) == NONE and not key.endswith(".component"):
            continue
        try:
            values[key] = keys.read(key, one.text)
        except UnfitError as error:
            if one.origin.startswith("detected"):
                notes.append(f"{one.where}: not used: {key} {error}")
            else:
                problems.append(f"{one.where}: {_sentence(key, str(error))}")
    return values, problems, notes


def _sentence(key: str, message: str) -> str:
    return message if message.startswith(("nothing", "there is", "the catalogue")) else f"{key} {message}"


def _advice(problems: list[str]) -> str:
    unknown = any("nothing asks" in problem or "the catalogue has" in problem for problem in problems)
    return "`obsboot catalog show ID` lists what can be asked" if unknown else ""


def _unfit_roles(
    values: Mapping[str, Value], said: Mapping[str, Given], components: Mapping[str, str], catalogue: Catalogue
) -> list[str]:
    """Answers that mean nothing in the role that the instance has."""
    problems = []
    for key in values:
        name, dot, question = key.partition(".")
        component = catalogue.components.get(components.get(name, ""))
        asked = component.questions.get(question) if dot and component else None
        if component and asked and asked.roles:
            role = str(values.get(f"{name}.role", component.roles[0] if component.roles else ""))
            if role not in asked.roles:
                problems.append(
                    f"{said[key].where}: {key} means nothing for the role {role}; it is for {', '.join(asked.roles)}"
                )
    return problems


def _answers(values: Mapping[str, Value], components: Mapping[str, str], kept: Mapping[str, Given]) -> Answers:
    """The answers for `resolve`; an instance whose component is none is left out."""
    instances: dict[str, dict[str, Value]] = {}
    for name, component in components.items():
        if component != NONE:
            own = {key.partition(".")[2]: value for key, value in values.items() if key.startswith(f"{name}.")}
            instances[name] = {"component": component, **{k: v for k, v in own.items() if v != "" or k != "owned_by"}}
    return Answers(
        values={key: value for key, value in values.items() if "." not in key},
        instances=instances,
        origin={key: one.origin for key, one in kept.items()},
    )


def _missing(answers: Answers, catalogue: Catalogue) -> Iterator[Open]:
    values = settled(answers.values, catalogue.questions)
    for name, question in catalogue.questions.items():
        if (name not in values and applies(question, values)) or lacks(question, values):
            yield Open(name, question)
    for name, own in sorted(answers.instances.items()):
        component = catalogue.components[str(own["component"])]
        role = str(own.get("role", component.roles[0] if component.roles else ""))
        for question in asked_of(component, role):
            if question.default is None and question.name not in own and applies(question, {**values, **own}):
                yield Open(f"{name}.{question.name}", question)


def _is_decided(conflict: Conflict, decided: set[str], said: Mapping[str, Given], answers: Answers) -> bool:
    """A key is decided by any explicit answer; rivals are when all but one of them are turned away."""
    if conflict.key == "framework":
        away = [o for o in conflict.options if (one := said.get(f"{o.value}.component")) and one.text.strip() == NONE]
        return len(conflict.options) - len(away) < 2
    name, dot, _ = conflict.key.partition(".")
    return conflict.key in decided or (bool(dot) and name not in answers.instances)
