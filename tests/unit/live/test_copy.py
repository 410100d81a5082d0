"""The run's copy of the pack: it differs by a list alone, tells no receiver of anybody's, and asks nobody outside."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from live_doubles import said

from obsboot.answers.given import from_file
from obsboot.answers.merging import merge
from obsboot.catalog import Catalogue
from obsboot.live import opening
from obsboot.live.changes import KINDS, Document, apply, undo
from obsboot.live.clock import Clock
from obsboot.live.copy import Copy, copy, read
from obsboot.live.edits.compose import Surroundings
from obsboot.live.edits.inside import Inside, inside, settled
from obsboot.live.edits.notify import SINK, notify
from obsboot.live.edits.scrape import scrape
from obsboot.live.run import Run
from obsboot.model import Answers, Exit, ObsbootError, Pack, Stack
from obsboot.render import render
from obsboot.stack import resolve
from tests.stacks import stack_of

GOLDEN = Path(__file__).parents[2] / "golden"
EXAMPLES = sorted(path.parent.name for path in GOLDEN.glob("*/answers.yml"))
FAST = Clock(15, 2, 1)
PACK = "observability"

Make = Callable[..., Pack]


@pytest.fixture
def pack(catalogue: Catalogue, tmp_path: Path) -> Make:
    """A pack on the disk, with the texts of some files replaced."""

    def made(*components: str, edits: Mapping[str, str] | None = None, **values: str) -> Pack:
        stack = stack_of(catalogue, *components, **values)
        files = {file.path: file.text for file in render(stack)}
        files |= {f"{PACK}/{path}": text for path, text in (edits or {}).items()}
        for path, text in files.items():
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).write_text(text)
        return Pack(tmp_path, stack, files)

    return made


def copied(pack: Pack) -> Copy:
    around, folders = {"redis:8": "mirror/redis:8"}, {"/proc": "/proc-of-the-run"}
    return copy(pack, 15, lambda at: Surroundings("obsboot-test", at, lambda i: around.get(i, f"own/{i}"), folders))


def config(made: Copy, path: str) -> Any:
    return yaml.safe_load(made.texts[f"{PACK}/{path}"])


def only_listed(pack: Pack, made: Copy) -> None:
    """Undoing the list gives the pack byte for byte, and what has no listed change is written as it is."""
    assert {change.kind for change in made.changes} <= KINDS.keys()
    assert all(change.before != change.after for change in made.changes)
    changed = {change.path for change in made.changes}
    for path, data in made.files.items():
        assert path in made.added or data == (pack.root / path).read_bytes()
        text = made.texts.get(path, data.decode())
        assert undo(text, [c for c in made.changes if c.path == path]).encode() == data, path
        if path not in changed:
            assert text.encode() == data, path


# The list


@pytest.mark.parametrize("example", EXAMPLES)
def test_undoing_the_list_gives_each_golden_pack(example: str, catalogue: Catalogue, tmp_path: Path) -> None:
    shutil.copytree(GOLDEN / example / "expected", tmp_path / PACK)
    given = from_file(GOLDEN / example / "answers.yml", "answers.yml", "file")
    golden = Pack(tmp_path, resolve(merge(given, catalogue).answers, catalogue), {})
    made = copied(golden)
    only_listed(golden, made)
    own_stack = golden.stack.values["mode"] == "own-stack"
    assert bool(made.added) is not own_stack
    always = {"durations", "ports", "networks", "images", "receivers"}
    assert {change.kind for change in made.changes} >= always | ({"mounts"} if own_stack else set())


def test_every_component_at_once_differs_by_the_list_alone(pack: Make) -> None:
    whole = pack(receiver="webhook")
    only_listed(whole, copied(whole))


def test_the_written_copy_is_the_pack_with_its_changes_for_everybody(pack: Make, tmp_path: Path) -> None:
    made = copied(pack("redis"))
    folder = tmp_path / "run"
    before = os.umask(0o077)
    try:
        folder.mkdir()
        made.write(folder)
    finally:
        os.umask(before)
    for path, data in made.files.items():
        assert (folder / path).read_bytes() == made.texts.get(path, data.decode()).encode()
    modes = {oct(entry.stat().st_mode & 0o777) for entry in (folder, *folder.rglob("*")) if entry.is_dir()}
    assert modes == {"0o755"}
    assert {entry.stat().st_mode & 0o044 for entry in folder.rglob("*")} == {0o044}


@pytest.mark.parametrize("secret", [".env", "secrets/slack_api_url", "secrets/deep/er"])
def test_the_users_secrets_are_never_read(pack: Make, secret: str) -> None:
    made = pack("redis", edits={secret: "s3cret"})
    assert f"{PACK}/{secret}" not in read(made)


def test_an_anchor_is_changed_once_for_all_its_uses(pack: Make) -> None:
    text = "networks:\n  one: &outside {external: true, name: a}\n  two: *outside\nservices: {}\n"
    edited = pack("redis", edits={"compose.override.yaml": text})
    with pytest.raises(ObsbootError, match="no copy can be made of it") as caught:
        copied(edited)
    assert "aliases" in caught.value.fix
    port = "x-port: &port 127.0.0.1:1:1\nservices:\n  prometheus: {ports: [*port]}\n  grafana: {ports: [*port]}\n"
    (edited.root / PACK / "compose.override.yaml").write_text(port)
    made = copied(edited)
    only_listed(edited, made)
    assert config(made, "compose.override.yaml")["services"]["grafana"]["ports"] == ["127.0.0.1::1"]


SHAPELESS = {
    "prometheus/prometheus.yml": ["scrape_configs: [{job_name: [a], static_configs: [{targets: [1, {a: b}]}]}]"],
    "alertmanager/alertmanager.yml": ["receivers: [{webhook_configs: [{url: x}]}]", "receivers: [{name: [a]}]"],
    "prometheus/rules/redis.yaml": ["groups: [{name: a, rules: [{alert: [A], expr: [a]}]}]"],
    "grafana/dashboards/redis.json": ['{"panels": [{"targets": [{"expr": {}}]}]}'],
    "grafana/provisioning/datasources/prometheus.yaml": ["datasources: [{url: [a]}]"],
}


@pytest.mark.parametrize(("path", "text"), [(path, text) for path, texts in SHAPELESS.items() for text in texts])
def test_a_file_whose_server_would_not_read_it_is_named(pack: Make, path: str, text: str) -> None:
    with pytest.raises(
        ObsbootError, match=f"{PACK}/{path}: it does not have the shape that its server reads"
    ) as caught:
        copied(pack("redis", edits={path: text}))
    assert caught.value.code == Exit.FAILED


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("prometheus/prometheus.yml", "global:\n  scrape_interval: {}\n"),
        ("prometheus/prometheus.yml", "scrape_configs:\n- {job_name: a, scrape_timeout: {}}\n"),
        ("prometheus/rules/redis.yaml", "groups: [{name: a, rules: [{alert: A, expr: b,\n  for: {}}]}]\n"),
        ("alertmanager/alertmanager.yml", "route:\n  group_wait: {}\n"),
        ("grafana/provisioning/datasources/prometheus.yaml", "datasources:\n- jsonData: {timeInterval: {}}\n"),
    ],
)
@pytest.mark.parametrize("said", ["soon", "[1]"])
def test_what_is_no_duration_is_told_with_its_line(pack: Make, path: str, text: str, said: str) -> None:
    made = pack("redis", edits={path: text.replace("{}", said)})
    with pytest.raises(ObsbootError, match=rf"{PACK}/{path}:2: .*duration"):
        copied(made)


# Links


def test_a_link_out_of_the_repository_is_refused(pack: Make, tmp_path_factory: pytest.TempPathFactory) -> None:
    made, outside = pack("redis"), tmp_path_factory.mktemp("outside")
    (outside / "secret.yaml").write_text("x: 1\n")
    for name, target in (("extra.yaml", outside / "secret.yaml"), ("extra", outside)):
        link = made.root / PACK / name
        link.symlink_to(target)
        with pytest.raises(ObsbootError, match=f"{name}: the link leads out of the repository") as caught:
            read(made)
        assert caught.value.code == Exit.REFUSED
        link.unlink()


def test_links_inside_the_repository_are_followed_and_circles_are_not(pack: Make) -> None:
    made = pack("redis")
    (made.root / "shared").mkdir()
    (made.root / "shared/more.yaml").write_text("groups: []\n")
    (made.root / PACK / "prometheus/rules/shared").symlink_to("../../../shared")
    assert read(made)[f"{PACK}/prometheus/rules/shared/more.yaml"] == b"groups: []\n"
    (made.root / "shared/circle").symlink_to("..")
    with pytest.raises(ObsbootError, match="a folder that it is in"):
        read(made)


# Receivers


SAID = {
    "receiver": "webhook",
    "receiver_critical": "pagerduty",
    "receiver_warning": "slack",
    "receiver_info": "email",
    "receiver_heartbeat": "webhook",
    "slack_channel": "#alarms-of-ours",
    "email_to": "duty@corp.example",
    "email_from": "alerts@corp.example",
    "smtp_smarthost": "mail.corp.example:587",
    "smtp_user": "smtp-user-of-ours",
}
BY_HAND = """\
global:
  resolve_timeout: 5m
  smtp_from: GONE-smtp-from@corp.example
  smtp_smarthost: GONE-smarthost.corp.example:587
  smtp_auth_password: GONE-smtp-password
  slack_api_url: https://hooks.slack.com/GONE-global-slack
  opsgenie_api_key: GONE-global-opsgenie
  opsgenie_api_url: https://GONE-opsgenie.example/
  victorops_api_key: GONE-global-victorops
  pagerduty_url: https://GONE-pagerduty.example/
  telegram_api_url: https://GONE-telegram.example/
  http_config: {proxy_url: "http://GONE-proxy.example:3128", authorization: {credentials: GONE-bearer}}
