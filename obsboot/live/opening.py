"""From nothing to a running copy of the pack beside its servers, and back to nothing."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import yaml

from obsboot.live.alertmanager import Alertmanager
from obsboot.live.containers import Box, Died, Marks
from obsboot.live.copy import Copy, copy
from obsboot.live.disk import writing
from obsboot.live.edits.compose import Surroundings
from obsboot.live.edits.inside import settled
from obsboot.live.engine import Engine, connect, remove
from obsboot.live.filled import filled
from obsboot.live.history import History
from obsboot.live.images import Images, Unavailable
from obsboot.live.interrupts import to_the_end
from obsboot.live.logs.opening import elsewhere, start_own
from obsboot.live.options import Options
from obsboot.live.prometheus import Prometheus
from obsboot.live.relay import lead_to_service
from obsboot.live.run import Run, new_identity, new_secrets
from obsboot.live.servers import Site, start
from obsboot.live.sink import start_sink
from obsboot.live.substitution import substituted
from obsboot.live.waiting import TimedOut, wait_for
from obsboot.model import Exit, Instance, ObsbootError, Pack, Recipe, Stack
from obsboot.render.alertmanager import secret_files
from obsboot.render.context import secrets
from obsboot.render.logs.filebeat import CONTAINER_LOGS
from obsboot.render.logs.logged import keeps_logs, log_folders
from obsboot.render.scrape import container as service_of
from obsboot.report.listening import Listener

_READY_SECONDS = 120.0
FOLDER_PREFIX = "obsboot-run-"
OWNER_FILE = "owner"
_NEEDED = ("prometheus", "alertmanager")


@contextmanager
def opened(pack: Pack, options: Options, listener: Listener) -> Iterator[Run]:
    """A run with nothing started yet. At the end of the `with` everything that it started is gone (but with --keep)."""
    engine = connect()
    with writing(Path(tempfile.gettempdir())):
        folder = Path(tempfile.mkdtemp(prefix=FOLDER_PREFIX)).resolve()
    images, marks = Images(engine, options), Marks(new_identity(), str(folder))

    after = ExitStack()

    def end() -> None:
        images.stopping.set()
        after.close()
        if not options.keep:
            with suppress(OSError):  # nobody may read it any more
                listener.event("removing everything that the run started")
            close(engine, marks.run, folder)

    try:
        with writing(folder):
            folder.chmod(0o755)
            (folder / OWNER_FILE).write_text(marks.by)
            run = _new(pack, options, listener, images, marks)
            run.after = after
        yield run
    finally:
        to_the_end(end)


def close(engine: Engine, run: str, folder: Path) -> None:
    """Remove the run's containers, networks, volumes and folder."""
    try:
        remove(engine, run)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _new(pack: Pack, options: Options, listener: Listener, images: Images, marks: Marks) -> Run:
    engine, folder = images.engine, Path(marks.folder)
    procfs = _procfs(folder)
    folders = _folders(pack.stack, engine, folder) | ({} if options.real_machine else {"/proc": procfs})
    made = copy(pack, options.speed, lambda clock: Surroundings(marks.run, clock, images.reference, folders))
    run = Run(pack, options, listener, engine, marks, folder, images, made, secrets=new_secrets(secrets(pack.stack)))
    run.stopping = images.stopping
    run.site = Site(engine, images, marks, pack.stack, folder, (), run.secrets, made.readable(), run.stopping)
    run.recipes = recipes_of(pack.stack, made, options, procfs)
    return run


def recipes_of(stack: Stack, made: Copy, options: Options, procfs: str = "") -> dict[str, Recipe]:
    """The recipe of each instance, filled in from this copy, for the service that the options name."""
    within, texts = settled(stack), made.readable()
    return substituted(stack, {i.id: filled(within, i, texts, procfs) for i in within.instances}, options)


def _folders(stack: Stack, engine: Engine, folder: Path) -> dict[str, str]:
    """The folders that the pack mounts from the machine -> what it gets instead: where this engine keeps the lines of its
    containers, and empty folders for log files."""
    if not keeps_logs(stack):
        return {}
    found = {CONTAINER_LOGS: f"{engine.client.info()['DockerRootDir']}/containers"}
    for path in log_folders(stack):
        own = folder / "logs" / path.strip("/")
        own.mkdir(parents=True, exist_ok=True)
        found[path] = str(own)
    return found


def _procfs(folder: Path) -> str:
    """The folder that stands for the machine's /proc: a container of a recipe fills it, and faults change it there."""
    procfs = folder / "proc"
    procfs.mkdir()
    procfs.chmod(0o777)  # that container's user is none of this machine
    return str(procfs)


def bring_up(run: Run) -> None:
    """Start everything and wait until it is ready.

    What cannot be had is noted in `run.missing`. Raises ObsbootError where nothing could be proven without it.
    """
    with writing(run.folder):
        _lay_out(run)
    _networks(run)
    if run.options.service_url:
        lead_to_service(run)
    for kind in ("server", "service", "library", "platform"):
        _side_by_side(
            run, [i for i in run.stack.instances if i.component.kind == kind and run.recipes[i.id].containers]
        )
    _own(run)


