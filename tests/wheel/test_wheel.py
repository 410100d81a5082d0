"""What people install: the built wheel, without the checkout around it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DATA = ("templates", "dashboards", "alerts")
HEAVY = {"rich", "yaml", "jinja2", "docker", "requests", "copier", "promql_parser"}
SECRETS = ".env"

pytestmark = pytest.mark.slow


def run(*command: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Runs the command in `/`, where no checkout is, without what this process was told of modules and answers."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "OBSBOOT_"))}
    done = subprocess.run(
        [str(part) for part in command],
        cwd="/",
        env={**inherited, "PYTHONDONTWRITEBYTECODE": "1", **environment},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built as `pip install .` builds it, but with the build backend that is here already."""
    folder = tmp_path_factory.mktemp("wheel")
    offline = ("--no-deps", "--no-build-isolation", "--no-index", "--quiet", "--disable-pip-version-check")
    run(sys.executable, "-m", "pip", "wheel", *offline, "--wheel-dir", folder, ROOT)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of an environment with the wheel; what it depends on comes from the environment of the tests."""
    home = tmp_path_factory.mktemp("installed")
    venv.create(home, symlinks=True, with_pip=False)
    python = home / "bin" / "python"
    offline = ("--no-deps", "--no-index", "--quiet", "--disable-pip-version-check")
    run(sys.executable, "-m", "pip", "--python", python, "install", *offline, wheel)
    own = Path(sysconfig.get_path("purelib", vars={"base": str(home), "platbase": str(home)}))
    (own / "dependencies.pth").write_text("\n".join({sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}))
    return python


def files_of(repository: Path) -> dict[str, bytes]:
    paths = (path for path in repository.rglob("*") if path.is_file() and path.name != SECRETS)
    return {str(path.relative_to(repository)): path.read_bytes() for path in paths}


def written(repository: Path, *obsboot: str | Path, **environment: str) -> dict[str, bytes]:
    """Every file of a copy of the sample after `obsboot init`, but for the passwords that it makes up."""
    shutil.copytree(ROOT / "examples" / "shop-api", repository)
    for pack in ("observability", ".obsboot"):
        shutil.rmtree(repository / pack, ignore_errors=True)
    run(*obsboot, "init", "--yes", "--set", "team=shop", "--root", repository, **environment)
    return files_of(repository)


def test_the_catalogue_is_inside_and_nothing_else(wheel: Path) -> None:
    there = {
        f"obsboot/_data/{path.relative_to(ROOT)}": path.read_bytes()
        for folder in DATA
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    with zipfile.ZipFile(wheel) as archive:
        inside = {name: archive.read(name) for name in archive.namelist() if "/_data/" in name}
    assert sorted(inside) == sorted(there)
    assert inside == there
    assert {name.split("/")[2] for name in inside} == set(DATA)


def test_it_renders_what_the_checkout_renders(installed: Path, tmp_path: Path) -> None:
    where = "import obsboot; print(obsboot.__file__)"
    assert run(installed, "-c", where).stdout.startswith(str(installed.parents[1]))
    assert run(sys.executable, "-c", where, PYTHONPATH=str(ROOT)).stdout.startswith(str(ROOT))
    by_wheel = written(tmp_path / "wheel" / "shop-api", installed.with_name("obsboot"))
    by_checkout = written(tmp_path / "checkout" / "shop-api", sys.executable, "-m", "obsboot", PYTHONPATH=str(ROOT))
    assert "observability/prometheus/prometheus.yml" in by_wheel
    assert sorted(by_wheel) == sorted(by_checkout)
    assert not {path for path in by_wheel if by_wheel[path] != by_checkout[path]}


def test_its_help_imports_nothing_heavier_than_click(installed: Path) -> None:
    said = run(installed, "-X", "importtime", installed.with_name("obsboot"), "--help")
    lines = (line.rpartition("|")[2].strip() for line in said.stderr.splitlines())
    imported = {name.partition(".")[0] for name in lines}
    assert {"click", "obsboot"} <= imported
    assert not imported & HEAVY