tracing:
  endpoint: GONE-tracing.example:4317
route:
  receiver: everything
  routes:
  - {receiver: 'a b/c', matchers: ['severity="critical"']}
receivers:
- name: everything
  webhook_configs:
  - url: https://GONE-user:GONE-password@GONE-hook.example/path
    http_config:
      basic_auth: {username: GONE-basic-user, password: GONE-basic-password}
      proxy_url: http://GONE-proxy-two.example
      tls_config: {ca_file: /GONE-ca}
  slack_configs: [{api_url: "https://hooks.slack.com/GONE-slack", channel: "#GONE-channel"}]
  opsgenie_configs: [{api_key: GONE-opsgenie-key, responders: [{name: GONE-team, type: team}]}]
  victorops_configs: [{api_key: GONE-victorops-key, routing_key: GONE-routing}]
  pagerduty_configs: [{routing_key: GONE-pagerduty-key, service_key: GONE-service-key}]
  sns_configs: [{topic_arn: "arn:aws:sns:eu-west-1:1:GONE-topic", sigv4: {access_key: GONE-access, secret_key: GONE-secret}}]
  telegram_configs: [{bot_token: "1:GONE-token", chat_id: 4711}]
  msteams_configs: [{webhook_url: "https://GONE-teams.example/"}]
  msteamsv2_configs: [{webhook_url: "https://GONE-teams-v2.example/"}]
  pushover_configs: [{user_key: GONE-pushover-user, token: GONE-pushover-token}]
  wechat_configs: [{api_secret: GONE-wechat, corp_id: GONE-corp}]
  webex_configs: [{room_id: GONE-room, http_config: {authorization: {credentials: GONE-webex}}}]
  discord_configs: [{webhook_url: "https://GONE-discord.example/"}]
  rocketchat_configs: [{token: GONE-rocket, token_id: GONE-rocket-id}]
  jira_configs: [{api_url: "https://GONE-jira.example/", project: GONE}]
  email_configs: [{to: GONE-to@corp.example, auth_username: GONE-user-two, auth_password: GONE-email-password}]
