from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_catalogue import REPOSITORY, lay_out, small_catalogue, snapshot

from obsboot.catalog import Catalogue, CatalogueError
from obsboot.detect import Detection, detect
from obsboot.detect.composefile import filled
from obsboot.detect.identity import identifier
from obsboot.detect.tree import Tree
from obsboot.model import Clue

CATALOGUE = small_catalogue()


def detected(root: Path, **files: str) -> Detection:
    return detect(lay_out(root, files), CATALOGUE)


def value(detection: Detection, key: str) -> object:
    """The only value suggested for `key`."""
    name, dot, question = key.partition(".")
    options = detection.instances[name].answers[question] if dot else detection.values[name]
    assert len(options) == 1, options
    return options[0].value


@pytest.fixture
def shop(tmp_path: Path) -> Detection:
    return detect(lay_out(tmp_path, REPOSITORY), CATALOGUE)


@pytest.mark.parametrize(
    ("key", "expected", "where"),
    [
        ("service", "shop-api", "pyproject.toml:2"),
        ("team", "payments", ".github/CODEOWNERS:2"),
        ("runbook_base", "https://github.com/acme/shop/blob/HEAD", ".git/config:4"),
        ("jar.address", "cache:7000", "compose.yaml:9"),
        ("jar.version", "8", "compose.yaml:10"),
        ("jar.role", "cache", "compose.yaml:9"),
        ("lake.address", "db:5432", "compose.yaml:6"),
        ("lake.version", "18.1", "compose.yaml:7"),
        ("lake.depth", 30, "lake.conf:2"),
        ("rocket.address", "api:8001", "compose.yaml:3"),
        ("rocket.workers", 2, "compose.yaml:5"),
        ("pool.pool_size", 10, "app/db.py:2"),
        ("pool.max_overflow", 5, "app/db.py:3"),
    ],
)
def test_each_answer_has_its_evidence(shop: Detection, key: str, expected: object, where: str) -> None:
    name, dot, question = key.partition(".")
    (option,) = shop.instances[name].answers[question] if dot else shop.values[name]
    assert (option.value, str(option.evidence)) == (expected, where)


def test_services_without_a_common_network_contradict_each_other(shop: Detection) -> None:
    assert [one.value for one in shop.values["network"]] == ["shop_default", "deep"]
    (conflict,) = shop.conflicts()
    assert (conflict.key, conflict.flag) == ("network", "--set network=shop_default")


def test_a_hint_alone_is_not_sure(tmp_path: Path) -> None:
    found = detected(tmp_path, **{"pyproject.toml": 'dependencies = [\n  "jar",\n]\n'}).instances
    assert [(name, one.sure) for name, one in found.items()] == [("jar", False)]


def test_two_servers_of_a_kind_are_named_after_their_services(tmp_path: Path) -> None:
    compose = "services:\n  one:\n    image: jar:8\n  Two_Jars:\n    image: acme/jar:7.0\n"
    found = detected(tmp_path, **{"compose.yaml": compose})
    assert set(found.instances) == {"one", "two-jars"}
    assert value(found, "two-jars.version") == "7.0"
    assert value(found, "two-jars.address") == "Two_Jars:7000"


def test_a_hint_inside_a_service_speaks_of_that_one_alone(tmp_path: Path) -> None:
    clue = Clue(why="its flag", files=("compose.yaml",), pattern="--evict", says={"role": "cache"}, sure=False)
    jar = replace(CATALOGUE.components["jar"], clues=(*CATALOGUE.components["jar"].clues, clue))
    catalogue = replace(CATALOGUE, components={**CATALOGUE.components, "jar": jar})
    compose = "services:\n  a:\n    image: jar:8\n    command: jar --evict\n  b:\n    image: jar:8\n"
    found = detect(lay_out(tmp_path, {"compose.yaml": compose}), catalogue)
    assert value(found, "a.role") == "cache"
    assert "role" not in found.instances["b"].answers


def test_the_same_name_in_two_folders_is_two_instances(tmp_path: Path) -> None:
    compose = "services:\n  box:\n    image: jar:8\n"
    found = detected(tmp_path, **{"a/compose.yaml": compose, "b/compose.yaml": compose})
    assert set(found.instances) == {"box", "box-2"}


