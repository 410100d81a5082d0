"""Breaking a running component on purpose, and mending it whatever happens."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from obsboot.live.changes import Document, apply
from obsboot.live.containers import Box
from obsboot.live.filled import live_text
from obsboot.live.loads import Loads
from obsboot.live.run import Run
from obsboot.live.servers import READY_SECONDS
from obsboot.live.waiting import Stopped, wait_for
from obsboot.model import Exit, Fault, Instance, ObsbootError

_FILES = threading.RLock()
"""Two faults may change files of the copy at the same time, and each puts back what it found."""


@contextmanager
def injected(run: Run, loads: Loads, instance: Instance, fault: Fault) -> Iterator[str]:
    """The fault for the time of the `with`; undone at its end, also when the run is stopped or an error comes.

    Yields what was done, in one line. Raises ObsbootError where it cannot be done or undone.
    """
    with ExitStack() as undoing:
        try:
            yield _KINDS[fault.kind](run, loads, instance, fault, undoing)
        except (Stopped, KeyboardInterrupt):
            undoing.pop_all()  # the containers go now, and with them everything that was done to them
            raise


Undoing = ExitStack


def _workload(run: Run, loads: Loads, instance: Instance, fault: Fault, undoing: Undoing) -> str:
    workload = run.recipes[instance.id].workloads[fault.workload]
    if fault.instead_of:
        loads.stop(instance, fault.instead_of)
        replaced = run.recipes[instance.id].workloads[fault.instead_of]
        if replaced.healthy:
            undoing.callback(lambda: _again(loads, instance, replaced.name))
    loads.start(instance, workload, fault.parameters)
    undoing.callback(lambda: loads.stop(instance, fault.workload))
    given = ", ".join(f"{name}={value}" for name, value in fault.parameters.items())
    return f"workload {fault.workload}" + (f" with {given}" if given else "")


def _again(loads: Loads, instance: Instance, name: str) -> None:
    loads.start(instance, loads.run.recipes[instance.id].workloads[name])


def _exec(run: Run, loads: Loads, instance: Instance, fault: Fault, undoing: Undoing) -> str:
    box = run.box(instance, fault.on)
    undoing.callback(lambda: _commands(run, box, instance, fault, fault.undo))
    _commands(run, box, instance, fault, fault.do)
    said = "; ".join(" ".join(command) for command in fault.do)
    return f"in {fault.on}: {said}"[:200]


def _commands(run: Run, box: Box, instance: Instance, fault: Fault, commands: tuple[tuple[str, ...], ...]) -> None:
    stdin = live_text(instance, fault.script) if fault.script else ""
    for command in commands:
        done = box.run(command, stdin, run.secrets, seconds=60)
        if done.code:
            raise ObsbootError(
                f"{box.what}: fault {fault.name}: `{' '.join(command)}` ended with {done.code}: {done.output[-400:]}",
                code=Exit.COULD_NOT_CHECK,
            )


def _stop(run: Run, loads: Loads, instance: Instance, fault: Fault, undoing: Undoing) -> str:
    box = run.box(instance, fault.on)
    undoing.callback(lambda: _start(run, loads, instance, box))
    box.stopped = True
    box.container.stop(timeout=3)
    return f"stop {fault.on}"


def _start(run: Run, loads: Loads, instance: Instance, box: Box) -> None:
    box.container.start()
    box.forget_url()
    run.prepare_again(box)
    wait_for(f"{box.what} runs again", box.is_well, READY_SECONDS, run.stopping, box.state)
    box.stopped = False
    loads.restore()


def _pause(run: Run, loads: Loads, instance: Instance, fault: Fault, undoing: Undoing) -> str:
    box = run.box(instance, fault.on)
    box.stopped = True
    box.container.pause()

    def resume() -> None:
        box.container.unpause()
        box.stopped = False
        loads.restore()

    undoing.callback(resume)
    return f"pause {fault.on}"


def _disconnect(run: Run, loads: Loads, instance: Instance, fault: Fault, undoing: Undoing) -> str:
    box = run.box(instance, fault.on)
    box.container.reload()
    networks = box.container.attrs["NetworkSettings"]["Networks"]
    for name, settings in networks.items():
        network = run.engine.client.networks.get(name)
        aliases = [a for a in settings.get("Aliases") or () if a != box.container.short_id]
        network.disconnect(box.container)
        undoing.callback(network.connect, box.container, aliases=aliases)
    undoing.callback(box.forget_url)
    return f"disconnect {fault.on} from its networks"


def _file(run: Run, loads: Loads, instance: Instance, fault: Fault, undoing: Undoing) -> str:
    path = run.directory / fault.file
    with _FILES:
        before = path.read_text(encoding="utf-8") if path.is_file() else None
        undoing.callback(lambda: _put_back(run, path, before))
        path.write_text(changed(before or "", fault), encoding="utf-8")
        path.chmod(0o644)
    _reload(run, fault.file)
    return f"{'change' if fault.replaces else 'append to'} {fault.file}"


def changed(text: str, fault: Fault) -> str:
    """The file's text under a `file` fault. Raises ObsbootError where it lacks what the fault replaces."""
    if not fault.replaces:
        return text + fault.content
    changed, found = re.subn(fault.replaces, fault.content, text, count=1)
    if not found:
        message = f"fault {fault.name}: {fault.file} has nothing like {fault.replaces}"
        raise ObsbootError(message, code=Exit.COULD_NOT_CHECK)
    return changed


def _put_back(run: Run, path: Path, before: str | None) -> None:
    with _FILES:
        if before is None:
            path.unlink(missing_ok=True)
        else:
            path.write_text(before, encoding="utf-8")
    _reload(run, path.relative_to(run.directory).as_posix())


def _reload(run: Run, file: str) -> None:
    """A configuration that is refused is a fault as well: what the server says of it is not an error here."""
    server = run.alertmanager if file.startswith("alertmanager/") else run.prometheus
    try:
        server.reload()
    except ObsbootError as error:
        run.listener.event(f"{file}: {error.message}")


def _absent(run: Run, loads: Loads, instance: Instance, fault: Fault, undoing: Undoing) -> str:
    with _FILES:
        run.absent.add(instance.job)
        _write_jobs(run)

    def put_back() -> None:
        with _FILES:
            run.absent.discard(instance.job)
            _write_jobs(run)

    undoing.callback(put_back)
    return f"remove the scrape target of {instance.job}"


def _write_jobs(run: Run) -> None:
    """The copy's scrape configuration without the targets of the jobs that are absent now."""
    path = f"{run.stack.directory}/prometheus/prometheus.yml"
    document = Document(path, run.copy.texts[path])
    found = (dict(document.entries(job)) for _, job in document.values("scrape_configs", "*"))
    gone = [
        document.replace(job["static_configs"], "[]", "durations", job["job_name"].value)
        for job in found
        if job["job_name"].value in run.absent and "static_configs" in job
    ]
    (run.folder / "pack" / path).write_text(apply(document.text, gone), encoding="utf-8")
    run.prometheus.reload()


_KINDS: dict[str, Callable[[Run, Loads, Instance, Fault, Undoing], str]] = {
    "workload": _workload,
    "exec": _exec,
    "stop": _stop,
    "pause": _pause,
    "disconnect": _disconnect,
    "file": _file,
    "absent": _absent,
}
