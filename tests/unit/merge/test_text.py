"""The merge of texts, case by case; `test_laws.py` has what holds for all texts."""

from __future__ import annotations

import time

import pytest

from obsboot.merge import Labels, Merged, has_markers, merge_text

LABELS = Labels("yours", "template 1.4.0", "template 2.0.0")
BASE = "one\ntwo\nthree\nfour\nfive\nsix\nseven\n"
YOURS = BASE.replace("two", "two, mine")
TEMPLATE = BASE.replace("six", "six, theirs")
BOTH = YOURS.replace("six", "six, theirs")

PIPELINE = """\
input {
  beats { port => 5044 }
}
filter {
  if [log_type] == "app" {
    grok { match => { "message" => "%{TIMESTAMP_ISO8601:ts} %{GREEDYDATA:msg}" } }
    date { match => ["ts", "ISO8601"] }
  }
}
output {
  elasticsearch { hosts => ["http://elasticsearch:9200"] }
}
"""


def merge(base: str, yours: str, template: str) -> Merged:
    return merge_text(base, yours, template, LABELS)


def crlf(text: str) -> str:
    return text.replace("\n", "\r\n")


def test_changes_in_different_places_are_both_in_the_merged_text() -> None:
    assert merge(BASE, YOURS, TEMPLATE) == Merged(BOTH)


def test_a_line_changed_by_both_becomes_a_block_that_names_all_three_sides() -> None:
    merged = merge("a\nexpr: p99 > 0.9\nb\n", "a\nexpr: p99 > 0.8\nb\n", "a\nexpr: p99 > 0.95\nb\n")
    assert merged.text == (
        "a\n<<<<<<< yours\nexpr: p99 > 0.8\n||||||| template 1.4.0\nexpr: p99 > 0.9\n"
        "=======\nexpr: p99 > 0.95\n>>>>>>> template 2.0.0\nb\n"
    )
    (conflict,) = merged.conflicts
    assert (conflict.line, conflict.end, conflict.what) == (2, 8, "")
    assert conflict.yours == "expr: p99 > 0.9 -> expr: p99 > 0.8"
    assert conflict.template == "expr: p99 > 0.9 -> expr: p99 > 0.95"


def test_a_conflict_tells_of_lines_added_and_removed() -> None:
    (conflict,) = merge("a\nb\nc\nd\n", "a\nx\ny\nd\n", "a\nb\nd\n").conflicts
    assert (conflict.yours, conflict.template) == ("- 2 lines, + 2 lines", "- c")


def test_a_long_line_is_cut_where_a_conflict_tells_of_it() -> None:
    (conflict,) = merge("a\n", "a" * 500 + "\n", "b\n").conflicts
    assert len(conflict.yours) < 90
    assert conflict.yours.endswith("...")


def test_changes_of_touching_lines_are_a_conflict() -> None:
    merged = merge("a\nb\nc\nd\n", "a\nB\nc\nd\n", "a\nb\nC\nd\n")
    assert [(conflict.line, conflict.end) for conflict in merged.conflicts] == [(2, 11)]


def test_changes_with_a_line_between_them_are_none() -> None:
    assert merge("a\nb\nc\nd\n", "a\nB\nc\nd\n", "a\nb\nc\nD\n") == Merged("a\nB\nc\nD\n")


def test_the_same_change_on_both_sides_is_merged_once() -> None:
    assert merge(BASE, YOURS + "eight\n", BASE + "eight\n") == Merged(YOURS + "eight\n")


def test_a_block_that_one_side_removed_and_the_other_changed_is_a_conflict() -> None:
    assert len(merge(BASE, "one\nseven\n", BASE.replace("four", "4")).conflicts) == 1


def test_two_edits_in_a_file_of_hundreds_of_equal_lines_do_not_touch() -> None:
    base = "".join(f"- name: n{number}\n  labels:\n    a: b\n" for number in range(300))
    yours, template = base.replace("n7\n", "mine\n"), base.replace("n250\n", "theirs\n")
    assert merge(base, yours, template) == Merged(yours.replace("n250\n", "theirs\n"))


@pytest.mark.parametrize(
    ("base", "yours", "template", "text"),
    [
        ("", "", "", ""),
        ("", "mine\n", "", "mine\n"),
        ("a\n", "", "a\n", ""),
        ("a\n", "a\n", "", ""),
        ("a\n", "", "", ""),
    ],
)
def test_empty_files_merge(base: str, yours: str, template: str, text: str) -> None:
    assert merge(base, yours, template) == Merged(text)


def test_a_file_that_you_emptied_and_the_template_changed_is_a_conflict() -> None:
    merged = merge("a\n", "", "b\n")
    assert merged.text == "<<<<<<< yours\n||||||| template 1.4.0\na\n=======\nb\n>>>>>>> template 2.0.0\n"


def test_a_checkout_with_crlf_merges_and_keeps_its_line_ends() -> None:
    assert merge(BASE, crlf(YOURS), TEMPLATE) == Merged(crlf(BOTH))


def test_a_template_that_went_to_crlf_takes_your_lines_with_it() -> None:
    assert merge(BASE, YOURS, crlf(TEMPLATE)) == Merged(crlf(BOTH))


