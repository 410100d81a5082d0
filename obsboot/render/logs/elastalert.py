"""Alerts on documents, by ElastAlert 2; they arrive in the pack's Alertmanager with the labels that its routes ask for."""

from __future__ import annotations

import math
from collections.abc import Iterator
from urllib.parse import urlsplit

from obsboot.formula import evaluate
from obsboot.model import GeneratedFile, Instance, LogAlert, LogSignal, Stack
from obsboot.promql.rewriting import seconds_of
from obsboot.render.logs.logged import CA_FILE, has_own_ca, keeps_logs, log_signals, object_name, store_address, streams
from obsboot.render.logs.panels import documents
from obsboot.render.rules import alert_labels, links, override
from obsboot.render.views import names
from obsboot.render.yaml import OWNED, dump

RUN_EVERY = 30
"""Seconds between two looks at each rule."""
_DELAY = 30
"""Seconds by which the window lies back, so that what is on its way through the pipeline is counted."""
_MOST_VALUES = 50
"""Values of a field that are judged one by one, the most frequent."""
_AGGREGATIONS = {"sum": "sum", "average": "avg", "maximum": "max", "percentile": "percentiles"}


def elastalert(stack: Stack) -> Iterator[GeneratedFile]:
    """`config.yaml`, and a rule an alert and instance."""
    if not keeps_logs(stack):
        return
    folder = f"{stack.directory}/elastalert"
    yield GeneratedFile(f"{folder}/config.yaml", dump(_config(stack), OWNED), "owned", "render/elastalert.yaml")
    for instance, alert in log_alerts(stack):
        path = f"{folder}/rules/{instance.id}-{alert.name}.yaml"
        rule = dump(_rule(stack, instance, alert), OWNED)
        yield GeneratedFile(path, rule, "owned", f"alerts/{instance.component.id}.yaml#{alert.name}")


def log_alerts(stack: Stack) -> Iterator[tuple[Instance, LogAlert]]:
    """The alerts on logs that are written: of instances whose log is read, and that no override switches off."""
    for instance in stack.instances:
        asked = log_signals(stack, instance)
        for alert in instance.component.log_alerts.values():
            if alert.log in asked and override(stack, instance, alert.name).get("enabled", True):
                yield instance, alert


def limit(stack: Stack, instance: Instance, alert: LogAlert) -> float:
    """The number above which the alert fires, in its signal's unit, overrides included."""
    given = override(stack, instance, alert.name).get("threshold")
    formula = given if given is not None else alert.above if alert.above is not None else alert.jumps
    return evaluate(formula or 0, names(stack, instance))


def _config(stack: Stack) -> dict[str, object]:
    address = urlsplit(store_address(stack))
    secure = address.scheme == "https"
    config: dict[str, object] = {
        "rules_folder": "/opt/elastalert/rules",
        "run_every": {"seconds": RUN_EVERY},
        "buffer_time": {"minutes": 15},
        "es_host": address.hostname or "",
        "es_port": address.port or (443 if secure else 80),
        "use_ssl": secure,
        "verify_certs": True,
        "es_username": object_name(stack, "alerter"),
        "writeback_index": object_name(stack, "alerter"),
        "alert_time_limit": {"days": 2},
    }
    if has_own_ca(stack):
        config["ca_certs"] = f"/opt/elastalert/secrets/{CA_FILE}"
    return config


def _rule(stack: Stack, instance: Instance, alert: LogAlert) -> dict[str, object]:
    signal = instance.component.log_signals[alert.log]
    return {
        "name": f"{stack.service}-{instance.id}-{alert.name}",
        "index": streams(stack, instance),
        # What a wrong clock has written lies in no window by its own time.
        "timestamp_field": "event.ingested" if signal.off else "@timestamp",
        **_condition(stack, instance, alert, signal),
        "filter": [_query(documents(stack, instance, signal))],
        **({"query_key": alert.by} if alert.by else {}),
        # In each rule: ElastAlert 2.19 cannot read the delay of its configuration, and disables every rule.
        "query_delay": {"seconds": _DELAY},
        # Told at each look: what is not told again is over for Alertmanager after the time below.
        "realert": {"minutes": 0},
        **_delivery(stack, instance, alert),
    }


def _query(text: str) -> dict[str, object]:
    return {"query_string": {"query": text}}


def _span(seconds: float) -> dict[str, int]:
    return {"seconds": math.ceil(seconds)}


def _condition(stack: Stack, instance: Instance, alert: LogAlert, signal: LogSignal) -> dict[str, object]:
    """The rule's type and its numbers."""
    number, window = limit(stack, instance, alert), _span(seconds_of(alert.window))
    if alert.jumps is not None:
        jump = {"spike_height": number, "spike_type": "up", "threshold_cur": math.ceil(alert.at_least)}
        return {"type": "spike", **jump, "timeframe": window, **_counted(alert)}
    if signal.number == "count":
        return {"type": "frequency", "num_events": math.floor(number) + 1, "timeframe": window, **_counted(alert)}
    if signal.number == "share":
        share = {"match_bucket_filter": [_query(signal.of)], "max_percentage": number * 100}
        return {
            "type": "percentage_match",
            **share,
            "min_denominator": math.ceil(alert.at_least),
            "buffer_time": window,
        }
    measured: dict[str, object] = {"metric_agg_key": signal.of, "metric_agg_type": _AGGREGATIONS[signal.number]}
    if signal.number == "percentile":
        measured["percentile_range"] = signal.percent
    guard = {"min_doc_count": math.ceil(alert.at_least)} if alert.at_least else {}
    return {"type": "metric_aggregation", **measured, "max_threshold": number, "buffer_time": window, **guard}


def _counted(alert: LogAlert) -> dict[str, object]:
    """Counted by the store, not fetched."""
    if alert.by:
        return {"use_terms_query": True, "terms_size": _MOST_VALUES}
    return {"use_count_query": True}


def _delivery(stack: Stack, instance: Instance, alert: LogAlert) -> dict[str, object]:
    """A count starts anew once it was told, so the alert has to outlast one window to stay up while it goes on."""
    labels = {"severity": str(override(stack, instance, alert.name).get("severity", alert.severity))}
    delivery: dict[str, object] = {
        "alert": ["alertmanager"],
        "alertmanager_hosts": ["http://alertmanager:9093"],
        "alertmanager_api_version": "v2",
        "alertmanager_alertname": alert.name,
        "alertmanager_resolve_time": _span(seconds_of(alert.window) + 2 * RUN_EVERY),
        "alertmanager_labels": {**labels, **alert_labels(stack, instance)},
        "alertmanager_annotations": links(stack, instance, alert.name),
        "alert_subject": alert.summary,
        "alert_text_type": "alert_text_only",
        "alert_text": alert.reason,
    }
    if alert.by:
        delivery["alertmanager_fields"] = {alert.by.rpartition(".")[2]: alert.by}
    return delivery
