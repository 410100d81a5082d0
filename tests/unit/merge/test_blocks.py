from __future__ import annotations

import pytest

from obsboot.merge import Block, Labels, Side, blocks, merge_text, resolved

LABELS = Labels("yours", "template 1.4.0", "template 2.0.0")
BASE = "a\nb\nc\nd\ne\n"
YOURS = "a\nB1\nB2\nc\nD\ne\n"
TEMPLATE = "a\nb2\nc\ne\n"


def test_blocks_tell_their_lines_and_what_each_side_has() -> None:
    text = merge_text(BASE, YOURS, TEMPLATE, LABELS).text
    assert blocks(text) == (
        Block(2, 9, "B1\nB2\n", "b\n", "b2\n"),
        Block(11, 16, "D\n", "d\n", ""),
    )


@pytest.mark.parametrize(("side", "text"), [("yours", YOURS), ("template", TEMPLATE), ("base", BASE)])
def test_every_block_resolved_to_one_side_is_the_text_of_that_side(side: Side, text: str) -> None:
    assert resolved(merge_text(BASE, YOURS, TEMPLATE, LABELS).text, side) == text


@pytest.mark.parametrize("side", ["yours", "template", "base"])
def test_resolving_keeps_crlf_a_byte_order_mark_and_a_missing_last_line_end(side: Side) -> None:
    texts = {"base": "\ufeffa\r\nb", "yours": "\ufeffa\r\nc", "template": "\ufeffa\r\nd"}
    merged = merge_text(texts["base"], texts["yours"], texts["template"], LABELS)
    assert not merged.clean
    assert resolved(merged.text, side) == texts[side]


def test_a_text_without_blocks_is_left_as_it_is() -> None:
    text = "Install\n=======\n\n>>>>>>> a quote\nno end"
    assert blocks(text) == ()
    assert resolved(text, "template") == text


def test_an_underline_within_a_block_is_part_of_its_side() -> None:
    merged = merge_text("Old\n", "Install\n=======\n", "Setup\n", LABELS)
    assert resolved(merged.text, "yours") == "Install\n=======\n"
    assert resolved(merged.text, "template") == "Setup\n"


def test_a_mark_left_over_from_before_does_not_hide_the_block_behind_it() -> None:
    text = "<<<<<<< old\nx\n" + merge_text("a\n", "b\n", "c\n", LABELS).text
    assert resolved(text, "yours") == "<<<<<<< old\nx\nb\n"


def test_a_block_without_its_base_can_be_resolved_to_either_side_only() -> None:
    text = "<<<<<<< HEAD\na\n=======\nb\n>>>>>>> branch\n"
    assert resolved(text, "yours") == "a\n"
    assert resolved(text, "template") == "b\n"
    with pytest.raises(ValueError, match="line 1"):
        resolved(text, "base")


def test_a_block_that_one_side_holds_is_part_of_that_side() -> None:
    yours = "<<<<<<< HEAD\nx\n=======\ny\n>>>>>>> branch\n"
    text = merge_text("a\n", yours, "b\n", LABELS).text
    assert len(blocks(text)) == 1
    assert resolved(text, "yours") == yours
    assert resolved(text, "template") == "b\n"


def test_markers_may_have_no_label_and_end_with_crlf() -> None:
    assert resolved("<<<<<<<\r\na\r\n=======\r\nb\r\n>>>>>>>\r\nc\r\n", "template") == "b\r\nc\r\n"


def test_a_line_that_goes_on_behind_its_signs_is_no_marker() -> None:
    text = merge_text("a\n", "======= x\n<<<<<<<x\n", "b\n", LABELS).text
    assert text.startswith("<<<<<<< yours\n")
    assert resolved(text, "yours") == "======= x\n<<<<<<<x\n"
