"""Every check against its cases: the good pack with a few edits, and what is then found, with path and line."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import example
import pytest
import yaml

from obsboot.checks import check, checks
from obsboot.model import Finding, Result

HERE = Path(__file__).parent
PAGES = HERE.parents[1] / "docs/checks"
FOLDER = "observability/"
NAMES = [each.id for each in checks()]


def case_file(check_id: str) -> Path:
    return HERE / "cases" / f"{check_id.replace('/', '_').replace('-', '_')}.yaml"


def cases_of(name: str) -> list[dict[str, Any]]:
    path = case_file(name)
    return yaml.safe_load(path.read_text()) if path.exists() else []


def cases() -> list[Any]:
    return [pytest.param(name, case, id=f"{name}: {case['name']}") for name in NAMES for case in cases_of(name)]


def edited(case: dict[str, Any]) -> dict[str, str]:
    """The good pack with the case's edits; every `old` has to be there exactly once, or `all` of them."""
    files = dict(example.good())
    for path, text in (case.get("files") or {}).items():
        if text is None:
            del files[FOLDER + path]
        else:
            files[FOLDER + path] = text
    for edit in case.get("edits") or ():
        path = FOLDER + edit["file"]
        times = files[path].count(edit["old"])
        assert times == 1 or (edit.get("all") and times), f"{edit['old']!r} is {times} times in {path}"
        files[path] = files[path].replace(edit["old"], edit["new"])
    return files


def line_of(text: str, fragment: str) -> int:
    """The line in which the fragment begins; it has to be there exactly once."""
    assert text.count(fragment) == 1, f"{fragment!r} is {text.count(fragment)} times in the file"
    return text[: text.index(fragment)].count("\n") + 1


def run(name: str, files: dict[str, str], case: dict[str, Any], catalogue: Path) -> Result:
    """The result of a case: of the `folder` that it has, which is no pack, or of the good pack with its edits.

    `answers` are others than the example's; `catalogue` edits files of its components.
    """
    if "folder" in case:
        (result,) = check(example.folder(case["folder"]), only=[name])
        return result
    more = {**case.get("answers", {})}
    if case.get("catalogue"):
        shutil.copytree(example.CATALOGUE, catalogue)
        more["catalogue"] = catalogue
    for edit in case.get("catalogue") or ():
        path = catalogue / edit["file"]
        text = path.read_text()
        assert text.count(edit["old"]) == 1, f"{edit['old']!r} is {text.count(edit['old'])} times in {path}"
        path.write_text(text.replace(edit["old"], edit["new"]))
    pack = example.pack(files, case.get("mode", "own-stack"), **more)
    (result,) = check(pack, only=[name])
    return result


def expected_place(files: dict[str, str], expected: dict[str, Any], catalogue: Path) -> tuple[str, int]:
    """Path and line of a finding: of a file of the folder or of the pack, or of the catalogue where `in` names one."""
    if expected.get("path") in files:
        path = str(expected["path"])
        return path, expected["line"] if "line" in expected else line_of(files[path], expected["at"])
    path = FOLDER + expected["path"] if "path" in expected else str(catalogue / expected["in"])
    text = files.get(path, "") if "path" in expected else Path(path).read_text()
    return path, expected["line"] if "line" in expected else line_of(text, expected["at"])


@pytest.mark.parametrize(("name", "case"), cases())
def test_case(name: str, case: dict[str, Any], tmp_path: Path) -> None:
    files = case.get("folder") or edited(case)
    catalogue = tmp_path / "catalogue"
    result = run(name, files, case, catalogue)
    wanted = case.get("expect") or []
    assert result.outcome == case.get("outcome", "failed" if wanted else "passed"), (result.reason, result.findings)
    assert case.get("reason", "") in result.reason
    assert len(result.findings) == len(wanted), [str(finding) for finding in result.findings]
    for finding, expected in zip(sorted(result.findings, key=place), wanted, strict=True):
        assert (finding.path, finding.line) == expected_place(files, expected, catalogue), finding
        assert expected["says"] in finding.message
        assert finding.severity == expected.get("severity", "error")
        assert finding.column == expected.get("column", finding.column)
        assert finding.why
        assert finding.fix


def place(finding: Finding) -> tuple[str, int, str]:
    return finding.path, finding.line, finding.message


def test_the_good_pack_has_no_finding() -> None:
    for result in check(example.pack(example.good())):
        assert (result.outcome, result.findings) == ("passed", ()), result


@pytest.mark.parametrize("name", NAMES)
def test_every_check_has_a_case_that_passes_and_one_that_fails(name: str) -> None:
    found = cases_of(name)
    assert any(case.get("expect") for case in found)
    assert any(not case.get("expect") and case.get("outcome", "passed") == "passed" for case in found)


def test_every_case_file_belongs_to_a_check() -> None:
    assert {path.name for path in (HERE / "cases").glob("*")} == {case_file(name).name for name in NAMES}


@pytest.mark.parametrize("each", checks(), ids=NAMES)
def test_every_check_has_its_page(each: Any) -> None:
    page = (PAGES / f"{each.id}.md").read_text()
    assert page.startswith(f"# {each.id}\n\n{each.title}.\n")
    for part in ("## Why", "## Bad", "## Good", "## Fix"):
        assert f"\n{part}\n" in page
    assert " ".join(each.explanation.split()) in " ".join(page.split())
    assert " ".join(each.fix.split()) in " ".join(page.split())


def test_every_page_belongs_to_a_check() -> None:
    pages = {str(path.relative_to(PAGES).with_suffix("")) for path in PAGES.glob("*/*.md")}
    assert pages == set(NAMES)


def test_the_index_lists_every_check() -> None:
    rows = [row for row in (PAGES / "README.md").read_text().splitlines() if row.startswith("| [")]
    assert rows == [f"| [{each.id}]({each.id}.md) | {each.severity} | {each.title} |" for each in checks()]


def test_ids_are_the_names_of_their_modules() -> None:
    for each in checks():
        module = type(each).__module__.removeprefix("obsboot.checks.")
        assert module.replace(".", "/").replace("_", "-") == each.id
