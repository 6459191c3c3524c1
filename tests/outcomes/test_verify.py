"""Looking for ourselves, against the sandbox's pages: baseline, control, two sightings, returns, re-checks, checks by eye."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from desks import URLS, Quiet, TurnedClock, add_cases, make_desk, status_of
from sqlalchemy import select, update

from takedown.cli import run
from takedown.contract import Seen
from takedown.delivery.deliver import Halted
from takedown.delivery.halting import halt
from takedown.desk import Desk
from takedown.ledger.tables import cases, events, sightings
from takedown.ledger.truths import HOUR, Change, Sighting, observed_after
from takedown.outcomes.looking import RECHECKS, due_at
from takedown.outcomes.verify import Looking, Verified, _judged, verify
from takedown.sandbox import Behaviour, Sandbox
from takedown.sandbox.behaviour import Decisions
from takedown.sandbox.pages import Pages
from takedown.sandbox.wire import Answer, HttpRequest

URL = "https://www.tiktok.com/@standin_{:04d}"
CONTROL = "https://www.tiktok.com/@standin_9999"


@pytest.fixture
def tiktok(tmp_path: Path) -> Iterator[Sandbox]:
    behaviour = Behaviour(dialect="tiktok", decisions=Decisions({"removed": 1.0}), ripening=(0.0, 0.0))
    with Sandbox(tmp_path / "sandbox", {"tiktok": behaviour}, smtp_port=None).in_background() as sandbox:
        yield sandbox


def desk_for(tmp_path: Path, sandbox: Sandbox, **changes: Any) -> Desk:
    table = {
        "channel": "api", "base_url": sandbox.url("tiktok"), "probe": True, "probe_base": sandbox.url("tiktok"),
        "probe_control": CONTROL, "probe_rate": "1000/s",
    } | changes  # fmt: skip
    desk = make_desk(tmp_path, {"tiktok": {k: v for k, v in table.items() if v is not None}}, clock=TurnedClock())
    add_cases(desk, "tiktok", range(1, 4))
    return desk


def look(desk: Desk, *, due: bool = False) -> Verified:
    return verify(desk, None, Quiet(), due=due)


def remove(sandbox: Sandbox, *numbers: int) -> None:
    """What these stand for was removed by the platform."""
    sandbox.books["tiktok"].take("portal", "TD-1", [("", URL.format(n)) for n in numbers])


def deliver_all(desk: Desk) -> None:
    sent = update(cases).values(delivered="sent", sent_at=desk.clock.now())
    desk.ledger.write(lambda book: book.db.execute(sent))


def observed(desk: Desk) -> list[str]:
    with desk.ledger.read() as db:
        return list(db.execute(select(cases.c.observed).order_by(cases.c.id)).scalars())


def rows(desk: Desk) -> list[Any]:
    with desk.ledger.read() as db:
        return list(db.execute(select(sightings).order_by(sightings.c.id)).mappings())


def turn(desk: Desk, seconds: float) -> None:
    desk.clock.at += seconds  # type: ignore[attr-defined]  # the tests' own clock


def test_a_removal_counts_after_a_baseline_and_two_looks_an_hour_apart(tmp_path: Path, tiktok: Sandbox) -> None:
    desk = desk_for(tmp_path, tiktok)
    assert look(desk).values == {"available": 3}
    remove(tiktok, 1)
    assert look(desk).values == {"gone": 1, "available": 2}
    assert observed(desk) == ["available"] * 3
    turn(desk, HOUR - 60)
    look(desk)
    assert observed(desk) == ["available"] * 3
    turn(desk, 120)
    done = look(desk)
    assert observed(desk) == ["gone", "available", "available"]
    assert done.changes == [Change(1, "available", "gone")]
    assert done.exit == 0


@pytest.mark.safeguard("S16")
def test_what_was_never_seen_available_is_never_gone(tmp_path: Path, tiktok: Sandbox) -> None:
    desk = desk_for(tmp_path, tiktok)
    remove(tiktok, 1)
    for _ in range(3):
        look(desk)
        turn(desk, 2 * HOUR)
    assert observed(desk) == ["unknown", "available", "available"]


@pytest.mark.safeguard("S16")
def test_without_a_control_nothing_is_believed(tmp_path: Path, tiktok: Sandbox) -> None:
    desk = desk_for(tmp_path, tiktok, probe_control=None)
    done = look(desk)
    assert done.values == {"unknown": 3}
    assert done.exit == 8
    assert "probe_control is not set" in done.unset["tiktok"]
    assert observed(desk) == ["unknown"] * 3


def test_a_failed_control_makes_the_whole_platform_unknown(tmp_path: Path, tiktok: Sandbox) -> None:
    desk = desk_for(tmp_path, tiktok)
    look(desk)
    remove(tiktok, 1, 2, 9999)
    for _ in range(3):
        turn(desk, 2 * HOUR)
        done = look(desk)
        assert done.values == {"unknown": 3}
        assert done.exit == 5
    assert observed(desk) == ["unknown"] * 3


def test_a_control_that_fails_afterwards_takes_back_what_was_seen(
    tmp_path: Path, tiktok: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = desk_for(tmp_path, tiktok)
    whole, told = Looking._control, iter(["", "the control failed: blocked"])

    async def control(self: Looking) -> str:
        await whole(self)
        return next(told)

    monkeypatch.setattr(Looking, "_control", control)
    assert look(desk).values == {"unknown": 3}


def test_a_return_is_told_and_needs_a_person(tmp_path: Path, tiktok: Sandbox) -> None:
    desk = desk_for(tmp_path, tiktok)
    deliver_all(desk)
    look(desk)
    remove(tiktok, 1)
    look(desk)
    turn(desk, 2 * HOUR)
    look(desk)
    filed = tiktok.books["tiktok"].by_reference("TD-1")[0]
    tiktok.books["tiktok"].withdraw(filed, "a mistake")
    turn(desk, HOUR)
    done = look(desk)
    assert (done.returned, done.exit) == (["C-1"], 8)
    assert observed(desk) == ["available"] * 3
    [matter] = [one for one in status_of(desk, None).people if one.what == "gone, back again"]
    assert (matter.kind, matter.count) == ("contradiction", 1)


def test_off_until_it_is_switched_on(tmp_path: Path, tiktok: Sandbox) -> None:
    desk = desk_for(tmp_path, tiktok, probe=None)
    done = look(desk)
    assert (done.looked, done.exit, rows(desk)) == (0, 0, [])
    assert done.by_eye["tiktok"].total() == 3


def test_the_evidence_is_kept_by_its_sha256(tmp_path: Path, tiktok: Sandbox) -> None:
    desk = desk_for(tmp_path, tiktok)
    look(desk)
    for row in rows(desk):
        data = (desk.ledger.folder / "evidence" / row["evidence"]).read_bytes()
        assert hashlib.sha256(data).hexdigest() == row["evidence"]
        document = json.loads(data)
        assert (document["status"], document["vantage"], document["value"]) == (200, "PK", "available")
        assert document["final_url"] == row["final_url"] == document["chain"][-1]["url"]
    with desk.ledger.read() as db:
        assert list(db.execute(select(events.c.kind).where(events.c.kind.like("sight%"))).scalars()) == ["sightings.recorded"]


def test_due_looks_only_when_the_time_has_come(tmp_path: Path, tiktok: Sandbox) -> None:
    desk = desk_for(tmp_path, tiktok)
    assert look(desk, due=True).looked == 3
    assert look(desk, due=True).looked == 0
    remove(tiktok, 1)
    look(desk)
    assert look(desk, due=True).looked == 0
    turn(desk, HOUR)
    assert look(desk, due=True).values == {"gone": 1}
    assert observed(desk)[0] == "gone"


def test_an_hour_of_the_sandbox_is_shorter(tmp_path: Path, tiktok: Sandbox) -> None:
    desk = make_desk(
        tmp_path,
        {"tiktok": {"probe": True, "probe_base": tiktok.url("tiktok"), "probe_control": CONTROL, "probe_rate": "1000/s"}},
        clock=TurnedClock(), extra="[sandbox]\ntime_scale = 3600\n",
    )  # fmt: skip
    add_cases(desk, "tiktok", [1])
    look(desk)
    remove(tiktok, 1)
    look(desk)
    turn(desk, 1.1)
    look(desk)
    assert observed(desk) == ["gone"]


def test_gone_targets_are_looked_at_on_a_schedule_that_decays() -> None:
    case = {"observed": "gone", "delivered": "sent", "claimed_at": None, "withdrawal": "none"}
    history, times = [{"value": "gone", "observed": "gone", "recorded_at": 0.0}], []
    while (at := due_at(case, history, HOUR)) is not None:
        times.append(round(at / 86_400))
        history.append({"value": "gone", "observed": "gone", "recorded_at": at})
    assert tuple(times) == RECHECKS
    withdrawn = {**case, "withdrawal": "sent", "withdrawn_at": times[-1] * 86_400 + 1.0}
    last = history[-1]["recorded_at"]
    assert due_at(withdrawn, history, HOUR) == last, "what was taken back is looked at at once"
    assert due_at({**withdrawn, "withdrawn_at": last - 1}, history, HOUR) == last + 86_400, "and then every day"


@pytest.mark.parametrize(
    ("was", "earlier", "new", "then"),
    [
        ("", [], "available", "available"),
        ("", [], "gone", "unknown"),
        ("available", ["available"], "gone", "available"),
        ("available", ["available", "gone"], "gone", "gone"),
        ("available", ["available", "gone"], "suspended", "available"),
        ("available", ["available", "gone", "available"], "gone", "available"),
        ("available", ["available", "gone", "unknown"], "gone", "gone"),
        ("available", ["available"], "unknown", "unknown"),
        ("gone", ["available", "gone", "gone"], "unknown", "gone"),
        ("gone", ["available", "gone", "gone"], "available", "available"),
        ("unknown", ["unknown", "gone"], "gone", "unknown"),
    ],
)
def test_the_rules_of_observing(was: str, earlier: list[str], new: str, then: str) -> None:
    history = [{"value": v, "vantage": "PK", "source": "probe", "recorded_at": 0.0} for v in earlier]
    assert observed_after(was, history, Sighting(1, new, "m", "high", "PK"), HOUR, HOUR) == then


def test_looks_from_two_countries_do_not_confirm_each_other() -> None:
    history = [{"value": v, "vantage": "DE", "source": "probe", "recorded_at": 0.0} for v in ("available", "gone")]
    assert observed_after("available", history, Sighting(1, "gone", "m", "high", "PK"), HOUR, HOUR) == "available"


def test_a_check_by_eye_counts_with_its_evidence(tmp_path: Path, tiktok: Sandbox, capsys: pytest.CaptureFixture[str]) -> None:
    desk = desk_for(tmp_path, tiktok)
    (tmp_path / "screen.png").write_bytes(b"a picture")
    words = ["sight", "C-2", "--value", "suspended", "--from", "pk", "--evidence", str(tmp_path / "screen.png")]
    assert run([*words, "--as", "alice", "--config", str(tmp_path / "takedown.toml"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["items"][0]["value"] == "suspended"
    assert observed(desk) == ["", "suspended", ""]
    [row] = rows(desk)
    assert (row["source"], row["by"], row["vantage"]) == ("by_hand", "alice", "PK")
    assert (desk.ledger.folder / "evidence" / row["evidence"]).read_bytes() == b"a picture"


@pytest.mark.safeguard("S16")
@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["C-1", "--value", "vanished", "--from", "PK"], 2),
        (["C-1", "--value", "gone", "--from", "Pakistan"], 2),
        (["C-77", "--value", "gone", "--from", "PK"], 2),
    ],
)
def test_a_check_by_eye_is_checked(tmp_path: Path, tiktok: Sandbox, words: list[str], code: int) -> None:
    desk = desk_for(tmp_path, tiktok)
    (tmp_path / "screen.png").write_bytes(b"a picture")
    config = ["--evidence", str(tmp_path / "screen.png"), "--config", str(tmp_path / "takedown.toml")]
    assert run(["sight", *words, *config]) == code
    assert rows(desk) == []


def test_verify_says_what_it_saw(tmp_path: Path, tiktok: Sandbox, capsys: pytest.CaptureFixture[str]) -> None:
    desk_for(tmp_path, tiktok)
    assert run(["verify", "--json", "--config", str(tmp_path / "takedown.toml")]) == 0
    summary = json.loads(capsys.readouterr().out)["summary"]
    assert (summary["looked"], summary["seen"]["available"], summary["changed"]) == (3, 3, 3)


def hijack(monkeypatch: pytest.MonkeyPatch, url: str, answer: Answer) -> None:
    """This address answers so; all others as before."""
    whole = Pages.answer

    async def told(self: Pages, request: HttpRequest) -> Answer:
        return answer if request.query.get("url") == url else await whole(self, request)

    monkeypatch.setattr(Pages, "answer", told)


def test_the_answer_of_another_page_is_not_the_targets(tmp_path: Path, tiktok: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = desk_for(tmp_path, tiktok)
    look(desk)
    remove(tiktok, 2)
    elsewhere = f"/tiktok/look?url={URL.format(2)}&method=tiktok_oembed"
    hijack(monkeypatch, URL.format(1), Answer(302, b"", {"location": elsewhere}))
    for _ in range(2):
        turn(desk, 2 * HOUR)
        look(desk)
    assert observed(desk) == ["unknown", "gone", "available"]
    assert "redirects to another page" in [one for one in rows(desk) if one["case"] == 1][-1]["why"]


def test_a_platform_that_asks_for_rest_is_left_alone(tmp_path: Path, tiktok: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = desk_for(tmp_path, tiktok)
    hijack(monkeypatch, CONTROL, Answer(429, b"{}", {"retry-after": "600"}))
    assert look(desk).exit == 5
    monkeypatch.undo()
    turn(desk, 300)
    assert look(desk).values == {"unknown": 3}
    turn(desk, 400)
    assert look(desk).values == {"available": 3}


def test_the_kill_switch_stops_looking_too(tmp_path: Path, tiktok: Sandbox) -> None:
    desk = desk_for(tmp_path, tiktok)
    halt(desk, "a drill")
    with pytest.raises(Halted):
        look(desk)
    assert rows(desk) == []


@pytest.mark.parametrize(("decision", "looked"), [(None, 0), (" ", 0), ("LEGAL-2026-7", 1)])
def test_terms_that_need_a_decision_are_waited_for(tmp_path: Path, decision: str | None, looked: int) -> None:
    behaviours = {"instagram": Behaviour(dialect="graph")}
    with Sandbox(tmp_path / "sandbox", behaviours, smtp_port=None).in_background() as sandbox:
        table = {
            "probe": True, "probe_base": sandbox.url("instagram"), "probe_control": "https://www.instagram.com/p/StandinZ/",
            **({"probe_decision": decision} if decision else {}),
        }  # fmt: skip
        desk = make_desk(tmp_path, {"instagram": table}, clock=TurnedClock())
        monkey = {**URLS, "instagram": "https://www.instagram.com/p/Standin{:04d}/"}
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("desks.URLS", monkey)
            add_cases(desk, "instagram", [1])
        done = look(desk)
    assert done.looked == looked
    assert ("probe_decision" in str(done.by_eye)) is not bool(looked)


@pytest.mark.parametrize(
    ("seen", "known", "value"),
    [
        (Seen("available", stable_id="7"), "8", "unknown"),
        (Seen("available", stable_id="7"), "7", "available"),
        (Seen("gone"), "7", "gone"),
        (Seen("withheld", countries=("DE",)), "", "available"),
        (Seen("withheld", countries=("DE", "PK")), "", "withheld"),
        (Seen("withheld", countries=("XX",)), "", "withheld"),
    ],
)
def test_a_reused_name_and_a_block_elsewhere_are_no_removal(seen: Seen, known: str, value: str) -> None:
    assert _judged(seen, {"territory": ""}, known, "PK").value == value
