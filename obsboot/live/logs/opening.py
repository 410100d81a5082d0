"""The pack's own containers where it keeps logs: its store comes first, and holds the pack's objects before a line comes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Mapping, Sequence
from typing import Any

from obsboot.live.containers import Box, Died
from obsboot.live.logs.store import LogStore
from obsboot.live.run import Run
from obsboot.live.store.apply import STREAMS, Store, StoreError, apply
from obsboot.live.waiting import TimedOut, wait_for
from obsboot.model import Exit, Outcome, Stack
from obsboot.render.context import administrator
from obsboot.render.logs.logged import in_pipelines, keeps_logs, store, store_address

_STORE_SECONDS = 180.0
"""A first start on a machine that is busy with the run's other containers."""
_ONCE_SECONDS = 120.0
LEFT_OUT = "left out"
SHIPPER, READER = "filebeat", "logstash"

Services = Mapping[str, Mapping[str, Any]]


def elsewhere(stack: Stack, services: Container[str]) -> dict[str, str]:
    """The instances that a run has to leave alone, and why: what they talk to is a store of the user's."""
    if not keeps_logs(stack) or store(stack) in services:
        return {}
    why = f"the log store is {store_address(stack)}, which a proving run neither writes to nor asks"
    return {each.id: why for each in stack.instances if "logs" in each.component.only_if}


def start_own(run: Run, names: Sequence[str], services: Services) -> dict[str, Box]:
    """The pack's containers: its log store, what runs once, then all others. Raises Died where the store does not start."""
    first = [name for name in names if keeps_logs(run.stack) and name == store(run.stack)]
    once = [name for name in names if services[name].get("restart") == "on-failure"]
    boxes = run.own_stack.up(first) if first else {}
    for box in boxes.values():
        _ready(run, box)
        run.store = LogStore(box.url, administrator(run.stack, run.secrets))
    for name in once:
        _once(run, name)
    if first:
        _install(run, run.store)
    rest = [name for name in names if name not in (*first, *once) and not _leads_nowhere(run, name)]
    return boxes | (run.own_stack.up(rest) if rest else {})


def _leads_nowhere(run: Run, name: str) -> bool:
    """Whether the container would only wait for another that cannot be had."""
    if name != SHIPPER or in_pipelines(run.stack) or READER not in run.missing:
        return False
    run.unavailable[name] = f"nobody reads what it ships: {run.missing[READER]}"
    run.say("live/container", name, "skipped", run.unavailable[name])
    return True


def _ready(run: Run, box: Box) -> None:
    run.listener.event(f"{box.what} starts")
    try:
        wait_for(f"{box.what} is ready", box.is_well, _STORE_SECONDS, run.stopping, box.state)
    except TimedOut as error:
        raise Died(f"{error.message}\n{box.last_lines()}", code=Exit.COULD_NOT_CHECK) from None


def _once(run: Run, name: str) -> None:
    """A container that does its work and ends. What it cannot do for want of a feature of the store is no failure."""
    box = run.own_stack.up([name])[name]
    box.stopped = True
    box.container.update(restart_policy={"Name": "no"})
    try:
        wait_for(f"{name} has ended", lambda: box.state().startswith("exited"), _ONCE_SECONDS, run.stopping, box.state)
    except TimedOut as error:
        run.say("live/container", name, "error", f"{error.message}; its last lines:\n{box.last_lines()}")
        return
    code, said = int(box.container.attrs["State"]["ExitCode"]), box.last_lines(3)
    outcome: Outcome = "skipped" if code == Exit.COULD_NOT_CHECK else "failed" if code else "passed"
    run.say("live/container", name, outcome, said)


def _install(run: Run, at: LogStore) -> None:
    """The pack's objects; what its container has installed already is there unchanged."""
    client = Store(at.base(), *at.login)
    client.passwords = run.secrets
    done: dict[str, list[str]] = defaultdict(list)
    try:
        client.wait(_STORE_SECONDS)
        if STREAMS in client.lacks():
            _tell_plain(run)
        for kind, _, how in apply(client, run.directory / store(run.stack), dry_run=False, lenient=True):
            done[kind].append(how)
    except StoreError as error:
        run.say("live/log-store", "objects", "failed", str(error))
        return
    for kind, each in done.items():
        if set(each) == {LEFT_OUT}:
            why = f"the store that runs here has no such thing: {len(each)} {LEFT_OUT}"
            run.say("live/log-store", kind, "skipped", why)
        else:
            counts = ", ".join(f"{each.count(how)} {how}" for how in dict.fromkeys(each))
            run.say("live/log-store", kind, "passed", counts)


def _tell_plain(run: Run) -> None:
    """What a store without data streams means for the run: the same templates serve plain indices."""
    why = "the store that runs here has no data streams: plain indices, which begin no new one, stand in for them"
    run.say("live/log-store", STREAMS, "skipped", why)
    run.idle |= {each.id: why for each in run.stack.of("log-store")}
