"""Delivery failures: RFC 3464 reports, and what servers wrote before and beside it (Exim, qmail, Exchange, old sendmail)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from takedown.inbox.automatic import NULL_PATH
from takedown.inbox.failing import DAEMON, GAVE_UP, LATER, LATER_SUBJECT, RETURNED, SUBJECT, UNDELIVERED
from takedown.inbox.parse import Headers, Mail, Part, parse
from takedown.inbox.recipients import addresses, failed_in

MAX_NOTICE = 20_000
_STATUS = {"message/delivery-status", "message/global-delivery-status"}
_RETURNED = {"message/rfc822", "text/rfc822-headers", "message/global", "message/global-headers"}


@dataclass(frozen=True, slots=True)
class Bounce:
    """`address`: whom the mail did not reach, as we wrote to them where the notice tells that, in lower case, or empty. `failed`:
    all such addresses, under each name that it gives. `permanent`: nobody tries any more. `returned`: the headers of our own
    mail, where the notice holds them."""

    address: str
    permanent: bool
    why: str
    returned: Headers = field(default_factory=Headers)
    failed: frozenset[str] = frozenset()

    @property
    def told(self) -> str:
        """For people: whom it did not reach, for good or not, and by what that is known."""
        whom = f"to {self.address}" if self.address else "to an address that it does not name"
        return f"not delivered {whom}, {'for good' if self.permanent else 'but still tried'} ({self.why})"


@dataclass(frozen=True, slots=True)
class _Told:
    """What a report says of one recipient (RFC 3464, 2.3). `permanent`: None where it does not say."""

    names: tuple[str, ...]
    permanent: bool | None
    arrived: bool
    why: str


def read_bounce(mail: Mail, text: str) -> Bounce | None:
    """The failure that a mail reports; None when it reports none. `text`: its words for people."""
    if "feedback-report" in dict(mail.params).get("report-type", "").lower():
        return None  # RFC 5965: somebody complains of a mail that arrived
    own = _own(text)
    status = next((part for part in mail.parts if part.kind in _STATUS), None)
    if status is not None:
        return _by_report(status, mail, own, text)
    if failed := mail.headers.get("x-failed-recipients"):
        return _bounce(mail, text, tuple(addresses(failed)), not _tries_on(mail, own), "X-Failed-Recipients")
    if not _looks_like_one(mail, own):
        return None
    if inner := _wrapped(mail):
        return inner
    if (told := _among_words(mail, text)) and not told.arrived:
        return _bounce(mail, text, told.names, told.permanent is not False, told.why)
    return _bounce(mail, text, failed_in(own, mail), not _tries_on(mail, own), "a mail system's notice")


def _bounce(mail: Mail, text: str, failed: tuple[str, ...], permanent: bool, why: str) -> Bounce:
    returned = _returned(mail, text)
    failed = failed or tuple(addresses(returned.get("to")))[:1]
    return Bounce(next(iter(failed), ""), permanent, why, returned, frozenset(failed))


def _by_report(status: Part, mail: Mail, own: str, text: str) -> Bounce | None:
    told = [_told(block) for block in status.blocks if block.get("final-recipient") or block.get("original-recipient")]
    if not told and status.fields.get("action"):
        told = [_told(status.fields)]
    wrong = [one for one in told if not one.arrived]
    if told and not wrong:
        return None
    final = not _tries_on(mail, own)
    chosen = next((one for one in wrong if one.permanent), wrong[0] if wrong else _Told((), None, arrived=False, why="no action"))
    names = [name for one in (chosen, *wrong) if one.permanent == chosen.permanent for name in one.names]
    failed = tuple(dict.fromkeys(names)) or failed_in(own, mail)
    return _bounce(mail, text, failed, final if chosen.permanent is None else chosen.permanent, chosen.why)


def _told(block: Headers) -> _Told:
    action = (re.match(r"[a-z]+", block.get("action").strip().lower()) or [""])[0]
    code = (re.search(r"\b[245]\.\d{1,3}\.\d{1,3}\b", block.get("status")) or [""])[0]
    # What we wrote to stands first: RFC 3464, 2.3.1.
    fields = [block.get(name).rpartition(";")[2] for name in ("original-recipient", "final-recipient", "x-actual-recipient")]
    names = tuple(dict.fromkeys(one for value in fields for one in addresses(value)[:1]))
    # RFC 3464, 2.3.3: `failed` is final, whatever kind of trouble the status code tells of; `delayed` is not.
    permanent = {"5": True, "4": False}.get(code[:1]) if not action else None
    if action.startswith(("fail", "expired", "error", "undeliv", "delay")):
        permanent = not action.startswith("delay")
    arrived = action in {"delivered", "relayed", "expanded"} or (not action and code.startswith("2"))
    return _Told(names, permanent, arrived, f"{action or 'no action'} {code}".strip())


def _looks_like_one(mail: Mail, text: str) -> bool:
    headers = mail.headers
    if headers.all("x-ms-exchange-message-is-ndr") or re.search(r"^Hi\. This is the qmail-send program", text[:500], re.M):
        return True
    daemon, null_path = bool(DAEMON.search(headers.text("from"))), bool(NULL_PATH.fullmatch(headers.get("return-path")))
    signs = (
        daemon or null_path,
        SUBJECT.match(re.sub(r"^(?:(?:re|aw|sv|fwd?):\s*)+", "", mail.subject.strip(), flags=re.I)),
        UNDELIVERED.search(" ".join(text[:1500].split())),
        daemon and any(one.kind in _RETURNED for one in mail.parts),
        mail.kind == "multipart/report" and dict(mail.params).get("report-type", "").lower() == "delivery-status",
    )
    return sum(map(bool, signs)) > 1 and (bool(signs[0]) or not headers.get("in-reply-to"))


def _among_words(mail: Mail, text: str) -> _Told | None:
    """A report's fields where they stand among the words, as a mail that lost its boundary on the way has them."""
    undivided = next((one.text for one in mail.parts if one.kind == "multipart/report"), "")
    found = re.findall(
        r"^((?:original|final)-recipient|action|status)[ \t]*:[ \t]*([^\n]{1,300})$",
        (undivided or text)[:MAX_NOTICE],
        re.I | re.M,
    )
    told = _told(Headers(tuple((name.lower(), value.strip()) for name, value in found[:20])))
    return told if told.names and len(found) > 1 else None


