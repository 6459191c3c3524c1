"""Where a request may go. The engine decides this, not the adapter: the sandbox reaches loopback only, live only what the signed
policy lists, and nobody a way in that is meant for users."""

from __future__ import annotations

import ipaddress
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from urllib.parse import urlsplit

from takedown.contract import Channel, Draft, HttpDraft, MailDraft, Platform, RefusedByPolicy
from takedown.desk import Desk

RESERVED = (".example", ".test", ".invalid", "example.com", "example.org", "example.net")
"""RFC 2606 and RFC 6761: names that can never belong to anybody."""


class Unreachable(RefusedByPolicy):
    """{where} is not a place that a {environment} desk may send to."""

    code = "TD-0713"
    why, do = "{rule}", "{do}"


class NotConfigured(RefusedByPolicy):
    """{platform}: the {channel} channel has no {key}."""

    code, why, do = "TD-0714", "it is not known where to send", "set platforms.{platform}.{key}"


class UsersOnly(RefusedByPolicy):
    """{where} takes complaints of single users, not requests of an authority."""

    code = "TD-0769"
    why = "one authority that poses as many users is what a mass-report bot does ({source}, read {read_on})"
    do = "use an official channel: takedown platforms {platform}"


@dataclass(frozen=True, slots=True)
class Bounds:
    """What an environment may reach. `listed`: platform -> hosts and addresses of the signed policy; only live asks for it."""

    environment: str
    listed: Mapping[str, tuple[str, ...]]


def bounds(desk: Desk) -> Bounds:
    """The desk's bounds. Raises what `desk.policy` raises."""
    return Bounds(desk.settings.environment, desk.policy.destinations if desk.live else {})


SANDBOX = Bounds("sandbox", {})


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


def pin(draft: Draft, platform: Platform, within: Bounds) -> str:
    """The full destination of a draft. Raises NotConfigured, Unreachable or UsersOnly."""
    name, settings = platform.name, platform.settings
    match draft:
        case HttpDraft(path=path):
            return check_users(check_url(settings.base_url, name, within).rstrip("/") + path, name)
        case MailDraft(to=to):
            if to != settings.to:
                raise _unreachable(to, name, within, "mail goes to the configured address only")
            return check_address(to, name, within)
        case _:
            return check_portal(draft.url, platform, within)


def check_url(base_url: str | None, platform: str, within: Bounds) -> str:
    """An endpoint's address, given back. Raises NotConfigured, Unreachable or UsersOnly."""
    if not base_url:
        raise NotConfigured(platform=platform, channel=Channel.API, key="base_url")
    parts, live = urlsplit(base_url), within.environment == "live"
    loopback = is_loopback(parts.hostname or "")
    if not live and not loopback:
        rule = "the sandbox reaches loopback addresses only"
    elif live and (parts.scheme != "https" or loopback):
        rule = "live endpoints are https and not on this machine"
    elif parts.scheme not in {"http", "https"} or parts.username or parts.query or parts.fragment:
        rule = "an endpoint is a plain http or https address"
    elif live and (parts.hostname or "").lower() not in _listed(within, platform):
        raise _unlisted(base_url, platform, within)
    else:
        return check_users(base_url, platform)
    raise _unreachable(base_url, platform, within, rule)


def check_address(to: str, platform: str, within: Bounds) -> str:
    """A mail address, given back. Raises Unreachable or UsersOnly."""
    domain, live = to.rpartition("@")[2], within.environment == "live"
    check_users(f"mailto:{to}", platform)
    if not live and not is_reserved(domain):
        rule = "the sandbox writes to reserved domains only (.example, .test, .invalid)"
    elif live and is_reserved(domain):
        rule = "a reserved domain receives nothing"
    elif live and to.lower() not in _listed(within, platform):
        raise _unlisted(to, platform, within)
    else:
        return to
    raise _unreachable(to, platform, within, rule)


def check_portal(url: str, platform: Platform, within: Bounds) -> str:
    """A form's address, given back: in live on the host of the adapter's own form, or on one that the policy lists."""
    terms = platform.channels.get(Channel.PORTAL)
    own = {(urlsplit(terms.form.url).hostname or "").lower()} if terms and terms.form else set[str]()
    host = (urlsplit(url).hostname or "").lower()
    if within.environment == "live" and host not in own | _listed(within, platform.name):
        raise _unlisted(url, platform.name, within)
    return check_users(url, platform.name)


def check_users(where: str, platform: str) -> str:
    """The place, given back. Raises UsersOnly for one that takes complaints of single users."""
    for known in _user_reports():
        if known.takes(where):
            raise UsersOnly(where=where, source=known.source, read_on=known.read_on, platform=platform)
    return where


@dataclass(frozen=True, slots=True)
class UserReports:
    """A way in for users: an address of mail, or hosts with a pattern of paths."""

    source: str
    read_on: date
    address: str = ""
    hosts: tuple[str, ...] = ()
    path: re.Pattern[str] | None = None

    def takes(self, where: str) -> bool:
        if self.path is None:
            return where.lower() == f"mailto:{self.address}"
        parts = urlsplit(where)
        host = (parts.hostname or "").lower()
        ours = any(name in {"*", host} or host.endswith(f".{name}") for name in self.hosts)
        return ours and self.path.search(parts.path) is not None


def user_reports(text: str) -> tuple[UserReports, ...]:
    """The ways in of a table in TOML. Raises ValueError for an entry without a source or the day on which it was read."""
    table = tomllib.loads(text)
    return (
        *(
            UserReports(*_known(one), hosts=tuple(one["hosts"]), path=re.compile(one["path"]))
            for one in table.get("endpoint", [])
        ),
        *(UserReports(*_known(one), address=one["address"]) for one in table.get("mailbox", [])),
    )


def _known(entry: Mapping[str, object]) -> tuple[str, date]:
    match entry:
        case {"source": str(source), "read_on": date() as read_on} if source.strip():
            return source, read_on
        case _:
            raise ValueError(f"{entry}: source and read_on are required")


@cache
def _user_reports() -> tuple[UserReports, ...]:
    return user_reports((resources.files("takedown.planning") / "user_reports.toml").read_text(encoding="utf-8"))


def _listed(within: Bounds, platform: str) -> set[str]:
    return {one.lower() for one in within.listed.get(platform, ())}


def _unreachable(where: str, platform: str, within: Bounds, rule: str) -> Unreachable:
    do = f"mend [platforms.{platform}] in the configuration"
    return Unreachable(where=where, environment=within.environment, rule=rule, do=do)


def _unlisted(where: str, platform: str, within: Bounds) -> Unreachable:
    rule = f"the signed policy does not list it under destinations.{platform}"
    return Unreachable(
        where=where, environment=within.environment, rule=rule, do="have the policy's oversight list it, or mend it"
    )
