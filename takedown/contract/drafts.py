"""What is about to leave, as exact bytes: an HTTP call, a mail, a packet for a portal."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from takedown.contract.values import PortalForm, Request


@dataclass(frozen=True, slots=True)
class HttpDraft:
    """A call to the lane's endpoint. `path` is joined to its `base_url`; the engine adds credentials and the key."""

    method: str
    path: str
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class MailDraft:
    """One mail to one recipient; `body` is the whole message as it goes to the server."""

    to: str
    body: bytes


@dataclass(frozen=True, slots=True)
class PortalField:
    label: str
    value: str
    max_length: int = 0


@dataclass(frozen=True, slots=True)
class PortalDraft:
    """A packet that a person files by hand; `body` is the packet as canonical JSON."""

    url: str
    form: str
    fields: tuple[PortalField, ...]
    attachments: tuple[str, ...]
    body: bytes


Draft = HttpDraft | MailDraft | PortalDraft


def compact_json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()


def intake_post(request: Request) -> HttpDraft:
    """The request as a takedown intake, version 1."""
    notice, authority = request.notice, request.authority
    document = {
        "schema": "takedown-intake/1",
        "reference": request.reference,
        "instrument": notice.instrument.value,
        "legal_basis": {
            "pack": notice.basis.pack,
            "law": notice.basis.law,
            "provision": notice.basis.provision,
            "jurisdiction": notice.basis.jurisdiction,
        },
        "territory": list(request.territory),
        "authority": {
            "name": authority.name,
            "unit": authority.unit,
            "contact": authority.contact,
            "email": authority.email,
            "country": authority.country,
        },
        "issued_at": request.issued_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "respond_by": request.respond_by.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if request.respond_by else None,
        "statement": notice.statement,
        "redress": notice.redress,
        "items": [
            {
                "case": case.id,
                "url": case.target.url,
                "kind": case.target.kind.value,
                "key": case.target.key,
                "measure": case.measure.value,
                "reason": case.reason,
                "evidence": [{"sha256": e.sha256, "media_type": e.media_type} for e in case.evidence],
            }
            for case in request.cases
        ],
    }
    return HttpDraft("POST", "/v1/removal-requests", compact_json(document), {"Content-Type": "application/json"})


def mail(request: Request, to: str) -> MailDraft:
    """A mail to exactly one address, built so that no value can add a header or a recipient: plain text, and the letter as a file
    where the request has one. The same request makes the same bytes.

    Raises ValueError when `to` is not one bare address or a header value holds a line break.
    """
    if "@" not in to:
        raise ValueError(f"{to!r} is no mail address")
    if not (request.message_id + request.in_reply_to).isprintable():  # the standard library leaves these two unchecked
        raise ValueError("a Message-ID holds a control character")
    message = EmailMessage(policy=SMTP.clone(max_line_length=200))
    sender = request.authority
    message["From"] = Address(display_name=sender.name, addr_spec=sender.email)
    message["To"] = Address(addr_spec=to)
    message["Reply-To"] = Address(display_name=sender.name, addr_spec=sender.email)
    message["Date"] = format_datetime(request.issued_at.astimezone(UTC))
    message["Subject"] = f"{request.notice.subject} [{request.reference}]"
    message["Message-ID"] = request.message_id
    if request.in_reply_to:
        message["In-Reply-To"] = request.in_reply_to
        message["References"] = request.in_reply_to
    message["X-Takedown-Reference"] = request.reference
    if request.withdraws:
        message["X-Takedown-Withdraws"] = request.withdraws
    message.set_content(request.notice.letter, cte="quoted-printable")
    if letter := request.letter:
        kind, _, subtype = letter.media_type.partition("/")
        message.add_attachment(letter.content, maintype=kind, subtype=subtype, filename=letter.name)
        # Chosen here, or it is drawn by lot; neither base64 nor quoted-printable can hold `=_`.
        message.set_boundary("=_" + hashlib.sha256(f"{request.reference} {letter.sha256}".encode()).hexdigest()[:40])
    return MailDraft(to, message.as_bytes())


def portal_packet(request: Request, form: PortalForm) -> PortalDraft:
    """The form filled in, field by field in the portal's order. Lengths are checked by the engine when it plans."""
    values = request.values
    fields = tuple(
        PortalField(f.label, f.value[1:] if f.value.startswith("=") else values[f.value], f.max_length) for f in form.fields
    )
    letter = (request.letter.sha256,) if request.letter else ()
    attachments = (*letter, *dict.fromkeys(e.sha256 for case in request.cases for e in case.evidence))
    packet: dict[str, object] = {
        "form": form.name,
        "url": form.url,
        "reference": request.reference,
        "fields": [{"label": f.label, "value": f.value} for f in fields],
        "attachments": list(attachments),
        "cases": [{"case": c.id, "url": c.target.url} for c in request.cases],
    }
    if request.letter:
        packet["letter"] = {"sha256": request.letter.sha256, "name": request.letter.name}
    return PortalDraft(form.url, form.name, fields, attachments, compact_json(packet))
