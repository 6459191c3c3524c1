"""What one stand-in platform has taken, over whichever channel, and what it says of it as time goes by."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from takedown.sandbox.behaviour import Behaviour, Decision, fingerprint

OPEN, FINAL = ("received", "in_review"), ("needs_information", "removed", "restricted", "declined", "not_found")
Note = Callable[[Mapping[str, object]], None]


@dataclass(frozen=True, slots=True)
class Item:
    """One address of a request. `case` is empty where the channel does not carry it (mail, a typed form)."""

    id: str
    case: str
    url: str


@dataclass(frozen=True, slots=True)
class Filed:
    """A request that was taken. `key`: Idempotency-Key or Message-ID, `sha256`: of the body as it came, `sender`: of a mail."""

    id: str
    reference: str
    channel: str
    at: datetime
    items: tuple[Item, ...]
    territory: tuple[str, ...] = ()
    key: str = ""
    sha256: str = ""
    sender: str = ""
    withdrawn: Mapping[str, datetime] = field(default_factory=dict[str, datetime])
    """When items were taken back, by their id."""


class Book:
    """The requests of one platform. `note` writes a journal line; `clock` is real time; an hour passes in 3600/scale seconds."""

    def __init__(self, name: str, behaviour: Behaviour, note: Note, clock: Callable[[], datetime], scale: float) -> None:
        self.name, self.behaviour, self.clock, self.scale = name, behaviour, clock, scale
        self._note = note
        self._filed: dict[str, Filed] = {}
        self._keys: dict[str, str] = {}
        self._references: dict[str, list[str]] = {}
        self._decided: set[str] = set()
        self._addresses: dict[str, str] = {}

    def note(self, event: str, **facts: object) -> None:
        self._note({"t": self.clock().isoformat(), "platform": self.name, "event": event, **facts})

    def take(
        self, channel: str, reference: str, addresses: Iterable[tuple[str, str]], *, key: str = "", sha256: str = "",
        territory: tuple[str, ...] = (), to: tuple[str, ...] = (), fault: str = "none", sender: str = "",
    ) -> Filed:  # fmt: skip
        """Take a request with its (case, url) pairs: journal first, then memory. The caller answers after that."""
        ident = f"{self.name[:2].upper()}-{len(self._filed) + 1:06d}"
        items = tuple(Item(f"{ident}-{n}", case, url) for n, (case, url) in enumerate(addresses, 1))
        filed = Filed(ident, reference, channel, self.clock(), items, territory, key, sha256, sender)
        self.note(
            "accepted", id=ident, channel=channel, reference=reference, key=key, sha256=sha256, fault=fault, to=list(to),
            sender=sender, territory=list(territory), cases=[i.case for i in items], urls=[i.url for i in items],
        )  # fmt: skip
        self._remember(filed)
        return filed

    def _remember(self, filed: Filed) -> None:
        self._filed[filed.id] = filed
        self._references.setdefault(filed.reference, []).append(filed.id)
        self._addresses.update((fingerprint(item.url), filed.id) for item in filed.items)
        if filed.key and filed.channel == "api":
            self._keys[filed.key] = filed.id

    def restore(self, rows: Iterable[Mapping[str, Any]]) -> None:
        """Remember what the journal of an earlier run says of this platform."""
        for row in rows:
            if row["platform"] != self.name:
                continue
            at = datetime.fromisoformat(row["t"])
            match row["event"]:
                case "accepted":
                    pairs = zip(row["cases"], row["urls"], strict=True)
                    items = tuple(Item(f"{row['id']}-{n}", case, url) for n, (case, url) in enumerate(pairs, 1))
                    self._remember(
                        Filed(
                            row["id"], row["reference"], row["channel"], at, items,
                            tuple(row["territory"]), row["key"], row["sha256"], row.get("sender", ""),
                        )
                    )  # fmt: skip
                case "withdrawn":
                    held = self._filed[row["id"]]
                    self._filed[row["id"]] = replace(held, withdrawn={**dict.fromkeys(row["items"], at), **held.withdrawn})
                case "decided":
                    self._decided.add(row["item"])
                case _:
                    pass

    def by_key(self, key: str) -> Filed | None:
        """The request first taken under this key, while the platform remembers keys."""
        found = self._filed.get(self._keys.get(key, ""))
        young = found and (self.clock() - found.at).total_seconds() < self.behaviour.key_life
        return found if young else None

    def all(self) -> list[Filed]:
        return [*self._filed.values()]

    def by_id(self, ident: str) -> Filed | None:
        return self._filed.get(ident)

    def outcome(self, url: str) -> tuple[str, tuple[str, ...]]:
        """What came of an address: its status now, where it was restricted; empty when it was never filed or is restored."""
        filed = self._filed.get(self._addresses.get(fingerprint(url), ""))
        if filed is None:
            return "", ()
        item = next(item for item in filed.items if fingerprint(item.url) == fingerprint(url))
        if item.id in filed.withdrawn:
            return "", ()
        told = self._item(filed, item)
        return str(told["status"]), tuple(told.get("territory", ()))

    def by_reference(self, reference: str) -> list[Filed]:
        """Requests under the sender's reference, as far as the search has caught up with them."""
        lag = timedelta(seconds=self.behaviour.search_lag)
        found = [self._filed[ident] for ident in self._references.get(reference, [])]
        return [filed for filed in found if self.clock() - filed.at >= lag]

    def withdraw(self, filed: Filed, reason: str, items: Sequence[str] = (), reference: str = "") -> Filed:
        """Stop what is undecided of these items (all, if none is named), undo what was decided. A second one changes nothing."""
        fresh = [one.id for one in filed.items if (not items or one.id in items) and one.id not in filed.withdrawn]
        if fresh:
            filed = replace(filed, withdrawn={**filed.withdrawn, **dict.fromkeys(fresh, self.clock())})
            self.note(
                "withdrawn", id=filed.id, reference=filed.reference, reason=reason, items=fresh, withdrawal=reference,
            )  # fmt: skip
            self._filed[filed.id] = filed
        return filed

    def filed_under(self, reference: str) -> Filed | None:
        """The request under the sender's reference, whatever the search has caught up with."""
        found = self._references.get(reference)
        return self._filed[found[0]] if found else None

    def receipt(self, filed: Filed) -> dict[str, Any]:
        """The first answer, always the same."""
        items = [{"case": i.case, "id": i.id, "status": "received"} for i in filed.items]
        return {"id": filed.id, "reference": filed.reference, "status": "received", "items": items}

    def status(self, filed: Filed) -> dict[str, Any]:
        """What is said of the request now. A decision is journaled before it is told for the first time."""
        items = [self._item(filed, item) for item in filed.items]
        told = {item["status"] for item in items}
        whole = next((status for status in (*OPEN, *FINAL) if status in told), "received")
        document = {"id": filed.id, "reference": filed.reference, "status": whole, "items": items}
        if filed.withdrawn:
            document["withdrawal"] = "restored" if told & {"removed", "restricted"} else "acknowledged"
        return document

    def _item(self, filed: Filed, item: Item) -> dict[str, Any]:
        decision, due = self.behaviour.decisions.of(item.url, self.behaviour.seed), self._due(filed, item)
        now = min(self.clock(), filed.withdrawn.get(item.id, self.clock()))
        told: dict[str, Any] = {"case": item.case, "id": item.id, "url": item.url}
        if decision.status in OPEN or now < due:
            halfway = filed.at + (due - filed.at) / 2
            return told | {"status": "in_review" if now >= halfway else "received", "decided_at": None}
        self._announce(filed, item, decision)
        return told | {
            "status": decision.status,
            "decided_at": due.isoformat(timespec="seconds").replace("+00:00", "Z"),
            "ground": decision.ground or None,
            "territory": list(filed.territory or self.behaviour.territory) if decision.status == "restricted" else [],
            "reason_code": decision.reason_code,
            "reason": decision.reason,
        }

    def _due(self, filed: Filed, item: Item) -> datetime:
        return filed.at + timedelta(hours=self.behaviour.hours(item.url)) / self.scale

    def _announce(self, filed: Filed, item: Item, decision: Decision) -> None:
        if item.id not in self._decided:
            self._decided.add(item.id)
            self.note(
                "decided", id=filed.id, item=item.id, reference=filed.reference, case=item.case, url=item.url,
                status=decision.status, ground=decision.ground,
            )  # fmt: skip
