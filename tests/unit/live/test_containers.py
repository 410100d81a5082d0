"""A container as a run sees it, and commands inside it."""

from __future__ import annotations

from pathlib import Path

import pytest
from live_doubles import box

from obsboot.live.containers import Died, Marks
from obsboot.live.engine import FOLDER_LABEL, OWNER_LABEL, RUN_LABEL, is_dead


@pytest.mark.parametrize(
    ("options", "state", "well"),
    [
        ({}, "running", True),
        ({"health": "healthy"}, "running, healthy", True),
        ({"health": "starting"}, "running, starting", False),
        ({"status": "exited", "code": 137}, "exited with code 137", False),
        ({"status": "paused"}, "paused", False),
        ({"gone": True}, "gone", False),
    ],
)
def test_the_state_is_the_engines_word(options: dict[str, object], state: str, well: bool) -> None:
    one = box(**options)
    assert one.state() == state
    assert one.is_well() is well


def test_the_url_is_where_the_port_is_published_now() -> None:
    one = box(port=9090, ports={"9090/tcp": [{"HostPort": "1234"}]})
    assert one.url() == "http://127.0.0.1:1234"
    one.container.ports = {"9090/tcp": [{"HostPort": "5678"}]}
    assert one.url() == "http://127.0.0.1:1234", "it is not asked for at each request"
    one.forget_url()
    assert one.url() == "http://127.0.0.1:5678"
    one.forget_url()
    one.container.ports = {}
    with pytest.raises(Died, match="cache: server: port 9090 is not published: running"):
        one.url()


def test_its_address_and_its_last_lines() -> None:
    one = box(networks={"inner": {"IPAddress": "10.0.0.7"}})
    assert one.address_in("inner") == "10.0.0.7"
    assert one.address_in("outer") == ""
    assert one.last_lines() == "its last words"


def test_a_command_inside_gets_its_input_and_its_environment(docker_said: Path) -> None:
    done = box().run(["sh", "-c", "read line; echo $line $SECRET"], "hello\n", {"SECRET": "s3cret"})
    assert (done.code, done.output) == (0, "hello s3cret")
    said = (docker_said / "commands").read_text()
    assert said.startswith("exec -i -e SECRET cache-server sh -c")
    assert "s3cret" not in said, "a secret stands in no list of processes"


def test_a_command_that_fails_or_does_not_end_has_a_code(docker_said: Path) -> None:
    assert box().run(["sh", "-c", "echo oh >&2; exit 3"]).code == 3
    done = box().run(["sleep", "5"], seconds=0.2)
    assert (done.code, done.output) == (124, "did not end within 0.2 s")


def test_a_user_can_be_named() -> None:
    assert box().exec_argv(["id"], user="nobody") == ["docker", "exec", "-i", "-u", "nobody", "cache-server", "id"]


def test_everything_of_a_run_carries_its_marks() -> None:
    labels = Marks("obsboot-1", "/folder").labels()
    assert (labels[RUN_LABEL], labels[FOLDER_LABEL]) == ("obsboot-1", "/folder")
    assert not is_dead(labels[OWNER_LABEL])
