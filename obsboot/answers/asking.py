"""What only a person knows, asked on the terminal. copier asks: with its types, choices, validators and conditions."""

from __future__ import annotations

import tempfile
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import yaml

from obsboot.answers.given import Given
from obsboot.answers.keys import NONE, asked_of, own_questions
from obsboot.answers.merging import Draft
from obsboot.catalog import Catalogue
from obsboot.detect import Conflict, Detection, Found
from obsboot.model import Exit, ObsbootError, Question, Value

MOST = 12
"""How many prompts a person is asked to bear. What is left keeps its default."""

_TYPES = {"integer": "int", "number": "float", "ratio": "float", "seconds": "float", "yesno": "bool"}
_SHAPES = {
    "identifier": ("^[a-z][a-z0-9-]{0,62}$", "lower-case letters, digits and dashes, a letter first"),
    "address": ("^[^ /@:]+:[0-9]{1,5}$", "host:port"),
    "text": ("^(?!.*([{][{]|[$]|%[{]|[<][<])).{0,200}$", "plain text"),
    "url": ("^(https?://[^ @]+)?$", "an http or https address"),
    "email": ("^([^ @]+@[^ @]+)?$", "an e-mail address"),
    "path": ("^[A-Za-z0-9_]", "a folder inside the repository"),
    "timezone": ("^[A-Za-z][A-Za-z0-9_+/-]*$", "the IANA name of a time zone"),
}
_ENVIRONMENT = {
    "block_start_string": "<%", "block_end_string": "%>", "variable_start_string": "<<", "variable_end_string": ">>",
    "comment_start_string": "<#", "comment_end_string": "#>",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Prompt:
    """One thing to ask. `choices` maps what is shown to what it stands for."""

    key: str
    question: Question
    default: Value | None = None
    choices: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The key as copier can have it."""
        return self.key.replace(".", "__").replace("-", "_")


def prompts(draft: Draft, catalogue: Catalogue, detection: Detection) -> tuple[Prompt, ...]:
    """What to ask, the most important first, at most `MOST`: contradictions, what is missing, hints, then the rest."""
    every = [*map(_conflict, draft.conflicts)]
    every += missing(draft)
    every += map(_hint, draft.unsure)
    every += _of_pack(draft, catalogue, detection)
    every += _of_instances(draft, catalogue)
    return tuple(
        {prompt.key: prompt for prompt in reversed(every)}[key] for key in dict.fromkeys(p.key for p in every)
    )[:MOST]


def missing(draft: Draft) -> tuple[Prompt, ...]:
    """What has to be answered: an empty answer is none, whatever the default says."""
    return tuple(Prompt(one.key, replace(one.question, default=None)) for one in draft.missing)


def _conflict(conflict: Conflict) -> Prompt:
    choices = {f"{option.value} ({option.evidence})": str(option.value) for option in conflict.options}
    ask = f"The repository contradicts itself about {conflict.key}. Which one is it?"
    return Prompt(conflict.key, Question(conflict.key, ask, "choice"), choices=choices)


def _hint(found: Found) -> Prompt:
    ask = f"Is {found.component} part of this service? ({found.evidence[0]}: {found.evidence[0].why})"
    return Prompt(
        f"{found.id}.component", Question("component", ask, "choice"), NONE, {"yes": found.component, "no": NONE}
    )


def _of_pack(draft: Draft, catalogue: Catalogue, detection: Detection) -> Iterator[Prompt]:
    for name, question in catalogue.questions.items():
        said = draft.given.get(name)
        guesses = detection.values.get(name, ())
        unsure = said is not None and said.origin.startswith("detected") and not all(guess.sure for guess in guesses)
        if (question.prompt and said is None) or unsure:
            yield Prompt(name, question, guesses[0].value if guesses else question.default)


def _of_instances(draft: Draft, catalogue: Catalogue) -> Iterator[Prompt]:
    for name, own in sorted(draft.answers.instances.items()):
        component = catalogue.components[str(own["component"])]
        if component.kind == "server" and "address" not in own and component.port:
            yield Prompt(f"{name}.address", own_questions(component)["address"], f"{name}:{component.port}")
        if len(component.roles) > 1 and "role" not in own:
            yield Prompt(f"{name}.role", own_questions(component)["role"], component.roles[0])
        role = str(own.get("role", component.roles[0] if component.roles else ""))
        for question in asked_of(component, role):
            if question.prompt and question.name not in own:
                yield Prompt(f"{name}.{question.name}", question, question.default)


def ask(asked: tuple[Prompt, ...], known: Mapping[str, Value]) -> tuple[Given, ...]:
    """The person's answers, by copier's questionnaire. `known` are answers that conditions may look at.

    Raises ObsbootError where copier cannot run, KeyboardInterrupt where the person gives up.
    """
    if not asked:
        return ()
    with tempfile.TemporaryDirectory(prefix="obsboot-ask-") as folder:
        template, result = Path(folder, "template"), Path(folder, "result")
        _assemble(template, asked, known)
        answers = _run(template, result)
    return tuple(given for prompt in asked if prompt.name in answers for given in _given(prompt, answers[prompt.name]))


def _assemble(template: Path, asked: tuple[Prompt, ...], known: Mapping[str, Value]) -> None:
    """A copier template that holds nothing but the answers."""
    template.mkdir()
    names = {prompt.key: prompt.name for prompt in asked}
    settings: dict[str, Any] = {"_envops": _ENVIRONMENT, "_answers_file": "answers.yml", "_min_copier_version": "9"}
    settings |= {prompt.name: _entry(prompt, names, known) for prompt in asked}
    (template / "copier.yml").write_text(yaml.safe_dump(settings, sort_keys=False), encoding="utf-8")
    (template / "<< _copier_conf.answers_file >>.jinja").write_text(
        "<< _copier_answers | to_nice_yaml >>", encoding="utf-8"
    )


def _entry(prompt: Prompt, names: Mapping[str, str], known: Mapping[str, Value]) -> dict[str, Any]:
    question = prompt.question
    text = textwrap.fill(f"{question.ask} {question.reason}".strip(), 76)
    entry: dict[str, Any] = {"type": _TYPES.get(question.type, "str"), "help": text, "qmark": "?"}
    choices = prompt.choices or {choice: choice for choice in question.choices}
    if choices:
        entry["choices"] = dict(choices)
    else:
        entry["validator"] = _validator(prompt)
    if prompt.default is not None:
        entry["default"] = prompt.default
    conditions = [_condition(name, allowed, names, known) for name, allowed in question.only_if.items()]
    if any(conditions):
        entry["when"] = f"<< {' and '.join(filter(None, conditions))} >>"
    return entry


def _condition(name: str, allowed: tuple[str, ...], names: Mapping[str, str], known: Mapping[str, Value]) -> str:
    if name in names:
        return f"{names[name]} | string in {list(allowed)!r}"
    return "" if str(known.get(name)) in allowed else "false"


def _validator(prompt: Prompt) -> str:
    name, question = prompt.name, prompt.question
    low, high = question.minimum, question.maximum
    if question.type == "ratio":
        low, high = low or 0, 1 if high is None else high
    if question.type == "seconds":
        low = low or 0
    rules = [(f"{name} < {low}", f"at least {low}")] if low is not None else []
    rules += [(f"{name} > {high}", f"at most {high}")] if high is not None else []
    if question.type in _SHAPES:
        pattern, words = _SHAPES[question.type]
        rules.append((f"not ({name} | string | regex_search('{pattern}'))", words))
    if question.default is None and question.type in _SHAPES:
        rules.append((f"not {name}", "something"))
    return "".join(f"<% if {rule} %>it has to be {words}<% endif %>" for rule, words in rules)


def _run(template: Path, result: Path) -> dict[str, Any]:
    from copier import run_copy  # noqa: PLC0415 - 0.35 s that only a person at a terminal pays
    from copier.errors import CopierAnswersInterrupt, CopierError  # noqa: PLC0415

    try:
        run_copy(str(template), result, quiet=True)
        return yaml.safe_load((result / "answers.yml").read_text(encoding="utf-8")) or {}
    except CopierAnswersInterrupt:
        raise KeyboardInterrupt from None
    except (CopierError, OSError, ValueError) as error:
        raise ObsbootError(
            f"the questions cannot be asked: {error}", fix="use --yes, --set or --answers", code=Exit.TOOL_ERROR
        ) from None


def _given(prompt: Prompt, answer: object) -> Iterator[Given]:
    """The answer as any other source gives it; a choice between frameworks turns the others away."""
    text = str(answer).lower() if isinstance(answer, bool) else str(answer)
    if prompt.key != "framework":
        yield Given(prompt.key, text, "asked", "your answer")
        return
    for other in prompt.choices.values():
        if other != text:
            yield Given(f"{other}.component", NONE, "asked", "your answer")
