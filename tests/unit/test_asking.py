from __future__ import annotations

from functools import partial
from pathlib import Path

import copier
import pytest
from small_catalogue import REPOSITORY, lay_out, question, requiring, small_catalogue

from obsboot.answers import Draft, from_detection, from_flags, merge
from obsboot.answers.asking import MOST, Prompt, ask, prompts
from obsboot.detect import Detection, detect
from obsboot.model import Exit, ObsbootError

CATALOGUE = small_catalogue()


@pytest.fixture
def by_default(monkeypatch: pytest.MonkeyPatch) -> None:
    """copier takes every default, as a person does who only presses Enter."""
    monkeypatch.setattr(copier, "run_copy", partial(copier.run_copy, defaults=True))


def drafted(root: Path, files: dict[str, str], *flags: str) -> tuple[Draft, Detection]:
    found = detect(lay_out(root, files), CATALOGUE)
    return merge([*from_flags(flags), *from_detection(found, "observability")], CATALOGUE, found), found


def keys(draft: Draft, found: Detection) -> list[str]:
    return [prompt.key for prompt in prompts(draft, CATALOGUE, found)]


def test_only_what_is_unknown_is_asked(tmp_path: Path) -> None:
    draft, found = drafted(tmp_path, REPOSITORY, "network=deep", "latency=0.2")
    assert keys(draft, found) == ["environment", "mode", "replicas"]


def test_contradictions_and_what_is_missing_come_first(tmp_path: Path) -> None:
    files = {"a.py": "pool_size=1\n", "b.py": "pool_size=2\n", "lake.conf": "depth = x\n", "pyproject.toml": '"jar",\n'}
    draft, found = drafted(tmp_path / "My Shop", files, "lake.version=18")
    asked = prompts(draft, CATALOGUE, found)
    assert [prompt.key for prompt in asked][:4] == ["pool.pool_size", "team", "lake.depth", "jar.component"]
    assert list(asked[0].choices) == ["1 (a.py:1)", "2 (b.py:1)"]
    assert [(prompt.key, prompt.default) for prompt in asked if prompt.key == "service"] == [("service", "my-shop")]
    assert ("lake.address", "lake:5432") in [(prompt.key, prompt.default) for prompt in asked]


def test_nobody_is_asked_more_than_a_dozen_things(tmp_path: Path) -> None:
    catalogue = CATALOGUE
    for number in range(20):
        catalogue = requiring(catalogue, "jar", f"number_{number}")
    draft = merge(from_flags(["jar.version=8"]), catalogue)
    asked = prompts(draft, catalogue, detect(tmp_path, catalogue))
    assert len(asked) == MOST
    assert [prompt.key for prompt in asked][:2] == ["service", "team"]


def test_pressing_enter_takes_the_defaults(tmp_path: Path, by_default: None) -> None:
    draft, found = drafted(tmp_path, REPOSITORY, "network=deep")
    given = ask(prompts(draft, CATALOGUE, found), draft.answers.values)
    assert {one.key: (one.text, one.origin) for one in given} == {
        "environment": ("production", "asked"),
        "mode": ("own-stack", "asked"),
        "replicas": ("1", "asked"),
        "latency": ("0.3", "asked"),
    }


def test_a_hint_is_refused_by_default_and_a_framework_turns_the_others_away(tmp_path: Path, by_default: None) -> None:
    files = {"requirements.txt": "rocket\nkayak\n", "pyproject.toml": '"jar",\n'}
    draft, found = drafted(tmp_path, files, "service=a", "team=b")
    asked = [
        Prompt(p.key, p.question, "rocket" if p.key == "framework" else p.default, p.choices)
        for p in prompts(draft, CATALOGUE, found)
        if p.key in ("framework", "jar.component")
    ]
    given = {one.key: one.text for one in ask(tuple(asked), {})}
    assert given == {"kayak.component": "none", "jar.component": "none"}


def test_a_condition_looks_at_prompts_and_at_known_answers(by_default: None) -> None:
    conditional = question("inner", "integer", default=1, only_if={"mode": ("own-stack",)})
    mode = CATALOGUE.questions["mode"]
    assert [g.key for g in ask((Prompt("mode", mode, "files-only"), Prompt("inner", conditional, 1)), {})] == ["mode"]
    assert [g.key for g in ask((Prompt("mode", mode, "own-stack"), Prompt("inner", conditional, 1)), {})] == [
        "mode",
        "inner",
    ]
    assert ask((Prompt("inner", conditional, 1),), {"mode": "files-only"}) == ()
    assert [g.key for g in ask((Prompt("inner", conditional, 1),), {"mode": "own-stack"})] == ["inner"]


@pytest.mark.parametrize(
    ("type_", "bad", "good"),
    [
        ("identifier", "Two Words", "two-words"),
        ("address", "host", "host:1"),
        ("text", "a {{ b }}", 'it\'s "quoted" #1'),
        ("text", "50%{x}", "50% {x}"),
        ("url", "nowhere", "https://x/y"),
        ("email", "me", "me@x"),
        ("ratio", 2, 0.5),
        ("seconds", -1, 0.5),
        ("integer", 200, 7),
    ],
)
def test_validators_accept_and_refuse(by_default: None, type_: str, bad: object, good: object) -> None:
    wanted = question("q", type_, maximum=100) if type_ == "integer" else question("q", type_)
    (given,) = ask((Prompt("q", wanted, good),), {})  # type: ignore[arg-type]
    assert given.text == str(good)
    with pytest.raises(ObsbootError, match="it has to be") as caught:
        ask((Prompt("q", wanted, bad),), {})  # type: ignore[arg-type]
    assert caught.value.code == Exit.TOOL_ERROR


def test_without_anything_to_ask_copier_stays_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copier, "run_copy", None)
    assert ask((), {}) == ()


def test_giving_up_is_an_interrupt(monkeypatch: pytest.MonkeyPatch) -> None:
    from copier.errors import CopierAnswersInterrupt  # noqa: PLC0415

    def give_up(*_: object, **__: object) -> None:
        raise CopierAnswersInterrupt(None, None, None)  # type: ignore[arg-type]

    monkeypatch.setattr(copier, "run_copy", give_up)
    with pytest.raises(KeyboardInterrupt):
        ask((Prompt("team", CATALOGUE.questions["team"]),), {})
