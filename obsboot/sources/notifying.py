"""What Alertmanager needs of a receiver to tell anybody: an address, a key, and those in one form only."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from urllib.parse import urlsplit

from obsboot.sources.documents import Mapped, listed, mapped
from obsboot.sources.routing import Routing, notifiers
from obsboot.sources.sending import mappings, no_url, paired, reserved, together

Fault = tuple[int, str]
Names = tuple[str, ...]

_HOSTS = ("smarthost", "smtp_smarthost")
_HOST = re.compile(r".*:\w[\w-]*")
_SLACK = ("api_url", "api_url_file"), ("app_token", "app_token_file")
_NEEDS: Mapping[str, tuple[tuple[Names, Names], ...]] = {
    "discord": ((("webhook_url", "webhook_url_file"), ()),),
    "email": ((("smarthost",), ("smtp_smarthost",)), (("from",), ("smtp_from",))),
    "incidentio": ((("url", "url_file"), ()),),
    "jira": ((("api_url",), ("jira_api_url",)),),
    "mattermost": ((("webhook_url", "webhook_url_file"), ("mattermost_webhook_url", "mattermost_webhook_url_file")),),
    "msteams": ((("webhook_url", "webhook_url_file"), ()),),
    "msteamsv2": ((("webhook_url", "webhook_url_file"), ()),),
    "opsgenie": ((("api_key", "api_key_file"), ("opsgenie_api_key", "opsgenie_api_key_file")),),
    "pagerduty": ((("routing_key", "routing_key_file", "service_key", "service_key_file"), ()),),
    "pushover": ((("user_key", "user_key_file"), ()), (("token", "token_file"), ())),
    "rocketchat": (
        (("token", "token_file"), ("rocketchat_token", "rocketchat_token_file")),
        (("token_id", "token_id_file"), ("rocketchat_token_id", "rocketchat_token_id_file")),
    ),
    "slack": ((_SLACK[0] + _SLACK[1], tuple(f"slack_{name}" for names in _SLACK for name in names)),),
    "sns": ((("topic_arn", "phone_number", "target_arn"), ()),),
    "telegram": (
        (("bot_token", "bot_token_file"), ("telegram_bot_token", "telegram_bot_token_file")),
        (("chat_id", "chat_id_file"), ()),
    ),
    "victorops": ((("api_key", "api_key_file"), ("victorops_api_key", "victorops_api_key_file")),),
    "webhook": ((("url", "url_file"), ()),),
    "wechat": (
        (("api_secret", "api_secret_file"), ("wechat_api_secret", "wechat_api_secret_file")),
        (("corp_id",), ("wechat_api_corp_id",)),
    ),
}
"""Per kind: one of the first names has to be there, or one of the second in `global`."""
_APART: Mapping[str, tuple[tuple[Names, Names], ...]] = {
    "sns": ((("topic_arn",), ("phone_number", "target_arn")), (("phone_number",), ("target_arn",))),
    "pushover": ((("html",), ("monospace",)),),
    "slack": (_SLACK,),
}
"""Per kind: some of the first names, and some of the second, do not go together."""
_IN_BOTH = ("auth_password", "auth_secret")
"""What a receiver may have in both forms."""
_ADDRESSES = frozenset({
    "url", "api_url", "webhook_url", "slack_api_url", "slack_app_url", "pagerduty_url", "opsgenie_api_url",
    "victorops_api_url", "wechat_api_url", "telegram_api_url", "webex_api_url", "jira_api_url", "rocketchat_api_url",
    "mattermost_webhook_url",
})  # fmt: skip
_SECRETS = frozenset({"webhook_url", "slack_api_url", "mattermost_webhook_url"})
"""Addresses that may stand blacked out, as Alertmanager shows them itself."""
_RESPONDERS = re.compile(r"team|teams|user|escalation|schedule|.*\{\{.*", re.IGNORECASE | re.DOTALL)
_FIXED = frozenset({"routing_key", "message_type", "state_message", "entity_display_name", "monitoring_tool",
                    "entity_id", "entity_state"})  # fmt: skip


def faults(routing: Routing) -> Iterator[Fault]:
    """What Alertmanager refuses in the receivers, beyond unknown fields."""
    usual = mapped(routing.data.get("global"))
    yield from _forms(usual, "global")
    yield from _requests(usual)
    if any(usual.get(f"slack_{name}") for name in _SLACK[0]) and any(usual.get(f"slack_{name}") for name in _SLACK[1]):
        yield usual.at("slack_app_token"), "slack_app_token and slack_api_url are both there: one of them"
    for receiver in routing.receivers.values():
        for kind, options in notifiers(receiver):
            yield from _forms(options, kind)
            yield from _requests(options)
            yield from _apart(kind, options)
            yield from _OWN[kind](options) if kind in _OWN else ()
            for own, above in () if routing.fragment else _NEEDS.get(kind, ()):
                if not any(options.get(each) for each in own) and not any(usual.get(each) for each in above):
                    wanted = " or ".join((*own, *(f"global {each}" for each in above)))
                    yield options.line, f"{kind} has nobody to tell: {wanted} is missing"


def _forms(options: Mapped, kind: str) -> Iterator[Fault]:
    """A secret in one form only, and addresses that are some."""
    for key, value in options.items():
        if key in _HOSTS and not _HOST.fullmatch(str(value or ":1")):
            yield options.value_at(key), f"{key}: {value!r} has no port: host:port"
        if f"{key}_file" in options and value and options[f"{key}_file"] and key not in _IN_BOTH:
            yield options.at(key), f"{key} and {key}_file are both there: one of them"
        if key in _ADDRESSES and isinstance(value, str) and (why := _no_address(key, value, kind)):
            yield options.value_at(key), f"{key}: {why}"


def _no_address(key: str, value: str, kind: str) -> str:
    secret = key in _SECRETS or (key, kind) in {("api_url", "slack"), ("url", "webhook")}
    if (secret and value == "<secret>") or (kind == "webhook" and "{{" in value) or kind == "pushover":
        return ""
    if why := no_url(value):
        return why
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https"):
        return f"{value!r} is no address that begins with http:// or https://"
    return "" if parts.netloc else f"{value!r} names no host"


def _requests(options: Mapped) -> Iterator[Fault]:
    """What no program of the house takes in the way that requests are sent."""
    for key, each in mappings("", options):
        if key in ("http_config", "basic_auth", "authorization", "oauth2", "tls_config"):
            yield from together(each)
        if key == "http_config":
            yield from _forms(each, "")
            yield from reserved(mapped(each.get("http_headers")))
        elif key == "tls_config":
            yield from paired(each)
        elif key == "sigv4" and bool(each.get("access_key")) != bool(each.get("secret_key")):
            yield each.line, "access_key and secret_key are given together, or neither"


def _apart(kind: str, options: Mapped) -> Iterator[Fault]:
    for some, others in _APART.get(kind, ()):
        found = [next((name for name in names if options.get(name)), "") for names in (some, others)]
        if all(found):
            yield options.at(found[1]), f"{found[0]} and {found[1]} are both there: one of them"


def _webex(options: Mapped) -> Iterator[Fault]:
    if not {"authorization", "bearer_token", "bearer_token_file"} & mapped(options.get("http_config")).keys():
        yield options.line, "webex has nobody to tell: http_config.authorization is missing"


def _opsgenie(options: Mapped) -> Iterator[Fault]:
    for each in map(mapped, listed(options.get("responders"))):
        if not any(each.get(key) for key in ("id", "name", "username")):
            yield each.line, "a responder has an id, a name or a username"
        if each.get("type") and not _RESPONDERS.fullmatch(str(each["type"])):
            yield each.value_at("type"), f"{each['type']!r} is none of team, teams, user, escalation, schedule"


def _victorops(options: Mapped) -> Iterator[Fault]:
    fields = mapped(options.get("custom_fields"))
    return ((fields.at(name), f"the field {name} is not to be set here") for name in fields if name in _FIXED)


def _email(options: Mapped) -> Iterator[Fault]:
    if options.get("to") == "":
        yield options.at("to"), "email has nobody to tell: to is empty"
    headers = mapped(options.get("headers"))
    names = [name.title() for name in headers]
    twice = (name for name in headers if names.count(name.title()) > 1)
    yield from ((headers.at(name), f"the header {name} is there twice") for name in twice)


def _slack(options: Mapped) -> Iterator[Fault]:
    for each in map(mapped, listed(options.get("actions"))):
        if not each.get("url") and not each.get("name"):
            yield each.line, "an action has a url or a name"


_OWN: Mapping[str, Callable[[Mapped], Iterator[Fault]]] = {
    "email": _email,
    "opsgenie": _opsgenie,
    "slack": _slack,
    "victorops": _victorops,
    "webex": _webex,
}
