"""Names that change hands, names that change, and returns: held, followed, proposed; never decided by the tool itself."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from desks import Quiet, TurnedClock, add_cases, make_desk, reading, status_of
from sqlalchemy import select, update

from takedown.audit import verify as audit
from takedown.cli import run
from takedown.cli.import_ import setting_of
from takedown.delivery.deliver import deliver
from takedown.desk import Desk
from takedown.inbox.claiming import Carried
from takedown.intake.steps import Said, make_return
from takedown.ledger.cases import NothingProposed, OpenTwin, close, reopen
from takedown.ledger.doubting import keep_back
from takedown.ledger.tables import cases, former_names, requests, returns
from takedown.ledger.truths import HOUR
from takedown.outcomes.before_sending import look_before
from takedown.outcomes.differences import NoneDoubted, NotHeld, clear, dismiss, release
from takedown.outcomes.looking import RECHECKS
from takedown.outcomes.renaming import ByHand, NotRenamed, rename
from takedown.outcomes.verify import Verified, verify
from takedown.planning.making import NothingToPlan, make_plan
from takedown.planning.selection import Selection
from takedown.report.listing import Filter, listed
from takedown.sandbox import Behaviour, Sandbox
from takedown.sandbox.behaviour import Decisions, Fate, Fated, fingerprint
from takedown.sandbox.pages import _lasting

DAY = 24 * HOUR
ADDRESS = "https://x.com/standin_{:04d}"
FATES = {2: Fated(Fate.RENAMED, 1), 3: Fated(Fate.REUSED, 1), 4: Fated(Fate.RETURNED, 3), 8: Fated(Fate.RETURNED, 3)}


@pytest.fixture
def x(tmp_path: Path) -> Iterator[Sandbox]:
    """Three looks after they went missing, 4 (suspended) and 8 (gone) are back; 2 and 3 take other names, 3's is taken."""
    fates = {fingerprint(ADDRESS.format(number)): fated for number, fated in FATES.items()}
    behaviour = Behaviour(dialect="x", decisions=Decisions({"removed": 1.0}), ripening=(0.0, 0.0), fates=fates)
    with Sandbox(tmp_path / "sandbox", {"x": behaviour}, smtp_port=None).in_background() as sandbox:
        yield sandbox


def desk_for(tmp_path: Path, sandbox: Sandbox, *numbers: int, **changes: Any) -> Desk:
    table = {
        "channel": "api", "base_url": sandbox.url("x"), "token_file": str(sandbox.folder / "x.token"), "probe": True,
        "probe_base": sandbox.url("x"), "probe_control": "https://x.com/standin_up", "probe_rate": "1000/s", "rate": "1000/s",
        "automation_consent": "EXAMPLE-1",
    } | changes  # fmt: skip
    desk = make_desk(tmp_path, {"x": {k: v for k, v in table.items() if v is not None}}, clock=TurnedClock())
    add_cases(desk, "x", numbers)
    return desk


def look(desk: Desk) -> Verified:
    return verify(desk, None, Quiet(), due=False)


def row(desk: Desk, case: int = 1) -> Any:
    with desk.ledger.read() as db:
        return db.execute(select(cases).where(cases.c.id == case)).mappings().one()


def told(desk: Desk, *words: str) -> tuple[int, str]:
    return run([*words, "--config", str(desk.config.folder / "takedown.toml")]), ""


def people(desk: Desk) -> dict[str, str]:
    return {one.kind if one.kind != "contradiction" else one.what: one.do for one in status_of(desk).people}


@pytest.mark.safeguard("S16")
def test_a_reused_name_is_held_before_it_is_sent(tmp_path: Path, x: Sandbox, capsys: pytest.CaptureFixture[str]) -> None:
    desk = desk_for(tmp_path, x, 1, 3)
    look(desk)
    plan = make_plan(desk, Selection()).plan
    desk.clock.at += HOUR + 1  # type: ignore[attr-defined]
    looked = look_before(desk, plan, Quiet())
    assert (looked.held, looked.renamed) == (["C-2"], {"C-2": "https://x.com/standin_0003_n"})
    done = deliver(desk, plan, wait=0, limit=None, progress=Quiet())
    assert done.sent == 1
    assert [filed.items[0].url for filed in x.books["x"].by_reference(_reference(desk, 1))] == [ADDRESS.format(1)]
    assert len(x.books["x"]._filed) == 1
    held = row(desk, 2)
    assert (held["delivered"], bool(held["held"])) == ("draft", True)
    with pytest.raises(NothingToPlan):
        make_plan(desk, Selection())
    assert people(desk)["held"] == "takedown case list --differs held"
    with reading(desk).ledger() as ledger:
        assert [one["case"] for one in listed(ledger, Filter(differs="held"))] == ["C-2"]
    capsys.readouterr()
    assert told(desk, "case", "list", "--differs", "held")[0] == 0
    line = capsys.readouterr().out
    assert "standin_0003 (now https://x.com/standin_0003_n)  held, not planned" in line
    assert "C-1 " not in line


