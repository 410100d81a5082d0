"""Filebeat: one input an instance, which knows where an entry begins and whose it is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from obsboot.logs.entries import LONGEST, MOST_LINES
from obsboot.logs.reading import begins
from obsboot.model import GeneratedFile, Instance, Stack
from obsboot.render.logs.access import password_of
from obsboot.render.logs.logged import (
    CA_FILE,
    dataset,
    has_own_ca,
    in_pipelines,
    keeps_logs,
    logged,
    namespace,
    object_name,
    store_address,
    tag,
)
from obsboot.render.logs.refused import refused_stream
from obsboot.render.yaml import MANAGED, OWNED, dump

CONTAINER_LOGS = "/var/lib/docker/containers"
"""Where Docker keeps the lines of containers, a folder each."""
_CA = f"/usr/share/filebeat/secrets/{CA_FILE}"


def filebeat(stack: Stack) -> Iterator[GeneratedFile]:
    """`filebeat.yml`, and the logging settings that the service's own containers need."""
    if not keeps_logs(stack):
        return
    path = f"{stack.directory}/filebeat"
    yield GeneratedFile(f"{path}/filebeat.yml", dump(_config(stack), OWNED), "owned", "render/filebeat.yml")
    if services := _service_logging(stack):
        how = (
            "For the service's own containers: a tag tells their lines apart, and the files cannot fill the disk.",
            f"docker compose -f compose.yaml -f {path}/logging.compose.yaml up -d",
        )
        text = dump({"services": services}, MANAGED, *how)
        yield GeneratedFile(f"{path}/logging.compose.yaml", text, "managed", "render/logging.compose.yaml")


def container_logging(stack: Stack, instance: Instance) -> dict[str, Any]:
    """The `logging` of a container whose lines are read: the tag, and three files of 20 MB before the oldest goes.

    A file that goes while Filebeat is away is lost, so they hold more than one: at 1 MB/s a minute of silence.
    """
    options = {"tag": tag(stack, instance), "max-size": "20m", "max-file": "3"}
    return {"driver": "json-file", "options": options}


def _service_logging(stack: Stack) -> dict[str, Any]:
    """By the name of the compose service, which is the host part of the address."""
    found = [i for i in logged(stack) if i.component.kind != "platform" and i.values["log_from"] == "container"]
    return {i.address.split(":")[0] or i.id: {"logging": container_logging(stack, i)} for i in found}


def _config(stack: Stack) -> dict[str, Any]:
    return {
        "filebeat.inputs": [_input(stack, instance) for instance in logged(stack)],
        # What was read and not yet acknowledged is read again after a crash, so the registry is written often.
        "filebeat.registry.flush": "1s",
        "filebeat.shutdown_timeout": "5s",
        # Four batches wait in memory. When the output stalls they fill, reading stops, and the files keep the rest.
        "queue.mem": {"events": 8192, "flush.min_events": 2048, "flush.timeout": "1s"},
        **_output(stack),
        "setup.template.enabled": False,
        "setup.ilm.enabled": False,
        "http": {"enabled": True, "host": "0.0.0.0", "port": 5066},  # noqa: S104 - inside the pack's own network
        "logging": {"level": "info", "to_stderr": True, "metrics.enabled": False},
    }


def _input(stack: Stack, instance: Instance) -> dict[str, Any]:
    """One filestream. Files are told apart by their inode: with a fingerprint, short logs would wait for 1,024 bytes."""
    in_container = instance.values["log_from"] == "container"
    body: dict[str, Any] = {
        "type": "filestream",
        "id": object_name(stack, instance.id),
        "paths": [f"{CONTAINER_LOGS}/*/*-json.log*" if in_container else str(instance.values["log_file"])],
        "file_identity.native": None,
        "prospector.scanner.fingerprint.enabled": False,
        "message_max_bytes": LONGEST,
        "clean_removed": True,
        "close.on_state_change.inactive": "5m",
    }
    if parsers := _parsers(instance, in_container):
        body["parsers"] = parsers
    body |= {"fields_under_root": True, "fields": _fields(stack, instance)}
    body["processors"] = [*_unwrapped(stack, instance, in_container), _identity(in_container)]
    return body


def _unwrapped(stack: Stack, instance: Instance, in_container: bool) -> list[dict[str, Any]]:
    """All containers write into one folder: the tag says whose a line is. The line's end, which Docker wraps too, goes."""
    if not in_container:
        return []
    others = {"not": {"equals": {"docker.attrs.tag": tag(stack, instance)}}}
    end = {"field": "message", "pattern": r"\n\z", "replacement": ""}
    return [
        {"drop_event": {"when": others}},
        {"drop_fields": {"fields": ["docker"], "ignore_missing": True}},
        {"replace": {"fields": [end], "ignore_missing": True, "fail_on_error": False}},
    ]


def _identity(in_container: bool) -> dict[str, Any]:
    """The id of the document, so that a line that is sent again, after a crash or a time-out, is stored once.

    A container's line has the nanosecond at which it was written; of a file's there is where it stands.
    """
    fields = (
        ["@timestamp", "event.module", "log.offset", "message"]
        if in_container
        else ["event.module", "log.file.device_id", "log.file.inode", "log.offset", "message"]
    )
    # Without a field of these, Filebeat would drop the line.
    return {"fingerprint": {"fields": fields, "target_field": "@metadata._id", "ignore_missing": True}}


def _parsers(instance: Instance, in_container: bool) -> list[dict[str, Any]]:
    """First the container's wrapping comes off, then lines become entries."""
    parsers: list[dict[str, Any]] = [{"container": {"stream": "all", "format": "docker"}}] if in_container else []
    formats = instance.component.logs.values()
    if any(each.multiline for each in formats):
        pattern = "^(?:" + "|".join(begins(each) for each in formats) + ")"
        lines = {"pattern": pattern, "negate": True, "match": "after", "max_lines": MOST_LINES, "timeout": "5s"}
        # The container's lines bring their ends with them.
        ended = {"skip_newline": True} if in_container else {}
        parsers.append({"multiline": {"type": "pattern", **lines, **ended}})
    return parsers


def _fields(stack: Stack, instance: Instance) -> dict[str, Any]:
    return {
        "data_stream": {"type": "logs", "dataset": dataset(stack, instance), "namespace": namespace(stack)},
        "event": {"module": instance.id},
        "service": {"name": stack.service, "environment": stack.environment},
        "labels": {"team": stack.team},
    }


def _output(stack: Stack) -> dict[str, Any]:
    if not in_pipelines(stack):
        # `loadbalance` is for several; one Logstash gets batches of 2048 and answers for each.
        return {"output.logstash": {"hosts": ["logstash:5044"], "bulk_max_size": 2048, "ttl": "60s", "pipelining": 0}}
    output: dict[str, Any] = {
        "hosts": [store_address(stack)],
        "index": "%{[data_stream.type]}-%{[data_stream.dataset]}-%{[data_stream.namespace]}",
        "username": object_name(stack, "writer"),
        "password": f"${{{password_of('writer')}}}",
        "bulk_max_size": 2048,
        "compression_level": 1,
        # A document that the store refuses for its content is kept with the reason, instead of being dropped.
        "non_indexable_policy": {"dead_letter_index": {"index": refused_stream(stack)}},
    }
    if has_own_ca(stack):
        output["ssl.certificate_authorities"] = [_CA]
    return {"output.elasticsearch": output}
