"""Groups of cases become requests, and requests become the exact bytes that will leave. Pure but for the desk it reads from."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cached_property
from typing import Any

from takedown.clock import utc
from takedown.contract import Case, Channel, Draft, HttpDraft, MissingExtra, PortalDraft, PortalForm, Request
from takedown.desk import Desk
from takedown.ledger.ids import idempotency_key, reference
from takedown.ledger.ids import message_id as derived_id
from takedown.ledger.states import DORMANT, State
from takedown.notices import Pack, render, render_reminder
from takedown.planning.destinations import Bounds, bounds, pin
from takedown.planning.digest import leaf
from takedown.planning.forms import form_for
from takedown.planning.letters import goes_along, keep, layout_of, letter_file


@dataclass(frozen=True, slots=True)
class Versioned:
    """A case, the version of its row that was read, and why a reviewer looks at it by itself."""

    case: Case
    version: int
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Drafted:
    """A request with its bytes: `row` has the columns of `requests`, `cases` the rows it carries."""

    row: dict[str, Any]
    cases: tuple[Versioned, ...]
    leaf: bytes


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A case that does not fit its portal's form, even alone."""

    case: str
    why: str


@dataclass
class Drafter:
    """Drafts requests for one plan. `issued_at` is the same for all; `take_id` hands out request numbers."""

    desk: Desk
    plan: int
    issued_at: float
    take_id: Callable[[], int]
    position: int = 0
    left_out: list[LeftOut] = field(default_factory=list[LeftOut])
    without_letter: int = 0
    """Requests whose letter would have gone along, were the extra `pdf` installed."""

    @cached_property
    def within(self) -> Bounds:
        return bounds(self.desk)

    def draft(self, group: Sequence[Versioned]) -> Iterator[Drafted]:
        """One group as requests: usually one, more where a portal's form is too small for all at once."""
        first = group[0].case
        channel = self.desk.channel(first.target.platform)
        ident = self.take_id()
        request = self.request(ident, group, channel)
        draft = self.desk.platform(request.platform).prepare(request)
        if isinstance(draft, PortalDraft) and (why := _overlong(draft)):
            if len(group) == 1:
                self.left_out.append(LeftOut(first.id, why))
                return
            half = len(group) // 2
            yield from self.draft(group[:half])
            yield from self.draft(group[half:])
            return
        if request.letter:
            keep(self.desk.ledger.folder, request.letter)
        yield self.freeze(ident, request, draft, group, "removal")
        if channel is Channel.EMAIL and self.desk.packs[first.basis].reminders > 0:
            yield self._reminder(ident, request, group)

    def request(self, ident: int, group: Sequence[Versioned], channel: Channel) -> Request:
        """The request that these cases make, the same whenever it is asked for with the same number, time and state of things."""
        first, authority = group[0].case, self.desk.settings.authority.value()
        cases = tuple(one.case for one in group)
        ref = reference(self.desk.ledger.secret, ident, 1)
        issued = utc(self.issued_at)
        pack, language = self.desk.packs[first.basis], first.language or "en"
        notice = render(pack, cases, authority, reference=ref, territory=first.territory, issued_at=issued, language=language)
        form = self._form(first.target.platform) if channel is Channel.PORTAL else None
        request = Request(
            reference=ref,
            platform=first.target.platform,
            channel=channel,
            cases=cases,
            notice=notice,
            authority=authority,
            territory=first.territory,
            issued_at=issued,
            respond_by=pack.respond_by(issued),
            form=form,
            message_id=self.message_id(ident) if channel is Channel.EMAIL else "",
        )
        return self._with_letter(request, pack) if goes_along(self.desk, pack, request.platform, channel, form) else request

    def _with_letter(self, request: Request, pack: Pack) -> Request:
        try:
            return replace(request, letter=letter_file(request, layout_of(pack, request.notice.language)))
        except MissingExtra:
            if pack.letter or self.desk.terms(request.platform).letter == "pdf":
                raise  # somebody asked for it; that a portal could take one asks for nothing
            self.without_letter += 1
            return request

    def message_id(self, ident: int) -> str:
        domain = self.desk.settings.authority.email.rpartition("@")[2] or "takedown.invalid"
        return derived_id(self.desk.ledger.secret, ident, 1, domain)

    def _form(self, platform: str) -> PortalForm | None:
        folder = self.desk.settings.packs.forms
        return form_for(self.desk.platform(platform), self.desk.config.path(folder) if folder else None)

    def _reminder(self, first: int, request: Request, group: Sequence[Versioned]) -> Drafted:
        ident = self.take_id()
        ref = reference(self.desk.ledger.secret, ident, 1)
        pack = self.desk.packs[request.notice.basis.pack]
        again = replace(
            request,
            reference=ref,
            notice=render_reminder(pack, request, reference=ref),
            letter=None,
            message_id=self.message_id(ident),
            in_reply_to=request.message_id,
            issued_at=request.issued_at + timedelta(seconds=pack.patience_seconds),  # about when it will leave
        )
        draft = self.desk.platform(request.platform).prepare(again)
        return self.freeze(ident, again, draft, group, "reminder", follows=first, not_before=DORMANT)

    def freeze(
        self, ident: int, request: Request, draft: Draft, group: Sequence[Versioned], purpose: str, **more: object
    ) -> Drafted:
        """A draft as a row of `requests`, pinned to where it may go. Raises NotConfigured, Unreachable."""
        desk = self.desk
        self.position += 1
        sha256, salt = hashlib.sha256(draft.body).hexdigest(), os.urandom(16)
        row: dict[str, Any] = {
            "id": ident,
            "plan": self.plan,
            "position": self.position,
            "purpose": purpose,
            "platform": request.platform,
            "channel": request.channel.value,
            "lane": f"{request.platform}:{request.channel.value}",
            "state": State.PLANNED.value,
            "reference": request.reference,
            "message_id": request.message_id,
            "idempotency_key": idempotency_key(desk.ledger.secret, ident, sha256, 1),
            "follows": None,
            "method": draft.method if isinstance(draft, HttpDraft) else "",
            "destination": pin(draft, desk.platform(request.platform), self.within),
            "headers": dict(draft.headers) if isinstance(draft, HttpDraft) else {},
            "body": draft.body,
            "sha256": sha256,
            "salt": salt,
            "cases": len(group),
            "not_before": 0.0,
            "created_at": self.issued_at,
            "updated_at": self.issued_at,
            **more,
        }
        return Drafted(row, tuple(group), leaf(salt, row, draft.body, [one.case.id for one in group]))


def _overlong(draft: PortalDraft) -> str:
    for one in draft.fields:
        if one.max_length and len(one.value) > one.max_length:
            return f"{one.label}: {len(one.value)} characters, the form takes {one.max_length}"
    return ""


def groups(cases: Iterable[tuple[Versioned, int]]) -> Iterator[list[Versioned]]:
    """Cut an ordered stream of (case, how many its channel takes) wherever a request must end."""
    current: list[Versioned] = []
    key: tuple[object, ...] = ()
    for one, size in cases:
        c = one.case
        this = (c.target.platform, c.basis, c.territory, c.language, c.organisation)
        if current and (this != key or len(current) >= size):
            yield current
            current = []
        key = this
        current.append(one)
    if current:
        yield current
