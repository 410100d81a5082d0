from __future__ import annotations

import json
from pathlib import Path

import pytest
from small_catalogue import lay_out, snapshot

from obsboot.model import Exit
from obsboot.workspace.state import UNKNOWN, load_state

SECRET = "https://hooks.slack.example/services/T000/B000/dont-tell-anybody"
FOREIGN = {
    "monitoring/prometheus.yml": """\
# Written by hand in 2021. Ask Ines before you touch the intervals!
global:
  scrape_interval: 30s   # the disks of the old host were slow

rule_files: [alerts/*.yml]

scrape_configs:
  - job_name: redis        # the exporter beside the cache
    static_configs:
      - targets: ["redis-exporter:9121"]
  - job_name: postgres
    static_configs:
      - targets: ['prom:hunter2@pg_exporter:9187']
  - job_name: gateway
    basic_auth: {username: prom, password: hunter2}
    static_configs:
      - targets: ["gateway:8081", "old-gateway:8081"]
""",
    "monitoring/alerts/redis.yml": """\
groups:
  - name: redis
    rules:
      - alert: RedisDown
        expr: redis_up == 0
        for: 5m
      # we were bitten by this one
      - alert: CacheFull
        expr: redis_memory_used_bytes / redis_memory_max_bytes > 0.95
      - alert: DiskOfTheBackupHost
        expr: backup_free_bytes < 1e9
      - record: job:hits:rate5m
        expr: sum by (job) (rate(redis_keyspace_hits_total[5m]))
""",
    "monitoring/alertmanager.yml": f"""\
global:
  slack_api_url: {SECRET}
route:
  receiver: team
  routes:
    - receiver: night
      matchers: [severity="critical"]
receivers:
  - name: team
    slack_configs:
      - channel: '#shop'
        api_url: {SECRET}
  - name: night
    pagerduty_configs:
      - routing_key: 0123456789abcdef-key
""",
    "grafana/dashboards/cache.json": json.dumps(
        {
            "id": 7,
            "uid": "cache",
            "title": "Cache (old)",
            "schemaVersion": 27,
            "panels": [
                {"type": "row", "title": "Hits", "panels": []},
                {
                    "type": "graph",
                    "title": "Hit rate",
                    "targets": [{"refId": "A", "expr": 'rate(redis_keyspace_hits_total{job="$job"}[$__interval])'}],
                },
                {"type": "stat", "title": "Clients", "targets": [{"refId": "A", "expr": "redis_connected_clients"}]},
            ],
        },
        indent=1,
    ),
    "ops/filebeat/filebeat.yml": """\
filebeat.inputs:
  - type: filestream
    paths: [/var/log/shop/*.log]
output.elasticsearch:
  hosts: ["https://elastic:9200"]
  password: swordfish
""",
    "ops/logstash/pipe.conf": 'input { beats { port => 5044 } }\nfilter { grok { match => { "message" => "%{DATA}" } } }\n',
    "observability/prometheus/prometheus.yml": "# ours, from the wiki\nscrape_configs: []\n",
    "observability/README.md": b"# Monitoring of the shop\r\nOurs, with CRLF.\r\n".decode(),
    "app/settings.yml": "services: [a, b]\ngroups: {admins: [ines]}\n",
    "node_modules/x/prometheus.yml": "scrape_configs: []\n",
}
KEPT = ["observability/README.md", "observability/prometheus/prometheus.yml"]
SECRETS = (SECRET, "hunter2", "swordfish", "0123456789abcdef-key")


@pytest.fixture
def old(shop: Path) -> Path:
    return lay_out(shop, FOREIGN)


def foreign(root: Path) -> dict[str, tuple[int, bytes]]:
    return {path: one for path, one in snapshot(root).items() if path in FOREIGN}


def without_state(root: Path) -> dict[str, tuple[int, bytes]]:
    return {path: one for path, one in snapshot(root).items() if not path.startswith(".obsboot")}


def data_of(done) -> dict:  # type: ignore[no-untyped-def, type-arg]
    assert done.stderr == ""
    return json.loads(done.stdout)  # type: ignore[no-any-return]


