from __future__ import annotations

import pytest

from obsboot.filtering.changes import Changes, changed_lines
from obsboot.filtering.layout import Layout
from obsboot.model import Finding

RULES = """\
groups:
- name: a
  rules:
  - alert: A
    expr: |
      a
      - b: 1
    for: 1m
  - alert: B
    expr: b > 1
    labels:
      severity: page
"""


def finding(path: str, line: int) -> Finding:
    return Finding("a/b", "error", path, line, "m")


def touched(changed: set[int], line: int, path: str = "a.yaml") -> bool:
    return Changes({path: changed}).touch(finding(path, line), Layout(RULES))


def test_in_yaml_an_item_is_judged_as_one() -> None:
    assert touched({8}, 6)
    assert touched({5}, 8)
    assert touched({12}, 9)
    assert not touched({10}, 6)
    assert not touched({8}, 12)


def test_an_item_beside_the_line_is_not_around_it() -> None:
    layout = Layout("- a:\n  - x: 1\n  b: 2\n- c: 3\n")
    assert layout.item_around(3) == range(1, 4)
    assert layout.item_around(2) == range(2, 3)
    assert layout.item_around(4) == range(4, 5)


def test_a_finding_of_the_group_is_about_all_that_is_in_it() -> None:
    assert touched({12}, 2)
    assert touched({12}, 3)


def test_outside_of_any_item_the_file_counts() -> None:
    assert touched({12}, 1)
    assert touched({12}, 0)
    assert touched({12}, 99)


def test_other_files_are_judged_as_wholes() -> None:
    assert touched({1}, 6, "board.json")
    assert touched({1}, 6, "pipeline.conf")


def test_a_file_that_does_not_differ_is_quiet_and_a_new_one_is_not() -> None:
    changes = Changes({"new.yaml": None})
    assert not changes.touch(finding("a.yaml", 3), Layout(RULES))
    assert changes.touch(finding("new.yaml", 3), Layout(RULES))
    assert Changes({"gone.yaml": {3}}).touch(finding("gone.yaml", 3), None)


@pytest.mark.parametrize(
    ("patch", "lines"),
    [
        (b"@@ -1 +1 @@\n-a\n+b\n", {1}),
        (b"@@ -3,2 +4,3 @@ name\n", {4, 5, 6}),
        (b"@@ -10,2 +9,0 @@\n", {9, 10}),
        (b"@@ -1,2 +0,0 @@\n", {0, 1}),
        (b"+x\n@@ -0,0 +1,2 @@\n+@@ -1 +7 @@\n@@ -8 +9 @@\n", {1, 2, 9}),
        (b"", set()),
    ],
)
def test_the_lines_of_a_patch(patch: bytes, lines: set[int]) -> None:
    assert changed_lines(patch) == lines
