"""A fleet in live: people act with keys in a ledger on PostgreSQL, workers send what they signed, and a forged act is found."""

import asyncio
import signal
import threading
from contextlib import contextmanager
from dataclasses import replace

import pytest
from crew_desk import FRONT, Worker, serve_live, wait_for
from desks import acting, add_cases, again, live_desk, make_key, signed, write_policy
from sendings import nothing_lost_or_doubled, references
from servers import database
from sqlalchemy import delete, select, update

from takedown.acting import act
from takedown.approval import Approver, new_key, open_key
from takedown.audit import verify
from takedown.fleet.handing import hand
from takedown.ledger.acts import ACTED, Unsigned
from takedown.ledger.cases import close, note
from takedown.ledger.tables import events, openings
from takedown.planning.approving import approve
from takedown.planning.digest import planner_statement
from takedown.planning.making import make_plan
from takedown.planning.planner import sign_as_planner
from takedown.planning.reviewed_packs import review_text, sign_pack
from takedown.planning.selection import Selection
from takedown.sandbox.certificate import make_certificate, server_tls

N = 24
FORGED = pytest.mark.figure("attacks on the record of who acted", unit="attacks", how="found by audit verify")
CONFIG = """[ledger]
url = "{url}"
[network]
ca_file = "smtp.crt"
[platforms.facebook]
channel = "api"
base_url = "https://{host}:{port}/facebook"
token_file = "{token}"
rate = "50/s"
idempotency = true
"""


@contextmanager
def in_tls(folder, target):
    """The stand-in at port `target` behind TLS, as FRONT; yields the port."""
    tls = server_tls(*make_certificate(folder, FRONT))
    loop, ready, ports = asyncio.new_event_loop(), threading.Event(), []

    async def pump(source, sink):
        while data := await source.read(65536):
            sink.write(data)
            await sink.drain()
        sink.close()

    async def join(reader, writer):
        inner, outer = await asyncio.open_connection("127.0.0.1", target)
        await asyncio.gather(pump(reader, outer), pump(inner, writer), return_exceptions=True)

    async def serve():
        server = await asyncio.start_server(join, "127.0.0.1", 0, ssl=tls)
        ports.append(server.sockets[0].getsockname()[1])
        ready.set()

    def run():
        asyncio.set_event_loop(loop)
        loop.create_task(serve())
        loop.run_forever()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    assert ready.wait(10)
    yield ports[0]
    loop.call_soon_threadsafe(loop.stop)
    thread.join(10)


@pytest.fixture
def live(tmp_path, stand_in):
    """A live desk on PostgreSQL, with a pack that alice vouches for."""
    sandbox = stand_in(keyed=True)
    target = int(sandbox.url("facebook").split(":")[2].partition("/")[0])
    with in_tls(tmp_path, target) as port:
        token = sandbox.folder / "facebook.token"
        desk = live_desk(tmp_path, extra=CONFIG.format(url=database(tmp_path), host=FRONT, port=port, token=token))
        write_policy(tmp_path, f'[destinations]\nfacebook = ["{FRONT}"]\n')
        desk = again(desk)
        pack = desk.packs["pk-peca-37"]
        sign_pack(acting(again(desk), "alice"), pack, signed(tmp_path / "alice", review_text(pack)))
        yield desk, sandbox
        desk.ledger.close()


def problems(desk):
    return [what for _, what in verify(desk.ledger).problems]


def test_workers_send_what_people_signed(tmp_path, live):
    desk, sandbox = live
    add_cases(desk, "facebook", range(1, N + 1))
    made = make_plan(again(desk), Selection())
    sign_as_planner(again(desk), made.plan, signed(tmp_path / "planner", planner_statement(made.digest)))
    approve(again(desk, "alice"), made.plan, N, signed(tmp_path / "alice", made.digest))
    assert hand(again(desk), made.plan).requests == N
    workers = [Worker(tmp_path, tmp_path / "work.log", serve_live) for _ in range(2)]
    try:
        wait_for(lambda: len(references(desk, "sent")) == N)
        note(acting(again(desk), "bilal", "case note").ledger, 1, "seen while workers write", "bilal")
        assert [one.stop() for one in workers] == [128 + signal.SIGTERM] * 2
    finally:
        for one in workers:
            if one.process.is_alive():
                one.kill()
    nothing_lost_or_doubled(desk, sandbox)
    assert problems(desk) == []
    with desk.ledger.read() as db:
        acts = db.execute(select(events.c.seq).where(events.c.kind == ACTED)).all()
    assert len(acts) >= 3  # the pack, the import, the note: workers sign nothing


@pytest.fixture
def noted(tmp_path, live):
    desk, _ = live
    add_cases(desk, "facebook", [1, 2])
    for who in ("alice", "bilal"):
        note(acting(again(desk), who, "case note").ledger, 1, "looked at", who)
    assert problems(desk) == []
    return desk


@FORGED
def test_a_typed_name_decides_nothing_on_a_server_either(noted):
    with pytest.raises(Unsigned):
        close(again(noted).ledger, 1, "mistake", "alice")


@FORGED
def test_what_is_written_past_the_tool_is_found(noted):
    desk = again(noted)
    desk.ledger.signing = None
    note(desk.ledger, 1, "all is well", "alice")
    assert any("(case.noted) names a person, and nobody's key stands behind it" in one for one in problems(noted))


@FORGED
def test_an_act_with_a_key_of_ones_own_is_found(noted):
    make_key(noted.config.folder, "mallory")
    pair = open_key(noted.config.folder / "mallory", lambda: "")
    note(act(again(noted), Approver("alice", pair.key), "case note", pair.sign).ledger, 1, "all is well", "alice")
    assert any("is by a key that no policy gave to alice" in one for one in problems(noted))


@FORGED
def test_a_true_mandate_with_another_process_s_key_is_found(noted):
    desk = acting(again(noted), "alice", "case note")
    desk.ledger.signing = replace(desk.ledger.signing, once=new_key())
    note(desk.ledger, 1, "all is well", "alice")
    assert any("is for other events than those before it" in one for one in problems(noted))


@FORGED
def test_an_act_whose_person_was_exchanged_is_found(noted):
    def change(book):
        seq = book.db.execute(select(events.c.seq).where(events.c.kind == ACTED).order_by(events.c.seq.desc())).scalar()
        book.db.execute(update(openings).where(openings.c.seq == seq, openings.c.name == "by").values(value="planner"))

    noted.ledger.write(change)
    assert any("by is not what was committed to" in one for one in problems(noted))


@FORGED
def test_an_act_that_was_taken_away_is_found(noted):
    def change(book):
        seq = book.db.execute(select(events.c.seq).where(events.c.kind == ACTED).order_by(events.c.seq.desc())).scalar()
        book.db.execute(delete(openings).where(openings.c.seq == seq))
        book.db.execute(delete(events).where(events.c.seq == seq))

    noted.ledger.write(change)
    assert any("(case.noted) names a person, and nobody's key stands behind it" in one for one in problems(noted))
