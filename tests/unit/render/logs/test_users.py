"""The users of the log store: each can be made there, and may do what its program asks for."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
import yaml

from obsboot.catalog import load
from obsboot.model import ObsbootError, Stack
from obsboot.render import render, secrets
from obsboot.workspace.planning import Wanted, secret_steps
from tests.stacks import stack_of

STORES = ("elasticsearch", "opensearch")


def stack(store: str) -> Stack:
    return stack_of(load(), logs=store, log_path="logstash")


def objects(store: str, kind: str) -> dict[str, dict[str, Any]]:
    """The store's objects of a kind, by the last word of their names."""
    inside = f"/{store}/{kind}/"
    found = ((file.path, json.loads(file.text)) for file in render(stack(store)) if inside in file.path)
    return {path.rpartition("-")[2].removesuffix(".json"): data for path, data in found}


def services(store: str) -> dict[str, dict[str, Any]]:
    (text,) = (file.text for file in render(stack(store)) if file.path.endswith("/compose.yaml"))
    found: dict[str, dict[str, Any]] = yaml.safe_load(text)["services"]
    return found


def open_variables(texts: Iterable[str]) -> set[str]:
    return {text[2:].partition(":")[0] for text in texts if text.startswith("${")}


@pytest.mark.parametrize("store", STORES)
def test_a_user_has_a_role_that_the_pack_makes_or_the_store_has(store: str) -> None:
    made = set(objects(store, "roles"))
    own = {"elasticsearch": {"kibana_system"}, "opensearch": set()}[store]
    for user in objects(store, "users").values():
        for role in user["roles"]:
            assert role in own or role.rpartition("-")[2] in made


@pytest.mark.parametrize("store", STORES)
def test_what_makes_the_users_gets_the_password_of_each(store: str) -> None:
    wanted = {user["password_from"] for user in objects(store, "users").values()}
    given = open_variables(services(store)["log-store-setup"]["environment"].values())
    assert {name for name in given if name.startswith("LOGS_")} == wanted


def test_opensearch_asks_for_single_documents_and_several_searches_as_privileges_on_the_store() -> None:
    roles = objects("opensearch", "roles")
    assert "indices:data/write/bulk" in roles["writer"]["cluster_permissions"]
    assert "indices:data/write/bulk" in roles["alerter"]["cluster_permissions"]
    assert "indices:data/read/msearch" in roles["reader"]["cluster_permissions"]


@pytest.mark.parametrize("store", STORES)
def test_settings_that_a_server_writes_itself_stay_with_its_version(store: str) -> None:
    service = services(store)[store]
    version = service["image"].rpartition(":")[2]
    (volume,) = (each for each in service["volumes"] if each.endswith(f"/{store}/config"))
    assert volume.startswith(f"{store}-config-{version}:")


@pytest.mark.parametrize("service", ["logstash", *STORES])
def test_what_unpacks_programs_before_it_runs_them_may_do_so(service: str) -> None:
    """Compose mounts a tmpfs `noexec`; with a root that is only read there is no other place for them."""
    asked = services("opensearch" if service == "opensearch" else "elasticsearch")[service]
    assert asked["read_only"]
    assert "/tmp:exec" in asked["tmpfs"]


def test_a_password_has_each_kind_of_sign_that_a_store_demands(tmp_path: Path) -> None:
    """OpenSearch refuses one without any of them, and does not start; by chance alone a password may lack a digit."""
    (step,) = secret_steps(tmp_path, Wanted((), "", "o", variables=tuple(f"V{number}" for number in range(500))))
    passwords = [line.partition("=")[2] for line in step.data.decode().splitlines() if not line.startswith("#")]
    assert len(set(passwords)) == 500
    for kind in ("[a-z]", "[A-Z]", "[0-9]", "[^a-zA-Z0-9]"):
        assert all(re.search(kind, each) for each in passwords)


ELSEWHERE = {"log_address": "https://logs.example.org", "log_ca": "file"}


@pytest.mark.parametrize("store", STORES)
def test_in_a_store_elsewhere_nothing_is_installed_by_itself_nor_made_that_the_pack_does_not_use(store: str) -> None:
    stack = stack_of(load(), logs=store, log_path="logstash", **ELSEWHERE)
    (compose,) = (file.text for file in render(stack) if file.path.endswith("/compose.yaml"))
    assert not {"log-store-setup", "kibana", store} & yaml.safe_load(compose)["services"].keys()
    assert not [file.path for file in render(stack) if file.path.endswith("-kibana.json")]
    assert not [name for name in secrets(stack) if "ELASTIC" in name or "KIBANA" in name]


@pytest.mark.parametrize("path", ["ingest", "logstash"])
@pytest.mark.parametrize(
    ("address", "port"), [("https://a.example", 443), ("http://a.example/", 80), ("https://b.example:91/", 91)]
)
def test_all_who_ask_a_store_elsewhere_ask_it_at_one_port(path: str, address: str, port: int) -> None:
    """Without one Filebeat and Logstash would take 9200, and the others that of the scheme."""
    stack = stack_of(load(), logs="elasticsearch", log_path=path, log_address=address)
    host = address.split("/")[2].partition(":")[0]
    texts = {file.path: file.text for file in render(stack)}
    asked = {name: set(re.findall(rf"//{re.escape(host)}[^\s\"'\]]*", text)) for name, text in texts.items()}
    shipper = "filebeat.yml" if path == "ingest" else "store.conf"
    found = {name.rpartition("/")[2]: urls for name, urls in asked.items() if urls}
    assert {"compose.yaml", "logs.yaml", shipper} <= found.keys()
    assert set().union(*found.values()) == {f"//{host}:{port}"}
    (watcher,) = (yaml.safe_load(text) for name, text in texts.items() if name.endswith("elastalert/config.yaml"))
    assert (watcher["es_host"], watcher["es_port"]) == (host, port)


def test_a_path_that_not_all_can_follow_is_refused() -> None:
    with pytest.raises(ObsbootError, match="log_address has a path"):
        stack_of(load(), logs="elasticsearch", log_path="ingest", log_address="https://proxy.example/es")