def _lay_out(run: Run) -> None:
    """The copy, and the secrets that the run has instead of the user's."""
    made = run.folder / "pack"
    made.mkdir()
    run.copy.write(made)
    secret = run.directory / "secrets"
    secret.mkdir()
    for name in secret_files(run.stack):
        (secret / name).touch()
        (secret / name).chmod(0o644)  # its reader is a user of a container, and the umask may forbid everything
    secret.chmod(0o700)
    env = run.own_stack.env_file
    env.touch(mode=0o600)
    env.write_text("".join(f"{name}={value}\n" for name, value in run.secrets.items()))


def _networks(run: Run) -> None:
    """The networks that the pack takes from outside; the recipes' containers join each of them."""
    run.own_stack.prepare({})
    declared = run.own_stack.config().get("networks") or {}
    outside = tuple(str(each["name"]) for each in declared.values() if (each or {}).get("external"))
    for name in outside or (f"{run.marks.run}-service",):
        run.engine.client.networks.create(name, labels=run.marks.labels())
    run.site.networks = outside or (f"{run.marks.run}-service",)


def _side_by_side(run: Run, instances: Sequence[Instance]) -> None:
    with ThreadPoolExecutor(max_workers=4) as pool:
        try:
            for instance, problem in zip(instances, pool.map(lambda i: _server(run, i), instances), strict=True):
                if problem:
                    run.missing[instance.id] = problem
        except BaseException:
            run.stopping.set()
            raise


def _server(run: Run, instance: Instance) -> str:
    """Start the containers of an instance; why not, where an image cannot be had."""
    try:
        boxes = start(run.site, instance, run.recipes[instance.id])
    except Unavailable as error:
        return str(error)
    except (Died, TimedOut) as error:
        if run.options.service_image and any(c.reference for c in run.recipes[instance.id].containers.values()):
            return error.message  # an image of the user's may want what the run does not have
        raise
    run.boxes.update({(instance.id, name): box for name, box in boxes.items()})
    run.listener.event(f"{instance.id}: {', '.join(boxes)} ready")
    return ""


def _own(run: Run) -> None:
    """The pack's own containers, but for those whose image cannot be had."""
    services = run.own_stack.config().get("services") or {}
    owners = {name: name for name in _NEEDED} | {service_of(i): i.id for i in run.stack.instances}
    owners |= {name: i.id for i in run.stack.instances for name in i.component.containers}
    run.missing |= elsewhere(run.stack, services)
    for name in services.keys() - owners.keys():
        run.say("live/container", name, "skipped", "it is no part of the stack, and nobody knows whom it would talk to")
    wanted = [name for name in services if name in owners and owners[name] not in run.missing]
    official = _official(run)
    images = {name: official.get(name) or str(services[name].get("image", "")) for name in wanted}
    available = [name for name in wanted if _is_had(run, name, owners[name], images[name])]
    up = [name for name in available if owners[name] not in run.missing]
    run.services = start_own(run, up, services)
    _connect(run)


def _is_had(run: Run, name: str, owner: str, image: str) -> bool:
    """Whether the image that the pack names for a container can be had; what that means for its instance is noted."""
    try:
        run.images.fetch(image)
    except Unavailable as error:
        if name in _NEEDED:
            raise ObsbootError(f"{error}: nothing can be proven without it", code=Exit.COULD_NOT_CHECK) from None
        instance = next((i for i in run.stack.instances if i.id == owner), None)
        extra = instance.component.containers.get(name) if instance else None
        if extra and not extra.needed:
            run.say("live/container", name, "skipped", str(error))
            run.unavailable[name] = str(error)
        else:
            run.missing[owner] = str(error)
        return False
    return True


def _official(run: Run) -> dict[str, str]:
    """The image that the pack names for each service, before the images file changed it."""
    found = {}
    for change in run.copy.changes:
        if change.kind == "images":
            found[change.what.split(".")[1]] = change.before.strip("\"'")
    return found


def _connect(run: Run) -> None:
    run.prometheus = Prometheus(run.services["prometheus"].url)
    run.alertmanager = Alertmanager(run.services["alertmanager"].url)
    run.resolving = _resolving(run)
    run.sink = start_sink(run, run.services["alertmanager"])
    for name, ready in (("prometheus", run.prometheus.is_ready), ("alertmanager", run.alertmanager.is_ready)):
        _ready(run, run.services[name], ready)
    run.history = History(run.prometheus, run.sink, run.stopping)


def _resolving(run: Run) -> dict[str, bool]:
    config = yaml.safe_load(run.copy.texts[f"{run.stack.directory}/alertmanager/alertmanager.yml"])
    return {
        str(receiver["name"]): any(hook["send_resolved"] for hook in receiver["webhook_configs"])
        for receiver in config["receivers"]
    }


def _ready(run: Run, box: Box, ready: object) -> None:
    def look() -> bool:
        state = box.state()
        if state.startswith(("exited", "dead", "restarting")) or box.restarts() > 1:
            raise Died(f"{box.what} {state}, its last lines:\n{box.last_lines()}", code=Exit.FAILED)
        return bool(ready())  # type: ignore[operator]

    try:
        wait_for(f"{box.what} is ready", look, _READY_SECONDS, run.stopping, box.state)
    except TimedOut as error:
        raise Died(f"{error.message}\n{box.last_lines()}", code=Exit.COULD_NOT_CHECK) from None
