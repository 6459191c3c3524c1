"""A ledger that was taken back in time finds out from what did not go back with it, and sends nothing."""

import asyncio
import json
from contextlib import nullcontext
from dataclasses import replace

import pytest
from desks import again, make_desk, make_key, signed, write_config
from post_office import PostOffice
from sendings import api, planned, send, states, taken
from servers import bring_back, keep_for_later
from sqlalchemy import select, update

from takedown.approval import NoKey
from takedown.audit import verify
from takedown.comparing import BadHead, Behind, Forked, NothingToReconcile, problems, reconcile, statement
from takedown.delivery import witness as delivery_witness
from takedown.heads import CannotCopy, NoOutsideCopy, StrangeCopy, copies, require_outside, write_head
from takedown.ledger.backup import backup, restore
from takedown.ledger.tables import events, heads

COUNTED = pytest.mark.figure("backups restored", unit="runs", how="nothing is sent again but under a key that is still known")


@pytest.fixture
def stood(tmp_path, stand_in):
    """Twelve requests of which five were sent, and a copy of the ledger from before."""
    sandbox = stand_in()
    desk, plan = planned(tmp_path, api(sandbox, idempotency=True), 12)
    send(desk, plan, limit=2)
    desk.ledger.close()
    keep_for_later(tmp_path)
    desk = again(desk)
    send(desk, plan, limit=3)
    return desk, plan, sandbox


def back_in_time(desk):
    desk.ledger.close()
    bring_back(desk.config.folder)
    return again(desk)


@COUNTED
def test_nothing_is_sent_from_a_restored_copy(stood):
    desk, plan, sandbox = stood
    old = back_in_time(desk)
    with pytest.raises(Behind, match="is behind"):
        send(old, plan)
    assert sum(taken(sandbox).values()) == 5
    assert states(old) == {"sent": 2, "unknown": 10}
    with pytest.raises(Behind):
        send(old, plan)


@COUNTED
def test_after_reconciling_the_same_keys_go_out_and_nothing_is_doubled(stood):
    desk, plan, sandbox = stood
    old = back_in_time(desk)
    with pytest.raises(Behind):
        send(old, plan)
    assert reconcile(old, None) == 2
    assert send(old, plan).sent == 12
    assert set(taken(sandbox).values()) == {1}
    assert len(taken(sandbox)) == 12
    assert verify(old.ledger).problems == []
    assert list(problems(old)) == []


@COUNTED
@pytest.mark.sqlite("a backup of its file")
def test_a_backup_brought_back_by_the_command_is_held_as_well(stood, tmp_path):
    desk, plan, sandbox = stood
    desk.ledger.close()
    backup("sqlite:///takedown.db", tmp_path, tmp_path / "copy.db")
    later = again(desk)
    send(later, plan)
    later.ledger.close()
    assert restore("sqlite:///takedown.db", tmp_path, "sandbox", tmp_path / "copy.db").uncertain == 7
    with pytest.raises(Behind):
        send(again(desk), plan)
    assert set(taken(sandbox).values()) == {1}


def test_a_chain_written_anew_is_a_fork(stood):
    desk, plan, _ = stood
    desk.ledger.write(lambda book: book.db.execute(update(events).where(events.c.seq > 5).values(hash="0" * 64)))
    with pytest.raises(Forked):
        send(desk, plan)
    assert {what for _, what in problems(desk)} == {f"{desk.ledger.name}.heads.jsonl knows another event"}


def test_a_cut_tail_is_missed(stood):
    desk, _, _ = stood
    last = write_head(desk).seq
    desk.ledger.write(lambda book: book.db.execute(events.delete().where(events.c.seq == last)))
    assert (last, f"{desk.ledger.name}.heads.jsonl knows an event that is gone") in list(problems(desk))


def test_reconciling_needs_a_persons_signature(stood, tmp_path):
    desk, _, _ = stood
    for name in ("planner", "alice"):
        make_key(tmp_path, name)
    old = back_in_time(desk)
    write_config(tmp_path, {}, approvals=1)
    with pytest.raises(NoKey):
        reconcile(again(old, "alice"), None)
    alice = again(old, "alice")
    assert reconcile(alice, signed(tmp_path / "alice", statement(alice))) == 2
    with pytest.raises(NothingToReconcile):
        statement(alice)


