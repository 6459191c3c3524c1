"""TXT records, for the keys of DKIM signatures."""

from __future__ import annotations

from takedown.contract import MissingExtra

SECONDS = 5.0


def lookup_txt(name: str) -> bytes | None:
    """The first TXT record of a name, its strings joined (RFC 6376, 3.6.2.2); None when there is none. Raises MissingExtra."""
    try:
        import dns.exception
        import dns.resolver
    except ImportError:
        raise MissingExtra(what="looking up a DKIM key", extra="mail") from None
    try:
        answer = dns.resolver.resolve(name.rstrip(".") + ".", "TXT", lifetime=SECONDS)
    except (dns.exception.DNSException, UnicodeError, ValueError):
        return None
    return next((b"".join(record.strings) for record in answer if hasattr(record, "strings")), None)