def test_a_conflict_in_a_crlf_checkout_has_crlf_throughout() -> None:
    merged = merge("a\n", "b\r\n", "c\n")
    assert merged.text.count("\r\n") == merged.text.count("\n") == 7


def test_lines_with_other_ends_than_the_rest_keep_them() -> None:
    mixed = YOURS.replace("four\n", "four\r\n").replace("mine\n", "mine\r\n")
    assert merge(BASE, mixed, TEMPLATE) == Merged(mixed.replace("six", "six, theirs"))


def test_a_file_mostly_in_crlf_gets_new_lines_in_crlf() -> None:
    mixed = crlf(BASE).replace("four\r\n", "four\n")
    assert merge(BASE, mixed, TEMPLATE) == Merged(mixed.replace("six", "six, theirs"))


@pytest.mark.parametrize(
    ("base", "yours", "template", "text"),
    [
        ("a\nb\n", "a\nb", "a\nb\nc\n", "a\nb\nc"),
        ("a\nb", "a\nb", "a\nb\nc", "a\nb\nc"),
        ("a\nb", "a\nb\n", "x\na\nb", "x\na\nb\n"),
        ("a\nb", "a\nb\nmine", "theirs\na\nb", "theirs\na\nb\nmine"),
        ("a\nb\n", "a\nb\n", "a\nb", "a\nb"),
        ("a", "a\nb", "a", "a\nb"),
    ],
)
def test_a_missing_last_line_end_glues_no_lines(base: str, yours: str, template: str, text: str) -> None:
    assert merge(base, yours, template) == Merged(text)


def test_a_conflict_at_the_end_without_a_line_end_keeps_every_marker_on_its_own_line() -> None:
    text = merge("a", "b", "c").text
    assert text == "<<<<<<< yours\nb\n||||||| template 1.4.0\na\n=======\nc\n>>>>>>> template 2.0.0"


@pytest.mark.parametrize("inner", ["\x0c", "\u2028", "\u2029", "\x85", "\r", "\x0b", "\x1c"])
def test_only_a_line_feed_ends_a_line(inner: str) -> None:
    base, yours = f"a{inner}b\nc\nd\n", f"a{inner}b\nc\nmine{inner}d\n"
    assert merge(base, yours, base.replace("b", "B")) == Merged(f"a{inner}B\nc\nmine{inner}d\n")


def test_a_byte_order_mark_that_your_editor_wrote_is_no_change_of_the_first_line() -> None:
    assert merge("a\nb\n", "\ufeffa\nb\n", "A\nb\n") == Merged("\ufeffA\nb\n")
    assert merge("a\n", "\ufeffb\n", "c\n").text.startswith("\ufeff<<<<<<< yours\n")


def test_a_pipeline_merges_as_text() -> None:
    yours = PIPELINE.replace("5044", "5045")
    template = PIPELINE.replace('    date { match => ["ts", "ISO8601"] }\n', '    date { match => ["ts", "UNIX"] }\n')
    assert merge(PIPELINE, yours, template) == Merged(template.replace("5044", "5045"))


def test_a_heading_underlined_with_seven_signs_makes_the_markers_of_its_block_longer() -> None:
    merged = merge("Old\n", "Install\n=======\n", "Setup\n")
    assert "\n=======\n" in merged.text
    assert "\n========\n" in merged.text
    assert merged.text.startswith("<<<<<<<< yours\n")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", None),
        ("Install\n=======\n\ntext\n", None),
        ("=======\n|||||||\n", None),
        ("a << b\n>>> print\n <<<<<<< indented\n", None),
        ("a\n<<<<<<< yours\nb\n=======\nc\n>>>>>>> theirs\n", 2),
        ("a\r\nb\r\n<<<<<<<<< yours\r\n", 3),
        ("half\nresolved\n>>>>>>> template 2.0.0\n", 3),
        ("\ufeff<<<<<<< yours\n", 1),
    ],
)
def test_markers_are_found_and_underlines_are_none(text: str, line: int | None) -> None:
    assert has_markers(text) == line


@pytest.mark.parametrize("kind", ["far apart", "everything", "repetitive"])
def test_a_large_file_merges_in_bounded_time(kind: str) -> None:
    rows = [f"row {number % 7 if kind == 'repetitive' else number}\n" for number in range(50_000)]
    base = "".join(rows)
    yours = "mine\n" + ("".join(f"my {row}" for row in rows) if kind == "everything" else base)
    template = ("".join(f"its {row}" for row in rows) if kind == "everything" else base) + "its\n"
    began = time.process_time()
    merged = merge(base, yours, template)
    assert time.process_time() - began < 10
    assert len(merged.conflicts) == (kind == "everything")
    assert merged.text.count("my row") == merged.text.count("its row") == (50_000 if kind == "everything" else 0)


def test_a_middle_beyond_the_bound_is_one_conflict_that_holds_every_line() -> None:
    base = "".join(f"{'}' if number % 2 else '{'}\n" for number in range(4_000))
    yours, template = base.replace("{\n", "{\nmine\n"), base.replace("}\n", "}\nits\n")
    merged = merge(base, yours, template)
    assert merged.text.count("mine\n") == merged.text.count("its\n") == 2_000
    assert len(merged.conflicts) == 1
