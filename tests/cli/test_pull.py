"""Dashboards edited in Grafana come back: from a server that answers as Grafana's API does, and from exported files."""

from __future__ import annotations

import json
import subprocess
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from merge.document.grafana_export import exported, text_of
from small_catalogue import snapshot

from obsboot.model import Exit
from obsboot.workspace import write
from obsboot.workspace.undoing import undoing

Session = Callable[..., "subprocess.CompletedProcess[str]"]
BOARDS = "observability/grafana/dashboards"
OVERVIEW = f"{BOARDS}/overview.json"
UID = "shop-api-production-overview"


@dataclass
class Grafana:
    """A Grafana with these dashboards by uid; with a token it wants that one."""

    url: str = ""
    boards: dict[str, Any] = field(default_factory=dict)
    token: str = ""
    asked: list[str] = field(default_factory=list)

    def answer(self, path: str, authorization: str | None) -> tuple[int, Any]:
        self.asked.append(path)
        if self.token and authorization != f"Bearer {self.token}":
            unauthorized = {"extra": None, "message": "Unauthorized", "messageId": "auth.unauthorized"}
            return 401, unauthorized | {"statusCode": 401, "traceId": ""}
        uid = path.removeprefix("/api/dashboards/uid/")
        if uid not in self.boards:
            return 404, {"accessErrorId": "", "message": "Dashboard not found", "title": "Not found", "traceId": ""}
        meta = {
            "type": "db", "canSave": True, "slug": uid, "url": f"/d/{uid}/{uid}", "version": 7, "folderId": 0,
            "provisioned": True, "provisionedExternalId": f"{uid}.json", "updatedBy": "admin",
        }  # fmt: skip
        return 200, {"meta": meta, "dashboard": self.boards[uid]}


