from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from obsboot.filtering.baseline import baseline_text, read_baseline
from obsboot.filtering.identity import Identity
from obsboot.model import ObsbootError

ONE, SECOND = Identity("promql/le", "rules/a.yaml", "alert A"), Identity("promql/le", "rules/a.yaml", "alert A", 2)
OTHER = Identity("compose/pins", "compose.yaml", "")


def test_a_line_a_finding_sorted() -> None:
    assert baseline_text([SECOND, ONE, OTHER, ONE]) == (
        '{"obsboot-baseline": 1}\n'
        '{"check": "compose/pins", "path": "compose.yaml", "subject": ""}\n'
        '{"check": "promql/le", "path": "rules/a.yaml", "subject": "alert A"}\n'
        '{"check": "promql/le", "path": "rules/a.yaml", "subject": "alert A", "ordinal": 2}\n'
    )


IDENTITIES = st.builds(Identity, st.text(), st.text(), st.text(), st.integers(1, 9))


@given(st.sets(IDENTITIES))
def test_what_is_written_is_read(every: set[Identity]) -> None:
    text = baseline_text(every)
    assert set(read_baseline("b", text).entries) == every
    assert text.count("\n") == len(every) + 1


@given(st.sets(IDENTITIES, min_size=1), st.sets(IDENTITIES))
def test_two_branches_put_together_line_by_line_are_a_baseline(left: set[Identity], right: set[Identity]) -> None:
    rows = (baseline_text(left) + baseline_text(right)).split("\n")
    assert set(read_baseline("b", "\n".join(rows)).entries) == left | right


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("<<<<<<< ours", "this is no entry"),
        ("[]", "this is no entry"),
        ('{"check": "a/b", "path": "p"}', "this is no entry"),
        ('{"check": "a/b", "path": "p", "subject": "", "line": 3}', "this is no entry"),
        ('{"check": "a/b", "path": "p", "subject": 3}', "subject: 3 is no str"),
        ('{"check": "a/b", "path": "p", "subject": "", "ordinal": true}', "ordinal: True is no int"),
        ('{"obsboot-baseline": 2}', "version 2, known is 1"),
        ("[" * 100_000, "this is no entry"),
    ],
)
def test_a_line_that_is_none_is_named(row: str, says: str) -> None:
    with pytest.raises(ObsbootError, match=r"b\.jsonl:3") as caught:
        read_baseline("b.jsonl", f'{{"obsboot-baseline": 1}}\n\n{row}\n')
    assert says in caught.value.message


def test_what_no_longer_occurs_is_told_where_it_stands() -> None:
    baseline = read_baseline("b.jsonl", baseline_text([ONE, SECOND, OTHER]))
    (gone,) = baseline.gone([ONE, OTHER], {"promql/le", "compose/pins"})
    assert (gone.check, gone.severity, gone.path, gone.line) == ("baseline/gone", "info", "b.jsonl", 4)
    assert gone.message == "promql/le of alert A in rules/a.yaml no longer occurs"
    assert baseline.gone([ONE], {"promql/le"}) == (gone,)
