"""Time-stamps of heads after RFC 3161: somebody else's signed word that a head was there at a time.

Stamped is the sha256 of a head's line as it stands in copies, signature and all. Only a time-stamp that was verified is kept.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from cryptography import x509

from takedown.contract import MissingExtra, UsageError
from takedown.desk import Desk
from takedown.heads import CannotCopy, Head, append, authorities, copies, head_line, stamps_beside
from takedown.ledger.canonical import canonical
from takedown.planning.destinations import is_loopback
from takedown.transport.results import Answered, Held

if TYPE_CHECKING:
    from rfc3161_client import TimeStampRequest, TimeStampResponse

DEADLINE = 30.0
"""Seconds for a whole answer."""
SHA256 = "2.16.840.1.101.3.4.2.1"
HEADERS = {"content-type": "application/timestamp-query", "accept": "application/timestamp-reply"}


class StrangeAuthority(UsageError):
    """Heads cannot be time-stamped by {authority}: {what}."""

    code, why, do = "TD-1217", "a time-stamp that nobody can verify proves nothing", "mend [audit] copies and tsa_certificate"


class NotStamped(Exception):
    """Why an answer is no time-stamp of what was asked; one phrase."""


@dataclass(frozen=True, slots=True)
class Question:
    """What one authority is asked. `trusted`: certificates that the signature must lead to."""

    authority: str
    request: TimeStampRequest
    trusted: Sequence[x509.Certificate]


def questions(desk: Desk, head: Head) -> list[Question]:
    """One for each authority in `[audit] copies`. Raises StrangeAuthority, MissingExtra, NoKey."""
    trusted = check_authorities(desk)
    return [Question(url, make_request(head_line(desk, head)), trusted) for url in authorities(desk)]


def check_authorities(desk: Desk) -> list[x509.Certificate]:
    """What time-stamps must lead to; none where nobody is asked for any. Raises StrangeAuthority."""
    urls = authorities(desk)
    for url in urls:
        check_address(url, live=desk.live)
    return certificates(desk, urls[0]) if urls else []


def make_request(line: str) -> TimeStampRequest:
    """A request for a time-stamp of a line's sha256, with a random nonce. Raises MissingExtra."""
    try:
        from rfc3161_client.base import HashAlgorithm, TimestampRequestBuilder
    except ImportError as error:
        raise MissingExtra(what="Time-stamping", extra="timestamp") from error
    return TimestampRequestBuilder(line.encode(), HashAlgorithm.SHA256).build()


async def stamp(desk: Desk, head: Head, asked: Sequence[Question]) -> None:
    """Ask each authority, verify its answer, and keep it beside the heads. Raises CannotCopy."""
    for one in asked:
        answer = await _ask(desk, one)
        try:
            verify(answer, one)
        except NotStamped as error:
            raise CannotCopy(where=one.authority, what=str(error)) from None
        told = {
            "seq": head.seq,
            "sha256": one.request.message_imprint.message.hex(),
            "authority": one.authority,
            "response": base64.b64encode(answer).decode(),
        }
        for path in copies(desk):
            append(stamps_beside(path), canonical(told))


def verify(answer: bytes, asked: Question) -> None:
    """Hold an answer against its question: status, hash, signature, nonce. RFC 3161, 2.4.2. Raises NotStamped."""
    told = verify_answer(answer, asked.request.message_imprint.message, asked.trusted)
    if told.tst_info.nonce != asked.request.nonce:
        raise NotStamped("its time-stamp answers another question")


def verify_answer(answer: bytes, digest: bytes, trusted: Sequence[x509.Certificate]) -> TimeStampResponse:
    """What an answer holds: a time-stamp of this sha256, signed by who leads to `trusted`. Raises NotStamped, MissingExtra."""
    try:
        from rfc3161_client import VerificationError, VerifierBuilder, decode_timestamp_response
        from rfc3161_client.tsp import PKIStatus
    except ImportError as error:
        raise MissingExtra(what="Time-stamping", extra="timestamp") from error
    verifier = VerifierBuilder(roots=[*trusted]).build()
    try:
        told = decode_timestamp_response(answer)
        if told.status != PKIStatus.GRANTED:
            raise NotStamped(f"it refused: {', '.join(told.status_string) or f'status {told.status}'}"[:200])
        stamped = told.tst_info.message_imprint
        if (stamped.hash_algorithm.dotted_string, stamped.message) != (SHA256, digest):
            raise NotStamped("its time-stamp is of something else")
        verifier.verify(told, digest)
    except ValueError as error:
        raise NotStamped(f"its answer is no time-stamp: {error}"[:200]) from None
    except VerificationError as error:
        raise NotStamped(f"its signature does not lead to [audit] tsa_certificate: {error}"[:200]) from None
    return told


async def _ask(desk: Desk, asked: Question) -> bytes:
    from takedown.transport.http import Call, HttpTransport  # clients of the network load slowly

    proxy, secure = desk.settings.network.proxy if desk.live else None, asked.authority.startswith("https://")
    http = HttpTransport(keep_alive=False, proxy=proxy, ca_file=desk.config.ca_file, secure=secure)
    try:
        result = await http.send(Call("POST", asked.authority, HEADERS, asked.request.as_bytes()), DEADLINE, _go_on)
    finally:
        await http.aclose()
    match result:
        case Answered(reply) if reply.status == 200:
            return reply.body
        case Answered(reply):
            what = f"it answered {reply.status}"
        case _:
            what = result.why
    raise CannotCopy(where=asked.authority, what=what)


async def _go_on() -> Held | None:
    """Asking for a time-stamp tells nothing but a hash: there is nothing to look at again."""
    return None


def check_address(url: str, *, live: bool) -> None:
    """Whether a desk may ask this authority. Raises StrangeAuthority."""
    parts = urlsplit(url)
    loopback = is_loopback(parts.hostname or "")
    if not live and not loopback:
        raise StrangeAuthority(authority=url, what="the sandbox reaches loopback addresses only")
    if live and (parts.scheme != "https" or loopback):
        raise StrangeAuthority(authority=url, what="in live an authority is asked over https, and is not this machine")
    if parts.scheme not in {"http", "https"} or parts.username:
        raise StrangeAuthority(authority=parts.hostname or "nobody", what="its address is no plain http or https address")


def certificates(desk: Desk, url: str) -> list[x509.Certificate]:
    """What time-stamps of this authority must lead to. Raises StrangeAuthority."""
    name = desk.settings.audit.tsa_certificate
    if not name:
        raise StrangeAuthority(authority=url, what="[audit] tsa_certificate names no file with its certificates")
    path: Path = desk.config.path(name)
    try:
        return x509.load_pem_x509_certificates(path.read_bytes())
    except (OSError, ValueError) as error:
        what = f"no certificates can be read from {path.name} ({type(error).__name__})"
        raise StrangeAuthority(authority=url, what=what) from None
