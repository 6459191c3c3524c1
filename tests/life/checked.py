"""What must be true of a desk at any time: its ledger says nothing that the world's journals deny."""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

from life.world import World
from sqlalchemy import select

from takedown.audit import verify as audit
from takedown.ledger.ids import case_id
from takedown.ledger.tables import cases, requests


class Checked:
    """A desk in its world, and what people did there that the ledger cannot know better."""

    world: World
    desk: Any
    again: Counter[str]
    """How often a person let a request go out once more, by its name."""
    vouched: set[str]
    """Of which a person said that they arrived."""
    untold: set[str]
    """Only planned when the backup was made, and sent since, which it cannot know."""
    trace: list[str]

    def check(self) -> None:
        took = self.world.by_reference()
        for row in self._rows(select(requests)):
            name, state = self.name_of(row), row["state"]
            times = self._withdrawn(row) if row["purpose"] == "withdrawal" else took[name]
            said = f"R-{row['id']} {row['purpose']} on {row['lane']} is {state}, taken {times} times"
            assert times <= 1 + self.again[name], f"doubled: {said}"
            if state == "sent" and name not in self.vouched:
                assert times, f"falsely sent: {said}"
            if times and not self.again[name] and name not in self.untold:
                assert state in {"sent", "unknown", "sending"}, f"taken, and not known: {said}"
        self._check_claims()

    def _check_claims(self) -> None:
        told: dict[str, set[str]] = {}
        for one in self.world.every():
            for case in one.cases:
                told.setdefault(case, set()).add(one.told.get(case, "received"))
        for row in self._rows(select(cases.c.id, cases.c.claimed, cases.c.delivered, cases.c.observed)):
            if row["claimed"] != "none":
                assert case_id(row["id"]) in told, f"C-{row['id']} is {row['claimed']}, and nobody said so"
            assert row["observed"] in {"unknown", ""}, "nobody looked"

    def check_record(self) -> None:
        found = audit(self.desk.ledger).problems
        assert not found, f"the record: {found[:5]}"

    def _rows(self, query: Any) -> list[dict[str, Any]]:
        with self.desk.ledger.read() as db:
            return [{**row} for row in db.execute(query).mappings()]

    def name_of(self, row: dict[str, Any]) -> str:
        """What a request is called where it was sent to."""
        return row["message_id"] if row["channel"] == "email" else row["reference"]

    def _withdrawn(self, row: dict[str, Any]) -> int:
        if row["channel"] == "email":
            return self.world.by_reference()[row["message_id"]]
        return sum(key == row["idempotency_key"] for _, key in self.world.endpoints[row["platform"]].withdrawals)

    @contextmanager
    def held_to_account(self) -> Generator[None]:
        """What fails inside is told with all that happened before; the desk is closed."""
        try:
            yield
        except AssertionError as error:
            raise AssertionError(f"{error}\nseed {self.world.seed}\n{self.story()}") from error
        finally:
            self.desk.ledger.close()

    def story(self) -> str:
        return "\n".join(self.trace[-60:])
