from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
import yaml

from obsboot.filtering.configuration import NAME, Configuration, read_configuration
from obsboot.model import Finding, ObsbootError

KNOWN = frozenset({"promql/le", "promql/type", "rules/for", "compose/pins"})
WHOLE = """\
exclude:
- vendor/**
- "*.bak"
ignore:
- check: promql/le
  path: dashboards/*.json
  subject: panel 'Old*'
  reason: the old exporter has no buckets
  until: 2027-01-31
- {check: rules/*, path: "**", reason: they come from elsewhere}
severity:
  compose/pins: warning
expositions:
  shop-api: recorded/api.prom
"""


def read(text: str) -> Configuration:
    return read_configuration(NAME, text, KNOWN)


def test_everything_that_a_file_may_say() -> None:
    found = read(WHOLE)
    assert found.exclude == ("vendor/**", "*.bak")
    assert found.severity == {"compose/pins": "warning"}
    assert found.expositions == {"shop-api": "recorded/api.prom"}
    first, second = found.waivers
    assert (first.check, first.until, first.reason) == (
        "promql/le",
        date(2027, 1, 31),
        "the old exporter has no buckets",
    )
    assert (str(first.place), str(second.place)) == (f"{NAME}:5", f"{NAME}:10")
    assert second.until is None
    assert found.excludes("vendor/a/b.yaml")
    assert found.excludes("deep/x.bak")
    assert not found.excludes("rules/a.yaml")


def test_an_entry_covers_by_check_path_and_subject() -> None:
    first, second = read(WHOLE).waivers
    finding = Finding("promql/le", "error", "dashboards/a.json", 4, "m", subject="panel 'Old rate'")
    assert first.covers(finding)
    assert not second.covers(finding)
    for other in ({"path": "dashboards/deep/a.json"}, {"subject": "panel 'New'"}, {"check": "promql/type"}):
        changed = {"check": finding.check, "path": finding.path, "subject": finding.subject, **other}
        assert not first.covers(Finding(changed["check"], "error", changed["path"], 4, "m", subject=changed["subject"]))
    assert second.covers(Finding("rules/for", "error", "any/where.yaml", 0, "m"))


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "exclude:\nignore:\n"])
def test_an_empty_file_asks_for_nothing(text: str) -> None:
    assert read(text) == Configuration()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("exclud: []\n", ":1: unknown key 'exclud'; did you mean 'exclude'?"),
        ("zzz: []\n", ":1: unknown key 'zzz'; known: exclude, ignore, severity, expositions"),
        ("exclude: vendor\n", ":1: exclude is a list"),
        ("exclude:\n- a\n- 3\n", ":3: 3 is no pattern"),
        ("ignore: x\n", ":1: ignore is a list"),
        ("ignore:\n- x\n", ":2: an entry of ignore is a mapping with check, path, reason"),
        ("ignore:\n- check: promql/le\n  path: a\n", ":2: an entry of ignore needs 'reason'"),
        ("ignore:\n- check: promql/le\n  path: a\n  reason: ''\n", ":4: an entry of ignore needs 'reason'"),
        ("ignore:\n- check: promql/le\n  reason: r\n", ":2: an entry of ignore needs 'path'"),
        ("ignore:\n- path: a\n  reason: r\n  chek: promql/le\n", ":4: unknown key 'chek'; did you mean 'check'?"),
        ("ignore:\n- {check: promql/el, path: a, reason: r}\n", "there is no check 'promql/el'; did you mean"),
        ("ignore:\n- {check: nothing/*, path: a, reason: r}\n", "there is no check 'nothing/*'"),
        ("ignore:\n- {check: '*', path: a, reason: r}\n", "there is no check '*'"),
        ("ignore:\n- {check: promql/le, path: a, reason: 3}\n", "reason is a text"),
        ("ignore:\n- {check: promql/le, path: a, reason: r, until: soon}\n", "'soon' is no date"),
        ("ignore:\n- {check: promql/le, path: a, reason: r, until: 2026-01-01 10:00:00}\n", "is no date"),
        ("ignore:\n- {check: promql/le, path: a, reason: r, until: }\n", "None is no date"),
        ("severity:\n  promql/el: info\n", ":2: there is no check 'promql/el'; did you mean 'promql/le'?"),
        ("severity:\n  promql/le: off\n", ":2: severity: promql/le: False is no text"),
        ("severity:\n  promql/le: fatal\n", ":2: 'fatal' is no severity; known: error, warning, info"),
        ("severity: [a]\n", ":1: severity is a mapping"),
        ("expositions:\n  a: [b]\n", ":2: expositions: a: ['b'] is no text"),
        ("- a\n", ":1: a mapping is expected"),
        ("a: [\n", f"{NAME}:2: "),
        ("exclude: [a]\nexclude: [b]\n", ":2: 'exclude' is said twice"),
    ],
)
def test_what_is_not_understood_is_an_error_with_its_line(text: str, says: str) -> None:
    with pytest.raises(ObsbootError) as caught:
        read(text)
    assert says in caught.value.message
    assert all(line.startswith(f"{NAME}:") for line in caught.value.message.splitlines())


def test_all_mistakes_are_told_at_once_in_their_order() -> None:
    with pytest.raises(ObsbootError) as caught:
        read("severity: {promql/el: info}\nzzz: 1\nignore:\n- {}\nexclude: 4\n")
    lines = [int(row.split(":")[1]) for row in caught.value.message.splitlines()]
    assert lines == [1, 2, 4, 4, 4, 5]


def test_the_page_has_an_example_that_can_be_read() -> None:
    page = (Path(__file__).parents[3] / "docs/check.md").read_text()
    (example,) = (part.split("```")[0] for part in page.split(f"```yaml\n# {NAME}\n")[1:])
    told = yaml.safe_load(example)
    known = {entry["check"] for entry in told["ignore"]} | set(told["severity"])
    found = read_configuration(NAME, example, known)
    assert found.exclude
    assert found.waivers
    assert found.severity
    assert found.expositions
