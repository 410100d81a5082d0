"""The texts of a pack: runbooks, what components add, README, checklist table, the user's own seed files."""

from __future__ import annotations

from collections.abc import Iterator

from obsboot.catalog import data_file, locate
from obsboot.formula import evaluate
from obsboot.model import Alert, GeneratedFile, Instance, LogAlert, Stack
from obsboot.render import units
from obsboot.render.alertmanager import HEARTBEAT, SEVERITIES, kind_of, receiver_files
from obsboot.render.checklist import checklist
from obsboot.render.compose import exporters
from obsboot.render.context import environment, fill, fill_file, secrets, template_names
from obsboot.render.logs.elastalert import limit, log_alerts
from obsboot.render.logs.logged import CA_FILE, has_own_ca
from obsboot.render.rules import active, operator, override, threshold
from obsboot.render.views import names
from obsboot.render.yaml import dump

_SEEDS = {
    "prometheus/rules/local/README.md": "seeds/rules.md.jinja",
    "grafana/dashboards/local/README.md": "seeds/dashboards.md.jinja",
    "compose.override.yaml": "seeds/compose.override.yaml.jinja",
    "overrides.yaml": "seeds/overrides.yaml.jinja",
}


def runbooks(stack: Stack) -> Iterator[GeneratedFile]:
    """One page an alert; instances of one component share it, each with its own threshold in the table."""
    pages: dict[str, list[tuple[Instance, Alert]]] = {}
    for instance in stack.instances:
        for alert in active(stack, instance):
            pages.setdefault(alert.name, []).append((instance, alert))
    template = data_file("templates/pack/runbook.md.jinja").read_text()
    for name, uses in sorted(pages.items()):
        component = uses[0][0].component
        path = f"{stack.directory}/runbooks/{name}.md"
        yield GeneratedFile(path, _runbook(template, stack, uses), "owned", f"alerts/{component.id}.yaml#{name}")
    on_logs: dict[str, list[tuple[Instance, LogAlert]]] = {}
    for instance, each in log_alerts(stack):
        on_logs.setdefault(each.name, []).append((instance, each))
    for name, found in sorted(on_logs.items()):
        path = f"{stack.directory}/runbooks/{name}.md"
        source = f"alerts/{found[0][0].component.id}.yaml#{name}"
        yield GeneratedFile(path, _log_runbook(template, stack, found), "owned", source)


def _log_runbook(template: str, stack: Stack, uses: list[tuple[Instance, LogAlert]]) -> str:
    """The page of an alert on logs; its window is part of what it compares."""
    instance, alert = uses[0]
    signal = instance.component.log_signals[alert.log]
    limits = [{"job": other.job, "limit": _log_limit(stack, other, each), "hold": ""} for other, each in uses]
    return fill(template, stack=stack, alert=alert, signal=signal, limits=limits, word="above")


def _log_limit(stack: Stack, instance: Instance, alert: LogAlert) -> str:
    number = limit(stack, instance, alert)
    if alert.jumps is not None:
        return f"{number:g} times what it was in the {alert.window} before"
    return f"{units.spell(number, instance.component.log_signals[alert.log].unit)} within {alert.window}"


def _runbook(template: str, stack: Stack, uses: list[tuple[Instance, Alert]]) -> str:
    instance, alert = uses[0]
    signal = instance.component.signals[alert.signal]
    limits = [
        {
            "job": other.job,
            "limit": units.spell(threshold(stack, other, each), signal.unit),
            "hold": override(stack, other, each.name).get("for", each.hold),
        }
        for other, each in uses
    ]
    word = {">": "above", "<": "below", "==": "equal to"}[operator(alert)]
    return fill(template, stack=stack, alert=alert, signal=signal, limits=limits, word=word)


def component_files(stack: Stack) -> Iterator[GeneratedFile]:
    """What each instance's component adds: grants, settings, snippets, exporter configuration."""
    for instance in stack.instances:
        for file in instance.component.files:
            if file.when and not evaluate(file.when, names(stack, instance)):
                continue
            context = template_names(stack, instance)
            for name, expression in file.names.items():
                context[name] = environment().compile_expression(expression, undefined_to_none=False)(**context)
            path = f"{stack.directory}/{fill(file.path, **context)}"
            text = fill_file(locate(instance.component, file.template), **context)
            yield GeneratedFile(
                path, text, file.owner, f"{instance.component.id}/{file.template}", path.endswith(".sh")
            )


def pages(stack: Stack) -> Iterator[GeneratedFile]:
    """README, checklist table and the files that belong to the user from the first day."""
    facts = _facts(stack)
    readme = _page("README.md.jinja", facts)
    yield GeneratedFile(f"{stack.directory}/README.md", readme, "managed", "pack/README.md.jinja")
    table = _page("checklist.md.jinja", facts)
    yield GeneratedFile(f"{stack.directory}/CHECKLIST.md", table, "owned", "pack/checklist.md.jinja")
    ignore = "# Secrets stay on this machine.\n.env\nsecrets/\n"
    yield GeneratedFile(f"{stack.directory}/.gitignore", ignore, "managed", "pack/gitignore")
    for path, template in _SEEDS.items():
        if stack.owns_stack or not path.startswith("compose"):
            yield GeneratedFile(f"{stack.directory}/{path}", _page(template, facts), "seed", f"pack/{template}")


def _page(template: str, facts: dict[str, object]) -> str:
    return fill_file(data_file(f"templates/pack/{template}"), **facts)


def _facts(stack: Stack) -> dict[str, object]:
    return {
        "stack": stack,
        "groups": checklist(stack),
        "alerts": {i.id: list(active(stack, i)) for i in stack.instances},
        "files": {i.id: [fill(f.path, **template_names(stack, i)) for f in i.component.files] for i in stack.instances},
        "secrets": secrets(stack),
        "exporters": "" if stack.owns_stack else dump({"services": exporters(stack)}).rstrip(),
        "receiver_files": receiver_files(stack),
        "authority": CA_FILE if has_own_ca(stack) else "",
        "receivers": {severity: kind_of(stack, severity) for severity in (*SEVERITIES, HEARTBEAT)},
    }
