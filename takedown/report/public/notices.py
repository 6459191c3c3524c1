"""Requests that were sent, as notices for a public archive: only where their pack allows it, and only what it allows.

Under the rule `redacted` nothing of a case is told but what kind of target it was and what was asked for: no link, no name, no
reason, no reference. Under `public` the link and the statement are told, without what looks like an e-mail address or a number.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, select

from takedown.clock import utc
from takedown.contract import Instrument, Kind, Measure
from takedown.desk import Desk
from takedown.ledger.book import commitment
from takedown.ledger.keeping import GONE
from takedown.ledger.moves import State
from takedown.ledger.tables import cases, notifications, request_cases, requests
from takedown.ledger.truths import ACTED, FINAL
from takedown.notices import Pack
from takedown.report.files import whole_file
from takedown.report.public.document import Period
from takedown.report.public.lumen import (
    LONGEST,
    LONGEST_TEXT,
    Action,
    Entity,
    EntityRole,
    InfringingUrl,
    LumenNotice,
    Role,
    Submission,
    Work,
)
from takedown.settings import AuthoritySection

ASKED: Mapping[str, str] = {
    Measure.REMOVE_ACCOUNT: "removal of the account",
    Measure.REMOVE_ITEM: "removal of the item",
    Measure.RESTRICT: "restriction",
}
INSTRUMENTS: Mapping[Instrument, str] = {
    Instrument.ORDER: "Order",
    Instrument.NOTICE: "Notice",
    Instrument.REFERRAL: "Voluntary referral, not an order",
}
CONFIDENTIAL = "non_disclosure"
"""A column of a pack; a case that fills it in is secret for a time."""
MAIL = re.compile(r"[^\s<>@,;:]+@[^\s<>@,;:]+")
NUMBER = re.compile(r"\+?\d(?:[\s().-]*\d){6,}")
TOLD = (
    cases.c.id.label("case"), cases.c.platform, cases.c.basis, cases.c.kind, cases.c.key, cases.c.url, cases.c.measure,
    cases.c.territory, cases.c.reason, cases.c.fields, cases.c.claimed, cases.c.closed, cases.c.withdrawal, cases.c.sent_at,
)  # fmt: skip
Row = Mapping[str, Any]


@dataclass
class Published:
    """How many notices were written, and how many requests were not, by why not."""

    notices: int = 0
    left_out: Counter[str] = field(default_factory=Counter[str])


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which requests: of a batch, to a platform, sent in a period."""

    batch: int | None = None
    platform: str | None = None
    period: Period | None = None

    def where(self) -> list[ColumnElement[bool]]:
        found = [requests.c.state == State.SENT.value, requests.c.purpose == "removal", request_cases.c.excepted == ""]
        found += [cases.c.batch == self.batch] if self.batch is not None else []
        found += [cases.c.platform == self.platform] if self.platform is not None else []
        if self.period is not None:
            sent = func.coalesce(requests.c.receipt_at, cases.c.sent_at)
            found += [sent >= self.period.since, sent < self.period.until]
        return found


def write_lumen(desk: Desk, path: Path, chosen: Chosen | None = None) -> Published:
    """Write `[{"notice": ...}, ...]`, a notice for each request. An existing file is replaced only by a whole one.

    Raises UsageError.
    """
    done = Published()
    with whole_file(path) as part, part.open("w", encoding="utf-8") as file, desk.ledger.read() as db:
        secret = _secret(db, desk.clock.now())
        file.write("[")
        for rows in _sent(db, chosen or Chosen()):
            pack = desk.packs.get(rows[0]["basis"])
            if why := _kept_back(pack, rows, secret):
                done.left_out[why] += 1
            elif pack is not None:
                told = Submission(notice=notice(desk, pack, rows)).model_dump(mode="json", exclude_none=True)
                file.write(",\n" if done.notices else "\n")
                file.write(json.dumps(told, ensure_ascii=False, indent=1))
                done.notices += 1
        file.write("\n]\n")
    return done


def notice(desk: Desk, pack: Pack, rows: Sequence[Row]) -> LumenNotice:
    """`rows`: the cases of one request, each with its request's columns; all are of `pack`."""
    first, authority = rows[0], desk.settings.authority
    title = desk.platform(first["platform"]).title if first["platform"] in desk.registry.platforms else first["platform"]
    practice = "PRACTICE, not real: " if desk.settings.environment == "sandbox" else ""
    places = sorted({place for row in rows for place in str(row["territory"]).split(",") if place})
    return LumenNotice(
        title=f"{practice}{INSTRUMENTS[pack.instrument]} to {title}"[:LONGEST],
        type=pack.lumen_type,
        subject=f"{pack.title}: {_counted(rows)}"[:LONGEST],
        body=_body(pack, rows),
        date_sent=utc(first["receipt_at"] or first["sent_at"]).date(),
        action_taken=_action(rows),
        tag_list=f"{pack.instrument}, {pack.id}, {_seal(first)}",
        jurisdiction_list=", ".join(places)[:LONGEST] or None,
        regulation_list=None if pack.status == "no_law" else f"{pack.law} {pack.provision}".replace(",", "")[:LONGEST],
        entity_notice_roles_attributes=_roles(pack, rows, title, authority),
        works_attributes=tuple(_works(pack, rows)),
    )


