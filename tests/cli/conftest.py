"""Whole sessions: a repository, the command line as a user types it, and what is there afterwards."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from small_catalogue import lay_out

from obsboot import cli

SHOP = {
    "compose.yaml": """\
name: shop-api
services:
  api:
    build: .
    command: uvicorn app.main:app --host 0.0.0.0 --port 8000 --workers 2
    expose: ["8000"]
  db:
    image: postgres:18
  cache:
    image: redis:8
  proxy:
    image: nginx:1.30
    ports: ["8080:80"]
  mq:
    image: rabbitmq:4
""",
    "pyproject.toml": """\
[project]
name = "shop-api"
dependencies = [
  "fastapi>=0.115",
  "sqlalchemy>=2",
  "redis>=5",
]
""",
    "app/db.py": "engine = create_async_engine(\n    URL,\n    pool_size=10,\n    max_overflow=5,\n)\n",
    ".github/CODEOWNERS": "* @acme/payments\n",
}

Session = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    return lay_out(tmp_path / "shop", SHOP)


@pytest.fixture
def obsboot(shop: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Session:
    """Runs one command in the repository, without a terminal. Signals and terminals need processes of their own."""

    def run(*arguments: str, cwd: Path = shop, **environment: str) -> subprocess.CompletedProcess[str]:
        with monkeypatch.context() as patch:
            for name in [name for name in os.environ if name.startswith("OBSBOOT_")]:
                patch.delenv(name)
            for name, value in environment.items():
                patch.setenv(name, value)
            patch.chdir(cwd)
            capfd.readouterr()
            code = cli.run(arguments)
        said = capfd.readouterr()
        return subprocess.CompletedProcess(arguments, int(code), said.out, said.err)

    return run
