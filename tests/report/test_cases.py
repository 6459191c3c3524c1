import pytest
from desks import reading, status_of
from ledger_scenes import DAY, Scene
from sqlalchemy import event, select

from takedown.contract import UsageError
from takedown.ledger.cases import ClosedAlready, NotClosed, OpenTwin, close, note, reopen
from takedown.ledger.errors import NoSuchCase
from takedown.ledger.moves import State
from takedown.ledger.reader import Reader
from takedown.ledger.tables import cases, events
from takedown.report.cases import as_item, dossier
from takedown.report.listing import Filter, count, listed
from takedown.report.story import Story, tell


def found(at_desk: Scene, limit: int | None = None, **chosen: object) -> list[str]:
    with reading(at_desk.desk).ledger() as ledger:
        wanted = Filter(**chosen)  # type: ignore[arg-type] # a test names the fields
        names = [item["case"] for item in listed(ledger, wanted, limit)]
        assert count(ledger, wanted) >= len(names)
        return names


def story(at_desk: Scene, case: int = 1) -> Story:
    with reading(at_desk.desk).ledger() as ledger:
        return tell(dossier(ledger, case), 3 * DAY, at_desk.clock.at)


def commands(told: Story) -> list[str]:
    return [step.do for step in told.can]


def test_filters_narrow_and_the_order_is_that_of_numbers(at_desk: Scene) -> None:
    one, two, three = at_desk.case(), at_desk.case("wren"), at_desk.case()
    at_desk.sent(one, two)
    at_desk.claim(one, "removed")
    at_desk.see(two, "unknown")
    close(at_desk.desk.ledger, three, "done", "alice")
    assert found(at_desk) == ["C-1", "C-2"]
    assert found(at_desk, closed=True) == ["C-3"]
    assert found(at_desk, closed=None) == ["C-1", "C-2", "C-3"]
    assert found(at_desk, delivery="sent", claimed="none") == ["C-2"]
    assert found(at_desk, observed="none") == ["C-1"]
    assert found(at_desk, observed="unknown") == ["C-2"]
    assert found(at_desk, platform="wren") == ["C-2"]
    assert found(at_desk, batch=2) == []
    assert found(at_desk, pending=True) == ["C-2"]
    assert found(at_desk, limit=1) == ["C-1"]


def test_a_value_that_does_not_exist_is_named() -> None:
    with pytest.raises(UsageError, match="--claimed 'vanished' is no value"):
        Filter(claimed="vanished")


def test_an_item_names_the_newest_request(at_desk: Scene) -> None:
    case = at_desk.case()
    at_desk.sent(case, attempts=2)
    with reading(at_desk.desk).ledger() as ledger:
        (item,) = listed(ledger, Filter())
    assert {name: item[name] for name in ("request", "receipt", "attempts", "delivery", "observed")} == {
        "request": "R-1", "receipt": "CH-1", "attempts": 2, "delivery": "sent", "observed": "none",
    }  # fmt: skip


def test_a_dossier_holds_all_and_shows_no_bytes(at_desk: Scene) -> None:
    case = at_desk.case()
    at_desk.sent(case)
    at_desk.claim(case, "declined", reason="no violation", ground="own_rules")
    note(at_desk.desk.ledger, case, "called\n  the hotline", "bilal")
    with reading(at_desk.desk).ledger() as ledger:
        item = as_item(dossier(ledger, case))
    assert [one["state"] for one in item["requests"]] == ["sent"]
    assert [(one["value"], one["ground"]) for one in item["claims"]] == [("declined", "own_rules")]
    assert item["decisions"][0]["note"] == "called the hotline"
    assert item["notes"].endswith("bilal: called the hotline")
    assert "body" not in item["requests"][0]


def test_an_unknown_case_is_an_error(at_desk: Scene) -> None:
    with reading(at_desk.desk).ledger() as ledger, pytest.raises(NoSuchCase, match="no case C-7"):
        dossier(ledger, 7)


def test_closing_makes_an_unsent_plan_stale_and_is_recorded(at_desk: Scene) -> None:
    case = at_desk.case()
    at_desk.plan(case)
    done = close(at_desk.desk.ledger, case, "mistake", "alice")
    assert (done.plan, done.delivered) == (1, "planned")
    with at_desk.desk.ledger.read() as db:
        assert db.execute(select(cases.c.version, cases.c.closed)).one() == (2, "mistake")
        (data,) = db.execute(select(events.c.data).where(events.c.kind == "case.closed")).one()
    assert '"as":"mistake"' in data
    assert "alice" not in data
    with pytest.raises(ClosedAlready, match="closed already, as mistake"):
        close(at_desk.desk.ledger, case, "done", "alice")


def test_a_sent_case_leaves_no_plan_stale(at_desk: Scene) -> None:
    case = at_desk.case()
    at_desk.sent(case)
    assert close(at_desk.desk.ledger, case, "done", "alice").plan == 0