def without_addresses(text: str) -> str:
    """Without e-mail addresses and numbers of seven digits or more. Names in a text are not found by this."""
    return NUMBER.sub("[redacted]", MAIL.sub("[redacted]", text))


def _sent(db: Connection, chosen: Chosen) -> Iterator[list[Row]]:
    """The cases of each removal request that was sent, in the order of their numbers; streamed."""
    joined = requests.join(request_cases).join(cases, cases.c.id == request_cases.c.case)
    query = select(requests.c.id, requests.c.salt, requests.c.sha256, requests.c.receipt_at, *TOLD).select_from(joined)
    ordered = query.where(*chosen.where()).order_by(requests.c.id, request_cases.c.position)
    found = db.execute(ordered, execution_options={"yield_per": 500}).mappings()
    for _, rows in groupby(found, key=lambda row: row["id"]):
        yield [{**row} for row in rows]


def _secret(db: Connection, now: float) -> set[int]:
    """Cases whose user is not told for now: what is published would tell."""
    c = notifications.c
    withheld = (c.value == "withheld", c.newest == "yes", c.until > now)
    return set(db.execute(select(c.case).where(*withheld)).scalars())


def _kept_back(pack: Pack | None, rows: Sequence[Row], secret: Set[int]) -> str:
    """Why a request is not published; empty where it is."""
    if pack is None:
        return f"{rows[0]['basis']}: no such pack, so nothing allows it"
    if any(row["case"] in secret for row in rows):
        return f"{pack.id}: its user is not told for now"
    if any(row["key"] == GONE for row in rows):
        return f"{pack.id}: a person was erased from it"
    if pack.publication.rule == "never":
        return f"{pack.id}: its pack says that it is counted only"
    if any(str(row["fields"].get(CONFIDENTIAL, "")).strip() for row in rows):
        return f"{pack.id}: confidential by its own column {CONFIDENTIAL}"
    return ""


def _counted(rows: Sequence[Row]) -> str:
    """`removal of the account: 2, restriction: 1`"""
    asked = Counter(ASKED.get(row["measure"], row["measure"]) for row in rows)
    return ", ".join(f"{what}: {count}" for what, count in sorted(asked.items()))


def _body(pack: Pack, rows: Sequence[Row]) -> str:
    says = [f"{INSTRUMENTS[pack.instrument]}. {pack.law}, {pack.provision} ({pack.jurisdiction}). {_counted(rows)}."]
    if undone := sum(row["withdrawal"] != "none" for row in rows):
        says.append(f"Withdrawn by the sender since: {undone} of {len(rows)}.")
    if meant := sum(row["closed"] in {"mistake", "out_of_scope", "duplicate"} for row in rows):
        says.append(f"Found by the sender not to be meant: {meant} of {len(rows)}.")
    if pack.publication.rule == "redacted":
        says.append("The target and personal data are left out, as the legal basis asks.")
    return " ".join(says)


def _works(pack: Pack, rows: Sequence[Row]) -> Iterator[Work]:
    if pack.publication.rule == "redacted":
        for (kind, measure), count in sorted(Counter((row["kind"], row["measure"]) for row in rows).items()):
            yield Work(description=f"[redacted]: {ASKED.get(measure, measure)}, {count}", kind=kind)
        return
    for row in rows:
        told = {"": row["reason"], **{column.label["en"]: row["fields"].get(column.name, "") for column in pack.columns}}
        lines = [f"{label}: {text}" if label else str(text) for label, text in told.items() if str(text).strip()]
        links = () if row["kind"] == Kind.PHONE else (InfringingUrl(url=row["url"]),)
        text = without_addresses("\n".join([ASKED.get(row["measure"], row["measure"]), *lines]))[:LONGEST_TEXT]
        yield Work(description=text, kind=row["kind"], infringing_urls_attributes=links)


def _action(rows: Sequence[Row]) -> Action:
    """What the platform says. Nothing is guessed from what we saw."""
    said = [row["claimed"] for row in rows]
    acted = sum(value in ACTED for value in said)
    if acted == len(said):
        return "Yes"
    if all(value in FINAL for value in said):
        return "Partial" if acted else "No"
    return "Partial" if acted else "Unspecified"


def _roles(pack: Pack, rows: Sequence[Row], platform: str, authority: AuthoritySection) -> tuple[EntityRole, ...]:
    sender = Entity(name=(authority.name or "The authority")[:LONGEST], country_code=authority.country or None)
    named: list[tuple[Role, Entity]] = [("recipient", Entity(name=platform)), ("sender", sender), ("submitter", sender)]
    if pack.lumen_type == "CourtOrder" and (court := str(rows[0]["fields"].get("court", "")).strip()):
        named.append(("issuing_court", Entity(name=court[:LONGEST])))
    return tuple(EntityRole(name=role, entity_attributes=entity) for role, entity in named)


def _seal(row: Row) -> str:
    """The same each time, so that a notice that was handed in twice is found; it tells nothing to who has not the record."""
    return f"takedown-{commitment(row['salt'], row['sha256'])[:16]}"
