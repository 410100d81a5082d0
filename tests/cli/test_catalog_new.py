"""`obsboot catalog new`: skeletons that the loader reads, and that say what goes into them."""

from __future__ import annotations

from pathlib import Path

import pytest
from small_catalogue import lay_out, snapshot

from obsboot.model import Exit
from tests.cli.test_init import refused

HOME = "catalogue/templates/components/kettle"
COMPONENT = [f"{HOME}/component.yaml", f"{HOME}/live/recipe.yaml"]
COMPONENT += [f"catalogue/{folder}/kettle.yaml" for folder in ("dashboards", "alerts")]
FORMAT = [f"{HOME}/logs/steam.yaml", f"{HOME}/logs/steam.samples.yaml"]


def test_a_new_technology_is_readable_and_what_it_lacks_is_told(obsboot, shop: Path) -> None:  # type: ignore[no-untyped-def]
    done = obsboot("catalog", "new", "kettle")
    assert done.returncode == 0, done.stderr
    assert [line.removeprefix("wrote ") for line in done.stdout.splitlines() if line.startswith("wrote")] == COMPONENT
    assert "Next: " in done.stdout
    assert "`obsboot catalog check kettle --catalog catalogue`" in done.stdout
    checked = obsboot("catalog", "check", "kettle", "--catalog", "catalogue")
    assert checked.returncode == Exit.FAILED
    found = [line for line in checked.stdout.splitlines() if line.endswith("]")]
    assert [line.rpartition("[")[2].rstrip("]") for line in found] == ["catalogue/recorded", "catalogue/proof"]
    assert "`obsboot catalog record kettle` makes it" in checked.stdout
    assert obsboot("catalog", "show", "kettle", "--catalog", "catalogue").returncode == 0
    assert obsboot("init", "--yes", "--catalog", "catalogue").returncode == 0


def test_a_format_for_a_technology_that_there_is(obsboot, shop: Path) -> None:  # type: ignore[no-untyped-def]
    done = obsboot("catalog", "new", "redis", "--log", "mine", "--into", "own/deep")
    assert done.returncode == 0, done.stderr
    folder = shop / "own/deep/templates/components/redis/logs"
    assert sorted(path.name for path in folder.iterdir()) == ["mine.samples.yaml", "mine.yaml"]
    (shop / "a.log").write_text("2026-11-26T05:34:05.123Z INFO ready\n")
    tried = obsboot("logs", "try", "redis.mine", "a.log", "--catalog", "own/deep")
    assert tried.returncode == 0
    assert "log.level   keyword  info" in tried.stdout
    checked = obsboot("catalog", "check", "redis", "--catalog", "own/deep").stdout
    assert "1 samples; a format has at least 12" in checked
    assert "1 finding in" in checked


def test_both_at_once_and_another_format_later(obsboot, shop: Path) -> None:  # type: ignore[no-untyped-def]
    done = obsboot("catalog", "new", "kettle", "--log", "steam")
    assert [line.removeprefix("wrote ") for line in done.stdout.splitlines()][:6] == [*COMPONENT, *FORMAT]
    assert "`obsboot logs try kettle.steam FILE --catalog catalogue`" in done.stdout
    later = obsboot("catalog", "new", "kettle", "--log", "water")
    assert later.returncode == 0, later.stderr
    assert "component.yaml" not in later.stdout


@pytest.mark.parametrize("id_", ["on", "null", "my-own-kettle", "x" * 63])
def test_any_id_makes_readable_files(obsboot, id_: str) -> None:  # type: ignore[no-untyped-def]
    assert obsboot("catalog", "new", id_, "--log", "true").returncode == 0
    assert "cannot be read" not in obsboot("catalog", "check", id_, "--catalog", "catalogue").stdout


def test_nothing_is_written_over(obsboot, shop: Path) -> None:  # type: ignore[no-untyped-def]
    assert obsboot("catalog", "new", "kettle", "--log", "steam").returncode == 0
    lay_out(shop, {"other/alerts/pot.yaml": "{}\n", "other/templates/components/pot/x": ""})
    before = snapshot(shop)
    refused(obsboot("catalog", "new", "kettle"), Exit.REFUSED, "has kettle already", "--log NAME adds")
    refused(obsboot("catalog", "new", "kettle", "--log", "steam"), Exit.REFUSED, "has a log format steam already")
    refused(obsboot("catalog", "new", "redis", "--log", "server"), Exit.REFUSED, "choose another name", "copy it to")
    refused(obsboot("catalog", "new", "pot", "--into", "other"), Exit.REFUSED, "other/alerts/pot.yaml is there already")
    assert snapshot(shop) == before


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["Kettle"], Exit.USAGE, "'Kettle' cannot be an id"),
        (["../kettle"], Exit.USAGE, "'../kettle' cannot be an id"),
        (["kettle", "--log", "a.b"], Exit.USAGE, "'a.b' cannot be a log format's name"),
        (["kettle", "--into", "compose.yaml/x"], Exit.REFUSED, "cannot be written: Not a directory"),
    ],
)
def test_what_cannot_be_made_is_refused(obsboot, shop: Path, arguments: list[str], code: Exit, said: str) -> None:  # type: ignore[no-untyped-def]
    before = snapshot(shop)
    refused(obsboot("catalog", "new", *arguments), code, said)
    assert snapshot(shop) == before
