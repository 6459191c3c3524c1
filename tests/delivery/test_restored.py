"""A ledger comes back from a backup: what went out since is not sent again, whatever the backup calls it."""

import shutil
from collections import Counter
from contextlib import suppress

import pytest
from desks import add_cases, again
from sendings import api, planned, references, send, states, taken
from sqlalchemy import select, update

from takedown.audit import verify
from takedown.comparing import NothingToReconcile, reconcile
from takedown.delivery.deliver import hand_over
from takedown.delivery.portal.taking import take
from takedown.delivery.portal.tasks import Only, open_tasks
from takedown.heads import write_head
from takedown.ledger import backup as backups
from takedown.ledger.backup import FileThere, backup, restore
from takedown.ledger.errors import NoLedger
from takedown.ledger.tables import cases, requests
from takedown.outcomes.differences import NoneDoubted, clear
from takedown.planning.approving import verify as check
from takedown.planning.making import NothingToPlan, make_plan
from takedown.planning.selection import Selection
from takedown.planning.undoing import NothingLeft, discard
from takedown.sandbox.journal import read_journal

pytestmark = pytest.mark.sqlite("a backup of its file")
COUNTED = pytest.mark.figure("backups restored", unit="runs", how="nothing is sent again but under a key that is still known")
LANES = {"keyed": {"idempotency": True}, "neither": {}}


@pytest.fixture
def lane(tmp_path, stand_in):
    def start(name, n=3):
        sandbox = stand_in(keyed=name == "keyed")
        return sandbox, *planned(tmp_path, api(sandbox, **LANES[name]), n)

    return start


def saved(desk, name="save.db"):
    file = desk.config.folder / name
    backup(desk.settings.ledger.url, desk.config.folder, file)
    return file


def returned(desk, file):
    """The desk over a restored ledger; a head outside says that it is behind, and a person says to go on."""
    desk.ledger.close()
    restore(desk.settings.ledger.url, desk.config.folder, "sandbox", file)
    old = again(desk)
    with suppress(NothingToReconcile):
        reconcile(old, None)
    return old


def approved_and_saved(desk, plan, limit=0):
    """A backup made when everything is approved and `limit` were sent already; then the rest goes out."""
    check(desk, plan)
    if limit:
        send(desk, plan, limit=limit)
    file = saved(desk)
    send(desk, plan)
    return file


@COUNTED
def test_after_a_restore_the_same_keys_are_repeated_and_nothing_is_doubled(lane):
    sandbox, desk, plan = lane("keyed")
    old = returned(desk, approved_and_saved(desk, plan, limit=1))
    assert states(old) == {"sent": 1, "unknown": 2}
    assert send(old, plan, wait=60).exit == 0
    assert states(old) == {"sent": 3}
    assert set(taken(sandbox).values()) == {1}
    assert sum(row["event"] == "replayed" for row in read_journal(sandbox.journal_path)) == 2
    assert verify(old.ledger).problems == []


@pytest.mark.parametrize("kept", [{"doubted_at": 1.0}, {"held": "another account has this name now"}])
def test_nothing_is_repeated_for_a_case_that_a_person_must_decide_on(lane, kept):
    sandbox, desk, plan = lane("keyed")
    old = returned(desk, approved_and_saved(desk, plan))
    old.ledger.write(lambda book: book.db.execute(update(cases).where(cases.c.id == 1).values(**kept)) and None)
    send(old, plan, wait=60)
    assert states(old) == {"sent": 2, "unknown": 1}
    assert sum(row["event"] == "replayed" for row in read_journal(sandbox.journal_path)) == 2


@COUNTED
def test_after_a_restore_without_a_key_everything_open_waits_for_a_person(lane):
    sandbox, desk, plan = lane("neither")
    old = returned(desk, approved_and_saved(desk, plan))
    assert states(old) == {"unknown": 3}
    assert send(old, plan, wait=60).exit == 8
    assert set(taken(sandbox).values()) == {1}


@COUNTED
def test_a_key_that_the_platform_may_have_forgotten_since_is_not_used(lane):
    sandbox, desk, plan = lane("keyed")
    file = approved_and_saved(desk, plan)
    old = returned(desk, file)
    old.clock.start -= 25 * 3600 / (old.clock.speed - 1)  # now is 25 hours later
    assert send(old, plan, wait=60).exit == 8
    assert set(taken(sandbox).values()) == {1}


def test_a_repeat_that_was_under_way_keeps_the_age_of_its_key(lane):
    _, desk, plan = lane("keyed", n=1)
    approved_and_saved(desk, plan)
    born = desk.clock.now() - 23 * 3600
    values = {"state": "sending", "key_born": born, "doubt_since": born}
    desk.ledger.write(lambda book: book.db.execute(update(requests).values(**values)))
    old = returned(desk, saved(desk, "later.db"))
    with old.ledger.read() as db:
        assert db.execute(select(requests.c.state, requests.c.key_born)).one() == ("unknown", born)


def test_numbers_given_out_since_the_backup_are_not_given_out_again(lane):
    """References derive from them: a search for a new request must not find one that the backup does not know."""
    _, desk, _ = lane("neither")
    file = saved(desk)
    add_cases(desk, "facebook", [11, 12])
    make_plan(desk, Selection())
    lost = references(desk, "planned")
    old = returned(desk, file)
    add_cases(old, "facebook", [21, 22])
    make_plan(old, Selection())
    assert not references(old, "planned") & lost


