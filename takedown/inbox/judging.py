"""One mail judged: what it is, which request it answers, whether its sender is proven, and what may be written down for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from sqlalchemy import bindparam, select

from takedown.contract import TakedownError
from takedown.desk import Desk
from takedown.inbox.authenticate import Resolver, Verdict, authenticate, domain_of, sender
from takedown.inbox.bounce import Bounce, read_bounce
from takedown.inbox.claiming import MAX_AHEAD, Carried, claims_of
from takedown.inbox.classify import Class, Read, classify, words_of
from takedown.inbox.forms import KNOWN
from takedown.inbox.identify import Identified
from takedown.inbox.match import Known, Match, Traces, choose, covered, returned_traces, traces
from takedown.inbox.parse import Mail, parse
from takedown.inbox.quoting import own_lines
from takedown.inbox.verdicts import Identify
from takedown.ledger.moves import WITHDRAWAL, State
from takedown.ledger.tables import cases, former_names, request_cases, requests
from takedown.ledger.truths import Claim

BY_HAND = "by hand"
UNSENT = ("planned", "approved", "withdrawn")
"""What never left cannot be answered."""
REMOVALS = frozenset({"removal", "reminder", "answer"})
"""Purposes of requests whose answers are claims; what is said about a withdrawal is not."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """`claims` are what the mail says; they count only when `counts`. `returned` says that the request bounced for good."""

    read: Read
    match: Match
    proof: Verdict
    sender: str
    subject: str
    message_id: str
    dated: float | None
    claims: tuple[Claim, ...] = ()
    returned: bool = False
    why: tuple[str, ...] = ()

    @property
    def counts(self) -> bool:
        return self.match.request is not None and bool(self.proof.how)

    @property
    def acknowledges(self) -> bool:
        """Whether it confirms that a withdrawal arrived."""
        request = self.match.request
        return self.counts and request is not None and request.purpose == WITHDRAWAL and self.read.kind is Class.RECEIPT

    @property
    def person(self) -> bool:
        """Whether somebody must look."""
        if self.match.request is None:
            return True
        match self.read.kind:
            case Class.OUT_OF_OFFICE:
                return False
            case Class.BOUNCE:
                return self.returned or bool(self.read.bounce and self.read.bounce.permanent)
            case Class.OTHER:
                return True
            case Class.RECEIPT if self.acknowledges:
                return False
            case _:
                return not self.counts or not self.claims


@dataclass(frozen=True, slots=True)
class Opened:
    """A mail that was parsed, with what may name a request in it."""

    raw: bytes
    mail: Mail
    found: Traces
    bounce: Bounce | None


def open_mail(raw: bytes) -> Opened:
    mail = parse(raw)
    text = mail.texts("text/plain") or mail.texts("text/html")
    bounce, found = read_bounce(mail, text), traces(mail, text)
    if bounce:
        ours = returned_traces(bounce.returned)
        found = Traces((*ours.threads, *found.threads), (*ours.tokens, *found.tokens), found.hints)
    return Opened(raw, mail, found, bounce)


def known_requests(desk: Desk, mails: Iterable[Opened]) -> dict[str, Known]:
    """The requests that the mails name, by Message-ID and by reference."""
    ids: set[str] = set()
    tokens: set[str] = set()
    for one in mails:
        named, referred = one.found.words()
        ids.update(named)
        tokens.update(referred)
    columns = (requests.c.message_id, requests.c.reference, *(requests.c[name] for name in Known.__slots__))
    known: dict[str, Known] = {}
    with desk.ledger.read() as db:
        for column, wanted in ((requests.c.message_id, sorted(ids)), (requests.c.reference, sorted(tokens))):
            for start in range(0, len(wanted), 500):
                # `<> ''` lets SQLite use the partial index.
                query = select(*columns).where(
                    column.in_(wanted[start : start + 500]), column != "", requests.c.state.not_in(UNSENT)
                )
                for row in db.execute(query).mappings():
                    known[row[column.name]] = Known(**{name: row[name] for name in Known.__slots__})
    return known


_BODY = select(requests.c.body).where(requests.c.id == bindparam("a_request"), requests.c.channel == "email")
_CARRIED = (
    select(cases.c.id, cases.c.key, cases.c.identity, cases.c.claimed, cases.c.basis, former_names.c.identity)
    .select_from(
        request_cases.join(cases, cases.c.id == request_cases.c.case).outerjoin(former_names, former_names.c.case == cases.c.id)
    )
    .where(request_cases.c.request == bindparam("a_request"), request_cases.c.excepted == "")
    .order_by(request_cases.c.position)
)


class Judge:
    """Judges at one desk. `resolve` looks up keys in the DNS; None where there is none."""

    def __init__(self, desk: Desk, resolve: Resolver | None) -> None:
        self._desk, self._resolve = desk, resolve

    def judge(self, one: Opened, known: Mapping[str, Known], received_at: float) -> Judgement:
        found = choose(one.found, known)
        proof = self._proof(one, found.request)
        if found.request and proof.how and proof.signed is not None and not one.bounce:
            sealed = choose(covered(one.found, proof), known)
            if sealed.request is None:
                proof = Verdict(why="its signature does not cover the header that names the request")
            found = sealed if sealed.request else found
        return self._judged(one, found, proof, received_at)

    def by_hand(self, one: Opened, request: Known, case: int | None, received_at: float) -> Judgement:
        """As `judge`, for the case that a person says it is about; None for all that the request carries."""
        found = Match(request, BY_HAND)
        judged = self._judged(one, found, self._proof(one, request), received_at)
        return replace(
            judged, claims=tuple(replace(claim, source="by_hand") for claim in judged.claims if case in {None, claim.case})
        )

    def _proof(self, one: Opened, request: Known | None) -> Verdict:
        names = [request.platform] if request else sorted(self._desk.settings.platforms)
        verdict = Verdict(why="no platform with reply_domains is configured")
        for name in names:
            owners = self._owners(name)
            if owners or request:
                verdict = authenticate(one.mail, one.raw, owners, self._desk.settings.imap.authserv_id, self._resolve)
            if verdict.how:
                return verdict
        domain = domain_of(sender(one.mail.headers))
        return verdict if request else replace(verdict, why=f"no platform's reply_domains vouch for {domain or 'its sender'}")

    def _owners(self, platform: str) -> Sequence[str]:
        try:
            return self._desk.terms(platform).reply_domains
        except TakedownError:  # an adapter that is gone or wrongly configured vouches for nobody
            return ()

    def _judged(self, one: Opened, found: Match, proof: Verdict, received_at: float) -> Judgement:
        request, mail = found.request, one.mail
        sent, carried = self._sent(request.id) if request else (frozenset[str](), [])
        keys = {one.key: one.identity for one in carried}
        identify = Identified(self._desk.platform(request.platform), keys) if request else _nothing
        forms = bool(carried) and all(self._has_forms(one.basis) for one in carried)
        read = _read(one, sent, identify, forms=forms, reference=request.reference if request else "")
        dated = _dated(mail, received_at)
        claims = tuple(claims_of(request, read, carried, dated)) if request and request.purpose in REMOVALS else ()
        return Judgement(
            read=read,
            match=found,
            proof=proof,
            sender=sender(mail.headers) or mail.headers.text("from")[:300],
            subject=mail.subject[:500],
            message_id=mail.headers.get("message-id")[:300],
            dated=dated,
            claims=claims,
            returned=_came_back(request, read.bounce),
            why=tuple(filter(None, (read.why, found.why, proof.why))),
        )

    def _sent(self, request: int) -> tuple[frozenset[str], list[Carried]]:
        """The lines of the mail that we sent, and the cases it carries."""
        body = self._desk.ledger.peek(lambda db: db.execute(_BODY, {"a_request": request}).scalar())
        found: dict[int, Carried] = {}
        for *known, former in self._desk.ledger.peek(lambda db: db.execute(_CARRIED, {"a_request": request}).all()):
            one = found.setdefault(known[0], Carried(*known))
            if former:
                found[one.case] = replace(one, former=(*one.former, former))
        return own_lines(parse(body).texts("text/plain")) if body else frozenset(), [*found.values()]

    def _has_forms(self, basis: str) -> bool:
        pack = self._desk.packs.get(basis)
        return pack is not None and bool(KNOWN & set(pack.forms))


def _read(one: Opened, sent: frozenset[str], identify: Identify, *, forms: bool, reference: str) -> Read:
    """One mail that breaks the reader must not keep all the others from being read: it goes to a person."""
    try:
        return classify(one.mail, words_of(one.mail, sent), identify, forms=forms, reference=reference)
    except (ValueError, ArithmeticError, LookupError, AttributeError, TypeError, RecursionError) as error:
        return Read(Class.OTHER, f"it cannot be read ({type(error).__name__})")


def _nothing(_: str) -> str:
    return ""


def _dated(mail: Mail, received_at: float) -> float | None:
    """The mail's own date; None when it has none that makes sense."""
    try:
        when = parsedate_to_datetime(mail.headers.get("date")[:100])
        when = when if when.tzinfo else when.replace(tzinfo=UTC)
        latest = datetime.fromtimestamp(received_at, UTC) + MAX_AHEAD
        return when.timestamp() if datetime(2000, 1, 1, tzinfo=UTC) < when < latest else None
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _came_back(request: Known | None, bounce: Bounce | None) -> bool:
    """A bounce needs no proof of its sender: mail servers do not sign it. It must name the address that we wrote to, and our
    Message-ID, which only those know who had the mail; and all it does is to call a person."""
    if request is None or bounce is None or request.state != State.SENT.value:
        return False
    return bounce.permanent and request.destination.lower() in bounce.failed
