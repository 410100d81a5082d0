from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from obsboot.sources.globs import check_matches, path_matches, subject_matches


@pytest.mark.parametrize(
    ("pattern", "path", "is_named"),
    [
        ("*.bak", "a.bak", True),
        ("*.bak", "deep/in/a.bak", True),
        ("*.bak", "a.bak.yaml", False),
        ("vendor", "vendor/rules/a.yaml", True),
        ("vendor/", "charts/vendor/a.yaml", True),
        ("vendor", "vendored/a.yaml", False),
        ("rules/*.yaml", "rules/a.yaml", True),
        ("rules/*.yaml", "rules/deep/a.yaml", False),
        ("rules/*.yaml", "more/rules/a.yaml", False),
        ("rules/**/*.yaml", "rules/a.yaml", True),
        ("rules/**/*.yaml", "rules/very/deep/a.yaml", True),
        ("**/a.yaml", "a.yaml", True),
        ("rules/**", "rules/deep/a.yaml", True),
        ("rules/**", "rule/a.yaml", False),
        ("./rules/a.yaml", "rules/a.yaml", True),
        ("/rules/a.yaml", "rules/a.yaml", True),
        ("a?.yaml", "ab.yaml", True),
        ("a?.yaml", "a/.yaml", False),
        ("a.yaml", "axyaml", False),
        ("[ab].yaml", "a.yaml", False),
        ("[ab].yaml", "[ab].yaml", True),
    ],
)
def test_a_pattern_names_a_path(pattern: str, path: str, is_named: bool) -> None:
    assert path_matches(pattern, path) is is_named


@given(st.text(min_size=1).filter(lambda t: not set(t) & set("*?/")))
def test_a_name_without_stars_names_itself_and_what_is_in_it(name: str) -> None:
    assert path_matches(name, name)
    assert path_matches(name, f"{name}/x")
    assert path_matches(name, f"x/{name}")
    assert not path_matches(name, f"{name}x")


@pytest.mark.parametrize(
    ("pattern", "subject", "is_named"),
    [
        ("*", "", True),
        ("*", "alert CacheDown", True),
        ("alert Cache*", "alert CacheDown", True),
        ("alert Cache*", "alert DbDown", False),
        ("panel 'Rate [5m]'", "panel 'Rate [5m]'", True),
        ("*[5m]*", "panel 'Rate [5m]'", True),
        ("*a", "ab", False),
    ],
)
def test_a_pattern_names_a_subject(pattern: str, subject: str, is_named: bool) -> None:
    assert subject_matches(pattern, subject) is is_named


def test_a_family_takes_in_its_checks_and_no_others() -> None:
    assert check_matches("promql/*", "promql/le")
    assert not check_matches("promql/*", "promqlx/le")
    assert check_matches("promql/le", "promql/le")
    assert not check_matches("promql/le", "promql/level")
    assert not check_matches("*", "promql/le")
    assert not check_matches("/*", "promql/le")