- name: 'a b/c'
  webhook_configs: [{url_file: /etc/alertmanager/GONE-file}]
"""


def given_to_alertmanager(made: Copy) -> str:
    """Everything that the run's Alertmanager can read: its folder, and its part of the compose files."""
    own = [text for path, text in made.texts.items() if path.startswith(f"{PACK}/alertmanager/")]
    own += [data.decode() for path, data in made.files.items() if "/alertmanager/" in path and path not in made.texts]
    parts = (config(made, name) for name in ("compose.yaml", "compose.override.yaml") if f"{PACK}/{name}" in made.texts)
    return "\n".join([*own, *(str((part or {}).get("services", {}).get("alertmanager")) for part in parts)])


def test_no_address_or_credential_of_an_answered_receiver_survives(pack: Make) -> None:
    answered = pack("redis", **SAID)
    before = (answered.root / PACK / "alertmanager/alertmanager.yml").read_text()
    made = copied(answered)
    after = given_to_alertmanager(made)
    told = [text for name, text in SAID.items() if not name.startswith("receiver")]
    files = ["pagerduty_routing_key", "slack_api_url", "smtp_password", "heartbeat_url"]
    assert [text for text in (*told, *files) if text not in before] == []
    assert [text for text in told if text in after] == []
    # The files are mounted as in the pack, and are the run's own, which are empty: nothing reads them.
    assert [name for name in files if name in made.texts[f"{PACK}/alertmanager/alertmanager.yml"]] == []
    only_listed(answered, made)