@pytest.fixture
def grafana() -> Iterator[Grafana]:
    made = Grafana()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            code, data = made.answer(self.path, self.headers.get("Authorization"))
            body = data if isinstance(data, bytes) else json.dumps(data).encode()
            self.send_response(code)
            self.send_header("Content-Type", "application/json; charset=UTF-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments: object) -> None:
            """Nobody reads it."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    made.url = f"http://127.0.0.1:{server.server_address[1]}"
    yield made
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def pack(obsboot: Session, shop: Path) -> Path:
    assert obsboot("init", "--yes").returncode == 0
    return shop


def in_grafana(pack: Path, path: str = OVERVIEW) -> dict[str, Any]:
    """The dashboard of the file as Grafana gives it back after a save."""
    return exported(json.loads((pack / path).read_text()))


def timeseries(board: dict[str, Any]) -> dict[str, Any]:
    """A panel that can be edited."""
    return next(panel for panel in board["panels"] if panel["type"] == "timeseries")


def files(pack: Path) -> dict[str, tuple[int, bytes]]:
    return {path: one for path, one in snapshot(pack).items() if not path.startswith(".obsboot")}


def changed_lines(before: str, after: str) -> list[str]:
    """Those lines of the new text that are not in the old one."""
    return [line for line in after.splitlines() if line not in before.splitlines()]


def test_a_dashboard_that_nobody_edited_is_nothing_new(obsboot: Session, pack: Path, grafana: Grafana) -> None:
    paths = sorted((pack / BOARDS).glob("*.json"))
    for path in paths:
        board = in_grafana(pack, str(path.relative_to(pack)))
        grafana.boards[board["uid"]] = board
    before = snapshot(pack)
    done = obsboot("pull", "--grafana", grafana.url)
    assert done.returncode == Exit.DONE, done.stderr
    assert "Nothing was edited in Grafana" in done.stdout
    assert len(grafana.asked) == len(paths) > 3
    assert obsboot("pull", "--grafana", grafana.url, "--plan").returncode == Exit.DONE
    assert snapshot(pack) == before


def test_one_edit_in_grafana_is_one_line_in_the_file(obsboot: Session, pack: Path, grafana: Grafana) -> None:
    board = in_grafana(pack)
    panel = timeseries(board)
    title, panel["title"] = panel["title"], "Requests, as we count them"
    grafana.boards[UID] = board
    before, text = files(pack), (pack / OVERVIEW).read_text()
    manifest = (pack / ".obsboot/manifest.json").read_bytes()
    planned = obsboot("pull", "overview", "--grafana", f"{grafana.url}/", "--plan")
    assert planned.returncode == Exit.DRIFT, planned.stderr
    assert f'"title": "{title}"' in planned.stdout
    assert files(pack) == before
    done = obsboot("pull", "overview", "--grafana", grafana.url, "--yes")
    assert done.returncode == Exit.DONE, done.stderr
    after = (pack / OVERVIEW).read_text()
    assert [line.strip() for line in changed_lines(text, after)] == ['"title": "Requests, as we count them",']
    assert len(after.splitlines()) == len(text.splitlines())
    assert {path for path, one in files(pack).items() if before.get(path) != one} == {OVERVIEW}
    assert (pack / ".obsboot/manifest.json").read_bytes() == manifest
    assert obsboot("pull", "overview", "--grafana", grafana.url).returncode == Exit.DONE
    write(undoing(pack))
    assert files(pack) == before


def test_as_json(obsboot: Session, pack: Path, grafana: Grafana) -> None:
    board = in_grafana(pack)
    timeseries(board)["targets"][0]["expr"] = "sum(rate(nothing_has_this_name[5m]))"
    grafana.boards[UID] = board
    done = obsboot("pull", "--grafana", grafana.url, "--json", "--plan")
    data = json.loads(done.stdout)
    assert done.returncode == Exit.DRIFT
    assert [(each["uid"], each["path"], each["action"]) for each in data["dashboards"]] == [(UID, OVERVIEW, "pull")]
    assert any("nothing_has_this_name" in line for line in data["dashboards"][0]["hunks"])
    assert data["writes"] == [OVERVIEW]
    assert "shop-api-production-redis" in data["missing"]
    assert any("nothing_has_this_name" in each["message"] for each in data["findings"])
    assert {each["path"] for each in data["findings"]} == {OVERVIEW}


def test_a_file_that_was_edited_since_grafana_loaded_it_keeps_its_edits(
    obsboot: Session, pack: Path, grafana: Grafana
) -> None:
    board = in_grafana(pack)
    timeseries(board)["title"] = "Edited in Grafana"
    grafana.boards[UID] = board
    ours = json.loads((pack / OVERVIEW).read_text())
    text = (pack / OVERVIEW).read_text().replace(ours["title"], "Edited in the file")
    (pack / OVERVIEW).write_text(text.replace('"refresh": "30s"', '"refresh": "1m"'))
    done = obsboot("pull", UID, "--grafana", grafana.url, "--yes")
    assert done.returncode == Exit.DONE, done.stderr
    assert "as it was rendered" in done.stdout
    after = json.loads((pack / OVERVIEW).read_text())
    assert (after["title"], after["refresh"]) == ("Edited in the file", "1m")
    assert timeseries(after)["title"] == "Edited in Grafana"
    won = obsboot("pull", UID, "--grafana", grafana.url, "--yes", "--grafana-wins")
    assert won.returncode == Exit.DONE
    assert json.loads((pack / OVERVIEW).read_text())["title"] == ours["title"]


def test_an_edit_that_is_taken_back_in_grafana_is_an_edit(obsboot: Session, pack: Path, grafana: Grafana) -> None:
    ours = json.loads((pack / OVERVIEW).read_text())
    text = (pack / OVERVIEW).read_text().replace(ours["title"], "Edited in the file")
    (pack / OVERVIEW).write_text(text.replace('"refresh": "30s"', '"refresh": "1m"').replace("now-1h", "now-3h"))
    board = in_grafana(pack)
    board["title"] = ours["title"]
    grafana.boards[UID] = board
    assert obsboot("pull", UID, "--grafana", grafana.url, "--yes").returncode == Exit.DONE
    after = json.loads((pack / OVERVIEW).read_text())
    assert (after["title"], after["refresh"], after["time"]["from"]) == (ours["title"], "1m", "now-3h")


def test_both_changed_the_same_value(obsboot: Session, pack: Path, grafana: Grafana) -> None:
    board = in_grafana(pack)
    board["title"] = "Named in Grafana"
    grafana.boards[UID] = board
    text = (pack / OVERVIEW).read_text()
    ours = json.loads(text)["title"]
    (pack / OVERVIEW).write_text(text.replace(ours, "Named in the file").replace('"refresh": "30s"', '"refresh": "1m"'))
    before = files(pack)
    done = obsboot("pull", UID, "--grafana", grafana.url, "--yes")
    assert done.returncode == Exit.DRIFT
    assert 'the file has "Named in the file", Grafana "Named in Grafana"' in done.stdout
    assert files(pack) == before


def test_a_committed_version_that_grafana_still_has(obsboot: Session, pack: Path, grafana: Grafana) -> None:
    own = pack / BOARDS / "local/team.json"
    board = {
        "uid": "team",
        "title": "Team",
        "schemaVersion": 38,
        "refresh": "30s",
        "annotations": {"list": []},
        "panels": [],
    }
    own.write_text(json.dumps(board, indent=4))
    git = ["git", "-C", str(pack), "-c", "user.name=t", "-c", "user.email=t@example.com"]
    subprocess.run([*git, "init", "-q"], check=True)
    subprocess.run([*git, "add", "."], check=True)
    subprocess.run([*git, "commit", "-qm", "one"], check=True)
    edited = {**in_grafana(pack, f"{BOARDS}/local/team.json"), "title": "Team, in Grafana"}
    grafana.boards["team"] = edited
    own.write_text(json.dumps({**board, "refresh": "5m", "tags": ["ours"]}, indent=4))
    done = obsboot("pull", "team", "--grafana", grafana.url, "--yes")
    assert done.returncode == Exit.DONE, done.stderr
    assert "an older one (commit" in done.stdout
    assert json.loads(own.read_text()) == {**board, "refresh": "5m", "tags": ["ours"], "title": "Team, in Grafana"}


def test_an_exported_file_and_one_that_is_new(obsboot: Session, pack: Path, tmp_path: Path) -> None:
    board = in_grafana(pack)
    board["refresh"] = "10s"
    (tmp_path / "export.json").write_text(text_of(board))
    own = {**in_grafana(pack), "uid": "abc", "title": "Shop: our own!"}
    (tmp_path / "own.json").write_text(json.dumps({"meta": {"slug": "own"}, "dashboard": own}))
    arguments = ("pull", "--file", str(tmp_path / "export.json"), "--file", str(tmp_path / "own.json"))
    before = files(pack)
    refused = obsboot(*arguments)
    assert refused.returncode == Exit.USAGE
    assert "abc (Shop: our own!)" in refused.stderr
    assert "--new" in refused.stderr
    assert files(pack) == before
    assert obsboot(*arguments, "--new").returncode == Exit.DONE
    assert '"refresh": "10s"' in (pack / OVERVIEW).read_text()
    text = (pack / BOARDS / "local/shop-our-own.json").read_text()
    made = json.loads(text)
    assert text == json.dumps(made, indent=2, ensure_ascii=False) + "\n"
    assert (made["uid"], made["title"], made["schemaVersion"]) == ("abc", "Shop: our own!", 42)
    assert len(made["panels"]) == len(own["panels"])
    assert not made.keys() & {"id", "version", "iteration"}
    assert obsboot(*arguments).returncode == Exit.DONE
    assert (pack / BOARDS / "local/shop-our-own.json").read_text() == text


def test_the_named_dashboard_is_the_one_of_a_file_without_uid(obsboot: Session, pack: Path, tmp_path: Path) -> None:
    board = in_grafana(pack)
    del board["uid"]
    board["refresh"] = "10s"
    (tmp_path / "export.json").write_text(text_of(board))
    nameless = obsboot("pull", "--file", str(tmp_path / "export.json"))
    assert nameless.returncode == Exit.FAILED
    assert "no uid" in nameless.stderr
    done = obsboot("pull", OVERVIEW, "--file", str(tmp_path / "export.json"))
    assert done.returncode == Exit.DONE, done.stderr
    after = json.loads((pack / OVERVIEW).read_text())
    assert after["refresh"] == "10s"


def test_grafana_with_a_login(obsboot: Session, pack: Path, grafana: Grafana) -> None:
    grafana.token = "glsa_of_a_viewer"
    grafana.boards[UID] = in_grafana(pack) | {"refresh": "10s"}
    refused = obsboot("pull", UID, "--grafana", grafana.url)
    assert refused.returncode == Exit.COULD_NOT_CHECK
    assert "OBSBOOT_GRAFANA_TOKEN" in refused.stderr
    done = obsboot("pull", UID, "--grafana", grafana.url, OBSBOOT_GRAFANA_TOKEN=grafana.token)
    assert done.returncode == Exit.DONE, done.stderr
    assert '"refresh": "10s"' in (pack / OVERVIEW).read_text()
    assert grafana.token not in done.stdout + done.stderr + (pack / OVERVIEW).read_text()


def test_what_grafana_does_not_have(obsboot: Session, pack: Path, grafana: Grafana) -> None:
    for arguments in ((UID,), ()):
        done = obsboot("pull", *arguments, "--grafana", grafana.url)
        assert done.returncode == Exit.FAILED
        assert UID in done.stderr


@pytest.mark.parametrize(
    ("url", "code", "words"),
    [
        ("http://127.0.0.1:1", Exit.COULD_NOT_CHECK, "127.0.0.1:1"),
        ("http://me:secret@127.0.0.1", Exit.USAGE, "password"),
        ("grafana", Exit.USAGE, "no URL"),
    ],
)
def test_a_url_that_is_no_use(obsboot: Session, pack: Path, url: str, code: Exit, words: str) -> None:
    done = obsboot("pull", "--grafana", url)
    assert done.returncode == code
    assert words in done.stderr
    assert "secret" not in done.stderr


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[]",
        json.dumps({"uid": UID, "title": "x"}),
        json.dumps({"apiVersion": "dashboard.grafana.app/v2", "metadata": {"name": UID}, "spec": {"elements": {}}}),
    ],
)
def test_what_is_no_dashboard_is_said(obsboot: Session, pack: Path, tmp_path: Path, text: str) -> None:
    (tmp_path / "export.json").write_text(text)
    before = files(pack)
    done = obsboot("pull", "--file", str(tmp_path / "export.json"))
    assert done.returncode == Exit.FAILED, done.stderr
    assert str(tmp_path / "export.json") in done.stderr
    assert files(pack) == before


def test_a_server_that_is_no_grafana(
    obsboot: Session, pack: Path, grafana: Grafana, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(grafana, "answer", lambda path, token: (200, b"<html>login</html>"))
    assert obsboot("pull", UID, "--grafana", grafana.url).returncode == Exit.COULD_NOT_CHECK
    monkeypatch.setattr(grafana, "answer", lambda path, token: (200, {"status": "success"}))
    assert obsboot("pull", UID, "--grafana", grafana.url).returncode == Exit.FAILED


def test_what_contradicts_itself(obsboot: Session, pack: Path) -> None:
    for arguments in ((), ("--grafana", "http://127.0.0.1:1", "--file", "x"), ("a", "b", "--file", "x")):
        assert obsboot("pull", *arguments).returncode == Exit.USAGE
    assert obsboot("pull", "--file", "nowhere.json").returncode == Exit.USAGE


def test_stdin_and_a_file_with_crlf(
    pack: Path, monkeypatch: pytest.MonkeyPatch, obsboot: Session, tmp_path: Path
) -> None:
    board = in_grafana(pack) | {"refresh": "10s"}
    (pack / OVERVIEW).write_bytes((pack / OVERVIEW).read_bytes().replace(b"\n", b"\r\n"))
    (tmp_path / "export.json").write_text(text_of(board))
    with (tmp_path / "export.json").open() as told:
        monkeypatch.setattr("sys.stdin", told)
        done = obsboot("pull", "--file", "-")
    assert done.returncode == Exit.DONE, done.stderr
    data = (pack / OVERVIEW).read_bytes()
    assert b'"refresh": "10s"' in data
    assert data.count(b"\n") == data.count(b"\r\n")
