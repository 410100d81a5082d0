"""What an update leaves behind, as the check of the state sees it."""

from __future__ import annotations

from dataclasses import replace

import example

from obsboot.checks import check
from obsboot.model import Result

RULES, README = "observability/prometheus/rules/cache.yaml", "observability/README.md"


def result(files: dict[str, str], **statuses: str) -> Result:
    named = {"rules": RULES, "readme": README, "new": "observability/new.json"}
    pack = replace(example.pack(files), statuses={named[name]: status for name, status in statuses.items()})
    (found,) = check(pack, only=["state/manifest"])
    return found


def without(*paths: str) -> dict[str, str]:
    return {path: text for path, text in example.good().items() if path not in paths}


def test_what_was_declined_may_be_gone() -> None:
    assert result(without(README)).outcome == "failed"
    assert result(without(README), readme="declined").outcome == "passed"


def test_an_orphan_may_be_edited_or_gone() -> None:
    edited = {**example.good(), RULES: "groups: []\n"}
    assert result(edited).outcome == "failed"
    assert result(edited, rules="orphan").outcome == "passed"
    assert result(without(RULES), rules="orphan").outcome == "passed"


def test_the_templates_version_beside_a_file_is_a_finding_with_the_way_out() -> None:
    found = result(example.good(), readme="aside", new="aside").findings
    assert [(one.path, one.line) for one in found] == [(README, 0), ("observability/new.json", 0)]
    assert f"the template's version is beside it, as {README}.obsboot-new" in found[0].message
    assert found[0].fix.startswith(f"Run `obsboot resolve {README} --yours` or `--template`")


def test_markers_are_a_finding_even_in_an_orphan_and_none_where_the_template_has_them() -> None:
    marked = "x\n<<<<<<< yours\na\n=======\nb\n>>>>>>> template 2\n"
    found = result({**example.good(), RULES: marked}, rules="orphan").findings
    assert [(one.path, one.line) for one in found] == [(RULES, 2)]
    assert "obsboot resolve" in found[0].fix
    pack = example.pack({**example.good(), RULES: marked})
    (same,) = check(replace(pack, recorded={**pack.recorded, RULES: marked}), only=["state/manifest"])
    assert same.outcome == "passed"