def _reference(desk: Desk, case: int) -> str:
    with desk.ledger.read() as db:
        wanted = select(requests.c.reference).join(cases, cases.c.request == requests.c.id).where(cases.c.id == case)
        return str(db.execute(wanted).scalar_one())


def test_a_reminder_names_nobody_who_has_the_name_now(tmp_path: Path, x: Sandbox) -> None:
    desk = desk_for(tmp_path, x, 3, channel="email", to="orders@x.example", base_url=None, token_file=None)
    look(desk)
    plan = make_plan(desk, Selection()).plan
    removal, reminder = (requests.c.purpose == "removal", requests.c.purpose == "reminder")
    gone = desk.clock.now()

    def left(book: Any) -> None:
        book.db.execute(update(requests).where(removal).values(state="sent", receipt_at=gone))
        book.db.execute(update(requests).where(reminder).values(state="approved", not_before=0.0))
        book.db.execute(update(cases).values(delivered="sent", sent_at=gone))

    desk.ledger.write(left)
    desk.clock.at += 10 * DAY  # type: ignore[attr-defined]
    assert look_before(desk, plan, Quiet()).held == ["C-1"]
    with desk.ledger.read() as db:
        assert db.execute(select(requests.c.purpose, requests.c.state).order_by(requests.c.id)).all() == [
            ("removal", "sent"), ("reminder", "withdrawn"),
        ]  # fmt: skip
    assert row(desk)["delivered"] == "sent"


def test_a_fresh_look_is_not_repeated_before_sending(tmp_path: Path, x: Sandbox) -> None:
    desk = desk_for(tmp_path, x, 1, 3)
    look(desk)
    plan = make_plan(desk, Selection()).plan
    assert look_before(desk, plan, Quiet()).looked == 0
    assert not row(desk, 2)["held"]


def test_who_releases_a_case_has_it_planned_anew(tmp_path: Path, x: Sandbox) -> None:
    desk = desk_for(tmp_path, x, 3)
    look(desk)
    look(desk)
    release(desk, 1, "The same group, by its posts.")
    assert row(desk)["held"] == ""
    assert look(desk).held == []
    assert deliver(desk, make_plan(desk, Selection()).plan, wait=0, limit=None, progress=Quiet()).sent == 1
    with pytest.raises(NotHeld):
        release(desk, 1, "again")
    assert audit(desk.ledger).problems == []


def test_an_uncertain_request_of_a_held_case_is_not_repeated(tmp_path: Path, x: Sandbox) -> None:
    desk = desk_for(tmp_path, x, 3, idempotency=True)
    look(desk)
    plan = make_plan(desk, Selection()).plan
    deliver(desk, plan, wait=0, limit=None, progress=Quiet())
    doubt = requests.update().values(state="unknown", key_born=desk.clock.now(), doubt_since=desk.clock.now(), not_before=0)
    desk.ledger.write(lambda book: book.db.execute(doubt))
    assert look(desk).held == ["C-1"]
    with desk.ledger.read() as db:
        tried = db.execute(select(requests.c.attempts)).scalar()
    assert deliver(desk, plan, wait=0, limit=None, progress=Quiet()).retry_later == 1
    with desk.ledger.read() as db:
        assert db.execute(select(requests.c.attempts)).scalar() == tried


def test_a_new_name_is_found_by_the_lasting_id_and_is_no_removal(tmp_path: Path, x: Sandbox) -> None:
    desk = desk_for(tmp_path, x, 2)
    for _ in range(3):
        done = look(desk)
        desk.clock.at += 2 * HOUR  # type: ignore[attr-defined]
    assert done.renamed == {"C-1": "https://x.com/standin_0002_n"}
    assert (row(desk)["observed"], row(desk)["moved_to"]) == ("available", "https://x.com/standin_0002_n")
    assert row(desk)["held"] == "its target is at https://x.com/standin_0002_n now"  # a request would name nobody
    assert people(desk)["renamed"] == "takedown case list --differs renamed"