def test_heads_are_signed_where_a_key_is_configured(stood, tmp_path):
    desk, plan, _ = stood
    make_key(tmp_path, "oversight")
    with (tmp_path / "takedown.toml").open("a") as file:
        file.write('[audit]\nhead_key = "oversight"\ncopies = ["file:elsewhere"]\n')
    signing = again(desk)
    send(signing, plan, limit=3)
    (path,) = copies(signing)
    assert path.parent.name == "elsewhere"
    with signing.ledger.read() as db:
        assert db.execute(select(heads.c.signature).order_by(heads.c.seq.desc()).limit(1)).scalar()
    line = json.loads(path.read_text().splitlines()[-1])
    line["head"]["seq"] -= 1
    path.write_text(json.dumps(line) + "\n")
    with pytest.raises(BadHead):
        send(signing, plan)


def test_a_copy_that_cannot_be_written_stops_before_the_first_send(stood, tmp_path):
    desk, plan, sandbox = stood
    (tmp_path / "wall").write_text("a file, no folder")
    with (tmp_path / "takedown.toml").open("a") as file:
        file.write('[audit]\ncopies = ["file:wall/heads"]\n')
    before = sum(taken(sandbox).values())
    with pytest.raises((CannotCopy, NotADirectoryError)):
        send(again(desk), plan)
    assert sum(taken(sandbox).values()) == before


MAILED = """
[audit]
copies = ["file:elsewhere", "mail:oversight@authority.example"]
[smtp]
host = "127.0.0.1"
port = {port}
"""


def test_heads_are_mailed_before_the_first_send_and_at_the_end(stood, tmp_path):
    desk, plan, _ = stood
    with PostOffice().open() as office:
        with (tmp_path / "takedown.toml").open("a") as file:
            file.write(MAILED.format(port=office.port))
        desk = again(desk)
        send(desk, plan, limit=3)
    first, last = (json.loads(one.partition(b"\r\n\r\n")[2].split(b"\r\n")[0]) for one in office.taken)
    (path,) = copies(desk)
    written = [json.loads(line) for line in path.read_text().splitlines()]
    assert [first, last] == written
    assert first["head"]["seq"] < last["head"]["seq"]


def test_a_mailbox_that_takes_no_head_stops_before_the_first_send(stood, tmp_path):
    desk, plan, sandbox = stood
    before = sum(taken(sandbox).values())
    with PostOffice({"RCPT": "550 5.1.1 no such mailbox"}).open() as office:
        with (tmp_path / "takedown.toml").open("a") as file:
            file.write(MAILED.format(port=office.port))
        with pytest.raises(CannotCopy, match="no such mailbox"):
            send(again(desk), plan, limit=3)
    assert sum(taken(sandbox).values()) == before


def test_a_copy_of_another_kind_is_refused_and_not_forgotten(stood, tmp_path):
    desk, plan, _ = stood
    with (tmp_path / "takedown.toml").open("a") as file:
        file.write('[audit]\ncopies = ["gopher:127.0.0.1"]\n')
    with pytest.raises(StrangeCopy, match="gopher"):
        send(again(desk), plan)


async def test_a_head_is_written_whenever_so_many_events_have_come(stood, monkeypatch):
    desk, _, _ = stood
    monkeypatch.setattr(delivery_witness, "EVERY", 3)
    (path,) = copies(desk)
    before = len(path.read_text().splitlines())
    task = asyncio.create_task(delivery_witness.keep_witnessing(desk))
    await asyncio.sleep(0)
    for _ in range(3):
        await desk.ledger.awrite(lambda book: [book.record("noted", "x", {}) for _ in range(3)])
        held = len(path.read_text().splitlines())
        while len(path.read_text().splitlines()) == held:
            await asyncio.sleep(0)
    task.cancel()
    assert len(path.read_text().splitlines()) >= before + 3
    assert list(problems(desk)) == []


@pytest.mark.parametrize(
    ("copies_", "enough"),
    [
        ([], False),
        (["file:."], False),
        (["rfc3161:https://tsa.authority.example/"], False),
        (["file:elsewhere"], True),
        (["file:.", "mail:oversight@authority.example"], True),
    ],
)
def test_live_needs_a_copy_elsewhere(tmp_path, copies_, enough):
    audit = f"[audit]\ncopies = {json.dumps(copies_)}\n"
    desk = make_desk(tmp_path, {}, extra=audit)
    require_outside(desk)
    live = replace(desk, config=replace(desk.config, settings=desk.settings.model_copy(update={"environment": "live"})))
    with nullcontext() if enough else pytest.raises(NoOutsideCopy) as refused:
        require_outside(live)
    assert enough or refused.value.exit == 7
