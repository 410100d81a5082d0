from __future__ import annotations

import yaml
from hypothesis import given
from hypothesis import strategies as st
from plain_data import PLAIN, nested

from obsboot.render.yaml import dump

FINITE = st.floats(allow_nan=False, allow_infinity=False)


@given(st.dictionaries(st.text(), nested(PLAIN | FINITE), max_size=4))
def test_what_is_written_is_read_again(data: dict[str, object]) -> None:
    assert yaml.safe_load(dump(data, "a comment")) == data


def test_lines_stand_as_a_block_under_the_header() -> None:
    assert dump({"expr": "a\n/ b"}, "Header") == "# Header\nexpr: |-\n  a\n  / b\n"
