"""Logstash: one pipeline takes lines in, one a component reads them, one stores them."""

from __future__ import annotations

from collections.abc import Iterator

from obsboot.logs.logstash import component_filter
from obsboot.model import GeneratedFile, Stack
from obsboot.render.logs.access import password_of
from obsboot.render.logs.elastic import read_components
from obsboot.render.logs.logged import (
    CA_FILE,
    has_own_ca,
    in_pipelines,
    keeps_logs,
    logged,
    object_name,
    store,
    store_address,
    zone,
)
from obsboot.render.yaml import MANAGED, OWNED, dump

_HOME = "/usr/share/logstash"
_INTAKE, _STORE = "intake", "store"
_CA = f"{_HOME}/secrets/{CA_FILE}"


def logstash(stack: Stack) -> Iterator[GeneratedFile]:
    """`logstash.yml`, `pipelines.yml` and the pipelines, where Logstash reads the lines."""
    if not keeps_logs(stack) or in_pipelines(stack):
        return
    path = f"{stack.directory}/logstash"
    yield GeneratedFile(f"{path}/logstash.yml", dump(_settings(), MANAGED), "managed", "render/logstash.yml")
    names = [_INTAKE, *(component.id for component in read_components(stack)), _STORE]
    pipelines = [{"pipeline.id": name, "path.config": f"{_HOME}/pipeline/{name}.conf"} for name in names]
    yield GeneratedFile(f"{path}/pipelines.yml", dump(pipelines, OWNED), "owned", "render/pipelines.yml")
    for name, text in _pipelines(stack):
        headed = f"# {OWNED}\n{text}"
        yield GeneratedFile(f"{path}/pipeline/{name}.conf", headed, "owned", f"render/pipeline/{name}.conf")


def _settings() -> dict[str, object]:
    """Every pipeline has a queue on disk: one in memory between two of them would lose what it holds in a crash."""
    return {
        "api.http.host": "0.0.0.0",  # noqa: S104 - the exporter asks it, inside the pack's own network
        "api.environment": "production",
        "config.reload.automatic": True,
        "pipeline.ecs_compatibility": "v8",
        "queue.type": "persisted",
        "queue.max_bytes": "512mb",
        "dead_letter_queue.enable": True,
        "dead_letter_queue.max_bytes": "256mb",
        # When it is full the oldest go: new refusals say what is wrong now.
        "dead_letter_queue.storage_policy": "drop_older",
    }


def _pipelines(stack: Stack) -> Iterator[tuple[str, str]]:
    yield _INTAKE, _intake(stack)
    for component in read_components(stack):
        read = component_filter(list(component.logs.values()), zone(stack))
        yield component.id, _between(component.id, read)
    yield _STORE, _out(stack)


def _intake(stack: Stack) -> str:
    """Each entry to the pipeline of its component; `enrich => none` keeps Logstash's own tags out of the documents."""
    lines = [
        "input {",
        "  beats {",
        '    id => "filebeat"',
        '    host => "0.0.0.0"',
        "    port => 5044",
        "    enrich => none",
        "  }",
        "}",
        "output {",
    ]
    word = "  if"
    for component in read_components(stack):
        modules = [instance.id for instance in logged(stack) if instance.component.id == component.id]
        lines += [
            f"{word} {_is_one_of(modules)} {{",
            f'    pipeline {{ id => "to-{component.id}" send_to => ["{component.id}"] }}',
        ]
        word = "  } else if"
    lines += ["  } else {", f'    pipeline {{ id => "to-{_STORE}" send_to => ["{_STORE}"] }}', "  }", "}"]
    return "\n".join(lines) + "\n"


def _is_one_of(modules: list[str]) -> str:
    """One name is compared: `in` with a list of one would look for a part of the text."""
    if len(modules) == 1:
        return f'[event][module] == "{modules[0]}"'
    return "[event][module] in [" + ", ".join(f'"{name}"' for name in modules) + "]"


def _between(address: str, read: str) -> str:
    """A pipeline that reads what it gets, and hands it on to be stored."""
    return (
        f'input {{\n  pipeline {{ id => "{address}" address => "{address}" }}\n}}\n'
        f"{read}"
        f'output {{\n  pipeline {{ id => "{address}-out" send_to => ["{_STORE}"] }}\n}}\n'
    )


def _out(stack: Stack) -> str:
    """Stores each entry once, under the id that Filebeat gave it; what Logstash adds by itself goes, so that both paths
    store the same document."""
    engine = store(stack)
    settings = [
        f'id => "{engine}"',
        f'hosts => ["{store_address(stack)}"]',
        f'user => "{object_name(stack, "writer")}"',
        f'password => "${{{password_of("writer")}}}"',
        'index => "%{[data_stream][type]}-%{[data_stream][dataset]}-%{[data_stream][namespace]}"',
        'action => "create"',
        'document_id => "%{[@metadata][_id]}"',
        "manage_template => false",
    ]
    if engine == "elasticsearch":
        settings += ["data_stream => false", "ilm_enabled => false"]
    if has_own_ca(stack):
        settings.append(
            f'ssl_certificate_authorities => ["{_CA}"]' if engine == "elasticsearch" else f'cacert => "{_CA}"'
        )
    body = "".join(f"    {line}\n" for line in settings)
    return (
        f'input {{\n  pipeline {{ id => "{_STORE}" address => "{_STORE}" }}\n}}\n'
        "filter {\n"
        '  mutate { id => "own-fields" remove_field => ["@version", "[event][original]"] }\n'
        '  if ![@metadata][_id] {\n    uuid { id => "no-id" target => "[@metadata][_id]" }\n  }\n'
        "}\n"
        f"output {{\n  {engine} {{\n{body}  }}\n}}\n"
    )
