"""What waits to be filed by hand, as the ledger has it: the packets, who has which, and what is still to follow."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, and_, func, or_, select

from takedown.contract import Channel, RefusedByPolicy, UsageError
from takedown.delivery.portal.packet import Attachment, Packet, read_packet
from takedown.ledger.book import Book
from takedown.ledger.ids import request_id
from takedown.ledger.moves import State
from takedown.ledger.seals import add_attempts
from takedown.ledger.tables import cases, request_cases, requests

PORTAL = requests.c.channel == Channel.PORTAL.value
GIVEN_BACK = and_(requests.c.state == State.APPROVED.value, requests.c.detail != "")
"""What `submit` handed over once; the detail says why it came back. Only portals' requests are given back."""


class NoSuchPacket(UsageError):
    """{request} is not a request that is filed by hand."""

    code, why, do = "TD-0730", "it goes another way, or was never made", "takedown portal list"


class NotToFile(RefusedByPolicy):
    """{request} is not waiting to be filed: it is {state}."""

    code, why, do = "TD-0751", "{reason}", "takedown portal list"


class WithAnother(RefusedByPolicy):
    """{request} is with {name}, who opened it."""

    code, why, do = "TD-0752", "what two people file arrives twice", "ask {name}; their time for it ends at {until}"


@dataclass(frozen=True, slots=True)
class Task:
    """A packet and where it stands. Times are seconds since the epoch.

    check_first: somebody may have filed it before: the portal's own list is looked at first.
    """

    request: int
    plan: int
    state: State
    platform: str
    basis: str
    file_numbers: tuple[str, ...]
    packet: Packet
    attachments: tuple[Attachment, ...]
    assigned: str
    opened_at: float | None
    lease_until: float | None
    respond_by: float | None
    detail: str
    check_first: bool

    @property
    def id(self) -> str:
        return request_id(self.request)

    def overdue(self, now: float) -> bool:
        return self.lease_until is not None and self.lease_until <= now


@dataclass(frozen=True, slots=True)
class Only:
    """Which packets are wanted: of one platform, and none of `skipped`."""

    platform: str | None = None
    skipped: frozenset[int] = frozenset()

    def where(self) -> list[ColumnElement[bool]]:
        narrowed = [requests.c.platform == self.platform] if self.platform else []
        return [*narrowed, requests.c.id.not_in(self.skipped)] if self.skipped else narrowed


def not_to_file(request: int, state: State) -> NotToFile:
    reasons = {
        State.APPROVED: "it is handed over by takedown submit, or by takedown portal run if it was given back",
        State.PLANNED: "its plan is not approved",
        State.UNKNOWN: "it may have been filed: takedown unknown list",
    }
    return NotToFile(request=request_id(request), state=state.value, reason=reasons.get(state, "nothing is left to do with it"))


def with_another(row: RowMapping) -> WithAnother:
    from takedown.clock import iso

    until = iso(row["lease_until"])[11:16] if row["lease_until"] else ""
    return WithAnother(request=request_id(row["id"]), name=row["assigned"] or "somebody else", until=f"{until} UTC")


def note_attempt(book: Book, row: RowMapping, outcome: str, detail: str) -> None:
    """The visit to the portal, beside the attempts of machines."""
    values = {"outcome": outcome, "detail": detail, "started_at": row["opened_at"] or book.now, "ended_at": book.now}
    number = row["attempts"] + (row["opened_at"] is None)
    add_attempts(book, [(row["salt"], {"request": row["id"], "number": number, **values})])


def in_order(*columns: ColumnElement[Any]) -> Any:
    """Given ones first; then what is alike together, so that from packet to packet little changes."""
    joined = requests.join(request_cases, and_(request_cases.c.request == requests.c.id, request_cases.c.position == 0)).join(
        cases, cases.c.id == request_cases.c.case
    )
    alike = (requests.c.platform, requests.c.destination, cases.c.basis, requests.c.plan, requests.c.position)
    return select(*columns).select_from(joined).order_by(requests.c.assigned == "", *alike)


def carried_by(request: int) -> Any:
    columns = (cases.c.id, cases.c.basis, cases.c.reference, cases.c.evidence, cases.c.closed, cases.c.version)
    held = (request_cases.c.version.label("planned"), request_cases.c.excepted)
    joined = request_cases.join(cases, cases.c.id == request_cases.c.case)
    query = select(*columns, *held).select_from(joined).where(request_cases.c.request == request)
    return query.order_by(request_cases.c.position)