def test_a_case_follows_its_target_to_the_new_name(tmp_path: Path, x: Sandbox, capsys: pytest.CaptureFixture[str]) -> None:
    desk = desk_for(tmp_path, x, 2)
    look(desk)
    plan = make_plan(desk, Selection()).plan
    look(desk)
    assert told(desk, "case", "rename", "C-1", "--json")[0] == 0
    [item] = json.loads(capsys.readouterr().out)["items"]
    assert (item["was"], item["now"], item["how"]) == (ADDRESS.format(2), "https://x.com/standin_0002_n", "probe")
    assert item["taken_back"] == []  # its request was taken back when the case was held
    assert (row(desk)["key"], row(desk)["delivered"], row(desk)["moved_to"]) == ("standin_0002_n", "draft", "")
    assert deliver(desk, plan, wait=0, limit=None, progress=Quiet()).sent == 0
    assert deliver(desk, make_plan(desk, Selection()).plan, wait=0, limit=None, progress=Quiet()).sent == 1
    assert told(desk, "case", "show", "C-1", "--json")[0] == 0
    assert [one["url"] for one in json.loads(capsys.readouterr().out)["items"][0]["former"]] == [ADDRESS.format(2)]
    assert told(desk, "case", "explain", "C-1", "--json")[0] == 0
    assert "renamed it from https://x.com/standin_0002 to" in capsys.readouterr().out
    assert look(desk).values == {"available": 1}
    assert audit(desk.ledger).problems == []


def test_nobody_renames_a_case_to_another_target(tmp_path: Path, x: Sandbox) -> None:
    desk = desk_for(tmp_path, x, 2, 3)
    with pytest.raises(NotRenamed, match="keeps its name"):
        rename(desk, 1, ADDRESS.format(9), None)  # no look has shown its lasting id
    look(desk)
    for address in (ADDRESS.format(9), ADDRESS.format(2), "https://x.com/standin/status/5", "https://t.me/standin", ""):
        with pytest.raises(NotRenamed):
            rename(desk, 1, address, None)
    (tmp_path / "seen.png").write_bytes(b"a picture")
    with pytest.raises(NotRenamed, match="keeps its name"):
        rename(desk, 1, ADDRESS.format(9), ByHand("7", tmp_path / "seen.png"))
    with desk.ledger.read() as db:
        assert db.execute(select(former_names)).all() == []


def test_a_person_may_read_the_lasting_id(tmp_path: Path, x: Sandbox) -> None:
    desk = desk_for(tmp_path, x, 2)
    look(desk)
    (tmp_path / "seen.png").write_bytes(b"a picture")
    make_plan(desk, Selection())
    done = rename(desk, 1, "https://x.com/standin_0077", ByHand(_lasting("standin_0002"), tmp_path / "seen.png"))
    assert (done.how, row(desk)["key"]) == ("by_hand", "standin_0077")
    assert (done.taken_back, row(desk)["delivered"]) == ((1,), "draft")  # it named the old address


def test_a_new_name_that_another_case_has_is_refused(tmp_path: Path, x: Sandbox) -> None:
    desk = desk_for(tmp_path, x, 2)
    look(desk)
    look(desk)
    other = dict(row(desk)) | {"id": 2, "identity": "account:standin_0002_n", "key": "standin_0002_n"}
    desk.ledger.write(lambda book: book.db.execute(cases.insert().values(**other)))
    with pytest.raises(OpenTwin):
        rename(desk, 1, "", None)


def gone_and_back(desk: Desk) -> Verified:
    """A case is delivered, removed, seen gone twice, closed or not, and there again."""
    look(desk)
    deliver(desk, make_plan(desk, Selection()).plan, wait=0, limit=None, progress=Quiet())
    for _ in range(3):
        desk.clock.at += 24 * HOUR  # type: ignore[attr-defined]
        look(desk)
    assert row(desk)["observed"] in {"gone", "suspended"}
    desk.clock.at += 24 * HOUR  # type: ignore[attr-defined]
    return look(desk)


