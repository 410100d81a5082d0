"""A report such as `obsboot check` makes of a folder: findings with and without a place, hidden ones, a broken check."""

from __future__ import annotations

from hypothesis import strategies as st

from obsboot.model import Finding, Report, Result

RULES = "rules/a b.yaml"
TEXT = "groups:\n- name: a\n  rules:\n  - alert: A\n    expr:\trate(kv_bytes[5m]) > 1\n    for: 1m\n"
TYPE = Finding(
    "promql/type",
    "error",
    RULES,
    5,
    "rate of a gauge: kv_bytes{job='a'}",
    "A gauge goes down.",
    "Use delta().",
    11,
    "alert A",
)
TWIN = Finding(
    "promql/type", "error", RULES, 6, "rate of a gauge again", "A gauge goes down.", "Use delta().", 0, "alert A"
)
FOR = Finding("rules/for", "warning", RULES, 6, "shorter than two scrapes", "why", "", 10, "alert A")
FILE = Finding("compose/pins", "info", "compose.yaml", 0, "100 % unpinned, see x:y\nsecond line")


def hidden(by: str, line: int, **more: str) -> dict[str, object]:
    finding = {"check": "promql/type", "severity": "error", "path": RULES, "line": line, "column": 0}
    return {**finding, "subject": "alert A", "message": "m", "by": by, "reason": "", "where": "", **more}


def linted() -> Report:
    """Two errors, a warning and an info shown; three hidden; one check that could not look, one that looked in part."""
    results = (
        Result("promql/type", ".", "failed", "b.yaml cannot be read", (TYPE, TWIN), 0.5),
        Result("rules/for", ".", "passed", findings=(FOR,)),
        Result("compose/pins", ".", "passed", findings=(FILE,)),
        Result("promql/le", ".", "error", "b.yaml cannot be read"),
        Result("logs/fields", ".", "skipped", "no logs"),
        Result("replay/alert", "cache/CacheDown", "failed", "it did not fire"),
    )
    facts = {
        "folder": "monitoring",
        "hidden": [
            hidden("comment", 2, reason="one node", where=f"{RULES}:1"),
            hidden("configuration", 9, reason="not ours", where="obsboot-check.yaml:3"),
            hidden("baseline", 1),
            hidden("unchanged", 20),
        ],
        "families": [{"family": "promql/*", "where": "obsboot-check.yaml:3", "reason": "not ours", "hidden": 1}],
    }
    return Report("monitoring", results, facts=facts)


_TEXT = st.text(st.characters(codec=None))
_NUMBERS = st.integers(0, 10**6)
_SEVERITIES = st.sampled_from(["error", "warning", "info"])
_CHECKS = st.sampled_from(["promql/type", "rules/for", "replay/alert"])
FINDINGS = st.builds(
    Finding, _CHECKS, _SEVERITIES, _TEXT, _NUMBERS, _TEXT, _TEXT, _TEXT, column=_NUMBERS, subject=_TEXT
)
RESULTS = st.builds(
    Result, _CHECKS, _TEXT, st.sampled_from(["passed", "failed", "error", "skipped"]), _TEXT,
    st.lists(FINDINGS, max_size=3).map(tuple),
)  # fmt: skip
REPORTS = st.builds(Report, _TEXT, st.lists(RESULTS, max_size=3).map(tuple))
"""Reports with any text anywhere, half characters and all that steers a terminal included."""
