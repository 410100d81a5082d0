"""Options of Logstash's plugins."""

from __future__ import annotations

from collections.abc import Iterator

from obsboot.checks.base import Check
from obsboot.logs.syntax import Plugin, Setting
from obsboot.model import Finding, Severity
from obsboot.sources.context import Context
from obsboot.sources.documents import Line
from obsboot.sources.logstash.pipelines import called, logstash, place
from obsboot.sources.logstash.plugins import Described, advice, described
from obsboot.sources.logstash.values import miscounted, unfit, unfit_inside
from obsboot.sources.pipelines import setting

Fault = tuple[Line, str, Severity]
_DOES_NOTHING = {("filter", "grok"): "match", ("filter", "dissect"): "mapping"}
"""Plugins that start without this option, and then do nothing."""
_LATEST = 9


class Options(Check):
    id = "logstash/option"
    title = "Every plugin has the options that it needs, and no others, with values of their types"
    explanation = (
        "Logstash does not start a pipeline with an option that a plugin does not have, or with a value of another "
        "type."
    )
    fix = "Correct the option's name or value; the plugin's page in the Logstash reference lists them all."

    def run(self, context: Context) -> Iterator[Finding]:
        found = logstash(context)
        for each in found.plugins:
            faults = _faults(each.section, each.plugin, found.version)
            codec = setting(each.plugin, "codec")
            if isinstance(codec, Plugin):
                faults = [*faults, *_faults("codec", codec, found.version)]
            for line, message, severity in faults:
                yield self.finding(each.path, line, message, severity=severity, subject=called(each))


def _faults(section: str, plugin: Plugin, version: int) -> list[Fault]:
    known = described(section, plugin.name)
    if known is None or not known.types:
        return []
    what = f"the {section} {plugin.name}"
    faults = [fault for each in plugin.settings for fault in _option(what, each, known, version)]
    for each in plugin.settings:
        if wanted := miscounted(section, plugin.name, each):
            faults.append((place(each.value), f"{each.name} of {what} has to be {wanted}", "error"))
        for word, wanted in unfit_inside(section, plugin.name, each):
            faults.append((place(word), f"{each.name} of {what} has to be {wanted}", "error"))
    given = {each.name for each in plugin.settings}
    given |= {new for old, new in known.gone.items() if old in given}
    lacking = sorted(each[0] for each in known.required if not given & set(each))
    faults += [(place(plugin), f"{what} needs the option {name!r}", "error") for name in lacking]
    needed = _DOES_NOTHING.get((section, plugin.name))
    if needed and needed not in given:
        faults.append((place(plugin), f"{what} has no {needed!r}, so it does nothing", "warning"))
    return faults


def _option(what: str, each: Setting, known: Described, version: int) -> Iterator[Fault]:
    at = place(each)
    if each.name in known.gone:
        new = known.gone[each.name]
        how = "which refuses it; 8.19 takes it with a warning"
        message = f"{what} has {each.name!r} no more since Logstash 9, {how}: {new!r} took its place"
        yield at, message, "error" if version >= _LATEST else "info"
    elif each.name in known.types:
        if wanted := unfit(known, each.name, each.value):
            yield place(each.value), f"{each.name} of {what} has to be {wanted}", "error"
    elif each.name in known.obsolete:
        yield at, f"{what} has {each.name!r} no more", "error"
    else:
        near = advice(each.name, known.types)
        sure = bool(near) or known.complete  # of others, what is near to nothing may be an option of another version
        message = f"{what} has no option {each.name!r}{near or ('' if sure else ' that is known here')}"
        yield at, message, "error" if sure else "info"