def test_the_plan_shows_everything_and_writes_nothing(obsboot, old: Path) -> None:  # type: ignore[no-untyped-def]
    before = snapshot(old)
    done = obsboot("adopt", "--plan")
    assert done.returncode == Exit.DRIFT, done.stderr
    assert snapshot(old) == before
    for words in (
        "monitoring/prometheus.yml", "3 jobs: redis, postgres, gateway", "3 alerts, 1 recording rule",
        "2 routes; receivers: team (slack), night (pagerduty)", '"Cache (old)", 2 panels', "1 input, to elasticsearch",
        "input, filter", "observability/README.md: kept, it is yours: 2 lines of it", "To be written", "--sidecars",
        "mode=files-only",
    ):  # fmt: skip
        assert words in done.stdout, words
    assert "node_modules" not in done.stdout
    assert "app/settings.yml" not in done.stdout


def test_no_secret_is_shown_or_kept(obsboot, old: Path) -> None:  # type: ignore[no-untyped-def]
    shown = [obsboot("adopt", "--plan"), obsboot("adopt", "--plan", "--json"), obsboot("adopt", "--yes", "--sidecars")]
    assert not [word for word in SECRETS for done in shown if word in done.stdout + done.stderr]
    written = [data for path, (_, data) in snapshot(old).items() if path not in FOREIGN]
    assert not [word for word in SECRETS for data in written if word.encode() in data]


def test_what_both_have_is_said(obsboot, old: Path) -> None:  # type: ignore[no-untyped-def]
    data = data_of(obsboot("adopt", "--plan", "--json"))
    said = {one["path"]: "\n".join(one["doubles"]) for one in data["foreign"]}
    kinds = {one["path"]: one["kind"] for one in data["foreign"]}
    assert kinds == {
        "grafana/dashboards/cache.json": "dashboard",
        "monitoring/alertmanager.yml": "alertmanager",
        "monitoring/alerts/redis.yml": "rules",
        "monitoring/prometheus.yml": "prometheus",
        "observability/prometheus/prometheus.yml": "prometheus",
        "ops/filebeat/filebeat.yml": "filebeat",
        "ops/logstash/pipe.conf": "logstash",
    }
    jobs = said["monitoring/prometheus.yml"]
    assert "job redis scrapes redis-exporter:9121: the pack's job shop-api-redis scrapes the same" in jobs
    assert "pg_exporter:9187: perhaps the same server as that of the pack's job shop-api-postgresql" in jobs
    assert "gateway" not in jobs
    alerts = said["monitoring/alerts/redis.yml"]
    assert "alert RedisDown: the pack has one of the same name" in alerts
    assert "alert CacheFull asks redis_memory_max_bytes, redis_memory_used_bytes, as the pack's" in alerts
    assert "DiskOfTheBackupHost" not in alerts
    assert "redis_keyspace_hits_total" in said["grafana/dashboards/cache.json"]
    assert "the pack brings its own" in said["monitoring/alertmanager.yml"]
    assert said["observability/prometheus/prometheus.yml"] == ""


def test_without_servers_of_its_own_the_pack_doubles_none(obsboot, old: Path) -> None:  # type: ignore[no-untyped-def]
    data = data_of(obsboot("adopt", "--plan", "--json", "--set", "mode=files-only"))
    assert not [one for each in data["foreign"] for one in each["doubles"] if "brings its own" in one]


def test_every_byte_stays_and_the_pack_is_around_it(obsboot, old: Path) -> None:  # type: ignore[no-untyped-def]
    before = snapshot(old)
    planned = data_of(obsboot("adopt", "--plan", "--json"))
    assert [one["path"] for one in planned["kept"]] == KEPT
    done = obsboot("adopt", "--yes")
    assert done.returncode == 0, done.stderr
    after = snapshot(old)
    assert {path: after[path] for path in before} == before
    assert {p for p in set(after) - set(before) if (old / p).is_file()} - {".obsboot/undo"} >= set(planned["writes"])
    assert not [path for path in after if path.endswith(".obsboot-new")]
    state = load_state(old)
    assert state is not None
    assert [path for path, one in state.files.items() if one.blob == UNKNOWN] == KEPT
    assert {state.files[path].status for path in KEPT} == {"written"}


