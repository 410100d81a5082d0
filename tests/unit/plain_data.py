"""Data as YAML and JSON know it, for tests with made-up examples; small, since size finds nothing that depth does not."""

from __future__ import annotations

from hypothesis import strategies as st

PLAIN = st.none() | st.booleans() | st.integers() | st.text()


def nested(leaves: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    """Leaves in lists and mappings of a few entries, a few levels deep."""
    return st.recursive(
        leaves,
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
        max_leaves=20,
    )
