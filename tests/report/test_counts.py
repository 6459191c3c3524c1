"""The counts that a ledger keeps of its cases, beside a look at each case."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from busy import busy
from ledger_scenes import DAY, Scene, scene
from servers import POSTGRESQL, ledger_url
from sqlalchemy import delete, insert, select, text, update

from takedown.audit import verify
from takedown.ledger.book import Book
from takedown.ledger.counts import miscounted
from takedown.ledger.setup import upgrade
from takedown.ledger.tables import cases
from takedown.report import cells, spans
from takedown.report.cells import GROUPS
from takedown.report.outcomes import Asked, Report, report

VALUES = {
    "platform": ("chirp", "wren"), "kind": ("account", "post"), "basis": ("pk-peca-37", "eu-dsa-9"),
    "organisation": ("", "Desk 2"),
    "delivered": ("draft", "sent", "sent", "sent", "returned", "withdrawn"),
    "claimed": ("none", "received", "removed", "restricted", "declined"),
    "observed": ("", "available", "gone", "withheld", "unknown"),
    "ground": ("", "own_rules", "local_law"), "closed": ("", "", "", "done", "mistake"),
}  # fmt: skip
MOMENTS = ("sent_at", "acted_at", "declined_at", "gone_at", "closed_at", "withdrawn_at")
RARE = ("declined_at", "closed_at", "withdrawn_at")


@pytest.fixture
def many(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few cases are treated as many are: their times are rounded."""
    monkeypatch.setattr(spans, "EXACT", 0)


def uncounted(at_desk: Scene, by: str) -> Report:
    """The report by a look at every case, as it is made of a batch or a past time."""
    with pytest.MonkeyPatch.context() as patched:
        for module in (cells, spans):
            patched.setattr(module, "kept", lambda *_: False)
        return report(at_desk.desk, Asked(by))


def wrong(at_desk: Scene) -> list[str]:
    with at_desk.desk.ledger.read() as db:
        return [*miscounted(db)]


def drawn(rng: random.Random, now: float) -> dict[str, object]:
    """Anything that a row of cases can hold, whether or not a case can come to it."""
    found: dict[str, object] = {name: rng.choice(values) for name, values in VALUES.items()}
    steps = (0, 0.0004, 1, 3600, 3599.9996, 7 * DAY, 8 * DAY + 1, 200 * DAY)
    pool = [now - rng.choice(steps) - rng.choice([0.0, rng.random() * DAY]) for _ in range(3)]  # few, so that some are the same
    return found | {name: rng.choice([None, None, None, pool[0]] if name in RARE else [None, *pool]) for name in MOMENTS}


def changes(at_desk: Scene, rng: random.Random, steps: int) -> Iterator[None]:
    """Rows that come, change in some of their columns, and go, by statements of one row and of many."""
    for _ in range(steps):
        values = drawn(rng, at_desk.clock.at)
        some = {name: values[name] for name in rng.sample(sorted(values), rng.randint(1, 4))}

        def change(book: Book, values: dict[str, object] = values, some: dict[str, object] = some) -> None:
            numbers = book.db.execute(select(cases.c.id)).scalars().all()
            picked = rng.sample(numbers, min(len(numbers), 3))
            match rng.choice(["come", "come", "change", "change", "go"]):
                case "come":
                    one = book.db.execute(select(cases).order_by(cases.c.id)).mappings().first() or {}
                    number = max(numbers) + 1
                    book.db.execute(insert(cases).values({**one, **values, "id": number, "identity": f"account:{number}"}))
                case "change":
                    book.db.execute(update(cases).where(cases.c.id.in_(picked)).values(**some))
                case _:
                    book.db.execute(delete(cases).where(cases.c.id == picked[0], cases.c.id > 1))

        at_desk.desk.ledger.write(change)
        yield


@pytest.mark.usefixtures("many")
@pytest.mark.parametrize("seed", range(3))
def test_whatever_happens_to_rows_the_counts_are_those_of_the_cases(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    with scene(tmp_path) as at_desk:
        at_desk.case()
        seen: set[str] = set()
        for step, _ in enumerate(changes(at_desk, rng, 180)):
            if step % 12 == 0:
                assert wrong(at_desk) == []
                for by in GROUPS:
                    found, looked = report(at_desk.desk, Asked(by)), uncounted(at_desk, by)
                    assert (found.groups, found.course, found.id) == (looked.groups, looked.course, looked.id)
                    seen.add(found.id)
            if POSTGRESQL and step % 7 == 0:
                at_desk.write(lambda book: book.db.execute(text("SELECT fold_case_counts()")) and None)
            at_desk.clock.at += rng.choice([0.001, 90, 3600, DAY])
        assert len(seen) > 50


@pytest.mark.usefixtures("many")
def test_what_was_counted_is_what_the_events_tell(tmp_path: Path) -> None:
    """A past time is worked out from events and rows, without any count; so the same moment must have the same figures."""
    with scene(tmp_path) as at_desk:
        for seed in range(4):
            busy(at_desk, seed, 60)
            for by in GROUPS:
                found = report(at_desk.desk, Asked(by))
                assert report(at_desk.desk, Asked(by, as_of=found.at)).id == found.id
        assert wrong(at_desk) == []


@pytest.mark.parametrize("edit", ["UPDATE {} SET count = count + 1", "UPDATE {} SET platform = 'nowhere'", "DELETE FROM {}"])
@pytest.mark.parametrize("kept", ["case_counts", "case_times"])
def test_a_count_that_somebody_changed_is_told_and_made_anew(at_desk: Scene, kept: str, edit: str) -> None:
    at_desk.sent(at_desk.case())
    problems = verify(at_desk.desk.ledger).problems
    at_desk.write(lambda book: book.db.execute(text(edit.format(kept))) and None)
    told = [what for one, what in verify(at_desk.desk.ledger).problems if (one, what) not in problems]
    assert len(told) == 1
    assert told[0].startswith(kept)
    folder = at_desk.desk.config.folder
    upgrade(ledger_url(folder), folder)
    assert wrong(at_desk) == []
    assert verify(at_desk.desk.ledger).problems == problems
