"""Where a request may go. The engine decides this, not the adapter: the sandbox reaches loopback only, live never does."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from takedown.contract import Channel, Draft, HttpDraft, MailDraft, PlatformSettings, RefusedByPolicy

RESERVED = (".example", ".test", ".invalid", "example.com", "example.org", "example.net")
"""RFC 2606 and RFC 6761: names that can never belong to anybody."""


class Unreachable(RefusedByPolicy):
    """{where} is not a place that a {environment} desk may send to."""

    code = "TD-0713"
    why, do = "{rule}", "mend [platforms.{platform}] in the configuration"


class NotConfigured(RefusedByPolicy):
    """{platform}: the {channel} channel has no {key}."""

    code, why, do = "TD-0714", "it is not known where to send", "set platforms.{platform}.{key}"


def is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def is_reserved(domain: str) -> bool:
    name = domain.lower().rstrip(".")
    return any(name == r.lstrip(".") or name.endswith(r if r.startswith(".") else f".{r}") for r in RESERVED)


def pin(draft: Draft, platform: str, settings: PlatformSettings, environment: str) -> str:
    """The full destination of a draft. Raises NotConfigured or Unreachable."""
    match draft:
        case HttpDraft(path=path):
            return check_url(settings.base_url, platform, environment).rstrip("/") + path
        case MailDraft(to=to):
            if to != settings.to:
                raise Unreachable(
                    where=to, environment=environment, rule="mail goes to the configured address only", platform=platform
                )
            return check_address(to, platform, environment)
        case _:
            return draft.url


def check_url(base_url: str | None, platform: str, environment: str) -> str:
    if not base_url:
        raise NotConfigured(platform=platform, channel=Channel.API, key="base_url")
    parts = urlsplit(base_url)
    loopback = is_loopback(parts.hostname or "")
    if environment == "sandbox" and not loopback:
        rule = "the sandbox reaches loopback addresses only"
    elif environment == "live" and (parts.scheme != "https" or loopback):
        rule = "live endpoints are https and not on this machine"
    elif parts.scheme not in {"http", "https"} or parts.username or parts.query or parts.fragment:
        rule = "an endpoint is a plain http or https address"
    else:
        return base_url
    raise Unreachable(where=base_url, environment=environment, rule=rule, platform=platform)


def check_address(to: str, platform: str, environment: str) -> str:
    domain = to.rpartition("@")[2]
    if environment == "sandbox" and not is_reserved(domain):
        rule = "the sandbox writes to reserved domains only (.example, .test, .invalid)"
    elif environment == "live" and is_reserved(domain):
        rule = "a reserved domain receives nothing"
    else:
        return to
    raise Unreachable(where=to, environment=environment, rule=rule, platform=platform)