def get_row(db: Connection, request: int) -> RowMapping:
    """The row of a request that goes through a portal. Raises NoSuchPacket."""
    row = db.execute(select(requests).where(requests.c.id == request, PORTAL)).mappings().first()
    if row is None:
        raise NoSuchPacket(request=request_id(request))
    return row


def get_task(db: Connection, request: int) -> Task:
    """The packet as it stands. Raises NoSuchPacket."""
    row, carried = get_row(db, request), db.execute(carried_by(request)).mappings().all()
    packet = read_packet(row["body"])
    held: list[list[dict[str, str]]] = [one["evidence"] or [] for one in carried]
    names = {one["sha256"]: one["name"] for files in held for one in files}
    names |= {packet.letter.sha256: packet.letter.name} if packet.letter else {}
    return Task(
        request=row["id"],
        plan=row["plan"],
        state=State(row["state"]),
        platform=row["platform"],
        basis=carried[0]["basis"],
        file_numbers=tuple(dict.fromkeys(one["reference"] for one in carried)),
        packet=packet,
        attachments=tuple(Attachment(sha256, names.get(sha256, "")) for sha256 in packet.attachments),
        assigned=row["assigned"],
        opened_at=row["opened_at"],
        lease_until=row["lease_until"],
        respond_by=row["respond_by"],
        detail=row["detail"],
        check_first=row["attempts"] > (row["opened_at"] is not None) or row["state"] == State.UNKNOWN.value,
    )


def open_tasks(db: Connection, now: float, only: Only | None = None) -> list[Task]:
    """Everything that waits for a person at a portal: left and uncertain first, then opened, given, free."""
    waiting = or_(requests.c.state.in_([State.OPERATOR.value, State.UNKNOWN.value]), GIVEN_BACK)
    numbers = db.execute(in_order(requests.c.id).where(PORTAL, waiting, *(only or Only()).where()))
    found = [get_task(db, int(row[0])) for row in numbers.all()]
    return sorted(found, key=lambda task: (_urgency(task, now), task.lease_until or 0))


def _urgency(task: Task, now: float) -> int:
    if task.overdue(now) or task.state is State.UNKNOWN:
        return 0 if task.overdue(now) else 1
    return 2 if task.opened_at is not None else 3 if task.assigned else 4


def own_open(db: Connection, who: str) -> list[int]:
    """Packets that this person opened and did not finish."""
    mine = (PORTAL, requests.c.state == State.OPERATOR.value, requests.c.opened_at.is_not(None), requests.c.assigned == who)
    return [int(row[0]) for row in db.execute(select(requests.c.id).where(*mine).order_by(requests.c.opened_at))]


def uncertain(db: Connection, only: Only) -> list[int]:
    """Packets that may have been filed; the portal's own list can tell."""
    query = select(requests.c.id).where(PORTAL, requests.c.state == State.UNKNOWN.value, *only.where())
    return [int(row[0]) for row in db.execute(query.order_by(requests.c.platform, requests.c.id))]


def to_follow(db: Connection) -> list[Task]:
    """Filed, and the portal's number is still to be entered."""
    query = select(requests.c.id).where(PORTAL, requests.c.state == State.SENT.value, requests.c.receipt == "")
    return [get_task(db, int(row[0])) for row in db.execute(query.order_by(requests.c.updated_at))]


def left(db: Connection, only: Only) -> int:
    """How many packets wait to be opened by anybody, with those that were given back."""
    listed = and_(requests.c.state == State.OPERATOR.value, requests.c.opened_at.is_(None))
    count = select(func.count()).select_from(requests).where(PORTAL, or_(listed, GIVEN_BACK), *only.where())
    return int(db.execute(count).scalar() or 0)


def median_seconds(db: Connection) -> float | None:
    """Median seconds from opening a packet to its number, over the newest 500."""
    query = select(requests.c.seconds).where(PORTAL, requests.c.seconds.is_not(None)).order_by(requests.c.updated_at.desc())
    found = [float(row[0]) for row in db.execute(query.limit(500))]
    return median(found) if found else None
