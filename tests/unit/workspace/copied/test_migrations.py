from __future__ import annotations

import pytest

from obsboot.workspace.copied.migrations import between

SAID = (
    {"version": "v2.0.0", "command": "two"},
    {"version": "3", "before": ["a b", ["c", "d e"]], "after": None},
    "each",
)


@pytest.mark.parametrize(
    ("before", "after", "commands"),
    [
        ("v1.0.0", "v2.0.0", ("two", "each")),
        ("v2.0.0", "v2.1.0", ("each",)),
        ("v2.0.0", "v3.0.0", ("a b", "c 'd e'", "each")),
        ("v1.0.0", "v3.0.0-4-gabcdef", ("two", "a b", "c 'd e'", "each")),  # between tags: none may be left out
        ("v3.0.0", "v1.0.0", ("each",)),
        ("v2.0.0", "v2.0.0", ()),
    ],
)
def test_those_of_the_step_are_named(before: str, after: str, commands: tuple[str, ...]) -> None:
    assert between(SAID, before, after) == commands


def test_a_command_of_words_is_one_that_a_shell_takes() -> None:
    assert between(({"command": ["touch", "a b", 1]}, ["x", "y"], {"when": "{{ true }}"}), "1", "2") == (
        "touch 'a b' 1",
        "x y",
    )
