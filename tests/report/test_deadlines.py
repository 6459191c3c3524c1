import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from icalendar import Calendar
from ledger_scenes import DAY, START, Patience, Scene

from takedown.contract import MissingExtra
from takedown.ledger.moves import State
from takedown.notices import Packs
from takedown.notices.pack_file import Clock, Review
from takedown.planning.redress import add_appeal, tell_user
from takedown.report.deadlines import write_calendar


def clock(**more: Any) -> Clock:
    values = {"name": "action", "length": "48h", "starts": "received", "starts_when": "receipt", "source": "s", **more}
    return Clock.model_validate(values)


class Timed(Patience):
    """A pack with two clocks that are verified, and others that must not show."""

    clocks = (
        clock(verified=True, says={"en": "48 hours"}),
        clock(name="answer", starts="issued", verified=True),
        clock(name="not verified"),
        clock(name="for us", verified=True, for_platform=False),
        clock(name="elsewhere", starts="reviewed", verified=True),
    )
    review = Review(after="180d", source="ours")


def events(path: Path) -> dict[str, Any]:
    calendar = Calendar.from_ical(path.read_bytes())
    return {str(event["uid"]).partition("@")[0]: event for event in calendar.walk("VEVENT")}


@pytest.fixture
def timed(at_desk: Scene) -> Scene:
    at_desk.desk.__dict__["packs"] = Packs({"pk-peca-37": Timed()})  # type: ignore[dict-item] # patience and clocks are read
    return at_desk


def test_pending_cases_and_unsent_plans_have_deadlines(timed: Scene, tmp_path: Path) -> None:
    waiting, answered, unsent, foreign = timed.case(), timed.case(), timed.case(), timed.case(basis="not-installed")
    timed.sent(waiting, answered, foreign, respond_by=START + DAY)
    timed.claim(answered, "removed")
    timed.plan(unsent, valid_for=5 * DAY)
    assert write_calendar(timed.desk, tmp_path / "d.ics") == 7
    found = events(tmp_path / "d.ics")
    times = {name: event["dtstart"].dt for name, event in found.items()}
    start = datetime.fromtimestamp(START, UTC)
    assert {name: (at - start).total_seconds() / DAY for name, at in times.items()} == {
        "patience-C-1": 3, "clock-0-C-1": 2, "clock-1-C-1": 1, "plan-P-2": 5,
        "review-C-1": 180, "review-C-2": 180, "review-C-4": 180,
    }  # fmt: skip
    assert all(at.utcoffset() == timedelta(0) for at in times.values())
    assert "FILE-1" in found["patience-C-1"]["summary"]


def test_no_target_is_named_and_a_second_export_is_the_same_calendar(timed: Scene, tmp_path: Path) -> None:
    timed.sent(timed.case(reference="FILE-\u202e7\nBEGIN:VALARM" + "ä" * 80))
    write_calendar(timed.desk, tmp_path / "one.ics")
    timed.clock.at += DAY
    write_calendar(timed.desk, tmp_path / "two.ics")
    text = (tmp_path / "one.ics").read_bytes().decode()
    assert "standin" not in text
    assert "\u202e" not in text
    assert "\nBEGIN:VALARM" not in text
    assert max(len(line.encode()) for line in text.split("\r\n")) <= 75
    assert events(tmp_path / "one.ics").keys() == events(tmp_path / "two.ics").keys()


def test_a_sent_plan_and_a_frozen_reminder_have_no_deadline(timed: Scene, tmp_path: Path) -> None:
    case = timed.case()
    timed.sent(case)
    timed.claim(case, "declined")
    timed.go(timed.plan(case, purpose="reminder"), State.APPROVED)
    write_calendar(timed.desk, tmp_path / "d.ics")
    assert events(tmp_path / "d.ics").keys() == {"review-C-1"}


def test_a_missing_extra_is_told(at_desk: Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "icalendar", None)
    with pytest.raises(MissingExtra, match="calendar"):
        write_calendar(at_desk.desk, tmp_path / "d.ics")
    assert list(tmp_path.glob("*.ics")) == []


def test_what_waits_for_us_has_a_day_too(timed: Scene, tmp_path: Path) -> None:
    """A question, an appeal, a user who is not told yet, and the review of what stands; renewed measures at their new day."""
    asked, done, renewed, back = timed.case(), timed.case(), timed.case(), timed.case()
    timed.sent(asked, done, renewed, back)
    timed.clock.at += 60
    timed.claim(asked, "needs_information")
    for case in (done, renewed):
        timed.claim(case, "removed")
    timed.change(renewed, reviewed_until=START + 400 * DAY)
    timed.change(back, withdrawal="sent")
    appeal = add_appeal(timed.desk, done, "user", "It is somebody else.", START + 14 * DAY, "")
    tell_user(timed.desk, done, "withheld", START + 30 * DAY, "Article 11 (3)")
    count = write_calendar(timed.desk, tmp_path / "d.ics")
    found = events(tmp_path / "d.ics")
    start = datetime.fromtimestamp(START, UTC)
    assert {name: round((event["dtstart"].dt - start).total_seconds() / DAY, 2) for name, event in found.items()} == {
        "question-C-1": 3, "review-C-1": 180, "review-C-2": 180, "review-C-3": 400, f"appeal-A-{appeal}": 14, "tell-C-2": 30,
    }  # fmt: skip
    assert count == len(found)
    assert str(found["question-C-1"]["summary"]) == "C-1, FILE-1: the platform's question waits for our answer"
    assert str(found["appeal-A-1"]["description"]) == "takedown appeal decide A-1 --as OUTCOME --reason TEXT"
    write_calendar(timed.desk, tmp_path / "again.ics")
    assert events(tmp_path / "again.ics").keys() == found.keys()
    assert write_calendar(timed.desk, tmp_path / "other.ics", platform="wren") == 0
    assert write_calendar(timed.desk, tmp_path / "batch.ics", batch=1) == len(found)
