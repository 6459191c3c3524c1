"""Public figures: they add up, hide what is small, tell what went wrong, and agree with the record or are not written."""

import csv
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from ledger_scenes import DAY, START, Scene, scene
from sqlalchemy import delete, text, update

from takedown.contract import UsageError
from takedown.ledger.cases import close, reopen
from takedown.ledger.tables import cases, claims, events, plans
from takedown.ledger.truths import Sighting, add_sightings
from takedown.notices import load_packs
from takedown.planning.demands import Demands
from takedown.planning.redress import add_appeal, decide_appeal
from takedown.planning.rejecting import reject
from takedown.report.public.document import up_to, write, year
from takedown.report.public.publishing import publish
from takedown.report.public.record import DoesNotReconcile
from takedown.report.public.transparency import transparency

PACKS = load_packs()


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Scene]:
    with scene(tmp_path) as found:
        found.desk.__dict__["packs"] = PACKS
        yield found


def recorded(desk: Scene, count: int, basis: str = "pk-peca-37", platform: str = "chirp", **more: Any) -> list[int]:
    """Cases with the event that an import leaves."""
    made = [desk.case(platform, basis=basis, **more) for _ in range(count)]
    desk.write(lambda book: book.record("batch.imported", "B-1", {"imported": count, "first": ""}) and None)
    return made


def sent(desk: Scene, count: int, basis: str = "pk-peca-37", platform: str = "chirp", said: str = "", **more: Any) -> list[int]:
    made = recorded(desk, count, basis, platform, **more)
    desk.sent(*made, platform=platform)
    desk.write(lambda book: _attempted(book.db))
    for case in made if said else ():
        desk.claim(case, said)
    return made


def _attempted(db: Any) -> None:
    """An answer for each request that was sent, as sending leaves it."""
    columns = "INSERT INTO attempts (request, number, started_at, ended_at, outcome) SELECT id, 1, 0, 0, 'sent' FROM requests"
    db.execute(text(f"{columns} WHERE state = 'sent' AND id NOT IN (SELECT request FROM attempts)"))


def look(desk: Scene, seen: list[int], value: str) -> None:
    found = [Sighting(case, value, "m", "high", "PK", source="by_hand") for case in seen]
    desk.write(lambda book: add_sightings(book, found) and None)


def sheet(document: Any, title: str) -> dict[tuple[Any, ...], dict[str, Any]]:
    """By the words that begin a row: its figures by column."""
    (found,) = [one for one in document.sheets if one.title == title]
    at, names = found.labels, found.columns[found.labels :]
    return {tuple(row[:at]): dict(zip(names, row[at:], strict=True)) for row in found.rows}


def told(desk: Scene, **more: Any) -> Any:
    return transparency(desk.desk, more.get("period", up_to(desk.clock.now())))


def test_orders_notices_and_referrals_stand_apart_and_add_up(desk: Scene) -> None:
    sent(desk, 20, said="removed")
    sent(desk, 10, said="declined")
    sent(desk, 12, "eu-dsa-16", "wren")
    sent(desk, 9, "terms-referral", "wren", said="restricted")
    document = told(desk)
    orders = sheet(document, "Orders")
    assert orders["pk-peca-37", "chirp"] == {
        "cases sent": 30,
        "platform acted": 20,
        "declined": 10,
        "no final answer yet": 0,
        "found not to be meant": 0,
        "requests sent": "<5",
        "seen gone by us": 0,
        "said to be gone, seen still up": 0,
        "not seen up before": 30,
        "withdrawn": 0,
        "put back after a withdrawal": 0,
        "appealed against": 0,
        "reversed on appeal": 0,
        "closed as mistakes": 0,
    }
    assert sheet(document, "Notices")["eu-dsa-16", "wren"]["no final answer yet"] == 12
    assert sheet(document, "Voluntary referrals")["terms-referral", "wren"]["platform acted"] == 9
    assert sheet(document, "All of them")["cases sent",] == {"cases": 51}