def test_a_return_is_proposed_and_a_person_makes_the_case(tmp_path: Path, x: Sandbox, capsys: pytest.CaptureFixture[str]) -> None:
    desk = desk_for(tmp_path, x, 4)
    done = gone_and_back(desk)
    assert done.returned == ["C-1"]
    assert done.exit == 8
    look(desk)
    with desk.ledger.read() as db:
        assert [one["state"] for one in db.execute(select(returns)).mappings()] == ["open"]
        assert len(db.execute(select(cases)).all()) == 1  # nothing is filed by itself
    assert status_of(desk).whole.contradictions == {"gone_back": 1}
    assert people(desk)["gone, back again"] == "takedown case list --proposed"
    assert told(desk, "case", "list", "--proposed", "--json")[0] == 0
    assert [one["case"] for one in json.loads(capsys.readouterr().out)["items"]] == ["C-1"]
    assert told(desk, "case", "accept-return", "C-1", "--json")[0] == 0
    assert json.loads(capsys.readouterr().out)["items"][0]["made"] == "C-2"
    first, second = row(desk, 1), row(desk, 2)
    assert (first["closed"], second["follows"], second["step"], second["delivered"]) == ("done", 1, 2, "draft")
    assert (second["identity"], second["basis"]) == (first["identity"], first["basis"])
    assert told(desk, "case", "explain", "C-2")[0] == 0
    assert "It is in no plan" in capsys.readouterr().out
    with pytest.raises(NothingProposed):
        make_return(desk.ledger, setting_of(desk), 1, Said({}, tmp_path))
    assert deliver(desk, make_plan(desk, Selection()).plan, wait=0, limit=None, progress=Quiet()).sent == 1
    assert audit(desk.ledger).problems == []


def test_a_return_that_is_dismissed_is_proposed_no_more(tmp_path: Path, x: Sandbox) -> None:
    desk = desk_for(tmp_path, x, 8)
    assert gone_and_back(desk).returned == ["C-1"]
    dismiss(desk, 1, "A memorial page.")
    look(desk)
    assert "gone, back again" not in people(desk)
    with pytest.raises(NothingProposed):
        dismiss(desk, 1, "again")


def test_what_was_closed_as_done_is_watched_on_the_schedule(tmp_path: Path, x: Sandbox) -> None:
    desk = desk_for(tmp_path, x, 4)
    look(desk)
    deliver(desk, make_plan(desk, Selection()).plan, wait=0, limit=None, progress=Quiet())
    for _ in range(2):
        desk.clock.at += 2 * HOUR  # type: ignore[attr-defined]
        look(desk)
    assert row(desk)["observed"] in {"gone", "suspended"}
    close(desk.ledger, 1, "done", "alice")
    assert look(desk).looked == 0
    seen, started = 0, desk.clock.now()
    for _ in RECHECKS:
        desk.clock.at += 24 * HOUR  # type: ignore[attr-defined]
        done = verify(desk, None, Quiet(), due=True)
        seen += done.looked
        if done.returned:
            break
    assert (seen, round((desk.clock.now() - started) / DAY)) == (2, 3)  # a day after, and three days after, when it was back
    assert row(desk)["closed"] == "done"
    assert people(desk)["gone, back again"]
    made = make_return(desk.ledger, setting_of(desk), 1, Said({}, tmp_path))
    assert (made.other, row(desk, 2)["follows"]) == (2, 1)


def doubted(desk: Desk) -> int:
    """What a restore does to what can be planned."""
    return desk.ledger.write(keep_back)


def plannable(desk: Desk) -> bool:
    try:
        return bool(make_plan(desk, Selection()).plan)
    except NothingToPlan:
        return False


@pytest.mark.parametrize("first", ["restored", "reused"])
def test_two_reasons_are_answered_by_two_words(tmp_path: Path, x: Sandbox, first: str) -> None:
    """Whichever came first, and whichever is answered first: that a case was not sent says nothing of whose name it is now."""
    desk = desk_for(tmp_path, x, 3)
    look(desk)
    for one in (doubted, look) if first == "restored" else (look, doubted):
        one(desk)  # type: ignore[operator]
    known = row(desk)["platform_id"]
    assert row(desk)["held"].startswith("another account has this name now")
    assert row(desk)["doubted_at"] is not None
    assert people(desk)["held"] == "takedown case list --differs held"
    assert people(desk)["doubted"] == "takedown case list --differs doubted"
    if first == "restored":
        clear(desk, 1, None, "Not on its list.")
        assert row(desk)["platform_id"] == known, "nobody said that it is the target"
        assert not plannable(desk)
        release(desk, 1, "The same group, by its posts.")
    else:
        release(desk, 1, "The same group, by its posts.")
        assert row(desk)["platform_id"] != known
        with pytest.raises(NotHeld):
            release(desk, 1, "again")
        assert not plannable(desk)
        assert clear(desk, None, None, "Not on its list.") == 1
    with pytest.raises(NoneDoubted):
        clear(desk, 1, None, "again")
    assert plannable(desk)
    assert audit(desk.ledger).problems == []


