"""Of each small configuration obsboot says what amtool says: it loads, or it does not."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from obsboot.checks import check
from obsboot.sources import read_folder
from tests.verdicts.conftest import Verdict

CASES = yaml.safe_load(Path(__file__).with_name("alertmanager.yaml").read_text())


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_verdicts_are_equal(case: dict[str, str], loads: Verdict, tmp_path: Path) -> None:
    """What nobody would take for a configuration is skipped, and so not passed."""
    text = case["config"]
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "alertmanager.yml").write_text(text)
    (result,) = check(read_folder(folder), only=["alertmanager/load"])
    assert (result.outcome == "passed") == loads(text), result.findings
