from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st
from plain_data import PLAIN, nested

from obsboot.render.json import dump


@given(nested(PLAIN | st.floats()))
def test_the_text_is_the_librarys_own(data: object) -> None:
    assert dump(data) == json.dumps(data, indent=2, ensure_ascii=False)