@pytest.mark.parametrize("gone", ["held", "doubted_at"])
def test_who_takes_away_either_reason_without_a_word_is_found(tmp_path: Path, x: Sandbox, gone: str) -> None:
    desk = desk_for(tmp_path, x, 3)
    look(desk)
    look(desk)
    doubted(desk)
    value = "" if gone == "held" else None
    desk.ledger.write(lambda book: book.db.execute(update(cases).values(**{gone: value})) and None)
    assert len([what for _, what in audit(desk.ledger).problems if "may be sent without anybody's word" in what]) == 1


def test_a_new_name_does_not_say_whether_it_was_sent(tmp_path: Path, x: Sandbox) -> None:
    desk = desk_for(tmp_path, x, 2)
    look(desk)
    doubted(desk)
    look(desk)
    rename(desk, 1, "", None)
    assert (row(desk)["held"], row(desk)["moved_to"], bool(row(desk)["doubted_at"])) == ("", "", True)
    assert not plannable(desk)
    assert audit(desk.ledger).problems == []


def test_a_closed_case_is_in_doubt_once_it_is_opened_again(tmp_path: Path, x: Sandbox) -> None:
    """Closed in the backup, or closed as sent since: no word about all that are open is about it."""
    desk = desk_for(tmp_path, x, 1, 5, 6)
    close(desk.ledger, 1, "mistake", "alice")
    assert doubted(desk) == 3
    close(desk.ledger, 2, "done", "alice")
    assert clear(desk, None, "x", "Not on its list.") == 1
    for case in (1, 2):
        reopen(desk.ledger, case, "alice")
    assert [bool(row(desk, case)["doubted_at"]) for case in (1, 2, 3)] == [True, True, False]
    assert make_plan(desk, Selection()).cases == 1
    assert audit(desk.ledger).problems == []


def test_the_story_of_each_case_tells_of_the_doubt(tmp_path: Path, x: Sandbox, capsys: pytest.CaptureFixture[str]) -> None:
    desk = desk_for(tmp_path, x, 1, *range(5, 15))
    doubted(desk)
    assert told(desk, "case", "explain", "C-1")[0] == 0
    out = " ".join(capsys.readouterr().out.split())
    assert "the ledger was taken back in time: it may have been sent since." in out
    assert 'takedown case release C-1 --restored --reason "..."' in out
    assert told(desk, "case", "list", "--differs", "doubted", "--json")[0] == 0
    assert len(json.loads(capsys.readouterr().out)["items"]) == 11
    assert told(desk, "case", "release", "C-1", "--platform", "x", "--restored", "--reason", "one or the other")[0] == 2
    capsys.readouterr()
    assert told(desk, "case", "release", "C-1", "--reason", "no other account")[0] == 7
    assert "whether it was sent since a backup is another question" in " ".join(capsys.readouterr().err.split())
    assert told(desk, "case", "release", "C-1", "--restored", "--reason", "Not on its list.")[0] == 0
    assert told(desk, "case", "release", "--restored", "--reason", "None of them.")[0] == 0
    capsys.readouterr()
    for case, reason in (("C-1", "Not on its list."), ("C-10", "None of them.")):
        assert told(desk, "case", "show", case, "--json")[0] == 0
        [item] = json.loads(capsys.readouterr().out)["items"]
        assert item["doubted_at"] is None
        kinds = [(one["kind"], one.get("reason")) for one in item["decisions"]]
        assert kinds == [("cases.doubted", None), ("cases.cleared", reason)]
        assert all("cases" not in one for one in item["decisions"])
        assert told(desk, "case", "explain", case)[0] == 0
        assert f"said that it was not sent since: {reason}" in " ".join(capsys.readouterr().out.split())


def test_a_reply_that_uses_the_earlier_name_is_about_the_case() -> None:
    one = Carried(1, "now", "account:now", "none", "pk-peca-37", ("account:before",))
    assert one.named_in({"account:before"}) == "account:before"
    assert one.named_in({"account:now", "account:before"}) == "account:now"
    assert one.named_in(set()) == "account:now"
