"""Which request a mail answers: by its headers and our tokens, never by free text alone."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from takedown.inbox.authenticate import Verdict
from takedown.inbox.parse import Headers, Mail

_MESSAGE_ID = re.compile(r"<[^<>\s]{3,250}>")
REFERENCE = re.compile(r"(?<![A-Z0-9-])TD(?:-[A-Z2-7]{4}){3}(?![A-Z0-9-])", re.I)
_PLUS = re.compile(r"\+(td(?:-[a-z2-7]{4}){3})@", re.I)
MAX_IDS = 50
ADDRESSED = ("to", "cc", "delivered-to", "x-original-to", "envelope-to")


@dataclass(frozen=True, slots=True)
class Known:
    """A request that a mail may be about. `purpose`: removal, reminder, ...; `destination` is where it was sent."""

    id: int
    platform: str
    state: str
    purpose: str
    destination: str
    reference: str


Find = Callable[[Iterable[str], Iterable[str]], Mapping[str, Known]]
"""Message-IDs and references to the requests that have them, by the word that found them."""


@dataclass(frozen=True, slots=True)
class Traces:
    """What in a mail may name a request. (header, word) pairs in order of weight; `hints` only help a person."""

    threads: tuple[tuple[str, str], ...]
    tokens: tuple[tuple[str, str], ...]
    hints: tuple[str, ...]

    def words(self) -> tuple[list[str], list[str]]:
        """Message-IDs, and references of ours."""
        return [word for _, word in self.threads], [word for _, word in self.tokens] + list(self.hints)


@dataclass(frozen=True, slots=True)
class Match:
    """The request, what led to it (`in-reply-to`, `subject`, ...), and why there is none. `hint` is for people only."""

    request: Known | None = None
    by: str = ""
    why: str = ""
    hint: str = ""


def ids(value: str) -> list[str]:
    return _MESSAGE_ID.findall(value)


def references(text: str) -> list[str]:
    return [found.upper() for found in REFERENCE.findall(text)]


def traces(mail: Mail, quoted: str) -> Traces:
    """quoted: the whole text of the mail with what it quotes, for the hint."""
    headers = mail.headers
    threads = [("in-reply-to", word) for word in ids(headers.get("in-reply-to"))[:MAX_IDS]]
    threads += [("references", word) for word in reversed(ids(headers.get("references"))[-MAX_IDS:])]
    tokens = [("subject", word) for word in references(mail.subject)]
    tokens += [("to", found.upper()) for name in ADDRESSED for value in headers.all(name) for found in _PLUS.findall(value)]
    return Traces(tuple(threads), tuple(tokens[:MAX_IDS]), tuple(dict.fromkeys(references(quoted)))[:5])


def returned_traces(headers: Headers) -> Traces:
    """What a bounce returns: the headers of the mail that we sent."""
    threads = tuple(("returned message-id", word) for word in ids(headers.get("message-id"))[:1])
    return Traces(threads, tuple(("returned reference", word) for word in references(headers.get("x-takedown-reference"))), ())


def choose(found: Traces, known: Mapping[str, Known]) -> Match:
    """The one request that everything in the headers agrees on."""
    led = [(by, known[word]) for by, word in (*found.threads, *found.tokens) if word in known]
    hint = next((known[word].reference for word in found.hints if word in known), "")
    if not led:
        return Match(why="no header names a request of ours", hint=hint)
    # References hold the whole thread, a request and its reminders: only the nearest of them says what is answered.
    meant = {request.id for at, (by, request) in enumerate(led) if at == 0 or by != "references"}
    if len(meant) > 1 or len({request.platform for _, request in led}) > 1:
        return Match(why="its headers name several requests", hint=hint)
    return Match(led[0][1], led[0][0], hint=hint)


def covered(found: Traces, verdict: Verdict) -> Traces:
    """Only what the sender's signature covers: anybody can hang a signed mail into another thread."""
    threads = tuple(pair for pair in found.threads if verdict.covers(pair[0]))
    return Traces(threads, tuple(pair for pair in found.tokens if verdict.covers(pair[0])), found.hints)
