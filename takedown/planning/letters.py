"""Letters as files: which requests carry one, where it is kept, and the letter of a request that was planned, made again."""

from __future__ import annotations

import email
import email.policy
import hashlib
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import RowMapping, select

from takedown.clock import utc
from takedown.contract import Channel, LetterFile, PortalForm, Request, TakedownError, UsageError
from takedown.desk import Desk
from takedown.ledger.ids import plan_id, request_id
from takedown.ledger.rows import to_case
from takedown.ledger.store import Ledger
from takedown.ledger.tables import cases, request_cases, requests
from takedown.letters.typeset import Layout, typeset
from takedown.notices import Pack
from takedown.notices.lint import words_of
from takedown.planning.showing import NotInPlan

if TYPE_CHECKING:
    from takedown.planning.drafting import Drafter, Versioned


class LetterLost(UsageError):
    """The letter of {request} cannot be made again: {what}."""

    code = "TD-0605"
    why = "it was planned from a pack, a configuration or a case that has changed since; what would come out is another letter"
    do = "takedown plan show {plan} --raw {request} shows what was planned"


@dataclass(frozen=True, slots=True)
class Letter:
    """The letter of a request: its text, and what is needed to set it."""

    request: str
    platform: str
    text: str
    reference: str
    issued_at: datetime
    layout: Layout

    def pdf(self) -> bytes:
        """Raises MissingExtra, CannotTypeset."""
        return typeset(self.text, self.reference, self.issued_at, self.layout)


def goes_along(desk: Desk, pack: Pack, platform: str, channel: Channel, form: PortalForm | None) -> bool:
    """Whether a request carries its letter as a file. The operator's setting decides, else the pack and the portal."""
    chosen = desk.terms(platform).letter
    if channel is Channel.API or chosen == "text":
        return False
    return chosen == "pdf" or (channel is Channel.PORTAL and (pack.letter or (form is not None and form.takes_files)))


def letter_file(request: Request, layout: Layout) -> LetterFile:
    """Raises MissingExtra, CannotTypeset."""
    content = typeset(request.notice.letter, request.reference, request.issued_at, layout)
    return LetterFile(f"{request.reference}.pdf", content)


def layout_of(pack: Pack, language: str) -> Layout:
    words = words_of(pack.texts, language)
    return Layout(language, words.direction, words.page, words.signature)


def keep(folder: Path, letter: LetterFile) -> None:
    """Beside the evidence, under its sha256, durably: what is uploaded later must be what was approved."""
    place = folder / "evidence"
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    if (place / letter.sha256).exists():
        return
    with tempfile.NamedTemporaryFile(dir=place, prefix=".taking-", delete=False) as copy:
        copy.write(letter.content)
        copy.flush()
        os.fsync(copy.fileno())
    Path(copy.name).replace(place / letter.sha256)


def request_in(ledger: Ledger, plan: int, request: int) -> RowMapping:
    """The row of one request of a plan. Raises NotInPlan."""
    with ledger.read() as db:
        row = db.execute(select(requests).where(requests.c.id == request, requests.c.plan == plan)).mappings().first()
    if row is None:
        raise NotInPlan(request=request_id(request), plan=plan_id(plan))
    return row


def letters(desk: Desk, plan: int) -> Iterator[Letter]:
    """The letters of a plan's requests, in order; reminders have none of their own. Raises LetterLost."""
    query = select(requests).where(requests.c.plan == plan, requests.c.purpose != "reminder").order_by(requests.c.position)
    with desk.ledger.read() as db:
        rows = list(db.execute(query).mappings())
    yield from (letter_of(desk, row) for row in rows)


def letter_of(desk: Desk, row: RowMapping) -> Letter:
    """The letter of one request: of a mail as it was frozen; of any other made again, and proven by the bytes of its draft.

    Raises LetterLost.
    """
    from takedown.planning.drafting import Versioned

    joined = request_cases.join(cases, cases.c.id == request_cases.c.case)
    query = select(cases).select_from(joined).where(request_cases.c.request == row["id"]).order_by(request_cases.c.position)
    with desk.ledger.read() as db:
        carried = [Versioned(to_case(one), one["version"]) for one in db.execute(query).mappings()]
    pack, first = desk.packs.get(carried[0].case.basis), carried[0].case
    if row["channel"] == Channel.EMAIL.value:
        wanted = (first.language or "en").partition("-")[0]
        layout = layout_of(pack, wanted if wanted in pack.languages else pack.languages[0]) if pack else PLAIN
        return _letter(row, _mailed(row["body"]), layout)
    request = _again(desk, row, carried)
    return _letter(row, request.notice.letter, layout_of(desk.packs[first.basis], request.notice.language))


PLAIN = Layout("en", "ltr", "{page} / {pages}", "")


def _letter(row: RowMapping, text: str, layout: Layout) -> Letter:
    return Letter(request_id(row["id"]), row["platform"], text, row["reference"], utc(row["created_at"]), layout)


def _mailed(body: bytes) -> str:
    part = email.message_from_bytes(body, policy=email.policy.default).get_body(("plain",))
    return str(part.get_content()).replace("\r\n", "\n") if part else ""


def _again(desk: Desk, row: RowMapping, carried: list[Versioned]) -> Request:
    from takedown.planning.drafting import Drafter

    name = {"request": request_id(row["id"]), "plan": plan_id(row["plan"])}
    drafter: Drafter = Drafter(desk, row["plan"], row["created_at"], lambda: row["id"])
    try:
        request = drafter.request(row["id"], carried, Channel(row["channel"]))
        draft = desk.platform(request.platform).prepare(request)
    except TakedownError as error:
        raise LetterLost(what=error.message, **name) from None
    if hashlib.sha256(draft.body).hexdigest() != row["sha256"]:
        raise LetterLost(what="its bytes would be others", **name)
    return request
