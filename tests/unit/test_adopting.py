from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_catalogue import lay_out, snapshot

from obsboot.commands.foreign import Pack, doubles, pack_of, recognised, survey
from obsboot.model import Exit, GeneratedFile, ObsbootError
from obsboot.workspace import Wanted, load_state, write
from obsboot.workspace.adopting import Kept, plan_adoption
from obsboot.workspace.state import MANIFEST, UNKNOWN
from obsboot.workspace.undoing import undoing
from obsboot.workspace.update import plan_update

README, RULES, SEED, IGNORE = (
    f"observability/{name}" for name in ("README.md", "rules/jar.yaml", "overrides.yaml", ".gitignore")
)
FILES = (
    GeneratedFile(README, "read me\n\none\n\ntwo\n", "managed", "pack/README"),
    GeneratedFile(RULES, "groups: []\n", "owned", "alerts/jar.yaml"),
    GeneratedFile(SEED, "{}\n", "seed", "pack/overrides"),
    GeneratedFile("observability/grants/jar.sh", "#!/bin/sh\n", "owned", "jar/grants", executable=True),
)
WANTED = Wanted(files=FILES, answers="service: shop\n", directory="observability", variables=("JAR_PASSWORD",))
NEWER = replace(WANTED, files=tuple(replace(file, text=file.text + "more\n") for file in FILES))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return lay_out(tmp_path / "repository", {"app/main.py": "pass\n"})


def test_only_what_is_absent_is_written(root: Path) -> None:
    lay_out(root, {README: "ours\none\n", RULES: "groups: []\n", SEED: "mine: {}\n"})
    before = snapshot(root)
    adoption = plan_adoption(root, WANTED)
    assert adoption.kept == (Kept(README, 1, 4),)
    assert adoption.of("same") == (RULES,)
    assert adoption.of("absent") == (IGNORE, "observability/grants/jar.sh")
    assert snapshot(root) == before
    write(adoption.plan, undoable=True)
    after = snapshot(root)
    assert {path: after[path] for path in before} == before
    assert after["observability/grants/jar.sh"][0] & 0o777 == 0o755
    assert "JAR_PASSWORD" in (root / "observability/.env").read_text()


def test_the_state_knows_what_is_pristine_and_what_is_the_users(root: Path) -> None:
    lay_out(root, {README: "ours\n", SEED: "mine: {}\n"})
    (root / RULES).parent.mkdir()
    (root / RULES).write_bytes(b"groups: []\r\n")
    write(plan_adoption(root, WANTED).plan)
    known = load_state(root)
    assert known is not None
    assert {path: one.blob == UNKNOWN for path, one in known.files.items()} == {
        IGNORE: False, README: True, RULES: False, SEED: False, "observability/grants/jar.sh": False,
    }  # fmt: skip
    assert known.pristine(README) is None
    assert known.pristine(RULES) == "groups: []\n"


def test_an_update_brings_the_rest_and_leaves_the_users(root: Path) -> None:
    lay_out(root, {README: "ours\n", SEED: "mine: {}\n"})
    write(plan_adoption(root, WANTED).plan)
    update = plan_update(root, NEWER)
    assert [v.path for v in update.conflicts] == [README]
    write(update.plan)
    assert (root / README).read_text() == "ours\n"
    assert (root / SEED).read_text() == "mine: {}\n"
    assert (root / RULES).read_text() == "groups: []\nmore\n"
    assert (root / f"{README}.obsboot-new").read_text() == NEWER.files[0].text


def test_sidecars_are_marked_as_conflicts_and_not_written_for_seeds(root: Path) -> None:
    lay_out(root, {README: "ours\n", SEED: "mine: {}\n"})
    write(plan_adoption(root, WANTED, sidecars=True).plan)
    assert (root / f"{README}.obsboot-new").read_text() == FILES[0].text
    assert not (root / f"{SEED}.obsboot-new").exists()
    known = load_state(root)
    assert known is not None
    assert {path for path, one in known.files.items() if one.status == "conflict"} == {README}


def test_bytes_that_are_no_text_stay(root: Path) -> None:
    lay_out(root, {README: ""})
    (root / README).write_bytes(b"\xff\xfe\x00")
    write(plan_adoption(root, WANTED).plan)
    assert (root / README).read_bytes() == b"\xff\xfe\x00"


@pytest.mark.parametrize("path", [README, f"{README}.obsboot-new"])
def test_a_folder_in_the_way_is_refused(root: Path, path: str) -> None:
    lay_out(root, {f"{path}/x": "", README: "ours\n"} if path != README else {f"{path}/x": ""})
    before = snapshot(root)
    with pytest.raises(ObsbootError, match="a folder is there"):
        write(plan_adoption(root, WANTED, sidecars=True).plan)
    assert snapshot(root) == before