def test_versions_that_contradict_each_other_are_both_shown(tmp_path: Path) -> None:
    found = detected(
        tmp_path,
        **{
            "compose.yaml": "services: {c: {image: 'jar:7.0'}}\n",
            "compose.prod.yaml": "services: {c: {image: 'jar:8'}}\n",
        },
    )
    (conflict,) = found.conflicts()
    assert conflict.key == "jar.version"
    assert {str(one.evidence) for one in conflict.options} == {"compose.yaml:1", "compose.prod.yaml:1"}
    assert "--set jar.version=" in conflict.flag


def test_two_frameworks_are_rivals(tmp_path: Path) -> None:
    found = detected(tmp_path, **{"requirements.txt": "rocket==1\nkayak==2\n"})
    (conflict,) = found.conflicts()
    assert conflict.key == "framework"
    assert str(conflict) == "framework: the repository says kayak (requirements.txt:2), rocket (requirements.txt:1)"
    assert conflict.flag.endswith(".component=none")


@pytest.fixture
def with_known(tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    known = """\
brook: {title: Brook, images: [brook], libraries: [brook-client]}
sled: {title: Sled, libraries: [sled], kind: service, files: [requirements*.txt]}
jar: {title: Hidden because it is covered, images: [jar]}
"""
    return small_catalogue(lay_out(tmp_path_factory.mktemp("root"), {"templates/pack/known.yaml": known}))


def test_what_is_not_covered_is_listed(tmp_path: Path, with_known: Catalogue) -> None:
    files = {
        "compose.yaml": "services:\n  a: {image: acme/brook:1}\n  b: {image: acme/unheard:2}\n  c: {image: jar:8}\n",
        "pyproject.toml": '[project]\ndescription = "not about brook-client at all"\n',
    }
    found = detect(lay_out(tmp_path, files), with_known)
    assert [(one.name, str(one.evidence)) for one in found.uncovered] == [
        ("Brook", "compose.yaml:2"),
        ("acme/unheard:2", "compose.yaml:3"),
    ]


def test_a_framework_that_is_not_covered_rivals_the_one_that_is(tmp_path: Path, with_known: Catalogue) -> None:
    found = detect(lay_out(tmp_path, {"requirements.txt": "rocket\nsled>=2\n"}), with_known)
    (conflict,) = found.conflicts()
    assert conflict.flag == "--set sled.component=none"
    assert "sled (requirements.txt:2)" in str(conflict)


@pytest.mark.parametrize(
    "text",
    [
        "services:\n  a: [\n",
        "services:\n  a: {image: jar:8\n",
        "- a\n- b\n",
        "services: [a]\n",
        "a: &a [*a]\n? [1]\n: 2\n---\nb\n",
        "\tx",
        "a: 2001-99-99\n",
        "[" * 3000,
    ],
)
def test_a_compose_file_that_does_not_parse_is_one_finding(tmp_path: Path, text: str) -> None:
    found = detected(tmp_path, **{"compose.yaml": text, "pyproject.toml": '  "rocket",\n'})
    (finding,) = found.findings
    assert finding.path == "compose.yaml"
    assert finding.line >= 1
    assert "cannot be read" in finding.message
    assert "rocket" in found.instances


@pytest.mark.parametrize("text", ["", "services:\n", "services:\n  a:\n", "name: 7\nservices: {1: {image: 3}}\n"])
def test_an_odd_compose_file_says_nothing(tmp_path: Path, text: str) -> None:
    found = detected(tmp_path, **{"compose.yaml": text})
    assert (found.instances, found.findings) == ({}, ())


def test_anchors_and_compose_tags_are_understood(tmp_path: Path) -> None:
    text = """\
x-base: &base
  image: jar:8
services:
  a:
    <<: *base
    ports: !override ["127.0.0.1:7000:7000/tcp"]
"""
    found = detected(tmp_path, **{"compose.yaml": text})
    assert value(found, "jar.address") == "a:7000"
    assert value(found, "jar.version") == "8"


@pytest.mark.parametrize(
    ("service", "address"),
    [
        ("ports: ['9000:9001']", "a:9001"),
        ("ports: [{target: 9001, published: 80}]", "a:9001"),
        ("ports: ['9001', '7000']", "a:7000"),
        ("expose: [9001]", "a:9001"),
        ("ports: ['99999']", "a:7000"),
        ("ports: nonsense", "a:7000"),
    ],
)
def test_the_port_inside_the_network_counts(tmp_path: Path, service: str, address: str) -> None:
    found = detected(tmp_path, **{"compose.yaml": f"services:\n  a:\n    image: jar\n    {service}\n"})
    assert value(found, "jar.address") == address
    assert "version" not in found.instances["jar"].answers


@pytest.mark.parametrize(
    ("more", "network"),
    [
        ("", "my-shop_default"),
        ("    networks: [n]\nnetworks: {n: {name: real}}", "real"),
        ("    networks: {n: {aliases: [x]}}\nnetworks: {n: }", "my-shop_n"),
        ("    networks: [n]\nnetworks: {n: {external: true}}", "n"),
    ],
)
def test_the_network_is_what_compose_calls_it(tmp_path: Path, more: str, network: str) -> None:
    root = tmp_path / "My-Shop"
    found = detected(root, **{"compose.yaml": f"services:\n  a:\n    image: jar:8\n{more}\n"})
    assert value(found, "network") == network


def test_an_override_belongs_to_the_file_beside_it(tmp_path: Path) -> None:
    files = {
        "compose.yaml": "name: shop\nservices: {a: {image: 'jar:8', networks: [n]}}\nnetworks: {n: {name: real}}\n",
        "compose.override.yaml": "services: {a: {image: 'jar:8', networks: [n]}, b: {image: 'lake:18'}}\n",
    }
    found = detected(tmp_path, **files)
    assert [one.value for one in found.values["network"]] == ["real", "shop_default"]
    assert set(found.instances) == {"jar", "lake"}


def test_a_container_without_a_network_suggests_none(tmp_path: Path) -> None:
    found = detected(tmp_path, **{"compose.yaml": "services: {a: {image: 'jar:8', network_mode: host}}\n"})
    assert "network" not in found.values


def test_replicas_of_what_is_built_here(tmp_path: Path) -> None:
    compose = "services:\n  api:\n    build: {context: ./src}\n    command: rocket-run\n    deploy: {replicas: 3}\n"
    found = detected(tmp_path, **{"compose.yaml": compose})
    assert value(found, "replicas") == 3


def test_the_framework_answers_where_its_folder_is_built(tmp_path: Path) -> None:
    compose = """\
services:
  worker: {build: services/api}
  web: {build: services/api, expose: [8080]}
  other: {build: services/other, expose: [1]}
"""
    found = detected(tmp_path, **{"compose.yaml": compose, "services/api/requirements.txt": "rocket\n"})
    assert value(found, "rocket.address") == "web:8080"


@pytest.mark.parametrize(
    ("files", "name", "sure"),
    [
        ({"pyproject.toml": '[project]\nname = "Shop_API"\n'}, "shop-api", True),
        ({"pyproject.toml": '[tool.poetry]\nname = "shop"\n'}, "shop", True),
        ({"package.json": '{"name": "@acme/shop"}'}, "acme-shop", True),
        ({"compose.yaml": "name: Shop\nservices: {}\n"}, "shop", True),
        ({"package.json": "[]"}, "some-folder", False),
        ({"pyproject.toml": "[project\n"}, "some-folder", False),
        ({"compose.yaml": "name: ${X}\nservices: {}\n"}, "some-folder", False),
    ],
)
def test_where_the_name_comes_from(tmp_path: Path, files: dict[str, str], name: str, sure: bool) -> None:
    root = tmp_path / "some folder"
    root.mkdir()
    (option,) = detected(root, **files).values["service"]
    assert (option.value, option.sure) == (name, sure)


def test_a_folder_whose_name_is_no_identifier_suggests_nothing(tmp_path: Path) -> None:
    (tmp_path / "42").mkdir()
    assert "service" not in detected(tmp_path / "42").values


@pytest.mark.parametrize(
    ("url", "base"),
    [
        ("https://me:token@github.com/acme/shop.git", "https://github.com/acme/shop/blob/HEAD"),
        ("ssh://git@gitlab.example.org:2222/a/b/shop.git", "https://gitlab.example.org/a/b/shop/-/blob/HEAD"),
        ("git@bitbucket.org:acme/shop", "https://bitbucket.org/acme/shop/src/HEAD"),
        ("/srv/git/shop.git", None),
        ("../shop", None),
    ],
)
def test_the_remote_becomes_an_address_without_credentials(tmp_path: Path, url: str, base: str | None) -> None:
    found = detected(tmp_path, **{".git/config": f'[remote "origin"]\n  url = {url}\n'})
    assert [one.value for one in found.values.get("runbook_base", ())] == ([base] if base else [])


def test_of_an_environment_file_only_keys_are_seen(tmp_path: Path) -> None:
    lay_out(tmp_path, REPOSITORY)
    tree = Tree(tmp_path)
    assert tree.text(".env") == "LAKE_URL=\n"
    assert "secret" not in repr(detect(tmp_path, CATALOGUE))


def test_links_out_of_the_repository_are_not_followed(tmp_path: Path) -> None:
    outside = lay_out(
        tmp_path / "outside", {"compose.yaml": "services: {a: {image: 'jar:8'}}\n", "x/lake.conf": "depth = 3\n"}
    )
    root = tmp_path / "root"
    root.mkdir()
    (root / "compose.yaml").symlink_to(outside / "compose.yaml")
    (root / "x").symlink_to(outside / "x")
    (root / "loop").symlink_to(root)
    assert detect(root, CATALOGUE).instances == {}


def test_the_packs_own_files_say_nothing(tmp_path: Path) -> None:
    files = {"observability/compose.yaml": "services: {a: {image: 'jar:8'}}\n"}
    assert "jar" in detect(lay_out(tmp_path, files), CATALOGUE).instances
    lay_out(tmp_path, {".obsboot/manifest.json": '{"files": {"observability/compose.yaml": {}}}'})
    assert detect(tmp_path, CATALOGUE).instances == {}


def test_what_cannot_be_read_is_passed_over(tmp_path: Path) -> None:
    lay_out(tmp_path, {"big.py": "pool_size=1\n" * 100_000, "a/b/c/d/e/f/g/h/deep.py": "pool_size=2\n"})
    (tmp_path / "raw.py").write_bytes(b"\xff\xfe pool_size=7\n")
    os.mkfifo(tmp_path / "pipe.py")
    assert value(detect(tmp_path, CATALOGUE), "pool.pool_size") == 7


def test_detection_changes_nothing_and_repeats_itself(tmp_path: Path) -> None:
    before = snapshot(lay_out(tmp_path, REPOSITORY))
    assert detect(tmp_path, CATALOGUE) == detect(tmp_path, CATALOGUE)
    assert snapshot(tmp_path) == before


@given(st.text())
def test_any_name_becomes_an_identifier_or_nothing_of_one(name: str) -> None:
    made = identifier(name)
    assert set(made) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert not made.startswith("-")


@given(st.text(alphabet="${}:-abcA_ \n"))
def test_variables_are_filled_whatever_they_look_like(text: str) -> None:
    assert len(filled(text)) <= len(text)


@pytest.mark.parametrize(
    ("text", "result"), [("${A:-x}", "x"), ("${A-x}y", "xy"), ("$A/b", "/b"), ("${A}", ""), ("${A:?no}", "")]
)
def test_variables_become_their_defaults(text: str, result: str) -> None:
    assert filled(text) == result


@pytest.mark.parametrize(
    ("file", "text", "line"),
    [
        ("pyproject.toml", "dependencies = [\n  \"Brook_Client[x]>=1; python_version > '3'\",\n]\n", 2),
        ("requirements-dev.txt", "# brook-client\nbrook-client==1\n", 2),
        ("package.json", '{"dependencies": {"brook-client": "^1"}}\n', 1),
        ("go.mod", "require brook-client v1\n", 1),
        ("pom.xml", "<x>\n<artifactId>brook-client</artifactId>\n", 2),
        ("build.gradle.kts", 'implementation("org.brook:brook-client:1")\n', 1),
        ("Gemfile", 'gem "brook-client"\n', 1),
    ],
)
def test_libraries_are_known_in_every_kind_of_file(
    tmp_path: Path, with_known: Catalogue, file: str, text: str, line: int
) -> None:
    (one,) = detect(lay_out(tmp_path, {file: text}), with_known).uncovered
    assert (one.name, str(one.evidence)) == ("Brook", f"{file}:{line}")


def test_a_list_of_known_technologies_with_a_mistake_is_told(tmp_path: Path) -> None:
    catalogue = small_catalogue(lay_out(tmp_path, {"templates/pack/known.yaml": "brook: {titel: Brook}\n"}))
    with pytest.raises(CatalogueError, match="did you mean 'title'"):
        detect(tmp_path, catalogue)