def test_reopening_needs_a_closed_case_without_an_open_twin(at_desk: Scene) -> None:
    case = at_desk.case()
    with pytest.raises(NotClosed):
        reopen(at_desk.desk.ledger, case, "alice")
    close(at_desk.desk.ledger, case, "done", "alice")
    reopen(at_desk.desk.ledger, case, "alice")
    close(at_desk.desk.ledger, case, "done", "alice")
    twin = at_desk.case(identity="account:standin_0001")
    with pytest.raises(OpenTwin, match=f"C-{twin} is open for the same target"):
        reopen(at_desk.desk.ledger, case, "alice")


@pytest.mark.parametrize("text", ["", " \n ", "x" * 4001])
def test_a_note_says_something_and_not_everything(at_desk: Scene, text: str) -> None:
    with pytest.raises(UsageError):
        note(at_desk.desk.ledger, at_desk.case(), text, "alice")


def test_the_story_follows_the_case(at_desk: Scene) -> None:
    case = at_desk.case()
    assert commands(story(at_desk))[0] == "takedown plan --case C-1"
    request = at_desk.plan(case)
    assert commands(story(at_desk))[:2] == ["takedown plan show P-1", "takedown approve P-1 --as NAME"]
    at_desk.go(request, State.APPROVED)
    assert commands(story(at_desk))[0] == "takedown submit P-1"
    at_desk.go(request, State.SENDING)
    assert "died" in story(at_desk).next
    at_desk.go(request, State.UNKNOWN, detail="connection lost")
    assert "connection lost" in story(at_desk).next
    at_desk.go(request, State.SENT, receipt="CH-1", receipt_at=at_desk.clock.at)
    told = story(at_desk)
    assert "R-1 was sent on 2026-01-01 12:00 UTC, receipt CH-1." in told.so_far
    assert told.next == "We wait for the platform's answer until 2026-01-04 12:00 UTC; then it is overdue, and may be reminded."
    at_desk.clock.at += 4 * DAY
    assert "overdue since 2026-01-04 12:00 UTC" in story(at_desk).next
    at_desk.claim(case, "removed", ground="local_law", territory="PK", reason="Order of the court.")
    assert 'chirp says that it removed it under local law in PK: "Order of the court."' in story(at_desk).so_far[-2]
    at_desk.see(case, "available")
    assert "yet it is still up" in story(at_desk).next
    close(at_desk.desk.ledger, case, "done", "bilal")
    told = story(at_desk)
    assert told.so_far[-1] == "On 2026-01-05 12:00 UTC bilal closed it as done."
    assert commands(told) == ["takedown case reopen C-1"]


@pytest.mark.parametrize(
    ("states", "says"),
    [
        ([State.OPERATOR], "types the reference"),
        ([State.SENDING, State.REFUSED], "never sent again"),
        ([State.SENDING, State.SENT, State.RETURNED], "came back"),
    ],
)
def test_every_end_has_its_own_way_on(at_desk: Scene, states: list[State], says: str) -> None:
    at_desk.go(at_desk.plan(at_desk.case()), State.APPROVED, *states)
    assert says in story(at_desk).next


@pytest.mark.parametrize(
    ("claimed", "observed", "says"),
    [
        ("needs_information", "", "waits for an answer"),
        ("removed", "", "Nothing more is asked"),
        ("declined", "", "must bring something new"),
        ("declined", "gone", "declined, yet it is gone"),
    ],
)
def test_after_sending_the_truths_decide(at_desk: Scene, claimed: str, observed: str, says: str) -> None:
    case = at_desk.case()
    at_desk.sent(case)
    at_desk.claim(case, claimed)
    at_desk.see(case, observed)
    assert says in story(at_desk).next


@pytest.mark.sqlite("its query plans")
def test_what_is_counted_is_read_from_indexes_alone(at_desk: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    from takedown.report.outcomes import Asked, report

    at_desk.sent(at_desk.case())
    asked: list[tuple[str, object]] = []
    rows = Reader.rows
    monkeypatch.setattr(Reader, "rows", lambda self, sql, **given: asked.append((sql, given)) or rows(self, sql, **given))
    engine = at_desk.desk.ledger.engine
    event.listen(engine, "before_cursor_execute", lambda _c, _r, sql, given, _x, _m: asked.append((sql, given)))
    status_of(at_desk.desk)
    report(at_desk.desk, Asked("organisation"))
    with engine.connect() as db:
        raw = db.connection.driver_connection
        assert raw is not None
        plans = [
            row[3] for sql, given in asked if sql.startswith("SELECT") for row in raw.execute(f"EXPLAIN QUERY PLAN {sql}", given)
        ]
    touched = [line for line in plans if any(f" {table} " in line for table in ("cases", "requests", "r", "c"))]
    assert len(touched) > 8
    # What was taken back, what stopped a clock, and what is uncertain are few: found by an index of their own, and then read.
    few = ("ix_cases_request", "ix_cases_withdrawal", "ix_requests_open", "INTEGER PRIMARY KEY")
    assert [line for line in touched if "COVERING INDEX" not in line and not any(one in line for one in few)] == []
    assert [line for line in touched if line.startswith(("SCAN cases ", "SCAN c ")) and "INDEX" not in line] == []
    assert [line for line in plans if "GROUP BY" in line] == []
