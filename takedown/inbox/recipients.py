"""Whom a mail did not reach, as the text of a notice names them. No two mail systems write it in the same way."""

from __future__ import annotations

import re
from collections.abc import Iterable

from takedown.inbox.parse import Headers, Mail, decoded

ADDRESS = re.compile(r"(?<![\w.+-])[^\s\"'(),:;<>@\[\]\\=|*]{1,64}@(?:[\w-]{1,63}\.){1,12}[\w-]{1,63}(?![\w-])")
MAX_LINES = 400
MAX_LINE = 600
_SERVANT = re.compile(r"(?:mailer-daemon|postmaster|mail-daemon|abuse|helpdesk|no-?reply)@", re.I)
_ALONE = re.compile(
    rf"^[\s*•>-]*(?:\d+\. )?[<\[\"']{{0,2}}({ADDRESS.pattern})[>\]\"']{{0,2}}\s*(?:[:;,].*|[(<].*|\.\.\..*| -.*| on .*)?$"
)
_FAILS = re.compile(
    r"""(?:(?:recipients?(?:\(s\))?|address(?:es|\(es\))?|users?|userid|attempts?|empfänger|destinataire
|destinatario)[^@\w]{0,20}(?:to |is )?
|(?:undeliverable|not (?:be )?delivered|unable to deliver|deliver(?:y|ed)?|rcpt to|failed|unknown user|allowed size|zugestellt
|reach|mail to)
[^@]{0,40}|smtp[=:]|(?:generated|expanded) from:?\W{0,3})$""".replace("\n", ""),
    re.I,
)
"""What stands before the address, on its line or at the end of the line above."""
_SENDER = re.compile(r"\b(?:(?<!generated )(?<!expanded )from|by|contact|von|de la part de)\b:?[\s<\"']*$", re.I)
_INTRODUCES = re.compile(
    r"(?:recipients?|address(?:es|\(es\))?|users?|following)\b.*[:.]\s*$|accepting mail from .{0,80}:\s*$", re.I
)
_LOCAL = re.compile(r"\s*([a-z0-9][\w.+-]{1,63})\s*", re.I)


def addresses(text: str) -> list[str]:
    """Every address in a text, in lower case, in order."""
    return [found[0].lower() for found in ADDRESS.finditer(text)]


def failed_in(text: str, mail: Mail) -> tuple[str, ...]:
    """The addresses that a notice says it could not reach, the likeliest first. `text`: its own words, without what came back."""
    ours = _ours(mail.headers)
    lines = [line[:MAX_LINE] for line in text.split("\n")[:MAX_LINES]]
    alone = [found[1].lower() for line in lines if (found := _ALONE.match(line))]
    said = list(_said(lines))
    every = [found[0].lower() for line in lines for found in ADDRESS.finditer(line) if not _SENDER.search(line[: found.start()])]
    first = [found[0].lower() for line in lines if (found := ADDRESS.match(line.strip(" <\"'*")))]
    only = every if len(set(_others(every, ours))) == 1 else []
    for some in (alone, said, first, only):
        if others := _others(some, ours):
            return tuple(dict.fromkeys(others))
    return _local(lines, mail) or tuple(dict.fromkeys(one for one in (*alone, *said) if one not in ours))[:1]


def _others(found: Iterable[str], ours: set[str]) -> list[str]:
    return [one for one in found if one not in ours and not _SERVANT.match(one)]


def _ours(headers: Headers) -> set[str]:
    """To whom the notice goes, and from whom it comes: neither is whom the mail did not reach."""
    names = ("to", "delivered-to", "x-original-to", "envelope-to", "from", "reply-to")
    return {one for name in names for value in headers.all(name) for one in addresses(decoded(value))}


def _said(lines: list[str]) -> Iterable[str]:
    before = ""
    for line in lines:
        for found in ADDRESS.finditer(line):
            if _SENDER.search(line[: found.start()]):
                continue
            if _FAILS.search(line[: found.start()]) or (not line[: found.start()].strip(" <\"'*-") and _FAILS.search(before)):
                yield found[0].lower()
        before = line if line.strip() else before


def _local(lines: list[str], mail: Mail) -> tuple[str, ...]:
    """`screenname`, alone on the line below `could not be delivered to these recipients:`, of the system that says so."""
    sender = next(iter(addresses(mail.headers.text("from"))), "")
    if not sender.startswith(("mailer-daemon@", "postmaster@")):
        return ()
    before = ""
    for line in lines:
        if (found := _LOCAL.fullmatch(line)) and _INTRODUCES.search(before):
            return (f"{found[1].lower()}@{sender.partition('@')[2]}",)
        before = f"{before} {line}"[-MAX_LINE:] if line.strip() else before
    return ()
