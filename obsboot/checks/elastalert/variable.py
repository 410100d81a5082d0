"""How ElastAlert reaches its store is said so that both of its programs understand it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar

from obsboot.checks.base import Check
from obsboot.model import Finding, Severity
from obsboot.sources.context import Context, mapped
from obsboot.sources.errors import NotApplicableError
from obsboot.sources.kinds import Kind
from obsboot.sources.topology import runners

_VARIABLE = re.compile(r"\$(?:\w+|\{\w+\})")
_NAMED = ("es_host", "es_port", "es_username", "es_password", "es_bearer", "es_api_key")
"""What both programs read from the environment as well, under these names in capitals."""
_UNNAMED = ("es_url_prefix", "ca_certs", "client_cert", "client_key", "writeback_index")


class Variables(Check):
    id = "elastalert/variable"
    judges: ClassVar[tuple[Kind, ...]] = ("log-alerting",)
    title = "How ElastAlert reaches its store is said for both of its programs"
    explanation = (
        "ElastAlert fills variables of the environment into its configuration; `elastalert-create-index` does not. It asks "
        "the store with the text `${...}` itself, is refused, and the image, which runs it first, starts again for ever."
    )
    fix = (
        "Give the value in the environment, under the option's name in capitals (ES_PASSWORD), and take the option out."
    )

    def run(self, context: Context) -> Iterator[Finding]:
        sources = context.sources("log-alerting")
        if not sources:
            raise NotApplicableError("there is no configuration of ElastAlert")
        for source in sources:
            running = runners(context, source.path, "elastalert")
            data = mapped(source.data)
            for name in (*_NAMED, *_UNNAMED):
                found = _VARIABLE.search(str(data.get(name) or ""))
                if found and not (name in _NAMED and any(name.upper() in each.environment for each in running)):
                    message = f"{name}: elastalert-create-index does not fill in {found[0]}"
                    severity: Severity = "error" if running else "warning"
                    yield self.finding(source.path, data.at(name), message, severity=severity, subject=name)