def test_nothing_of_any_integration_by_hand_survives(pack: Make) -> None:
    extra = {"alertmanager/alertmanager.yml": BY_HAND, "alertmanager/slack_url": "https://hooks.slack.com/GONE-beside"}
    edited = pack("redis", edits={**extra, "alertmanager/old.yml": "receivers: [{name: GONE-old}]\n"})
    made = copied(edited)
    assert "GONE" in BY_HAND
    assert "GONE" not in given_to_alertmanager(made)
    only_listed(edited, made)


def test_every_receiver_is_a_sink_that_is_told_of_ends_as_before(pack: Make) -> None:
    said = config(
        copied(pack("redis", edits={"alertmanager/alertmanager.yml": BY_HAND})), "alertmanager/alertmanager.yml"
    )
    assert set(said) == {"global", "route", "receivers", "tracing"}
    assert said["global"] == {"resolve_timeout": "20s"}
    assert said["tracing"] is None
    names = {receiver["name"]: receiver["webhook_configs"] for receiver in said["receivers"]}
    assert names["a b/c"] == [{"url": f"http://{SINK}:9094/a%20b%2Fc/0", "send_resolved": True}]
    assert all(set(receiver) == {"name", "webhook_configs"} for receiver in said["receivers"])
    assert len(names["everything"]) == 16
    assert [hook["send_resolved"] for hook in names["everything"]].count(False) == 4, "slack, victorops, wechat, email"


RECEIVER = st.fixed_dictionaries(
    {"name": st.text(st.characters(codec="ascii", exclude_categories=["C"]), min_size=1, max_size=9)},
    optional={
        "webhook_configs": st.lists(
            st.fixed_dictionaries({"url": st.just("http://GONE/"), "send_resolved": st.booleans()})
        ),
        "email_configs": st.lists(st.fixed_dictionaries({"to": st.just("GONE@x")}), min_size=1),
        "futuristic_configs": st.lists(st.dictionaries(st.sampled_from(["key", "host"]), st.just("GONE"))),
    },
)


