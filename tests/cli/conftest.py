"""Whole sessions: a repository, the command line as a user types it, and what is there afterwards."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from small_catalogue import lay_out

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
def obsboot(shop: Path) -> Session:
    """Runs obsboot in the repository, without a terminal."""

    def run(*arguments: str, cwd: Path = shop, **environment: str) -> subprocess.CompletedProcess[str]:
        clean = {name: value for name, value in os.environ.items() if not name.startswith("OBSBOOT_")}
        command = [sys.executable, "-m", "obsboot", *arguments]
        return subprocess.run(
            command,
            cwd=cwd,
            env={**clean, **environment},
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
            timeout=60,
        )

    return run
