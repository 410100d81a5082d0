from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from obsboot.model import ObsbootError
from obsboot.workspace.copied import copier_answers
from obsboot.workspace.copied.answers_file import with_value


def lay_out(root: Path, **files: str) -> Path:
    for name, source in files.items():
        (root / f"{name}.yml").write_text(f"_commit: v1\n_src_path: {source}\nport: 1\n")
    return root


def test_the_file_that_names_the_template_is_the_one(tmp_path: Path) -> None:
    root = lay_out(tmp_path, one="gh:a/one", two="gh:a/two")
    found = copier_answers(root, "gh:a/two")
    assert (found.path, found.template, found.commit, found.values) == ("two.yml", "gh:a/two", "v1", {"port": 1})


def test_the_only_one_is_taken_whatever_it_names(tmp_path: Path) -> None:
    (tmp_path / ".github").mkdir()
    lay_out(tmp_path / ".github", answers="gh:a/one")
    (tmp_path / "other.yml").write_text("_src_path: [\n")
    assert copier_answers(tmp_path, "../clone").path == ".github/answers.yml"


def test_of_several_it_has_to_be_said(tmp_path: Path) -> None:
    root = lay_out(tmp_path, one="gh:a/one", two="gh:a/one")
    with pytest.raises(ObsbootError, match=r"several answers files of copier are here: one\.yml, two\.yml"):
        copier_answers(root, "gh:a/one")
    assert copier_answers(root, "gh:a/one", "two.yml").path == "two.yml"
    (root / "one.yml").rename(root / ".copier-answers.yml")
    assert copier_answers(root, "gh:a/one").path == ".copier-answers.yml"


def test_without_a_version_nothing_can_be_compared(tmp_path: Path) -> None:
    (tmp_path / ".copier-answers.yml").write_text("_src_path: x\n")
    with pytest.raises(ObsbootError, match="it has no `_commit`"):
        copier_answers(tmp_path, "x")


def test_a_file_outside_is_not_read(tmp_path: Path) -> None:
    lay_out(tmp_path, outside="x")
    (tmp_path / "root").mkdir()
    with pytest.raises(ObsbootError, match="no answers file"):
        copier_answers(tmp_path / "root", "x", "../outside.yml")


@pytest.mark.parametrize("old", ["v1", "'1.0'", '"a\n  b c"', ">-\n  a\n  b"])
@pytest.mark.parametrize("new", ["v2", "1.0", "a: b # c", "x" * 300 + " y" * 200, "\\1 ä"])
def test_a_value_is_replaced_and_nothing_else(old: str, new: str) -> None:
    text = f"# Never edit\n_commit: v0\n_src_path: {old}\nport:   1   # mine\n"
    changed = with_value(text, "_src_path", new)
    assert yaml.safe_load(changed) == {"_commit": "v0", "_src_path": new, "port": 1}
    assert changed.startswith("# Never edit\n_commit: v0\n")
    assert changed.endswith("\nport:   1   # mine\n")