def test_a_second_time_and_a_damaged_state_are_refused(root: Path) -> None:
    write(plan_adoption(root, WANTED).plan)
    with pytest.raises(ObsbootError, match="there is a pack already") as caught:
        plan_adoption(root, WANTED)
    assert caught.value.code == Exit.REFUSED
    (root / MANIFEST).write_text("{")
    with pytest.raises(ObsbootError, match="damaged") as caught:
        plan_adoption(root, WANTED)
    assert "obsboot repair" in caught.value.fix


@pytest.mark.parametrize(
    ("text", "lacks"), [("*.tmp\n", ".env and secrets/"), ("/.env\nsecrets/\n", ""), (".env\n/secrets/\n", "")]
)
def test_secrets_that_would_be_committed_are_told(root: Path, text: str, lacks: str) -> None:
    lay_out(root, {IGNORE: text})
    notes = "\n".join(plan_adoption(root, WANTED).plan.notes)
    assert (f"lacks {lacks}: add them" in notes) if lacks else not notes


@given(
    there=st.dictionaries(st.sampled_from([file.path for file in FILES]), st.binary(max_size=20)),
    sidecars=st.booleans(),
)
def test_no_byte_is_ever_changed_and_undoing_leaves_nothing(
    tmp_path_factory: pytest.TempPathFactory, there: dict[str, bytes], sidecars: bool
) -> None:
    root = tmp_path_factory.mktemp("repository")
    for path, data in there.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(data)
    before = files_of(root)
    write(plan_adoption(root, WANTED, sidecars).plan, undoable=True)
    assert {path: data for path, data in files_of(root).items() if path in before} == before
    write(plan_update(root, NEWER).plan)
    texts = {file.path: file.text.encode() for file in FILES}
    changed = {path for path, data in before.items() if (root / path).read_bytes() != data}
    assert all(before[path].replace(b"\r\n", b"\n") == texts[path] for path in changed)


def files_of(root: Path) -> dict[str, bytes]:
    return {
        p: data for p, (_, data) in snapshot(root).items() if (root / p).is_file() and not p.startswith(".obsboot/")
    }


def test_undoing_an_adoption_leaves_what_was_there(root: Path) -> None:
    lay_out(root, {README: "ours\n"})
    before = files_of(root)
    write(plan_adoption(root, WANTED, sidecars=True).plan, undoable=True)
    write(undoing(root))
    assert files_of(root) == before


# --- what others wrote


BOARD = {"title": "Jars", "schemaVersion": 30, "panels": [{"targets": [{"expr": "rate(jar_hits_total[$__interval])"}]}]}
ELEMENTS = {
    "apiVersion": "dashboard.grafana.app/v2",
    "kind": "Dashboard",
    "spec": {
        "title": "Jars",
        "elements": {"a": {"kind": "Panel", "spec": {"id": 1, "title": "Hits"}}},
        "layout": {"kind": "GridLayout", "spec": {"items": []}},
    },
}
RULE = "groups: [{name: a, rules: [{alert: JarLow, expr: jar_level < 1}, {record: x:y, expr: up}]}]"


@pytest.mark.parametrize(
    ("path", "text", "kind", "what"),
    [
        ("a.yml", "scrape_configs: []", "prometheus", "0 jobs"),
        ("a.yml", "scrape_configs: [{job_name: 1, static_configs: [{targets: [a:1]}]}, 7]", "prometheus", "1 job: 1"),
        ("a.rules", RULE, "rules", "1 alert, 1 recording rule"),
        ("a.yaml", f"---\n---\nkind: PrometheusRule\nspec: {{{RULE}}}\n", "rules", "1 alert, 1 recording rule"),
        ("a.yaml", "groups: [{rules: [{title: x, data: []}]}]", "grafana alerting", "1 alert"),
        ("a.yml", "route: {}\nreceivers: [{name: x}]", "alertmanager", "1 route; receivers: x (tells nobody)"),
        ("a.json", json.dumps(BOARD), "dashboard", '"Jars", 1 panel'),
        ("a.json", json.dumps({"meta": {}, "dashboard": BOARD}), "dashboard", '"Jars", 1 panel'),
        ("a.json", json.dumps(ELEMENTS), "dashboard", '"Jars", 1 panel'),
        ("a.yml", "apiVersion: 1\ndatasources: [{}, {}]", "grafana provisioning", "2 data sources"),
        ("a.yml", "filebeat: {inputs: [{}]}\noutput: {logstash: {}}", "filebeat", "1 input, to logstash"),
        ("a.json", '{"processors": [{"grok": {}}, {"date": {}}]}', "ingest pipeline", "2 processors"),
        ("a.json", '{"index_patterns": ["logs-*"]}', "index template", "for logs-*"),
        ("a.conf", "input { stdin {} }\noutput { stdout {} }", "logstash", "input, output"),
        ("a.yml", "services: {m: {image: 'prom/prometheus:v2@sha256:0'}, n: {image: x}}", "compose", "runs prometheus"),
        ("a.yml", "scrape_configs:\n{{ .Values.jobs }}", "unknown", "looks like one of these, and cannot be read"),
    ],
)
def test_a_kind_is_told_by_what_is_in_the_file(path: str, text: str, kind: str, what: str) -> None:
    seen = recognised(path, text)
    assert seen is not None
    assert (seen.kind, seen.what) == (kind, what)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.md", "scrape_configs: []"),
        ("a.yml", "groups: {admins: []}"),
        ("a.yml", "services: {api: {image: shop}}"),
        ("a.yml", "image: [unfinished"),
        ("a.yml", "receivers: {otlp: {}}\nservice: {}"),
        ("a.yml", "- scrape_configs\n- groups"),
        ("a.json", '{"panels": []}'),
        ("a.json", '{"processors": []}'),
        ("a.json", '{"image": 1}'),
        ("a.conf", "server { listen 80; }"),
    ],
)
def test_other_files_are_none_of_our_business(path: str, text: str) -> None:
    assert recognised(path, text) is None


