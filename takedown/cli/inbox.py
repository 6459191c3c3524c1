"""`takedown inbox`: what platforms answered by mail."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from takedown.cli.context import current
from takedown.cli.desk import desk_for, desk_of, sign
from takedown.cli.inbox_list import list_, show_mails
from takedown.cli.inbox_show import MessageId, bounced, show
from takedown.cli.options import As, Key
from takedown.contract import TakedownError, UsageError
from takedown.desk import Desk
from takedown.display import Answer
from takedown.inbox.judging import Judgement
from takedown.inbox.listing import as_item
from takedown.inbox.parse import MAX_MAIL
from takedown.inbox.people import Told, accept, match, statement
from takedown.inbox.store import Place, check, get, judge_new, listed, resolver, store
from takedown.ledger.ids import case_id, message_name, number, request_id
from takedown.ledger.truths import Claim

if TYPE_CHECKING:
    from takedown.inbox.mailbox import Mailed

app = typer.Typer(no_args_is_help=True)
app.command("list")(list_)
app.command("show")(show)


class NotAMail(UsageError):
    """{file} cannot be read as a mail: {what}."""

    code, why, do = "TD-0855", "a file holds one mail, as it was received, headers and all", "save the mail as .eml and add that"


@app.callback()
def inbox() -> None:
    """Mails from platforms. Only one that answers a request of ours, and whose sender is proven, says anything."""


@dataclass(frozen=True, slots=True)
class Post:
    """What reading the mailbox brought, for `sync`. `people`: mails that somebody must look at."""

    mailed: Mailed | None = None
    people: int = 0
    failed: str = ""
    exit: int = 0

    @property
    def pairs(self) -> list[tuple[str, int]]:
        return [("new mails", self.mailed.fresh), ("of them for a person", self.people)] if self.mailed else []

    @property
    def summary(self) -> dict[str, int]:
        return {"mails": self.mailed.fresh, "need_person": self.people} if self.mailed else {}


def read_post(desk: Desk) -> Post:
    """Read the mailbox, where one is configured. That it cannot be read is told, and keeps nothing else from being done."""
    if not desk.settings.imap.host:
        return Post()
    from takedown.inbox.mailbox import read_mailbox

    try:
        mailed = read_mailbox(desk, resolver(desk))
    except TakedownError as error:
        return Post(failed=f"{error.message}: {error.as_dict()['why']}", exit=error.exit)
    people = sum(1 for row in listed(desk, mailed.judged) if row["state"] != "done")
    return Post(mailed, people, exit=8 if people else 0)


@app.command("add")
def add(
    files: Annotated[list[Path], typer.Argument(metavar="FILE.eml ...", help="Mails as they were received, headers and all")],
    only_check: Annotated[bool, typer.Option("--check", help="Only say what each is; nothing is stored")] = False,
    as_name: As = None,
) -> int:
    """Read mails from files, as if they had come by IMAP. Adding one again changes nothing.

    Exit 8 when one of them needs a person: it names no request, its sender is not proven, or it cannot be read with certainty.
    """
    desk = desk_of(as_name)
    raws = [_read(file) for file in files]
    if only_check:
        found = [_judged(file, one) for file, one in zip(files, check(desk, raws, resolver(desk)), strict=True)]
        show_mails(found, dry_run=True)
        return 0
    stored = store(desk, [(Place(), raw) for raw in raws])
    judge_new(desk, resolver(desk))
    rows = {row["id"]: row for row in listed(desk, [one.id for one in stored])}
    items = [{"file": str(file), **as_item(rows[one.id]), "new": one.fresh} for file, one in zip(files, stored, strict=True)]
    show_mails(items)
    return _waiting(items)


def _read(file: Path) -> bytes:
    """The file's bytes; of one that is too long the beginning, as of a mail that is fetched: a person must look at it."""
    try:
        with file.open("rb") as opened:
            return opened.read(MAX_MAIL)
    except OSError as error:
        raise NotAMail(file=file, what=(error.strerror or "it cannot be opened").lower()) from None


def _judged(file: Path, one: Judgement) -> dict[str, Any]:
    request = one.match.request
    return {
        "file": str(file),
        "class": one.read.kind.value,
        "request": request_id(request.id) if request else None,
        "verified": bool(one.proof.how),
        "claims": [_said(claim) for claim in one.claims] if one.counts else [],
        "how": one.proof.how,
        "matched_by": one.match.by,
        "sender": one.sender,
        "subject": one.subject,
        "number": one.read.number,
        **bounced(one.read.bounce),
        "reasons": list(one.why),
        "needs_person": one.person,
    }


def _said(claim: Claim) -> dict[str, Any]:
    listed_in = claim.territory.split(",") if claim.territory else []
    told = {"case": case_id(claim.case), "value": claim.value, "ground": claim.ground, "territory": listed_in}
    return {**told, "reason_code": claim.reason_code, "reason": claim.reason}


def _waiting(items: Sequence[dict[str, Any]]) -> int:
    return 8 if any(one["needs_person"] for one in items) else 0


@app.command("match")
def match_(
    message: MessageId, case: Annotated[str, typer.Argument(metavar="CASE", help="As C-12")], key: Key = None, as_name: As = None
) -> int:
    """Say which case a mail is about. It counts at once if its sender is proven; else a second person must accept it."""
    desk, ident = desk_for("inbox match", as_name, key), number(message, "M")
    return _told(ident, match(desk, ident, number(case, "C"), resolver(desk)))


@app.command("accept")
def accept_(
    message: MessageId,
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why it is believed to be genuine; it is kept")],
    key: Key = None,
    as_name: As = None,
) -> int:
    """Count a mail whose sender is not proven, as by hand. A second person's signature, not of the one who matched it."""
    desk, ident = desk_for("inbox accept", as_name, key), number(message, "M")
    if not reason.strip() or len(reason) > 2000:
        raise UsageError(what="--reason is empty or too long", why="it is the record of why the mail counts", do='--reason "..."')
    get(desk, ident)
    signature = sign(desk, key, statement(desk, ident, reason)) if desk.policy.approvals else None
    return _told(ident, accept(desk, ident, reason, signature))


def _told(ident: int, told: Told) -> int:
    display, name = current().display, message_name(ident)
    claims = [_said(claim) for claim in told.judgement.claims] if told.proven else []
    item = {
        "message": name,
        "class": told.judgement.read.kind.value,
        "verified": told.proven,
        "claims": claims,
        "new": told.claims,
    }
    display.show(Answer([item], {}))
    if not told.proven:
        display.say(
            f"{name} is matched. Its sender is not proven ({told.judgement.proof.why}), so a second person must accept it."
        )
        display.next(f"takedown inbox accept {name} --reason TEXT --as NAME")
        return 8
    display.say(f"{name}: {told.claims} claims recorded.")
    if not claims:
        display.say(f"Nothing could be read in it with certainty: {told.judgement.read.why}")
        display.next(f"takedown inbox show {name}")
        return 8
    display.next("takedown status")
    return 0