@given(st.lists(RECEIVER, min_size=1, max_size=4), st.booleans(), st.sampled_from([None, False, True]))
def test_whatever_the_receivers_are_none_survives(receivers: list[Any], known: bool, flow: bool | None) -> None:
    said: dict[str, Any] = {"global": {"slack_api_url": "GONE"}} if known else {}
    said |= {"route": {"receiver": receivers[0]["name"]}, "receivers": receivers}
    document = Document("alertmanager.yml", yaml.safe_dump(said, default_flow_style=flow))
    changes = list(notify(document, FAST))
    after = apply(document.text, changes)
    assert undo(after, changes) == document.text
    sinks = yaml.safe_load(after)["receivers"]
    assert [sink["name"] for sink in sinks] == [receiver["name"] for receiver in receivers]
    assert all(hook["url"].startswith(f"http://{SINK}:") for sink in sinks for hook in sink["webhook_configs"])
    assert "GONE" not in str(yaml.safe_load(after).get("global"))


# Nothing outside


INSIDE = Inside(frozenset({"prometheus", "alertmanager", "cache", "redis-exporter"}))


@pytest.mark.parametrize(
    ("target", "is_inside"),
    [
        ("cache:6379", True),
        ("CACHE:6379", True),
        ("localhost:9100", True),
        ("127.0.0.1:9100", True),
        ("[::1]:9100", True),
        ("http_2xx;http://cache:80/a?b=https", True),
        ("cache.corp.example:6379", False),
        ("10.0.0.5:6379", False),
        ("[2001:db8::1]:9100", False),
        ("host.docker.internal:9100", False),
        ("elsewhere", False),
        ("http_2xx;elsewhere", False),
        ("http_2xx;https://shop.example/", False),
        ("https://cache@shop.example/", False),
        ("tls;shop.example:443;cache", False),
    ],
)
def test_a_target_is_inside_when_each_address_in_it_is(target: str, is_inside: bool) -> None:
    assert INSIDE.is_target(target) is is_inside


def scraped(said: dict[str, Any]) -> Any:
    """What the edit makes of a configuration, which it can undo."""
    document = Document("prometheus.yml", yaml.safe_dump({"global": {"scrape_interval": "15s"}, **said}))
    changes = list(scrape(document, FAST, INSIDE))
    after = apply(document.text, changes)
    assert undo(after, changes) == document.text
    assert {change.kind for change in changes} <= {"durations", "addresses"}
    return yaml.safe_load(after)


def job(*targets: str, labels: dict[str, str] | None = None, **more: Any) -> dict[str, Any]:
    group = {"targets": list(targets), **({"labels": labels} if labels else {})}
    return {"job_name": "by-hand", "static_configs": [group], **more}


def left(*jobs: dict[str, Any]) -> list[list[str]]:
    """The targets of each job in the run."""
    found = scraped({"scrape_configs": list(jobs)})["scrape_configs"]
    return [[target for group in each.get("static_configs", []) for target in group["targets"]] for each in found]


def test_a_job_by_hand_keeps_the_targets_of_the_run_alone() -> None:
    assert left(job("cache:1", "db.corp.example:1"), job("cache:1"), job("10.0.0.5:1")) == [
        ["cache:1"],
        ["cache:1"],
        [],
    ]


@pytest.mark.parametrize(
    "more",
    [
        {"proxy_url": "http://proxy.corp.example:3128"},
        {"oauth2": {"client_id": "a", "token_url": "https://login.corp.example/"}},
        {"params": {"target": ["shop.example"]}},
        {"params": {"target": ["https://shop.example/"], "module": ["http_2xx"]}},
        {"relabel_configs": [{"target_label": "__address__", "replacement": "prober.corp.example:9115"}]},
        {"relabel_configs": [{"target_label": "__address__", "replacement": "$1.corp.example:9115"}]},
        {"relabel_configs": [{"target_label": "__param_target", "replacement": "https://shop.example/$1"}]},
        {
            "relabel_configs": [{"source_labels": ["site"], "target_label": "__address__"}],
            "labels": {"site": "shop.example"},
        },
        {"labels": {"__address__": "shop.example"}},
        {"labels": {"__param_target": "https://shop.example"}},
    ],
)
def test_a_job_that_asks_others_in_some_other_way_has_no_targets(more: dict[str, Any]) -> None:
    assert left(job("cache:1", **more)) == [[]]