def test_what_went_wrong_is_told(desk: Scene) -> None:
    first = sent(desk, 13, said="removed")
    look(desk, first[:11], "available")
    for case in first[:5]:
        close(desk.desk.ledger, case, "mistake", "alice")
    second = sent(desk, 7, platform="wren")
    desk.write(lambda book: book.db.execute(update(cases).where(cases.c.id.in_(second)).values(withdrawal="sent")) and None)
    found = sheet(told(desk), "Orders")
    assert found["pk-peca-37", "chirp"]["found not to be meant"] == found["pk-peca-37", "chirp"]["closed as mistakes"] == 5
    assert found["pk-peca-37", "chirp"]["said to be gone, seen still up"] == 11
    assert found["pk-peca-37", "wren"]["withdrawn"] == 7
    assert found["pk-peca-37", "wren"]["put back after a withdrawal"] == 0
    assert found["pk-peca-37", "chirp"]["not seen up before"] == "<5"


@pytest.mark.safeguard("S17")
def test_a_small_figure_is_hidden_and_cannot_be_subtracted_out(desk: Scene) -> None:
    sent(desk, 30, said="removed")
    sent(desk, 3, platform="wren", said="declined")
    document = told(desk)
    rows = sheet(document, "Orders")
    assert rows["pk-peca-37", "wren"]["cases sent"] == "<5"
    assert rows["pk-peca-37", "chirp"]["cases sent"] == "withheld"
    assert sheet(document, "All of them")["cases sent",] == {"cases": 33}
    shown = json.dumps([one.rows for one in document.sheets])
    assert " 3," not in shown


def test_appeals_and_reversals_are_told(desk: Scene) -> None:
    made = sent(desk, 20)
    for case in made[:12]:
        appeal = add_appeal(desk.desk, case, "user", "It is satire.", START + DAY, "")
        decide_appeal(desk.desk, appeal, "reversed" if case in made[:7] else "upheld", "looked at again")
    found = sheet(told(desk), "Orders")["pk-peca-37", "chirp"]
    assert (found["appealed against"], found["reversed on appeal"]) == (12, 7)


def test_a_year_is_a_year(desk: Scene) -> None:
    sent(desk, 6)
    desk.clock.at = START + 400 * DAY
    sent(desk, 9)
    assert sheet(told(desk, period=year(2026)), "All of them")["cases sent",] == {"cases": 6}
    assert sheet(told(desk, period=year(2027)), "All of them")["cases sent",] == {"cases": 9}
    assert sheet(told(desk, period=year(2025)), "All of them")["cases sent",] == {"cases": 0}


def test_a_reviewers_no_is_counted(desk: Scene) -> None:
    for _ in range(5):
        desk.plan(*recorded(desk, 2))
    desk.desk.who = "bilal"
    for plan in range(1, 6):
        reject(desk.desk, plan, "the wrong account", [])
    found = sheet(told(desk), "Checks and brakes")
    assert found["plans rejected by a second person",] == {"how often": 5}
    assert found["cases rejected by a second person",] == {"how often": 10}


def test_emergencies_and_protected_speakers_are_always_counted(desk: Scene) -> None:
    for number in range(6):
        desk.plan(*recorded(desk, 2))
        flagged = {f"C-{2 * number + 1}": ("protected speaker (press), named by Example of 2026-01-01",), "C-99": ("1 follower",)}
        asked = Demands(2, flagged=flagged, emergency="a live stream").text()
        values = {"demands": asked, "approved_at": desk.clock.at}
        desk.write(
            lambda book, n=number, v=values: book.db.execute(update(plans).where(plans.c.id == n + 1).values(**v)) and None
        )
    found = sheet(told(desk), "Checks and brakes")
    assert found["plans approved as emergencies",] == {"how often": 6}
    assert found["cases in them",] == {"how often": 12}
    assert found["cases of protected speakers that were approved, each by itself",] == {"how often": 6}


