"""Five technologies that nobody has, and a repository that uses them: for tests of asking and writing."""

from __future__ import annotations

import os
import stat
from dataclasses import replace
from pathlib import Path

from obsboot.catalog import Catalogue
from obsboot.model import Alert, Clue, Component, Overview, Place, Question

HERE = Path(__file__)
_PLACE = Place(HERE, 1)


def question(name: str, type_: str, **more: object) -> Question:
    return Question(name, f"What is {name}?", type_, **more)  # type: ignore[arg-type]


def _component(id_: str, kind: str, **more: object) -> Component:
    return Component(id_, id_.title(), kind, HERE.parent, _PLACE, **more)  # type: ignore[arg-type]


_LOW = Alert("JarLow", "level", "warning", "low", "because", "look", _PLACE, below=1)

_COMPONENTS = [
    _component(
        "jar",
        "server",
        port=7000,
        roles=("cache", "store"),
        versions=("7.0", "8"),
        questions={
            "floor": question("floor", "ratio", default=0.8, roles=("cache",)),
            "limit": question("limit", "integer", default=5, minimum=1, maximum=100),
        },
        clues=(
            Clue(why="a container of it", image=r"(?:^|/)jar(?:[:@]|$)"),
            Clue(why="its client library", files=("pyproject.toml",), pattern=r'"jar\b', sure=False),
        ),
        alerts={"JarLow": _LOW},
    ),
    _component(
        "lake",
        "server",
        port=5432,
        versions=("15", "18"),
        questions={"depth": question("depth", "integer")},
        clues=(
            Clue(why="a container of it", image=r"(?:^|/)lake(?:[:@]|$)"),
            Clue(why="its setting", files=("*.conf",), pattern=r"^depth = (?P<depth>\d+)"),
            Clue(why="its address is configured", files=(".env*",), pattern=r"^LAKE_URL=(?P<address>.+)?", sure=False),
        ),
    ),
    *(
        _component(
            name,
            "service",
            port=8000,
            questions={"workers": question("workers", "integer", default=1, minimum=1)},
            clues=(
                Clue(why="the framework", files=("pyproject.toml", "requirements*.txt"), pattern=rf'^\s*"?{name}\b'),
                Clue(
                    why="how it is started",
                    files=("Dockerfile", "compose*.yaml"),
                    pattern=rf"{name}-run(?:.*--port (?P<port>\d+))?(?:.*--workers (?P<workers>\d+))?",
                ),
            ),
        )
        for name in ("rocket", "kayak")
    ),
    _component(
        "pool",
        "library",
        questions={
            "pool_size": question("pool_size", "integer", default=5, prompt=True),
            "max_overflow": question("max_overflow", "integer", default=10),
        },
        clues=(
            Clue(why="its pool", files=("*.py",), pattern=r"pool_size=(?P<pool_size>\d+)"),
            Clue(why="its pool", files=("*.py",), pattern=r"max_overflow=(?P<max_overflow>\d+)"),
        ),
    ),
    _component("watch", "platform", port=9090, always=True),
]

_QUESTIONS = [
    question("service", "identifier", prompt=True),
    question("team", "identifier", prompt=True),
    question("environment", "identifier", default="production", prompt=True),
    question("directory", "path", default="observability"),
    question("mode", "choice", choices=("own-stack", "files-only"), default="own-stack", prompt=True),
    question("network", "text", may_be_empty=True, default="<< service >>_default", only_if={"mode": ("own-stack",)}),
    question("replicas", "integer", default=1, minimum=1, prompt=True),
    question("latency", "seconds", default=0.3, minimum=0.001, prompt=True),
    question("runbook_base", "url", default=""),
    question("mail", "email", default=""),
    question("gate", "address", default=""),
    question("loud", "yesno", default=False),
    question("label", "text", default=""),
    question("receiver", "choice", choices=("none", "webhook"), default="none"),
]


def small_catalogue(root: Path = HERE.parent) -> Catalogue:
    """The catalogue; `root` may hold templates/pack/known.yaml."""
    components = {c.id: c for c in sorted(_COMPONENTS, key=lambda c: c.id)}
    return Catalogue(components, {q.name: q for q in _QUESTIONS}, (), Overview("Overview", (), _PLACE), (root,))


def requiring(catalogue: Catalogue, component: str, name: str) -> Catalogue:
    """The same catalogue with one more question of a component that has no default."""
    old = catalogue.components[component]
    new = replace(old, questions={**old.questions, name: question(name, "integer")})
    return replace(catalogue, components={**catalogue.components, component: new})


REPOSITORY = {
    "compose.yaml": """\
name: shop
services:
  api:
    build: .
    command: rocket-run app --port 8001 --workers 2
  db:
    image: docker.io/library/lake:18.1-slim@sha256:00
    networks: [inner]
  cache:
    image: ${REGISTRY:-jar}:${JAR_VERSION:-8}
networks:
  inner: {name: deep}
""",
    "pyproject.toml": """\
[project]
name = "shop-api"
dependencies = [
  "rocket>=1",
  "jar",
]
""",
    "app/db.py": "engine = make(\n    pool_size=10,\n    max_overflow=5,\n)\n",
    "lake.conf": "# depth = 1\ndepth = 30\n",
    ".env": "LAKE_URL=lake://me:secret@db/shop\n",
    ".github/CODEOWNERS": "*.md @acme/writers\n* @acme/payments @bob\n",
    ".git/config": '[core]\n\tbare = false\n[remote "origin"]\n\turl = git@github.com:acme/shop.git\n',
    "tests/test_db.py": "pool_size=99\n",
    "node_modules/x/pyproject.toml": '"kayak"\n',
}


def lay_out(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root


def snapshot(root: Path) -> dict[str, tuple[int, bytes]]:
    """Every path below `root` with its mode and content, to see that nothing changed."""
    seen = {}
    for folder, folders, files in os.walk(root):
        for name in (*folders, *files):
            path = Path(folder, name)
            mode = path.lstat().st_mode
            link = str(path.readlink()).encode() if path.is_symlink() else b""
            data = path.read_bytes() if stat.S_ISREG(mode) else link
            seen[str(path.relative_to(root))] = (mode, data)
    return seen
