"""Settings of data sources."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from obsboot.checks.base import Check
from obsboot.model import Finding
from obsboot.sources.context import Context
from obsboot.sources.documents import mapped
from obsboot.sources.guesses import meant
from obsboot.sources.provisioning import Provisioned, datasources, providers


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_TOP = _words(
    "name type access orgId org_id uid url user database basicAuth basicAuthUser withCredentials isDefault jsonData "
    "secureJsonData version editable correlations apiVersion typeLogoUrl readOnly password basicAuthPassword"
)
_ALL = _words(
    "tlsSkipVerify tlsAuth tlsAuthWithCACert serverName timeout keepCookies oauthPassThru httpMethod manageAlerts "
    "alertmanagerUid enableSecureSocksProxy sigV4Auth sigV4AuthType sigV4Region sigV4Profile sigV4AssumeRoleArn "
    "sigV4ExternalId azureCredentials azureEndpointResourceId authType timeInterval"
)
_OWN: Mapping[str, frozenset[str]] = {
    "prometheus": _words(
        "queryTimeout customQueryParameters disableMetricsLookup prometheusType prometheusVersion cacheLevel "
        "incrementalQuerying incrementalQueryOverlapWindow disableRecordingRules exemplarTraceIdDestinations defaultEditor "
        "seriesEndpoint seriesLimit allowAsRecordingRulesTarget"
    ),
    "elasticsearch": _words(
        "index timeField interval esVersion maxConcurrentShardRequests logMessageField logLevelField includeFrozen xpack "
        "dataLinks defaultQueryMode"
    ),
    "loki": _words("maxLines derivedFields predefinedOperations"),
}
"""What Grafana 12's own plugins read of `jsonData`, by its manual; what is near to none of them may be a newer one."""


class Settings(Check):
    id = "grafana/settings"
    severity = "warning"
    title = "Settings of data sources are spelt as Grafana reads them"
    explanation = "Grafana ignores a setting that it does not know, without a word."
    fix = "Mend the name, or put the setting under `jsonData`."

    def run(self, context: Context) -> Iterator[Finding]:
        sources = list(datasources(context))
        for source in sources:
            for line, message in _faults(source):
                subject = f"data source {source.name!r}"
                yield self.finding(source.path, line, f"{subject}: {message}", subject=subject)
        organisations = {source.organisation for source in sources}
        for provider in providers(context):
            if sources and provider.organisation not in organisations:
                subject = f"provider {provider.name!r}"
                message = f"{subject}: organisation {provider.organisation} has no data source"
                yield self.finding(provider.path, provider.data.at("orgId"), message, subject=subject)


def _faults(source: Provisioned) -> Iterator[tuple[int, str]]:
    inner = mapped(source.data.get("jsonData"))
    known = _ALL | _OWN.get(source.type, frozenset())
    for key in source.data:
        if key not in _TOP and key in known:
            yield source.data.at(key), f"{key!r} belongs under `jsonData`"
        elif key not in _TOP and (advice := meant(key, _TOP, 0.8)):
            yield source.data.at(key), f"there is no setting {key!r}{advice}"
    for key in inner if source.type in _OWN else ():
        if key not in known and not re.fullmatch(r"httpHeaderName\d+", key) and (advice := meant(key, known, 0.8)):
            yield inner.at(key), f"the plugin has no setting {key!r}{advice}"
