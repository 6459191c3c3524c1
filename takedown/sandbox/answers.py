"""The mails that a stand-in platform sends in answer to a letter, and those that others send in its name. Pure.

Each says when it leaves, so that the same letter is always answered the same way. They carry what our own mail server would
have written on them: it vouches for the platform's domain, and for nobody who only uses its name.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime

from takedown.sandbox.behaviour import Behaviour, Decision, draw, fingerprint
from takedown.sandbox.book import Filed

MX = "mx.authority.example"
"""The authority's own mail server: `[imap] authserv_id`."""
SOON = 0.25
"""Hours until an automatic answer."""
SIGNED = "\n\nRegards,\nLegal Operations\n"
WORDS = {
    "removed": "Following our review, we have removed the account {link} for violating our rules.",
    "restricted": "In response to your legal request, we have restricted access to the account {link} in {where}.",
    "not_found": "We were unable to locate the account at the link that you gave.",
    "needs_information": "Could you please provide the exact links of the items that the request is about?",
    "in_review": "Your request is currently under review.",
}
SAID_AS = {"in_review": "received"}
"""What such a mail amounts to: no more than that the request is there."""
DECLINES = {
    "not_illegal": "We reviewed the account and it does not violate our rules. No action has been taken.",
    "insufficient_information": "We are unable to remove the account: your request does not contain sufficient information.",
    "wrong_entity": "We cannot take action: the service is operated by a different entity. Please direct your request to them.",
    "court_order_needed": "We are unable to act on this request without a valid court order.",
    "cannot_reach": "Messages are end-to-end encrypted, so we are not able to remove content in chats.",
}


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail to come: `name` is its own among all, `at` when it leaves, `claims` what it says of addresses."""

    name: str
    kind: str
    at: datetime
    raw: bytes
    claims: tuple[tuple[str, str], ...] = ()


def answers(behaviour: Behaviour, filed: Filed, scale: float) -> Iterator[Letter]:
    """Everything that will come in answer to a letter, in no order. `scale`: how much faster the sandbox's hours pass."""
    made = _Answering(behaviour, filed, scale)
    one = fingerprint(filed.items[0].url) if filed.items else ""
    if one in behaviour.bounces:
        yield made.bounce(permanent=True)
        return
    yield made.receipt()
    if draw(behaviour.seed, "absent", one) < behaviour.absent:
        yield made.absent()
    if draw(behaviour.seed, "delayed", one) < behaviour.absent:
        yield made.bounce(permanent=False)
    if draw(behaviour.seed, "forged", one) < behaviour.forged:
        yield made.forgery(int(draw(behaviour.seed, "forger", one) * len(FORGERS)))
    if filed.items:
        yield made.decision()


