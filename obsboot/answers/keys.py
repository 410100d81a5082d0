"""Which answers there can be: the pack's questions, and those of each instance by its component."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from obsboot.answers.reading import UnfitError, read, version
from obsboot.catalog import Catalogue
from obsboot.catalog.problems import nearest
from obsboot.model import Component, Question, Value, allows

_REFERENCE = re.compile(r"<<\s*(\w+)\s*>>")
NONE = "none"
"""The component of what is there and shall not be part of the pack."""


class Keys:
    """The questions that stand behind keys. `components` is instance id -> component id."""

    def __init__(self, catalogue: Catalogue, components: Mapping[str, str]) -> None:
        self.catalogue, self.components = catalogue, components

    def read(self, key: str, text: str) -> Value:
        """The value of the answer. Raises UnfitError, also for a key that nothing has."""
        name, dot, question = key.partition(".")
        if not dot:
            return read(text, self._pack_question(key))
        return self._of_instance(name, question, text)

    def _pack_question(self, key: str) -> Question:
        if key in self.catalogue.questions:
            return self.catalogue.questions[key]
        meant = [name for name, id_ in self.components.items() if key in self._questions(id_)]
        advice = f"did you mean {meant[0]}.{key}?" if meant else nearest(key, [*self.catalogue.questions, "instances"])
        raise UnfitError(f"nothing asks for {key!r}; {advice}")

    def _of_instance(self, name: str, question: str, text: str) -> Value:
        read(name, Question(name, "", "identifier"))
        if question == "component":
            return self._component(text.strip())
        component = self.catalogue.components.get(self.components.get(name, name))
        if component is None:
            known = [*(other for other in self.components if other != name), *self.catalogue.components]
            raise UnfitError(f"there is no instance {name!r}; {nearest(name, known)} (or say {name}.component)")
        if question == "version":
            return version(text)
        questions = own_questions(component)
        if question not in questions:
            advice = nearest(question, [*questions, "version", "component"])
            raise UnfitError(f"nothing asks {component.id} for {question!r}; {advice}")
        return read(text, questions[question])

    def _component(self, text: str) -> Value:
        if text != NONE and text not in self.catalogue.components:
            raise UnfitError(
                f"the catalogue has no component {text!r}; {nearest(text, [*self.catalogue.components, NONE])}"
            )
        return text

    def _questions(self, component: str) -> Mapping[str, Question]:
        return self.catalogue.components[component].questions if component in self.catalogue.components else {}


def own_questions(component: Component) -> dict[str, Question]:
    """What can be asked of an instance of the component, beside its version."""
    questions = {
        "address": Question("address", f"Under which host:port does {component.title} answer?", "address"),
        "owned_by": Question(
            "owned_by", "Which other service's pack owns it (empty - this one)?", "identifier", default=""
        ),
    }
    if component.roles:
        ask = f"What is {component.title} used as?"
        questions["role"] = Question("role", ask, "choice", default=component.roles[0], choices=component.roles)
    return questions | dict(component.questions)


def asked_of(component: Component, role: str) -> Iterator[Question]:
    """The component's own questions that make sense for the role."""
    return (q for q in component.questions.values() if not q.roles or role in q.roles)


def applies(question: Question, values: Mapping[str, Value]) -> bool:
    """Whether the other answers leave room for the question."""
    return allows(values, question.only_if)


def settled(given: Mapping[str, Value], questions: Mapping[str, Question]) -> dict[str, Value]:
    """The answers with the defaults of those that nobody gave.

    A default such as `<< service >>_default` has the other answer in its place, where there is one.
    """
    values = {name: q.default for name, q in questions.items() if q.default is not None} | dict(given)
    return {name: _filled(value, values) for name, value in values.items()}


def _filled(value: Value, values: Mapping[str, Value]) -> Value:
    if not isinstance(value, str):
        return value
    return _REFERENCE.sub(lambda found: str(values.get(found[1], found[0])), value)


def is_guess(question: Question) -> bool:
    """Whether the default is made of other answers, and so no more than likely."""
    return isinstance(question.default, str) and _REFERENCE.search(question.default) is not None


def lacks(question: Question, values: Mapping[str, Value]) -> bool:
    """Whether the other answers make this one needed and it is empty."""
    needed = any(str(values.get(name)) in which for name, which in question.needed_if.items())
    return needed and values.get(question.name, question.default) == ""
