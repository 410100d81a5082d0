"""Which lines a suppression covers, and what is said of one that cannot be read."""

from __future__ import annotations

import time
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from obsboot.filtering.comments import Suppressions, read_comments
from obsboot.filtering.waivers import Lines
from obsboot.model import Finding

KNOWN = frozenset({"promql/le", "promql/type", "rules/for", "compose/pins"})

RULES = """\
groups:
- name: a
  rules:
  # obsboot: ignore promql/le -- the exporter is being replaced
  - alert: A
    expr: |
      a
        > 1

    # a word on the labels
    labels:
      severity: page
  - alert: B
    expr: b > 1  # obsboot: ignore promql/type, rules/for until 2027-01-31 -- one node
    for: 1m
"""


def read(text: str, path: str = "a.yaml") -> Suppressions:
    return read_comments(path, text, KNOWN)


def lines(text: str, path: str = "a.yaml") -> list[range | None]:
    found = read(text, path)
    assert not found.problems, found.problems
    scopes = [waiver.scope for waiver in found.waivers]
    assert all(isinstance(scope, Lines) for scope in scopes)
    return [scope.lines for scope in scopes if isinstance(scope, Lines)]


def problem(text: str, path: str = "a.yaml") -> Finding:
    found = read(text, path)
    assert not found.waivers
    (only,) = found.problems
    assert (only.check, only.severity, only.path) == ("suppression/invalid", "error", path)
    return only


def test_a_comment_above_covers_the_item_and_what_is_deeper() -> None:
    assert lines(RULES) == [range(5, 13), range(14, 15), range(14, 15)]


def test_everything_that_a_comment_says() -> None:
    first, second, third = read(RULES).waivers
    assert (first.check, first.reason, first.until) == ("promql/le", "the exporter is being replaced", None)
    assert (second.check, third.check) == ("promql/type", "rules/for")
    assert second.until == third.until == date(2027, 1, 31)
    assert second.reason == "one node"
    assert (str(first.place), first.place.column) == ("a.yaml:4", 3)
    assert (str(second.place), second.place.column) == ("a.yaml:14", 18)


@pytest.mark.parametrize(
    ("text", "covered"),
    [
        ("# obsboot: ignore rules/for -- r\na: 1\nb: 2\n", range(2, 3)),
        ("# obsboot: ignore rules/for -- r\n\n# more\na:\n  b: 2\nc: 3\n", range(4, 6)),
        ("# obsboot: ignore rules/for -- r\nrules:\n- a: 1\n  b: 2\n- c: 3\nd: 4\n", range(2, 6)),
        ("- x: 1\n  # obsboot: ignore rules/for -- r\n  y:\n    z: 1\n- x: 2\n", range(3, 5)),
        ("# obsboot: ignore rules/for -- r\n- a: 1\n- a: 2\n", range(2, 3)),
        ("expr: | # obsboot: ignore rules/for -- r\n  a\n  > 1\nfor: 1m\n", range(1, 4)),
        ("expr: >- # obsboot: ignore rules/for -- r\n  a\n  > 1\nfor: 1m\n", range(1, 4)),
        ("a: # obsboot: ignore rules/for -- r\n  b: 1\n", range(1, 2)),
        ("a: 1\n# obsboot: ignore rules/for -- r\n", range(0)),
        ("# obsboot: ignore rules/for -- r\n- a:\n- b: 1\n", range(2, 3)),
        ("x: |\n  ```\n# obsboot: ignore rules/for -- r\na: 1\n", range(4, 5)),
        ("#obsboot:ignore rules/for -- r\na: 1\n", range(2, 3)),
        ("# obsboot: ignore rules/for -- r\r\na: 1\r\n", range(2, 3)),
    ],
)
def test_what_a_comment_in_yaml_covers(text: str, covered: range) -> None:
    assert lines(text) == [covered]


def test_a_comment_in_a_pipeline_covers_the_plugin_below() -> None:
    text = "filter {\n  # obsboot: ignore rules/for -- r\n  grok {\n    match => {}\n  }\n  date { }\n}\n"
    assert lines(text, "pipeline.conf") == [range(3, 5)]


def test_a_page_has_comments_of_its_own_kind() -> None:
    text = "# obsboot: ignore rules/for -- a heading\n<!-- obsboot: ignore rules/for -- r -->\n\nOne\ntwo\n\nthree\n"
    assert lines(text, "docs/a.md") == [range(4, 6)]


def test_an_example_in_a_page_is_none() -> None:
    assert read("```\n<!-- obsboot: ignore nothing -->\n```\n", "a.md") == Suppressions()


def test_a_line_of_a_page_opens_no_text() -> None:
    assert lines("a: | <!-- obsboot: ignore rules/for -- r -->\n  b\n", "a.md") == [range(1, 2)]


def test_a_line_of_a_page_may_end_with_its_comment() -> None:
    assert lines("One\ntwo <!-- obsboot: ignore rules/for -- r -->\n", "a.md") == [range(2, 3)]


