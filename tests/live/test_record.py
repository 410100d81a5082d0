"""What `obsboot catalog record` writes is what the catalogue holds."""

from __future__ import annotations

from pathlib import Path

import pytest

from obsboot.catalog import Family, parse
from tests.live.conftest import IMAGES, ROOT, left_behind, obsboot

pytestmark = pytest.mark.live
COMPONENTS = ROOT / "templates/components"


def recorded(component: str, version: str, folder: Path) -> dict[str, Family]:
    for name in ("templates/components", "dashboards", "alerts"):
        (folder / name).mkdir(parents=True)
    named = ("--version", version, "--images", str(IMAGES), "--catalog", str(folder))
    done = obsboot("catalog", "record", component, *named, cwd=folder)
    assert done.returncode == 0, done.stdout + done.stderr
    written = folder / "templates/components" / component / "metrics" / f"{version}.prom"
    return dict(parse(written.read_text()).families)


def test_a_library_is_told_from_the_service_whose_endpoint_it_shares(tmp_path: Path) -> None:
    now = recorded("sqlalchemy", "2", tmp_path)
    held = parse((COMPONENTS / "sqlalchemy/metrics/2.prom").read_text()).families
    assert {name: (f.type, f.labels) for name, f in now.items()} == {n: (f.type, f.labels) for n, f in held.items()}
    assert left_behind() == ""


def test_an_exporter_shows_what_the_catalogue_holds_but_for_what_needs_a_setting(tmp_path: Path) -> None:
    now = recorded("redis", "1.86.0", tmp_path)
    held = parse((COMPONENTS / "redis/metrics/1.86.0.prom").read_text()).families
    assert now.keys() <= held.keys()
    assert {name.split("_")[1] for name in held.keys() - now.keys()} <= {"aof", "errors"}
    assert all(now[name].type == held[name].type for name in now)
