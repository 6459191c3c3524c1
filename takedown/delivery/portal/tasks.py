"""What waits to be filed by hand, as the ledger has it: the packets, who has which, and what is still to follow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from takedown.contract import Channel, RefusedByPolicy, UsageError
from takedown.delivery.portal.packet import Attachment, Packet, read_packet
from takedown.ledger.ids import request_id
from takedown.ledger.reader import Readable, numbered, parsed
from takedown.ledger.states import State

ON_PORTAL = f"r.channel = '{Channel.PORTAL.value}'"
LISTED = f"{ON_PORTAL} AND r.state = '{State.OPERATOR.value}'"
UNOPENED = f"{LISTED} AND r.opened_at IS NULL"
UNCERTAIN = f"{ON_PORTAL} AND r.state = '{State.UNKNOWN.value}'"
GIVEN_BACK = f"{ON_PORTAL} AND r.state = '{State.APPROVED.value}' AND r.detail <> ''"
"""What `submit` handed over once; the detail says why it came back. Only portals' requests are given back."""
IN_ORDER = """FROM requests r JOIN request_cases k ON k.request = r.id AND k.position = 0 JOIN cases c ON c.id = k."case"
  WHERE {where} {{only}} ORDER BY r.assigned = '', r.platform, r.destination, c.basis, r.plan, r.position"""
"""Given ones first; then what is alike together, so that from packet to packet little changes."""
WAITING = "SELECT r.id " + IN_ORDER.format(where=f"({LISTED} OR {UNCERTAIN} OR {GIVEN_BACK})")
NEXT = "SELECT r.id, r.plan " + IN_ORDER.format(where=f"{UNOPENED} AND r.assigned IN ('', :who)") + " LIMIT 1"
FREE = "SELECT r.id " + IN_ORDER.format(where=f"{UNOPENED} AND r.assigned = ''") + " LIMIT :count"
LEFT = f"SELECT count(*) FROM requests r WHERE ({UNOPENED} OR {GIVEN_BACK}) {{only}}"  # noqa: S608 -- of constants, here and below
OVER = f"SELECT r.* FROM requests r WHERE {LISTED} AND r.lease_until <= :now"  # noqa: S608
BACK = f"SELECT r.plan, r.id FROM requests r JOIN plans p ON p.id = r.plan WHERE {GIVEN_BACK} AND p.state = 'approved'"  # noqa: S608
OWN = f"SELECT r.id FROM requests r WHERE {LISTED} AND r.opened_at IS NOT NULL AND r.assigned = :who ORDER BY r.opened_at"  # noqa: S608
DOUBTFUL = f"SELECT r.id FROM requests r WHERE {UNCERTAIN} {{only}} ORDER BY r.platform, r.id"  # noqa: S608
TO_FOLLOW = f"""SELECT r.id FROM requests r WHERE {ON_PORTAL} AND r.state = '{State.SENT.value}' AND r.receipt = ''
  ORDER BY r.updated_at"""  # noqa: S608
SECONDS = f"SELECT r.seconds FROM requests r WHERE {ON_PORTAL} AND r.seconds IS NOT NULL ORDER BY r.updated_at DESC LIMIT 500"  # noqa: S608
ROW = f"SELECT r.* FROM requests r WHERE r.id = :request AND {ON_PORTAL}"  # noqa: S608
CARRIED = """SELECT c.id, c.basis, c.reference, c.evidence, c.closed, c.version, k.version AS planned, k.excepted
  FROM request_cases k JOIN cases c ON c.id = k."case" WHERE k.request = :request ORDER BY k.position"""


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
    """Which packets are wanted: of one platform, none of `skipped`, and none of the plans in `shut`."""

    platform: str | None = None
    skipped: frozenset[int] = frozenset()
    shut: frozenset[int] = frozenset()

    def where(self) -> str:
        """What must be true of the request `r` too; `:platform` stands in it where one is wanted."""
        wanted = " AND r.platform = :platform" if self.platform else ""
        for column, unwanted in (("id", self.skipped), ("plan", self.shut)):
            wanted += f" AND r.{column} NOT IN {numbered(unwanted)}" if unwanted else ""
        return wanted


ANY = Only()


def _rows(ledger: Readable, sql: str, only: Only = ANY, **values: object) -> list[tuple[Any, ...]]:
    """`{only}` in the SQL becomes the condition that a packet is wanted."""
    named = {"platform": only.platform} if only.platform else {}
    with ledger.view() as view:
        return list(view.rows(sql.format(only=only.where()), **named, **values))