def asked_for(sandbox):
    """How often each target was asked for, whatever the request was called."""
    return Counter(url for row in read_journal(sandbox.journal_path) if row["event"] == "accepted" for url in row["urls"])


@COUNTED
@pytest.mark.parametrize("kind", ["keyed", "neither"])
@pytest.mark.parametrize("planned_by_then", [False, True])
def test_what_was_unsent_in_the_backup_and_sent_since_is_not_planned_again(lane, kind, planned_by_then):
    """It went out under a number that the restored ledger has never heard of: no key and no search tells of it."""
    sandbox, desk, plan = lane(kind)
    add_cases(desk, "facebook", [11, 12])
    if planned_by_then:
        second = make_plan(desk, Selection()).plan
    send(desk, plan)
    file = saved(desk)
    if not planned_by_then:
        second = make_plan(desk, Selection()).plan
    send(desk, second)
    old = returned(desk, file)
    with pytest.raises(NothingToPlan):
        make_plan(old, Selection())
    assert set(asked_for(sandbox).values()) == {1}
    assert len(asked_for(sandbox)) == 5
    assert verify(old.ledger).problems == []


def test_what_a_person_says_was_not_sent_since_is_planned_again(lane):
    sandbox, desk, plan = lane("keyed")
    add_cases(desk, "facebook", [11, 12])
    send(desk, plan)
    file = saved(desk)
    write_head(desk)
    old = returned(desk, file)
    assert clear(old, None, "facebook", "its own list has none of them") == 2
    with pytest.raises(NoneDoubted):
        clear(old, None, None, "again")
    send(old, make_plan(old, Selection()).plan)
    assert len(asked_for(sandbox)) == 5
    assert verify(old.ledger).problems == []


def test_who_frees_what_is_held_without_a_word_is_found(lane):
    _, desk, _ = lane("keyed")
    add_cases(desk, "facebook", [11, 12])
    old = returned(desk, saved(desk))
    old.ledger.write(lambda book: book.db.execute(update(cases).values(doubted_at=None)) and None)
    found = [what for _, what in verify(old.ledger).problems]
    assert len([one for one in found if "may be sent without anybody's word" in one]) == 5


def test_a_packet_on_the_list_of_the_backup_may_have_been_filed_since(tmp_path):
    """Opened by then or not: it is looked for on the portal's own list, and its cases are not free to be filed once more."""
    desk, plan = planned(tmp_path, {"facebook": {"channel": "portal"}}, 2)
    check(desk, plan)
    hand_over(desk, plan)
    take(desk, Only())
    old = returned(desk, saved(desk))
    found = open_tasks(old.ledger, old.clock.now())
    assert [(task.state, task.check_first, task.lease_until) for task in found] == [("unknown", True, None)] * 2
    with old.ledger.read() as db:
        assert sorted(db.execute(select(requests.c.attempts)).scalars()) == [0, 1], "only one of them was ever opened"
    with pytest.raises(NothingLeft):
        discard(old.ledger, plan, "it will be planned anew")
    with pytest.raises(NothingToPlan):
        make_plan(old, Selection())
    assert take(old, Only()).task is None
    assert verify(old.ledger).problems == []


def test_a_reminder_on_the_list_of_the_backup_may_have_been_filed_since(tmp_path):
    desk, plan = planned(tmp_path, {"facebook": {"channel": "portal"}}, 1)
    check(desk, plan)
    hand_over(desk, plan)
    desk.ledger.write(lambda book: book.db.execute(update(requests).values(purpose="reminder")) and None)
    assert states(returned(desk, saved(desk))) == {"unknown": 1}


def test_reminders_that_slept_in_the_backup_are_not_sent(tmp_path, stand_in):
    sandbox = stand_in("telegram", mailbox="orders@telegram.example", hosts=frozenset({"t.me"}))
    platforms = {"telegram": {"channel": "email", "to": "orders@telegram.example", "rate": "10/s"}}
    extra = f'[smtp]\nhost = "127.0.0.1"\nport = {sandbox.smtp_port}\n'
    desk, plan = planned(tmp_path, platforms, 2, platform="telegram", extra=extra)
    old = returned(desk, approved_and_saved(desk, plan))
    with old.ledger.read() as db:
        found = db.execute(select(requests.c.purpose, requests.c.state).distinct()).all()
    assert {tuple(row) for row in found} == {("removal", "unknown"), ("reminder", "withdrawn")}


def test_a_restore_that_is_interrupted_leaves_nothing_that_could_send(lane, monkeypatch):
    sandbox, desk, plan = lane("neither")
    file = approved_and_saved(desk, plan)

    def died(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(backups, "doubt", died)
        with pytest.raises(KeyboardInterrupt):
            returned(desk, file)
    assert states(again(desk)) == {"sent": 3}, "the ledger that was there is there still"
    assert states(returned(desk, file)) == {"unknown": 3}
    assert set(taken(sandbox).values()) == {1}


def test_what_was_there_is_kept_and_nothing_is_overwritten(lane):
    _, desk, plan = lane("neither")
    file = approved_and_saved(desk, plan)
    with pytest.raises(FileThere):
        saved(desk)
    returned(desk, file).ledger.close()
    assert (desk.config.folder / "takedown.db.before-restore").exists()
    with pytest.raises(FileThere):
        returned(desk, file)
    shutil.move(f"{file}.secret", f"{file}.gone")
    (desk.config.folder / "takedown.db.before-restore").unlink()
    with pytest.raises(NoLedger, match=r"save\.db\.secret"):
        returned(desk, file)
    assert states(again(desk)) == {"unknown": 3}
