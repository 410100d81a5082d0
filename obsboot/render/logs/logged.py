"""Which instances write logs, and what their streams, pipelines and templates are called."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from urllib.parse import urlsplit

from obsboot.model import Instance, LogSignal, Stack, allows

NOWHERE = "none"
STORED = "stored"
"""The pipeline that every document comes through at the end."""


def keeps_logs(stack: Stack) -> bool:
    """Whether the answers want logs at all; a catalogue may not even ask."""
    return str(stack.values.get("logs", NOWHERE)) != NOWHERE


def logged(stack: Stack) -> tuple[Instance, ...]:
    """The instances whose log is read."""
    if not keeps_logs(stack):
        return ()
    return tuple(i for i in stack.instances if i.component.logs and i.watched and i.values["log_from"] != NOWHERE)


def log_folders(stack: Stack) -> list[str]:
    """The folders of the logs that are files, which Filebeat has to see under the same names."""
    files = [str(i.values["log_file"]) for i in logged(stack) if i.values["log_from"] == "file"]
    return sorted({posixpath.dirname(path) for path in files})


def in_pipelines(stack: Stack) -> bool:
    """Whether lines are read by the store's ingest pipelines instead of Logstash."""
    return str(stack.values["log_path"]) == "ingest"


def store(stack: Stack) -> str:
    """`elasticsearch` or `opensearch`: the folder of its files, and the name of its container."""
    return str(stack.values["logs"])


def store_address(stack: Stack) -> str:
    """Where the store answers: the given address, or the pack's own container.

    The port is always in it: without one some clients take 9200, and others that of the scheme.
    """
    given = urlsplit(str(stack.values["log_address"]).rstrip("/"))
    if not given.scheme:
        return f"http://{store(stack)}:9200"
    return given.geturl() if given.port else f"{given.geturl()}:{443 if given.scheme == 'https' else 80}"


CA_FILE = "log_store_ca.crt"
"""The file under `secrets/` with the certificate authority of a store that has one of its own."""


def has_own_ca(stack: Stack) -> bool:
    """Whether there is a store whose certificate is vouched for by that file."""
    return keeps_logs(stack) and store_address(stack).startswith("https:") and str(stack.values["log_ca"]) == "file"


def zone(stack: Stack) -> str:
    """The IANA zone of times that name none."""
    return str(stack.values["log_timezone"])


def dataset(stack: Stack, instance: Instance) -> str:
    """`data_stream.dataset`; it may not contain a dash, which parts the name of a data stream."""
    return f"{_undashed(stack.service)}.{_undashed(instance.id)}"


def datasets(stack: Stack) -> str:
    """The pattern of the datasets of all its instances."""
    return f"{_undashed(stack.service)}.*"


def log_signals(stack: Stack, instance: Instance) -> Mapping[str, LogSignal]:
    """What can be asked of the log here: of the instance's own lines, or of all where it has no log itself."""
    heard = instance in logged(stack) if instance.component.logs else keeps_logs(stack)
    signals = instance.component.log_signals if heard else {}
    return {name: each for name, each in signals.items() if allows(stack.values, each.only_if)}


def namespace(stack: Stack) -> str:
    """`data_stream.namespace`."""
    return _undashed(stack.environment)


def stream(stack: Stack, instance: Instance) -> str:
    """The name of its data stream."""
    return f"logs-{dataset(stack, instance)}-{namespace(stack)}"


def streams(stack: Stack, instance: Instance | None = None) -> str:
    """The pattern of the names of its data streams, in all environments; of all instances without one."""
    name = dataset(stack, instance) if instance and instance.component.logs else datasets(stack)
    return f"logs-{name}-*"


def tag(stack: Stack, instance: Instance) -> str:
    """The tag that a container's log lines carry, so that they are told apart without the Docker socket."""
    return f"{stack.service}/{instance.id}"


def object_name(stack: Stack, *parts: str) -> str:
    """The name of an object of the store: it begins with the service, so that packs never meet."""
    return "-".join((stack.service, "logs", *parts))


def _undashed(name: str) -> str:
    return name.replace("-", "_")