@dataclass(frozen=True, slots=True)
class _Answering:
    behaviour: Behaviour
    filed: Filed
    scale: float

    @property
    def _domain(self) -> str:
        return self.behaviour.mailbox.rpartition("@")[2]

    def receipt(self) -> Letter:
        text = f"Your request has been received.\nTicket number: {self.filed.id}\nWe will review it."
        return self._letter("receipt", SOON, text, self._genuine(), {"Auto-Submitted": "auto-replied"})

    def absent(self) -> Letter:
        head = {"Auto-Submitted": "auto-replied", "Subject": f"Automatic reply: {self._subject}"}
        return self._letter("out_of_office", SOON, "I am out of the office until Monday.", self._genuine(), head)

    def decision(self) -> Letter:
        """One mail, once the last of its addresses is decided; it names each that it speaks of."""
        decided = [(item.url, self.behaviour.decisions.of(item.url, self.behaviour.seed)) for item in self.filed.items]
        hours = max(self.behaviour.hours(item.url) for item in self.filed.items)
        where = " and ".join({"PK": "Pakistan"}.get(one, one) for one in self.filed.territory or self.behaviour.territory)
        text = "\n\n".join(_said(decision, url, where) for url, decision in decided)
        kind = {"in_review": "receipt", "needs_information": "question"}.get(decided[0][1].status, "decision")
        claims = tuple((url, SAID_AS.get(decision.status, decision.status)) for url, decision in decided)
        return self._letter(kind, hours, f"Hello,\n\n{text}{SIGNED}", self._genuine(), name="answer", claims=claims)

    def forgery(self, which: int) -> Letter:
        """Says in the platform's name that everything was removed."""
        links = " ".join(item.url for item in self.filed.items)
        domain, results = FORGERS[which]
        head = {
            "From": f"Legal <legal@{domain or self._domain}>",
            **({"Reply-To": "legal@standin-mail.example"} if not domain else {}),
        }
        text = f"We have removed the account {links}."
        return self._letter("forgery", 2 * SOON, text, tuple(one.format(domain=self._domain) for one in results), head)

    def bounce(self, *, permanent: bool) -> Letter:
        """What the authority's own mail server reports (RFC 3464); it signs nothing."""
        status, action = ("5.1.1", "failed") if permanent else ("4.4.1", "delayed")
        found = EmailMessage()
        found["From"] = f"Mail Delivery System <MAILER-DAEMON@{MX}>"
        found["To"], found["Subject"] = self.filed.sender, "Undelivered Mail Returned to Sender"
        found["Date"], found["Message-ID"] = format_datetime(self._at(SOON)), f"<{self.filed.id}-{action}@{MX}>"
        found["Return-Path"] = "<>"
        boundary = f"b-{self.filed.id}"
        parts = (
            ("text/plain", "This is the mail system. Your message could not be delivered."),
            ("message/delivery-status", f"Reporting-MTA: dns; {MX}\r\n\r\nFinal-Recipient: rfc822; {self.behaviour.mailbox}\r\n"
             f"Action: {action}\r\nStatus: {status}\r\nDiagnostic-Code: smtp; {status[0]}50 {status} not delivered\r\n"),
            ("message/rfc822", f"Message-ID: {self.filed.key}\r\nX-Takedown-Reference: {self.filed.reference}\r\n\r\nOurs."),
        )  # fmt: skip
        body = "".join(f"--{boundary}\r\nContent-Type: {kind}\r\n\r\n{text}\r\n" for kind, text in parts) + f"--{boundary}--\r\n"
        head = "".join(f"{name}: {value}\r\n" for name, value in found.items())
        kind = f'multipart/report; report-type=delivery-status; boundary="{boundary}"'
        raw = f"{head}MIME-Version: 1.0\r\nContent-Type: {kind}\r\n\r\n{body}".encode()
        return Letter(f"{self.filed.id}-{action}", "bounce", self._at(SOON), raw)

    @property
    def _subject(self) -> str:
        return f"Re: Removal request [{self.filed.reference}]"

    def _genuine(self) -> tuple[str, ...]:
        return (f"{MX}; dkim=pass header.d={self._domain}; spf=pass smtp.mailfrom={self._domain}",)

    def _at(self, hours: float) -> datetime:
        return self.filed.at + timedelta(seconds=hours * 3600 / self.scale)

    def _letter(
        self, kind: str, hours: float, text: str, results: tuple[str, ...], head: dict[str, str] | None = None, *, name: str = "",
        claims: tuple[tuple[str, str], ...] = (),
    ) -> Letter:  # fmt: skip
        at, named = self._at(hours), f"{self.filed.id}-{name or kind}"
        given = {
            "From": f"Legal Operations <legal@{self._domain}>", "To": self.filed.sender, "Subject": self._subject,
            "Date": format_datetime(at), "Message-ID": f"<{named}@{self._domain}>", "In-Reply-To": self.filed.key,
            "References": self.filed.key, **(head or {}),
        }  # fmt: skip
        found = EmailMessage()
        for one in results:
            found["Authentication-Results"] = one
        for header, value in given.items():
            if value:
                found[header] = value
        found.set_content(text)
        return Letter(named, kind, at, found.as_bytes(policy=found.policy.clone(linesep="\r\n", max_line_length=900)), claims)


FORGERS: tuple[tuple[str, tuple[str, ...]], ...] = (
    # a domain that looks like the platform's, with a signature of its own
    (
        "telegram-legal.example",
        (f"{MX}; dkim=pass header.d=telegram-legal.example; spf=pass smtp.mailfrom=telegram-legal.example",),
    ),
    # the platform's name, no signature, and nothing that our server could vouch for
    ("", (f"{MX}; dkim=none; spf=fail smtp.mailfrom=standin-mail.example",)),
    # the same, with a result of its own below the true one, in our server's name
    ("", (f"{MX}; dkim=none; spf=fail smtp.mailfrom=standin-mail.example", f"{MX}; dkim=pass header.d={{domain}}")),
    # signed by somebody else than the one in From
    ("", (f"{MX}; dkim=pass header.d=standin-mail.example; spf=pass smtp.mailfrom=standin-mail.example",)),
)


def _said(decision: Decision, url: str, where: str) -> str:
    if decision.status == "declined":
        return DECLINES.get(decision.reason_code, "Your request has been declined.")
    return WORDS[decision.status].format(link=url, where=where or "your country")
