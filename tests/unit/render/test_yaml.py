from __future__ import annotations

import yaml
from hypothesis import given
from hypothesis import strategies as st

from obsboot.render.yaml import dump

plain = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
nested = st.recursive(plain, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=20)


@given(st.dictionaries(st.text(), nested))
def test_what_is_written_is_read_again(data: dict[str, object]) -> None:
    assert yaml.safe_load(dump(data, "a comment")) == data


def test_lines_stand_as_a_block_under_the_header() -> None:
    assert dump({"expr": "a\n/ b"}, "Header") == "# Header\nexpr: |-\n  a\n  / b\n"
