"""How a dataclass is written in YAML, where that differs from its fields."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from obsboot.model import (
    Alert,
    Component,
    Container,
    Fault,
    Headline,
    LogAlert,
    LogField,
    LogFormat,
    LogSignal,
    Panel,
    Question,
    Replace,
    Signal,
    Workload,
)


@dataclass(frozen=True, slots=True)
class Form:
    """What a file says otherwise than the dataclass.

    `key` is the field that the name in the mapping above fills; `renamed` maps fields to their keys; `single` maps a
    key with one value to a field with several; `bare` is the key for which a mere text stands; `absent` are fields
    that the file does not say.
    """

    key: str = ""
    renamed: Mapping[str, str] = field(default_factory=dict)
    single: Mapping[str, str] = field(default_factory=dict)
    bare: str = ""
    absent: frozenset[str] = frozenset()


FORMS: Mapping[type, Form] = {
    Alert: Form(key="name", renamed={"hold": "for", "keep": "keep_firing_for"}),
    Component: Form(absent=frozenset({"id", "home", "homes", "alerts", "dashboard", "logs", "log_alerts"})),
    Container: Form(key="name"),
    Fault: Form(key="name"),
    Headline: Form(renamed={"shape": "as"}),
    LogAlert: Form(key="name"),
    LogField: Form(key="name"),
    LogFormat: Form(absent=frozenset({"name", "component"})),
    LogSignal: Form(key="name"),
    Panel: Form(renamed={"shape": "as"}, single={"signal": "signals"}, bare="signal"),
    Question: Form(key="name"),
    Replace: Form(renamed={"steps": "with"}),
    Signal: Form(key="name"),
    Workload: Form(key="name"),
}