@pytest.mark.parametrize(
    "more",
    [
        {"relabel_configs": [{"source_labels": ["__address__"], "target_label": "__param_target"}]},
        {"relabel_configs": [{"target_label": "__address__", "replacement": "redis-exporter:9121"}]},
        {"relabel_configs": [{"target_label": "__address__", "regex": "(.*):.*", "replacement": "${1}:9100"}]},
        {"relabel_configs": [{"target_label": "runbook", "replacement": "https://wiki.corp.example"}]},
        {"metric_relabel_configs": [{"target_label": "runbook", "replacement": "https://wiki.corp.example"}]},
        {"labels": {"runbook": "https://wiki.corp.example", "instance": "10.0.0.5:1"}},
        {"params": {"module": ["http_2xx"], "format": ["prometheus"]}},
    ],
)
def test_what_asks_nobody_stays(more: dict[str, Any]) -> None:
    assert left(job("cache:1", **more)) == [["cache:1"]]


def test_nothing_is_looked_up_written_away_or_alerted_elsewhere() -> None:
    away = {
        "remote_write": [{"url": "https://metrics.corp.example/", "basic_auth": {"username": "u", "password": "GONE"}}],
        "remote_read": [{"url": "https://metrics.corp.example/"}],
        "scrape_config_files": ["more/*.yml"],
        "tracing": {"endpoint": "GONE:4317"},
        "alerting": {
            "alertmanagers": [
                {"static_configs": [{"targets": ["alertmanager:9093"]}]},
                {"static_configs": [{"targets": ["GONE.corp.example:9093"]}], "scheme": "https"},
                {"dns_sd_configs": [{"names": ["GONE.corp.example"]}]},
                {"static_configs": [{"targets": ["alertmanager:9093"]}], "proxy_url": "http://GONE.corp.example"},
            ]
        },
        "scrape_configs": [
            {"job_name": kind, kind: [{"server": "GONE.corp.example", "files": ["GONE"]}]}
            for kind in ("file_sd_configs", "http_sd_configs", "consul_sd_configs", "kubernetes_sd_configs")
        ],
    }
    after = scraped(away)
    assert "GONE" not in str(after)
    assert "corp.example" not in str(after)
    assert [after[key] for key in ("remote_write", "remote_read", "scrape_config_files", "tracing")] == [
        [],
        [],
        [],
        None,
    ]
    assert after["alerting"]["alertmanagers"] == [{"static_configs": [{"targets": ["alertmanager:9093"]}]}] * 4


HOSTS = st.sampled_from(["cache", "prometheus", "localhost", "shop.example", "10.0.0.5", "elsewhere"])
TARGETS = st.builds(
    lambda host, form: form.format(host), HOSTS, st.sampled_from(["{}:80", "{}", "m;http://{}/x", "m;{}:1"])
)
JOBS = st.lists(st.lists(TARGETS, min_size=1, max_size=4), max_size=4)


@given(JOBS, st.sampled_from([None, False, True]), st.text("# \n", max_size=4))
def test_whatever_is_listed_nobody_outside_is_scraped(jobs: list[list[str]], flow: bool | None, noise: str) -> None:
    said = {"global": {"scrape_interval": "15s"}, "scrape_configs": [job(*targets) for targets in jobs]}
    document = Document("p", yaml.safe_dump(said, default_flow_style=flow) + noise)
    changes = list(scrape(document, FAST, INSIDE))
    after = apply(document.text, changes)
    assert undo(after, changes) == document.text
    for made, before in zip(yaml.safe_load(after)["scrape_configs"], jobs, strict=True):
        assert made["static_configs"][0]["targets"] == [target for target in before if INSIDE.is_target(target)]