def test_later_updates_leave_what_was_adopted(obsboot, old: Path) -> None:  # type: ignore[no-untyped-def]
    obsboot("adopt", "--yes")
    before = foreign(old)
    done = obsboot("update", "--set", "redis.hit_rate_floor=0.5")
    assert done.returncode == Exit.DRIFT, done.stderr
    assert "what you began with is not known" in done.stdout
    assert foreign(old) == before
    assert "0.5" in (old / "observability/prometheus/rules/redis.yaml").read_text()


def test_sidecars_stand_beside_and_can_be_resolved(obsboot, old: Path) -> None:  # type: ignore[no-untyped-def]
    before = foreign(old)
    obsboot("adopt", "--yes", "--sidecars")
    assert foreign(old) == before
    beside = [path for path in snapshot(old) if path.endswith(".obsboot-new")]
    assert sorted(beside) == [f"{path}.obsboot-new" for path in KEPT]
    assert "scrape_configs:\n- job_name: shop-api" in (old / f"{KEPT[1]}.obsboot-new").read_text()
    assert obsboot("resolve", KEPT[1], "--template").returncode == 0
    assert "job_name: shop-api" in (old / KEPT[1]).read_text()
    assert obsboot("resolve", KEPT[0], "--yours").returncode == 0
    assert (old / KEPT[0]).read_bytes() == FOREIGN[KEPT[0]].encode()
    assert obsboot("update").returncode == 0


def test_an_adoption_can_be_undone(obsboot, old: Path) -> None:  # type: ignore[no-untyped-def]
    before = without_state(old)
    obsboot("adopt", "--yes", "--sidecars")
    assert without_state(old) != before
    assert obsboot("undo", "--yes").returncode == 0
    assert without_state(old) == before


def test_a_repository_without_anything_gets_what_init_writes(obsboot, shop: Path, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    other = lay_out(
        tmp_path / "b" / "shop", {p: (shop / p).read_text() for p in snapshot(shop) if (shop / p).is_file()}
    )
    assert obsboot("adopt", "--yes").returncode == 0
    assert obsboot("init", "--yes", cwd=other).returncode == 0
    left, right = (
        {p: one for p, one in snapshot(root).items() if not p.endswith("/.env") and "/undo" not in p}
        for root in (shop, other)
    )
    assert left == right


def test_a_pack_written_by_an_unknown_hand_is_recognised(obsboot, shop: Path) -> None:  # type: ignore[no-untyped-def]
    obsboot("init", "--yes")
    for path in (".obsboot/manifest.json", ".obsboot/base.pack", ".obsboot/answers.yml"):
        (shop / path).unlink()
    (shop / "observability/README.md").write_text("edited\n")
    before = without_state(shop)
    data = data_of(obsboot("adopt", "--json"))
    assert [one["path"] for one in data["kept"]] == ["observability/README.md"]
    assert len(data["same"]) > 100
    assert without_state(shop) == before
    done = obsboot("update", "--plan")
    assert "1 conflict" in done.stdout


def test_a_pack_is_not_adopted_twice(obsboot, shop: Path) -> None:  # type: ignore[no-untyped-def]
    obsboot("adopt", "--yes")
    before = snapshot(shop)
    done = obsboot("adopt", "--yes")
    assert done.returncode == Exit.REFUSED
    assert "obsboot update" in done.stderr
    assert snapshot(shop) == before


def test_a_link_out_of_the_repository_is_refused(obsboot, old: Path, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "elsewhere").mkdir()
    (old / "observability/runbooks").symlink_to(tmp_path / "elsewhere")
    done = obsboot("adopt", "--yes")
    assert done.returncode == Exit.REFUSED
    assert "a link out of the repository" in done.stderr
    assert not list((tmp_path / "elsewhere").iterdir())
    assert foreign(old).keys() == FOREIGN.keys()


def test_a_gitignore_that_lets_secrets_in_is_told(obsboot, old: Path) -> None:  # type: ignore[no-untyped-def]
    lay_out(old, {"observability/.gitignore": "*.tmp\n.env\n"})
    done = obsboot("adopt", "--plan")
    assert "observability/.gitignore is yours, and lacks secrets/" in done.stdout
