"""The part of the chain that a bundle about a case holds: every event from the case's first on, and single ones from before it.

An event is a line without its hash and the one before it, which whoever reads it makes anew. Events of other cases are there in
full: a line that is only a hash could hide one about this case, and compressed they take about twice the room of their hashes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence, Set
from typing import Any

from sqlalchemy import Connection, and_, or_, select

from takedown.acting import POLICY, SEEN
from takedown.audit.chain import tuples
from takedown.audit.standalone.people import quoted
from takedown.ledger.acts import ACTED
from takedown.ledger.book import GENESIS
from takedown.ledger.tables import events, openings

Record = dict[str, Any]
_TOLD = (events.c.at, events.c.kind, events.c.subject, events.c.data)


class Excerpt:
    """`names`: what events call the case and what belongs to it; `batch`: its import. Read `lines` first, then the rest."""

    def __init__(self, db: Connection, case: str, batch: str, names: Set[str]) -> None:
        self.db, self.mention, self.names = db, f'"{case}"', names
        start = select(events.c.seq).where(events.c.subject.in_([batch, case])).order_by(events.c.seq).limit(1)
        self.first = int(db.execute(start).scalar_one())
        self.count = 0
        self._mentioned: list[int] = []
        self._acts: list[tuple[int, str]] = []
        """Each act that covers an event about the case: its number, and the key."""

    def lines(self) -> Iterator[str]:
        """What the events follow and what they lead to, then the events in order."""
        before = select(events.c.seq, events.c.hash).order_by(events.c.seq.desc()).limit(1)
        earlier = self.db.execute(before.where(events.c.seq < self.first)).first()
        (last,) = self.db.execute(before)
        yield json.dumps({"after": [*earlier] if earlier else [0, GENESIS], "last": [*last]})
        latest = 0
        query = select(events.c.seq, *_TOLD).where(events.c.seq >= self.first).order_by(events.c.seq)
        for seq, *told in tuples(self.db, query):
            _, kind, subject, data = told
            if kind == ACTED and latest >= json.loads(data)["first"]:
                self._acts.append((seq, json.loads(data)["key"]))
            elif subject in self.names:
                latest = seq
            elif self.mention in data:
                latest = seq
                self._mentioned.append(seq)
            self.count += 1
            yield json.dumps(told, ensure_ascii=False, separators=(",", ":"))

    def record(self) -> Record:
        """What else the verifier needs of the chain: values behind commitments, and events from before the excerpt."""
        held = self._policies()
        early = {1, *held}
        query = select(events.c.seq, events.c.prev, *_TOLD).where(events.c.seq.in_(early), events.c.seq < self.first)
        told = [{"seq": seq, "prev": prev, "told": one} for seq, prev, *one in tuples(self.db, query.order_by(events.c.seq))]
        return {"early": told, "openings": [*self._openings(held)]}

    def _policies(self) -> list[int]:
        """The events that put on record by which policies those keys were whose they were."""
        text = and_(openings.c.seq == events.c.seq, openings.c.name == "text")
        query = select(events.c.seq, openings.c.value).join(openings, text).order_by(events.c.seq)
        every = self.db.execute(query.where(events.c.subject == POLICY, events.c.kind == SEEN))
        seen = [(seq, _keys(str(value))) for seq, value in every]
        newest = (max((at for at, keys in seen if at < seq and key in keys), default=0) for seq, key in self._acts)
        return sorted({*newest} - {0})

    def _openings(self, policies: Sequence[int]) -> Iterator[Record]:
        """What stands behind the commitments of the case's own events; of other events that name it, and of acts, who acted."""
        people = [*self._mentioned, *(seq for seq, _ in self._acts)]
        wanted = (
            events.c.subject.in_(self.names),
            and_(events.c.seq.in_(people), openings.c.name == "by"),
            and_(events.c.seq.in_(policies), openings.c.name == "text"),
        )
        columns = (openings.c.seq, openings.c.name, openings.c.salt, openings.c.value)
        mine = select(*columns).select_from(openings.join(events, events.c.seq == openings.c.seq)).where(or_(*wanted))
        for seq, name, salt, value in tuples(self.db, mine.order_by(openings.c.seq)):
            yield {"event": seq, "name": name, "salt": salt.hex(), "value": value}


def _keys(policy: str) -> set[str]:
    return {words[2] for words in quoted(policy) if len(words) > 2}