@pytest.mark.parametrize("head", ["", "---\n", "# A licence\n\n# and more\n"])
def test_a_whole_file(head: str) -> None:
    assert lines(f"{head}# obsboot: ignore-file rules/for -- r\na: 1\n") == [None]


def test_below_the_first_comments_nothing_ignores_a_file() -> None:
    found = problem("a: 1\n# obsboot: ignore-file rules/for -- r\n")
    assert "below the first comments" in found.message
    assert (found.line, found.column) == (2, 1)
    assert "below the first comments" in problem("a: 1  # obsboot: ignore-file rules/for -- r\n").message


def test_a_family_may_be_named() -> None:
    (waiver,) = read("# obsboot: ignore promql/* -- r\na: 1\n").waivers
    assert waiver.check == "promql/*"


@pytest.mark.parametrize(
    ("comment", "says"),
    [
        ("ignore rules/for", "gives no reason"),
        ("ignore rules/for --", "gives no reason"),
        ("ignore rules/for -- ", "gives no reason"),
        ("ignore rules/for --why", "gives no reason"),
        ("ignore", "gives no reason"),
        ("ignore -- why", "names no check"),
        ("ignore rules/for, -- why", "names no check"),
        ("ignore rules/for promql/le -- why", "commas stand between"),
        ("ignore * -- why", "'*' is no id"),
        ("ignore rules/for until tomorrow -- why", "'tomorrow' is no date"),
        ("ignore rules/for until 2026-02-30 -- why", "'2026-02-30' is no date"),
        ("ignore rules/for until 20270131 -- why", "'20270131' is no date"),
        ("ignore rules/for until -- why", "'' is no date"),
        ("ignore until 2026-02-20 -- why", "names no check"),
        ("ignroe rules/for -- why", "did you mean 'ignore'?"),
        ("disable rules/for -- why", "'disable' is nothing that a comment can ask for"),
        ("ignore rules/fro -- why", "there is no check 'rules/fro'; did you mean 'rules/for'?"),
        ("ignore nothing/* -- why", "there is no check 'nothing/*'"),
    ],
)
def test_what_cannot_be_read_is_said(comment: str, says: str) -> None:
    found = problem(f"x: 1\n# obsboot: {comment}\na: 1\n")
    assert says in found.message
    assert found.line == 2
    assert found.why
    assert found.fix


def test_an_unknown_id_leaves_the_others_in_force() -> None:
    found = read("# obsboot: ignore rules/fro, promql/le -- why\na: 1\n")
    assert [waiver.check for waiver in found.waivers] == ["promql/le"]
    assert [each.subject for each in found.problems] == ["ignore rules/fro"]


@pytest.mark.parametrize(
    "text",
    [
        "# obsboot: rendered for shop\n",
        "# see obsboot: the manual\n",
        "key: obsboot:text\n",
        "a: 'x#obsboot: ignore'\n",
    ],
)
def test_other_words_are_no_suppression(text: str) -> None:
    assert read(text) == Suppressions()


def test_json_has_no_comments() -> None:
    assert read('{"expr": "up # obsboot: ignore rules/for"}', "a.json") == Suppressions()


@given(
    st.lists(st.sampled_from(["- a: 1", "  b:", "    c: 2", "", "# obsboot: ignore rules/for -- r", "e: |", "    x"]))
)
def test_a_suppression_never_reaches_above_itself_nor_over_the_end(rows: list[str]) -> None:
    for waiver in read("\n".join(rows)).waivers:
        assert isinstance(waiver.scope, Lines)
        assert waiver.scope.lines is not None
        assert all(waiver.place.line < line <= len(rows) for line in waiver.scope.lines)


@pytest.mark.parametrize(
    "text",
    [
        "# obsboot: ignore rules/for -- r\n" * 60_000 + "a:\n" + "  b: 1\n" * 60_000,
        "# obsboot: ignore-file rules/for -- r\n" * 60_000,
        "\n".join(f"# obsboot: ignore rules/fo{n} -- r" for n in range(100_000)),
        "a: 1\n" + "# obsboot: ignore-file rules/for -- r\n" * 60_000,
        "# obsboot:" + " " * 1_000_000 + "ignore" + " " * 1_000_000 + "x",
        "# obsboot: " * 100_000,
        "# obsboot: ignore " + "a/b," * 200_000 + " -- r",
    ],
)
def test_a_file_made_to_hurt_is_read_in_time(text: str) -> None:
    began = time.process_time()
    read(text)
    assert time.process_time() - began < 5  # a tenth of it where nothing else runs


def test_more_than_a_person_writes_is_not_read_and_said() -> None:
    found = read("# obsboot: ignore rules/for -- r\na: 1\n" * 1001)
    assert len(found.waivers) == 1000
    assert [(each.line, "more than 1000" in each.message) for each in found.problems] == [(2001, True)]


def test_a_page_made_to_hurt_is_read_in_time() -> None:
    began = time.process_time()
    read("<!-- obsboot: " * 20_000 + " " * 200_000, "a.md")
    assert time.process_time() - began < 5