ELSEWHERE = {
    "redis": {"component": "redis", "address": "10.0.0.5:6379"},
    "fastapi": {"component": "fastapi", "address": "api.corp.example:8000"},
    "blackbox": {
        "component": "blackbox",
        "probe_url": "https://shop.example/ http://api.corp.example:8000/health",
        "compressed_url": "https://shop.example/big",
        "cached_url": "https://cdn.example/x",
    },
}


@pytest.fixture
def elsewhere(catalogue: Catalogue, tmp_path: Path) -> Pack:
    """A pack whose servers and pages are all on other machines."""
    stack = resolve(Answers({"service": "orders", "team": "shop"}, ELSEWHERE), catalogue)
    for file in render(stack):
        (tmp_path / file.path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file.path).write_text(file.text)
    return Pack(tmp_path, stack, {})


def addresses(said: Any) -> Iterator[str]:
    for each in said["scrape_configs"]:
        for group in each["static_configs"]:
            yield from group["targets"]


def test_servers_and_pages_of_other_machines_give_way_to_those_of_the_run(elsewhere: Pack) -> None:
    made = copied(elsewhere)
    only_listed(elsewhere, made)
    targets = set(addresses(config(made, "prometheus/prometheus.yml")))
    assert all(map(inside(elsewhere.stack).is_target, targets))
    assert targets >= {
        "fastapi-service:8000",
        "http_2xx;http://blackbox-site:8080/fine/http_2xx",
        "http_2xx;http://fastapi-service:8000/health",
        "tls_certificate;blackbox-site:8444",
        "http_compression;http://blackbox-site:8080/fine/http_compression",
        "http_cache;http://blackbox-site:8080/fine/http_cache",
    }
    exporter = config(made, "compose.yaml")["services"]["redis-exporter"]
    assert exporter["environment"]["REDIS_ADDR"] == "redis://redis-server:6379"


def test_the_runs_own_servers_know_each_other_by_their_own_names(elsewhere: Pack) -> None:
    found: Stack = settled(elsewhere.stack)
    assert {i.id: i.address for i in found.instances if i.id in ("redis", "fastapi")} == {
        "redis": "redis-server:6379",
        "fastapi": "fastapi-service:8000",
    }
    assert [i.job for i in found.instances] == [i.job for i in elsewhere.stack.instances]


def test_servers_of_the_compose_network_keep_their_names(pack: Make) -> None:
    made = pack("redis", "fastapi")
    assert [i.address for i in settled(made.stack).instances] == [i.address for i in made.stack.instances]
    assert not [change for change in copied(made).changes if change.kind == "addresses"]


def test_an_exporter_that_was_led_elsewhere_by_hand_comes_back(pack: Make) -> None:
    made = pack("redis")
    path = made.root / PACK / "compose.yaml"
    path.write_text(path.read_text().replace("redis://redis:6379", "redis://:pw@prod.corp.example:6379/0"))
    assert "corp.example" in path.read_text()
    assert (
        config(copied(made), "compose.yaml")["services"]["redis-exporter"]["environment"]["REDIS_ADDR"]
        == "redis://:pw@redis-server:6379/0"
    )


def test_a_data_source_of_others_leads_nowhere(pack: Make) -> None:
    name = "grafana/provisioning/datasources/theirs.yaml"
    text = "datasources:\n- {name: theirs, type: prometheus, url: 'https://metrics.corp.example'}\n"
    made = pack("redis", edits={name: text})
    assert config(copied(made), name)["datasources"][0]["url"] == "http://localhost:1"


def test_a_container_that_is_no_part_of_the_stack_is_not_started(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[str] = []

    class Own:
        def config(self) -> dict[str, Any]:
            return {"services": {name: {"image": f"{name}:1"} for name in ("prometheus", "alertmanager", "by-hand")}}

        def up(self, names: list[str]) -> dict[str, Any]:
            started.extend(names)
            return {}

    monkeypatch.setattr(Run, "own_stack", property(lambda self: Own()))
    monkeypatch.setattr(opening, "_connect", lambda run: None)
    opening._own(run)
    assert started == ["prometheus", "alertmanager"]
    assert said(run, "container")["by-hand"][0] == "skipped"