@given(
    st.text(max_size=40),
    st.sampled_from(["groups", "route", "receivers", "scrape_configs", "panels", "elements", "services", "filebeat"]),
)
def test_no_content_is_a_mistake_of_ours(text: str, key: str) -> None:
    for value in (text, json.dumps([text]), json.dumps({text: [text]})):
        for path in ("a.yml", "a.json", "a.conf"):
            recognised(path, f"{key}: {value}")
            recognised(path, json.dumps({key: value, "schemaVersion": 1, "receivers": [{"name": value}], "route": {}}))


def test_the_walk_is_bounded_and_follows_no_link(root: Path, tmp_path: Path) -> None:
    text = "scrape_configs: []\n"
    deep = "/".join("abcdefgh")
    outside = lay_out(tmp_path / "outside", {"p.yml": text})
    lay_out(root, {"b/p.yml": text, ".docker/p.yaml": text, f"{deep}/p.yml": text, f"{deep}/i/p.yml": text})
    lay_out(root, {f"{name}/p.yml": text for name in ("node_modules", "vendor", "venv", ".git", ".obsboot")})
    (root / "link").symlink_to(outside)
    (root / "link.yml").symlink_to(outside / "p.yml")
    (root / "bytes.yml").write_bytes(b"scrape_configs: \xff")
    assert [one.path for one in survey(root, without=("b/p.yml",))] == [".docker/p.yaml", f"{deep}/p.yml"]


JOB = "scrape_configs: [{job_name: jar, static_configs: [{targets: ['jar-exporter:9999', 'app:8000']}]}]"
RENDERED = (
    GeneratedFile("o/p.yml", JOB, "owned", ""),
    GeneratedFile("o/r.yml", RULE, "owned", ""),
    GeneratedFile("o/d.json", json.dumps(BOARD), "managed", ""),
    GeneratedFile("o/compose.yaml", "services: {p: {image: prom/prometheus}}", "owned", ""),
)
PACK = pack_of(RENDERED)


def test_what_the_pack_has_is_read_from_its_own_files() -> None:
    assert pack_of(RENDERED) == Pack(
        jobs={"jar-exporter:9999": "jar", "app:8000": "jar"},
        alerts={"JarLow": frozenset({"jar_level"})},
        boards={"Jars": frozenset({"jar_hits_total"})},
        servers={"prometheus": "o/compose.yaml"},
    )


@pytest.mark.parametrize(
    ("path", "text", "said"),
    [
        (
            "a.yml",
            "groups: [{rules: [{alert: JarLow, expr: other}]}]",
            "alert JarLow: the pack has one of the same name",
        ),
        (
            "a.yml",
            "groups: [{rules: [{alert: X, expr: 'max(jar_level) > 1'}]}]",
            "alert X asks jar_level, as the pack's JarLow does",
        ),
        ("a.yml", "groups: [{rules: [{alert: X, expr: up == 0}]}]", ""),
        (
            "a.json",
            json.dumps({**BOARD, "title": "Mine"}),
            'it shows jar_hits_total, as the pack\'s dashboard "Jars" does',
        ),
        (
            "a.yml",
            "services: {x: {image: prometheus}}",
            "prometheus: the pack brings its own (o/compose.yaml)",
        ),
    ],
)
def test_what_both_have_is_one_sentence_each(path: str, text: str, said: str) -> None:
    seen = recognised(path, text)
    assert seen is not None
    assert "\n".join(doubles(seen, PACK)) == said


def test_a_job_is_the_same_by_its_target_and_perhaps_by_its_port() -> None:
    targets = ["jar-exporter:9999", "10.0.0.7:9999", "jar-exporter:80", "metrics", "other:8000"]
    text = f"scrape_configs: [{{job_name: mine, static_configs: [{{targets: {json.dumps(targets)}}}]}}]"
    seen = recognised("a.yml", text)
    assert seen is not None
    assert list(doubles(seen, PACK))[1:] == [
        "job mine scrapes jar-exporter:9999: the pack's job jar scrapes the same; keep one",
        "job mine scrapes 10.0.0.7:9999: perhaps the same server as that of the pack's job jar",
    ]