def not_to_file(request: int, state: State) -> NotToFile:
    reasons = {
        State.APPROVED: "it is handed over by takedown submit, or by takedown portal run if it was given back",
        State.PLANNED: "its plan is not approved",
        State.UNKNOWN: "it may have been filed: takedown unknown list",
    }
    return NotToFile(request=request_id(request), state=state.value, reason=reasons.get(state, "nothing is left to do with it"))


def with_another(row: Mapping[str, Any]) -> WithAnother:
    from takedown.clock import iso

    until = iso(row["lease_until"])[11:16] if row["lease_until"] else ""
    return WithAnother(request=request_id(row["id"]), name=row["assigned"] or "somebody else", until=f"{until} UTC")


def carried_by(ledger: Readable, request: int) -> list[dict[str, Any]]:
    """The cases of a request in their order, with the version that was `planned` and why one was `excepted`."""
    with ledger.view() as view:
        return [{**one, "evidence": parsed(one["evidence"]) or []} for one in view.records(CARRIED, request=request)]


def get_row(ledger: Readable, request: int) -> dict[str, Any]:
    """The row of a request that goes through a portal. Raises NoSuchPacket."""
    with ledger.view() as view:
        found = view.records(ROW, request=request)
    if not found:
        raise NoSuchPacket(request=request_id(request))
    return {**found[0], "headers": parsed(found[0]["headers"])}


def get_task(ledger: Readable, request: int) -> Task:
    """The packet as it stands. Raises NoSuchPacket."""
    with ledger.view() as view:
        row, carried = get_row(view, request), carried_by(view, request)
    packet = read_packet(row["body"])
    held: list[list[dict[str, str]]] = [one["evidence"] for one in carried]
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


def open_tasks(ledger: Readable, now: float, only: Only = ANY) -> list[Task]:
    """Everything that waits for a person at a portal: left and uncertain first, then opened, given, free."""
    with ledger.view() as view:
        found = [get_task(view, number) for (number,) in _rows(view, WAITING, only)]
    return sorted(found, key=lambda task: (_urgency(task, now), task.lease_until or 0))


def _urgency(task: Task, now: float) -> int:
    if task.overdue(now) or task.state is State.UNKNOWN:
        return 0 if task.overdue(now) else 1
    return 2 if task.opened_at is not None else 3 if task.assigned else 4


def next_task(ledger: Readable, who: str, only: Only) -> tuple[int, int] | None:
    """(request, plan) of the packet that is next for a person: theirs first."""
    return next(((number, plan) for number, plan in _rows(ledger, NEXT, only, who=who)), None)


def free_tasks(ledger: Readable, only: Only, count: int) -> list[int]:
    """The next packets that nobody has."""
    return [number for (number,) in _rows(ledger, FREE, only, count=count)]


def own_open(ledger: Readable, who: str) -> list[int]:
    """Packets that this person opened and did not finish."""
    return [number for (number,) in _rows(ledger, OWN, who=who)]


def uncertain(ledger: Readable, only: Only) -> list[int]:
    """Packets that may have been filed; the portal's own list can tell."""
    return [number for (number,) in _rows(ledger, DOUBTFUL, only)]


def leases_over(ledger: Readable, now: float) -> list[dict[str, Any]]:
    """The rows of packets whose time with a person has ended."""
    with ledger.view() as view:
        return view.records(OVER, now=now)


def given_back(ledger: Readable) -> dict[int, list[int]]:
    """Plan in force -> its packets that were given back, or surely not filed."""
    found: dict[int, list[int]] = {}
    for plan, number in _rows(ledger, BACK):
        found.setdefault(plan, []).append(number)
    return found


def to_follow(ledger: Readable) -> list[Task]:
    """Filed, and the portal's number is still to be entered."""
    with ledger.view() as view:
        return [get_task(view, number) for (number,) in _rows(view, TO_FOLLOW)]


def left(ledger: Readable, only: Only) -> int:
    """How many packets wait to be opened by anybody, with those that were given back."""
    ((count,),) = _rows(ledger, LEFT, only)
    return int(count)


def median_seconds(ledger: Readable) -> float | None:
    """Median seconds from opening a packet to its number, over the newest 500."""
    found = [float(seconds) for (seconds,) in _rows(ledger, SECONDS)]
    if not found:
        return None
    from statistics import median  # takes as long to load as Python to start

    return median(found)