@pytest.mark.safeguard("S17")
@pytest.mark.figure("public figures from a ledger that was changed behind the record", unit="changes", how="none is written")
@pytest.mark.parametrize(
    "change",
    [
        lambda db: db.execute(delete(claims).where(claims.c.value == "declined")),
        lambda db: db.execute(update(claims).values(value="removed")),
        lambda db: db.execute(update(cases).values(closed="done")),
        lambda db: db.execute(delete(cases).where(cases.c.id == 9)),
        lambda db: db.execute(text("UPDATE requests SET state = 'refused'")),
        lambda db: db.execute(update(cases).where(cases.c.id == 9).values(delivered="sent")),
        lambda db: db.execute(update(events).where(events.c.kind == "batch.imported").values(data='{"imported":3}')),
        lambda db: db.execute(delete(events).where(events.c.seq > 4)),
    ],
    ids=[
        "claims gone",
        "claims changed",
        "closed",
        "case gone",
        "request changed",
        "said to be sent",
        "event changed",
        "events cut",
    ],
)
def test_figures_that_do_not_agree_with_the_record_are_not_made(desk: Scene, change: Any) -> None:
    sent(desk, 8, said="declined")
    (draft,) = recorded(desk, 1)
    assert draft == 9
    assert told(desk).record.seq
    desk.write(lambda book: change(book.db) and None)
    with pytest.raises(DoesNotReconcile) as refused:
        told(desk)
    assert refused.value.exit == 12


def test_what_was_closed_and_opened_again_agrees(desk: Scene) -> None:
    made = sent(desk, 8)
    close(desk.desk.ledger, made[0], "done", "alice")
    reopen(desk.desk.ledger, made[0], "alice")
    close(desk.desk.ledger, made[0], "unverifiable", "alice")
    assert told(desk).record.seq


@pytest.mark.parametrize("form", ["md", "json", "csv"])
def test_each_form_has_every_figure_and_the_record(desk: Scene, tmp_path: Path, form: str) -> None:
    sent(desk, 8, said="declined")
    path = tmp_path / f"figures.{form}"
    document = told(desk)
    figures = write(document, path)
    text_ = path.read_text(encoding="utf-8-sig")
    assert document.record.hash in text_
    assert "practice" in text_.lower() or form == "csv"
    if form == "csv":
        assert len(list(csv.reader(text_.splitlines()))) == figures + 1
    if form == "json":
        assert json.loads(text_)["sheets"][0]["rows"][0][:4] == ["pk-peca-37", "chirp", 8, 0]
    if form == "md":
        assert "| pk-peca-37 | chirp | 8 | 0 | 8 | 0 | 0 | <5 |" in text_


def test_a_file_whose_ending_says_no_form_is_refused(desk: Scene, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="says no form"):
        publish(desk.desk, "transparency", up_to(desk.clock.now()), tmp_path / "figures.doc")


def test_that_figures_were_written_is_recorded(desk: Scene, tmp_path: Path) -> None:
    publish(desk.desk, "transparency", year(2026), tmp_path / "figures.md")
    with desk.desk.ledger.read() as db:
        (kept,) = db.execute(text("SELECT data FROM events WHERE kind = 'public.written'")).scalars()
    assert json.loads(kept)["period"] == "2026"


def test_a_name_is_never_markup(desk: Scene, tmp_path: Path) -> None:
    section = desk.desk.settings.authority.model_copy(update={"name": "[x](https://evil.example) <script> | \x1b[2J"})
    settings = desk.desk.settings.model_copy(update={"authority": section})
    desk.desk.config = replace(desk.desk.config, settings=settings)
    publish(desk.desk, "transparency", year(2026), tmp_path / "figures.md")
    told_ = (tmp_path / "figures.md").read_text()
    assert "<script>" not in told_
    assert "[x](" not in told_
    assert "\x1b" not in told_
