"""Delivery failures: RFC 3464 reports, and what servers wrote before and beside it (Exim, qmail, Exchange, old sendmail)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from takedown.inbox.parse import Headers, Mail, Part
from takedown.inbox.patterns import words

_ADDRESS = re.compile(r"[^\s\"(),:;<>@\[\]\\]{1,64}@[a-z0-9.-]{3,250}", re.I)
_DAEMON = words(
    r"""\b(?:mailer-daemon|postmaster|mail-daemon|mail delivery (?:sub)?system|microsoftexchange[0-9a-f]*|mdaemon|ndr(?=@)
|imss(?=@)|mail ?server|\w*anti_?virus\w*|\w*mail_service|mail gateway|(?:e-?mail|message) security)\b|<\s*>"""
)
_SUBJECT = words(
    r"""^(?:\[[\w ]{1,20}\] )?(?:(?:permanent |temporary )?delivery (?:failure|problem|error|warning|delay)
|mail delivery (?:problem|warning)|mail (?:error|failed)
|failed mail|failure delivery|(?:mail )?processing error|automatically rejected|warning: .{1,80}user unknown|your (?:e-?mail
|message) to .{1,80}(?:could not|was not|has not)
|.{0,80}: non remis$|undeliver(?:ed|able)|non-?deliver(?:y|able)|(?:e-?mail|mail
|message) (?:delivery (?:failure|failed|error
|has failed|system)|(?:was |could )?not (?:be )?delivered|rejected|blocked|refused|undeliverable|delayed|system error)
|delay(?:ed)?(?: delivery| notification)?:|(?:e-?mail|mail|message) could not be delivered|your (?:e-?mail
|message) (?:could not be|was not|has not been) delivered|delivery (?:status notification|failure|failed
|has failed
|incomplete|delayed|to the following)|failure notice|returned mail|delayed mail|warning: (?:message|could not)
|(?:nachricht )?(?:unzustellbar|nicht zustellbar)|non remis|échec de (?:la )?(?:remise|distribution)|no se puede entregar
|mancata consegna|não (?:é possível entregar|entregue)|niet bestelbaar|nie można dostarczyć|не доставлено)"""
)
_LATER = words(
    r"""\b(?:will (?:keep trying|continue to (?:try|be retried)|retry|be retried)|still trying|not yet been delivered
|delivery (?:is|has been) delayed|this is a warning message only|you do not need to resend
|no action is required on your part|delivery attempts will continue)"""
)
_GAVE_UP = words(
    r"""i'm not going to try again|permanent(?:ly)? (?:error|fail)|permanent fatal errors|could not be delivered
|was(?:n't| not) delivered|does(?:n't| not) exist|user unknown|no such (?:user|mailbox|recipient)|mailbox (?:unavailable
|not found)|\b5\.\d{1,3}\.\d{1,3}\b|\b55[0-9][ -]"""
)
_UNDELIVERED = words(
    r"""\b(?:could not be delivered|cannot be delivered|(?:was|has) not (?:been )?(?:delivered|accepted)|unable to deliver
|(?:was(?:n't| not)) able to deliver
|(?:was|were|been) (?:automatically )?(?:rejected|returned)|permanent fatal|user unknown|unknown user|no such user
|unknown host|no valid recipients
|mailbox (?:is )?(?:full|unavailable)|full mailbox|failed recipients|delivery attempts|не может быть доставлено
|n'a pas pu (?:e|ê)tre d(?:e|é)livr)"""
)
"""In the first lines of a notice."""
_FAILED = ("failed", "expired")


@dataclass(frozen=True, slots=True)
class Bounce:
    """`address` as the report names it, in lower case, or empty; `returned`: the headers of our own mail, where it holds them."""

    address: str
    permanent: bool
    why: str
    returned: Headers = field(default_factory=Headers)


def read_bounce(mail: Mail, text: str) -> Bounce | None:
    """The failure that a mail reports; None when it reports none. `text`: its words for people."""
    status = next(
        (part for part in mail.parts if part.kind in {"message/delivery-status", "message/global-delivery-status"}), None
    )
    if status is not None:
        return _by_report(status, mail)
    if failed := mail.headers.get("x-failed-recipients"):
        return Bounce(_first_address(failed), not _LATER.search(text[:4000]), "X-Failed-Recipients", _returned(mail, text))
    if _looks_like_one(mail, text):
        permanent = bool(_GAVE_UP.search(text[:8000])) and not _LATER.search(text[:4000])
        return Bounce(_named_in(text), permanent, "a mail system's notice", _returned(mail, text))
    return None


def _by_report(status: Part, mail: Mail) -> Bounce | None:
    fields = status.fields
    action = fields.get("action").partition("(")[0].strip().lower()
    code = (re.search(r"\b[245]\.\d{1,3}\.\d{1,3}\b", fields.get("status")) or [""])[0]
    if action in {"delivered", "relayed", "expanded"} or (not action and code.startswith("2")):
        return None
    named = fields.get("final-recipient") or fields.get("original-recipient")
    # RFC 3464, 2.3.3: `failed` is final, whatever kind of trouble the status code tells of; `delayed` is not.
    permanent = action in _FAILED or (not action and code.startswith("5"))
    return Bounce(
        _first_address(named.rpartition(";")[2]), permanent, f"{action or 'no action'} {code}".strip(), _returned(mail, "")
    )


def _looks_like_one(mail: Mail, text: str) -> bool:
    headers = mail.headers
    if headers.all("x-ms-exchange-message-is-ndr") or re.search(r"^Hi\. This is the qmail-send program", text[:500], re.M):
        return True
    null_path = bool(re.fullmatch(r"<\s*>", headers.get("return-path")))
    daemon = bool(_DAEMON.search(headers.text("from")))
    signs = (daemon or null_path, _SUBJECT.match(mail.subject.strip()), _UNDELIVERED.search(" ".join(text[:1500].split())))
    return sum(map(bool, signs)) > 1 and (bool(signs[0]) or not mail.headers.get("in-reply-to"))


def _returned(mail: Mail, text: str) -> Headers:
    for part in mail.parts:
        if part.kind in {"message/rfc822", "text/rfc822-headers", "message/global", "message/global-headers"}:
            return part.fields
    below = re.search(
        r"""^(?:-{3,}.{0,20}(?:copy of the (?:message|original)|returned mail|original message|this is a copy).*
|-{3,} Below this line.*)$""",
        text,
        re.I | re.M,
    )
    quoted = text[below.end() :].strip() if below else ""
    found = re.findall(r"^(message-id|x-takedown-reference)[ \t]*:[ \t]*([^\n]{1,300})$", quoted, re.I | re.M)
    return Headers(tuple((name.lower(), value.strip()) for name, value in found[:4]))


def _first_address(text: str) -> str:
    found = _ADDRESS.search(text)
    return found[0].lower().rstrip(".") if found else ""


def _named_in(text: str) -> str:
    """The failed address stands by itself on a line, in angle brackets or not, or is the only one that is named."""
    alone = re.search(r"^[ \t]*<?(" + _ADDRESS.pattern + r")>?:?[ \t]*(?:\(.{0,200}\))?$", text[:8000], re.I | re.M)
    every = {found.lower().rstrip(".") for found in _ADDRESS.findall(text[:8000])}
    return alone[1].lower().rstrip(".") if alone else every.pop() if len(every) == 1 else ""
