from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from obsboot.render.json import dump

plain = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
nested = st.recursive(plain, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=20)


@given(nested)
def test_the_text_is_the_librarys_own(data: object) -> None:
    assert dump(data) == json.dumps(data, indent=2, ensure_ascii=False)
