"""What Alertmanager needs of a receiver to tell anybody: an address, a key, and those in one form only."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

from obsboot.sources.documents import Mapped, mapped
from obsboot.sources.routing import Routing, notifiers

Fault = tuple[int, str]

_HOSTS = ("smarthost", "smtp_smarthost")
_HOST = re.compile(r".*:\d+")
_NEEDS: Mapping[str, tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]] = {
    "discord": ((("webhook_url", "webhook_url_file"), ()),),
    "email": ((("smarthost",), ("smtp_smarthost",)), (("from",), ("smtp_from",))),
    "incidentio": ((("url", "url_file"), ()),),
    "mattermost": ((("webhook_url", "webhook_url_file"), ("mattermost_webhook_url", "mattermost_webhook_url_file")),),
    "msteams": ((("webhook_url", "webhook_url_file"), ()),),
    "msteamsv2": ((("webhook_url", "webhook_url_file"), ()),),
    "opsgenie": ((("api_key", "api_key_file"), ("opsgenie_api_key", "opsgenie_api_key_file")),),
    "pagerduty": ((("routing_key", "routing_key_file", "service_key", "service_key_file"), ()),),
    "pushover": ((("user_key", "user_key_file"), ()), (("token", "token_file"), ())),
    "slack": (
        (
            ("api_url", "api_url_file", "app_token", "app_token_file"),
            ("slack_api_url", "slack_api_url_file", "slack_app_token", "slack_app_token_file"),
        ),
    ),
    "sns": ((("topic_arn", "phone_number", "target_arn"), ()),),
    "telegram": (
        (("bot_token", "bot_token_file"), ("telegram_bot_token", "telegram_bot_token_file")),
        (("chat_id", "chat_id_file"), ()),
    ),
    "victorops": ((("api_key", "api_key_file"), ("victorops_api_key", "victorops_api_key_file")),),
    "webhook": ((("url", "url_file"), ()),),
    "wechat": ((("api_secret", "api_secret_file"), ("wechat_api_secret", "wechat_api_secret_file")),),
}
"""Per kind: one of the first names has to be there, or one of the second in `global`."""
_ADDRESSES = frozenset({
    "url", "api_url", "webhook_url", "slack_api_url", "pagerduty_url", "opsgenie_api_url", "victorops_api_url",
    "wechat_api_url", "telegram_api_url", "webex_api_url", "jira_api_url", "rocketchat_api_url", "proxy_url",
})  # fmt: skip


def faults(routing: Routing) -> Iterator[Fault]:
    """What Alertmanager refuses in the receivers, beyond unknown fields."""
    usual = mapped(routing.data.get("global"))
    yield from _forms(usual)
    for receiver in routing.receivers.values():
        for kind, options in notifiers(receiver):
            yield from _forms(options)
            for own, above in () if routing.fragment else _NEEDS.get(kind, ()):
                if not any(options.get(each) for each in own) and not any(usual.get(each) for each in above):
                    wanted = " or ".join((*own, *(f"global {each}" for each in above)))
                    yield options.line, f"{kind} has nobody to tell: {wanted} is missing"


_KEYS = ("basic_auth", "authorization", "oauth2", "bearer_token", "bearer_token_file")


def _forms(options: Mapped) -> Iterator[Fault]:
    """A secret in one form only, and addresses that are some."""
    http = mapped(options.get("http_config"))
    if len(said := [key for key in _KEYS if http.get(key)]) > 1:
        yield http.at(said[1]), f"{' and '.join(said)} are both there: one of them"
    for key, value in options.items():
        if key in _HOSTS and not _HOST.fullmatch(str(value or ":1")):
            yield options.value_at(key), f"{key}: {value!r} has no port: host:port"
        if f"{key}_file" in options and value and options[f"{key}_file"]:
            yield options.at(key), f"{key} and {key}_file are both there: one of them"
        if key in _ADDRESSES and isinstance(value, str) and value and urlsplit(value).scheme not in ("http", "https"):
            yield options.value_at(key), f"{key}: {value!r} is no address that begins with http:// or https://"