def _tries_on(mail: Mail, own: str) -> bool:
    words = " ".join(own[:4000].split())
    if GAVE_UP.search(words):
        return False
    return bool(LATER_SUBJECT.search(mail.subject) or LATER.search(words))


def _wrapped(mail: Mail) -> Bounce | None:
    """A gateway may attach the report of another system, whole, to a notice of its own."""
    for part in mail.parts:
        if part.kind in _RETURNED and part.fields.get("content-type").lower().startswith("multipart/report"):
            inner = parse(part.body)
            status = next((one for one in inner.parts if one.kind in _STATUS), None)
            return _by_report(status, inner, "", "") if status else None
    return None


def _own(text: str) -> str:
    """The notice's own words: what stands above the mail that came back."""
    text = text[:MAX_NOTICE]
    below = RETURNED.search(text)
    return text[: below.start()] if below and text[: below.start()].strip() else text


def _returned(mail: Mail, text: str) -> Headers:
    for part in mail.parts:
        if part.kind in _RETURNED:
            return part.fields
    below = RETURNED.search(text[:MAX_NOTICE])
    quoted = text[below.start() :] if below else ""
    found = re.findall(r"^(message-id|x-takedown-reference|to)[ \t]*:[ \t]*([^\n]{1,300})$", quoted, re.I | re.M)
    return Headers(tuple((name.lower(), value.strip()) for name, value in found[:6]))
