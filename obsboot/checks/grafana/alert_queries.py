"""Rules of Grafana's own alerting."""

from __future__ import annotations

from collections.abc import Iterator

from obsboot.checks.base import Check
from obsboot.checks.expressions import faults
from obsboot.model import Finding
from obsboot.sources.context import Context
from obsboot.sources.documents import Mapped, mapped
from obsboot.sources.grafanas import reader
from obsboot.sources.provisioning import AlertRule, alert_rules, datasources

_OWN = frozenset({"__expr__", "-100", "grafana"})


class AlertQueries(Check):
    id = "grafana/alert-queries"
    judges = ()  # files of alerting are no kind of their own
    title = "Rules of Grafana's own alerting ask what can be answered"
    explanation = (
        "A rule whose query fails is in the state Error, or NoData for ever: it tells of itself, not of the service."
    )
    fix = "Mend the expression, the uid of the data source, or the condition, which is the refId of one of its queries."

    def run(self, context: Context) -> Iterator[Finding]:
        for rule, source in alert_rules(context):
            references = {str(query.get("refId")) for query in rule.queries}
            condition = str(rule.data.get("condition") or "")
            if condition and condition not in references:
                message = f"{rule.owner}: its condition {condition!r} is none of its queries"
                yield self.finding(rule.path, rule.data.at("condition"), message, subject=rule.owner)
            for query in rule.queries:
                yield from self._datasource(context, rule, query)
                asked = rule.expression(query, source.rows)
                if asked is not None and self._metrics(context, query):
                    for line, message, severity in faults(context, asked):
                        yield self.finding(rule.path, line, message, severity=severity, subject=rule.owner)

    def _metrics(self, context: Context, query: Mapped) -> bool:
        """Whether a query may go to Prometheus."""
        said = mapped(mapped(query.get("model")).get("datasource")).get("type")
        types = [each.type for each in datasources(context) if each.uid == query.get("datasourceUid")]
        return "prometheus" in (said, *types) or not (said or types)

    def _datasource(self, context: Context, rule: AlertRule, query: Mapped) -> Iterator[Finding]:
        grafana, uid = reader(context, rule.path), str(query.get("datasourceUid") or "")
        known = {each.uid for each in datasources(context) if grafana and grafana.reads(each.path)}
        if known and uid and "$" not in uid and uid not in known | _OWN:
            message = f"{rule.owner}: no data source has the uid {uid!r}"
            yield self.finding(rule.path, query.value_at("datasourceUid"), message, subject=rule.owner)
