"""Who really sent a mail: the word of our own mail server, or the sender's signature checked on the raw bytes.

Only the first Authentication-Results header is looked at, and only when our own server wrote it: everything below it came
with the mail. ARC is ignored: a chain proves who sealed it, and no sealer is on a list here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from takedown.contract import MissingExtra
from takedown.inbox.parse import Headers, Mail
from takedown.inbox.results import Result, read_results

Resolver = Callable[[str], bytes | None]
"""The TXT record of a name, as bytes; None when there is none."""
MAX_SIGNATURES = 5
MAX_SENDER = 2_000

_DOMAIN = re.compile(r"(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9_-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")
_ADDRESS = re.compile(r"[^\s\"(),:;<>@\[\]\\]+@[^\s\"(),:;<>@\[\]\\]+")
_COMMENT = re.compile(r"\([^()<>@,;:\\\"]*\)")
"""Without anything that could be read as an address."""
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')


@dataclass(frozen=True, slots=True)
class Verdict:
    """`how` says by what the sender is proven, empty when it is not; `why` says what is missing. `signed`: header names that
    the proof covers in lower case, None where it is not known."""

    how: str = ""
    why: str = ""
    signed: frozenset[str] | None = None

    def covers(self, header: str) -> bool:
        return self.signed is None or header in self.signed


def domain_of(address: str) -> str:
    """The domain in lower case; empty unless it is a plain one."""
    name = address.rpartition("@")[2].strip().lower().rstrip(".")
    return name if _DOMAIN.fullmatch(name) else ""


def belongs(domain: str, owners: Sequence[str]) -> bool:
    """Whether the domain is one of these, or lies under one."""
    plain = [owner.strip().lower().rstrip(".").removeprefix("@") for owner in owners]
    return bool(domain) and any(domain == owner or domain.endswith(f".{owner}") for owner in plain if owner)


def sender(headers: Headers) -> str:
    """The one address of the one From header, in lower case; empty when there are several, or tricks."""
    given = headers.all("from")
    if len(given) != 1 or len(given[0]) > MAX_SENDER:
        return ""
    value = _COMMENT.sub(" ", _QUOTED.sub(" ", given[0]))
    found = re.fullmatch(r"[^<>@,;:()]*<\s*([^<>]*?)\s*>\s*", value) or re.fullmatch(r"\s*([^\s<>]+)\s*", value)
    address = found[1] if found else ""
    return address.lower() if _ADDRESS.fullmatch(address) else ""


def authenticate(mail: Mail, raw: bytes, owners: Sequence[str], server: str, resolve: Resolver | None) -> Verdict:
    """Whether the mail comes from one of the domains in `owners`.

    server: our authserv-id, empty when no header is to be believed. resolve: asks the DNS for keys; None where there is none.
    """
    if not owners:
        return Verdict(why="no reply_domains are configured for the platform")
    if any("control character" in one or "among its headers" in one for one in mail.odd):
        return Verdict(why="its headers are broken")
    domain = domain_of(sender(mail.headers))
    if not domain:
        return Verdict(why="it has no single plain sender")
    if not belongs(domain, owners):
        return Verdict(why=f"{domain} is not among the platform's reply_domains")
    told = _own_results(mail.headers, server)
    if isinstance(told, Verdict):
        return told
    if told is not None:
        return _by_results(mail.headers, told, owners)
    return _by_signature(mail.headers, raw, owners, resolve)


def _own_results(headers: Headers, server: str) -> tuple[Result, ...] | Verdict | None:
    """What our own server found; a Verdict when that is unclear; None when it said nothing."""
    given = headers.all("authentication-results")
    if not server or not given:
        return None
    read = [read_results(one) for one in given]
    ours = [one for one in read if one is not None and one.server == server.strip().lower().rstrip(".")]
    loose = [one for one, told in zip(given, read, strict=True) if told is None and server.lower() in one.lower()]
    if len(ours) + len(loose) > 1:
        return Verdict(why=f"it has {len(ours) + len(loose)} Authentication-Results headers of {server}; one of them is forged")
    if loose:
        return Verdict(why=f"the Authentication-Results header of {server} cannot be read")
    if not ours:
        return None
    if read[0] is not ours[0]:
        return Verdict(why=f"the Authentication-Results header of {server} is not the first one")
    return ours[0].results


def _by_results(headers: Headers, results: tuple[Result, ...], owners: Sequence[str]) -> Verdict:
    checked = [one for one in results if one.method == "dkim"]
    passed = [_signer(one) for one in checked if one.result == "pass"]
    aligned = next((domain for domain in passed if belongs(domain, owners)), "")
    if aligned:
        return _sealed(Verdict(f"Authentication-Results: dkim=pass {aligned}", signed=_signed_headers(headers, aligned)), headers)
    if passed:
        return Verdict(why=f"DKIM passed for {', '.join(filter(None, passed)) or 'nobody'}, which is not the platform")
    return Verdict(why=f"dkim={checked[0].result}" if checked else "our mail server found no DKIM signature")


def _signer(result: Result) -> str:
    """The signing domain: header.d, or the domain of header.i where only that is told; empty when the two do not fit."""
    by_d, by_i = domain_of(result.property("header.d")), domain_of(result.property("header.i"))
    if by_d and by_i and not belongs(by_i, [by_d]):
        return ""
    return by_d or by_i


def _tags(signature: str) -> dict[str, str]:
    pairs = (part.partition("=") for part in signature.split(";"))
    return {name.strip().lower(): re.sub(r"\s+", "", value) for name, equals, value in pairs if equals}


def _signed_headers(headers: Headers, domain: str) -> frozenset[str] | None:
    """The headers that all signatures of the domain cover; None when the mail shows no such signature."""
    found = [tags for tags in map(_tags, headers.all("dkim-signature")) if domain_of(tags.get("d", "")) == domain]
    if not found:
        return None
    return frozenset(name for name in _covered(found[0]) if all(name in _covered(one) for one in found))


def _covered(tags: dict[str, str]) -> frozenset[str]:
    return frozenset(tags.get("h", "").lower().split(":"))


def _sealed(verdict: Verdict, headers: Headers) -> Verdict:
    """A signature over the beginning of a body (`l=`) lets anybody append to it (RFC 6376, 8.2): it proves no words."""
    found = [_tags(one) for one in headers.all("dkim-signature")]
    partial = any("l" in tags and verdict.how.endswith(f" {domain_of(tags.get('d', ''))}") for tags in found)
    return Verdict(why="its signature covers only the beginning of the body") if partial else verdict


def _by_signature(headers: Headers, raw: bytes, owners: Sequence[str], resolve: Resolver | None) -> Verdict:
    signatures = [_tags(one) for one in headers.all("dkim-signature")]
    candidates = [(at, tags) for at, tags in enumerate(signatures) if belongs(domain_of(tags.get("d", "")), owners)]
    if not candidates:
        return Verdict(why="neither our mail server nor a signature of the platform vouches for it")
    if resolve is None:
        return Verdict(why="our mail server says nothing about it, and keys cannot be looked up here")
    for at, tags in islice(candidates, MAX_SIGNATURES):
        if "l" not in tags and _holds(raw, at, resolve):
            return Verdict(f"DKIM {domain_of(tags['d'])}", signed=_covered(tags))
    return Verdict(why="its DKIM signature does not hold")


def _holds(raw: bytes, at: int, resolve: Resolver) -> bool:
    dkim = _dkim()

    def lookup(name: Any, timeout: int = 5) -> bytes | None:
        del timeout  # dkimpy gives one; the resolver has its own
        return resolve(_name(name))

    try:
        return bool(dkim.DKIM(raw, minkey=1024).verify(idx=at, dnsfunc=lookup))
    except Exception:  # noqa: BLE001 -- dkimpy meets hostile keys and headers with errors of many kinds; none is a pass
        return False


def _name(name: Any) -> str:
    return name.decode("ascii", "replace") if isinstance(name, bytes) else str(name)


def _dkim() -> Any:
    try:
        import dkim  # type: ignore[import-untyped] # dkimpy has no types
    except ImportError:
        raise MissingExtra(what="checking a DKIM signature", extra="mail") from None
    return dkim
