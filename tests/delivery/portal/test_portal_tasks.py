from threading import Barrier, Thread

import pytest
from desks import add_cases, again, write_config
from portal_desk import PORTAL, column, delivered, evidence, excepted, hand_in, row, told, tries, waiting
from sqlalchemy import update

from takedown.audit import verify as audit
from takedown.delivery.deliver import Halted, hand_over
from takedown.delivery.halting import halt
from takedown.delivery.portal.attachments import EvidenceLost, NoEvidence, file_name, gather, keep
from takedown.delivery.portal.filing import (
    AlreadyFiled,
    Filed,
    NotANumber,
    NothingFiled,
    Number,
    correct,
    done,
    fail,
    release,
    unsure,
)
from takedown.delivery.portal.taking import ASSIGNED, LEASE, assign, open_task, sweep, take
from takedown.delivery.portal.tasks import NoSuchPacket, NotToFile, Only, WithAnother, left, open_tasks, to_follow
from takedown.ledger.tables import cases, plans, requests
from takedown.planning.approving import StalePlan, Tampered

ANY = Only()


def change(desk, table, number, **values):
    desk.ledger.write(lambda book: book.db.execute(update(table).where(table.c.id == number).values(**values)))


def taken(desk, only=ANY):
    task = take(desk, only).task
    return task and task.request


def test_alike_packets_follow_each_other(tmp_path):
    desk = waiting(tmp_path, 2, ["x", "facebook", "tiktok"])
    order = []
    while number := taken(desk):
        order.append(row(desk, number)["platform"])
    assert order == ["facebook", "facebook", "tiktok", "tiktok", "x", "x"]


def test_two_officers_at_once_never_get_the_same_packet(tmp_path):
    desk = waiting(tmp_path, 12)
    got: dict[str, list[int]] = {"asma": [], "bilal": [], "carla": []}
    start = Barrier(len(got))

    def work(name):
        mine = again(desk, name)
        start.wait()
        while number := taken(mine):
            got[name].append(number)
        mine.ledger.close()

    threads = [Thread(target=work, args=[name]) for name in got]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    everything = [number for numbers in got.values() for number in numbers]
    assert sorted(everything) == list(range(1, 13))
    assert sorted(zip(column(desk, "id"), column(desk, "assigned"), strict=True)) == sorted(
        (number, name) for name, numbers in got.items() for number in numbers
    )


def test_an_opened_packet_is_not_given_to_another_before_its_time_is_over(tmp_path):
    desk = waiting(tmp_path, 1)
    assert taken(desk) == 1
    other = again(desk, "bilal")
    for act in (
        lambda: open_task(other, 1),
        lambda: done(other, 1, Filed(Number.GIVEN, "NUMBER-1")),
        lambda: unsure(other, 1),
        lambda: release(other, 1, not_filed=True),
        lambda: fail(other, 1, "no"),
    ):
        with pytest.raises(WithAnother, match="R-1 is with asma"):
            act()
    assert taken(other) is None
    assert column(desk, "state") == ["operator"]


def test_opened_and_left_becomes_unknown_and_unopened_is_free_again(tmp_path):
    desk = waiting(tmp_path, 2)
    assign(desk, "bilal", [2], 0, ANY, LEASE)
    assert taken(desk) == 1
    desk.clock.at += LEASE - 1
    desk.ledger.write(sweep)
    assert column(desk, "state") == ["operator", "operator"]
    desk.clock.at += 1
    desk.ledger.write(sweep)
    assert column(desk, "state") == ["unknown", "approved"]
    assert (column(desk, "assigned"), tries(desk, 1), tries(desk, 2)) == (["asma", ""], ["unknown"], [])
    assert left(desk.ledger, ANY) == 1
    assert taken(desk) == 2
    assert not audit(desk.ledger).problems


def test_assigned_packets_are_for_that_person_and_come_first(tmp_path):
    desk = waiting(tmp_path, 4)
    assert assign(desk, "bilal", [4], 0, ANY) == [4]
    assert assign(desk, "carla", [], 2, ANY) == [1, 2]
    assert taken(again(desk, "bilal")) == 4
    assert taken(again(desk, "dina")) == 3
    assert taken(again(desk, "dina")) is None
    assert row(desk, 1)["lease_until"] == desk.clock.now() + ASSIGNED
    with pytest.raises(WithAnother):
        assign(desk, "carla", [3], 0, ANY)
    with pytest.raises(NoSuchPacket):
        assign(desk, "carla", [99], 0, ANY)


def test_the_list_has_what_was_left_first(tmp_path):
    desk = waiting(tmp_path, 5)
    assign(desk, "bilal", [4], 0, ANY)
    open_task(desk, 3)
    unsure(desk, 3)
    open_task(desk, 5)
    desk.clock.at += LEASE
    open_task(desk, 2)
    assert [task.request for task in open_tasks(desk.ledger, desk.clock.now())] == [3, 5, 2, 4, 1]
    desk.clock.at += LEASE
    assert next(iter(open_tasks(desk.ledger, desk.clock.now()))).request == 2


def test_the_switch_stops_the_next_packet(tmp_path):
    desk = waiting(tmp_path, 1)
    halt(desk, "stop")
    for act in (lambda: take(desk, ANY), lambda: open_task(desk, 1), lambda: assign(desk, "bilal", [], 1, ANY)):
        with pytest.raises(Halted):
            act()
    assert column(desk, "opened_at") == [None]


def test_what_was_filed_can_be_recorded_while_halted(tmp_path):
    desk = waiting(tmp_path, 1)
    take(desk, ANY)
    halt(desk, "stop")
    done(desk, 1, Filed(Number.GIVEN, "NUMBER-1"))
    assert column(desk, "state") == ["sent"]


def test_an_altered_packet_is_refused(tmp_path):
    desk = waiting(tmp_path, 1)
    change(desk, requests, 1, body=row(desk, 1)["body"].replace(b"standin.0001", b"standin.0002"))
    with pytest.raises(Tampered, match="request R-1"):
        take(desk, ANY)
    with pytest.raises(Tampered):
        open_task(desk, 1)
    assert column(desk, "opened_at") == [None]


@pytest.mark.parametrize("values", [{"closed": "mistake"}, {"version": 2}])
def test_a_packet_whose_case_changed_goes_back_to_be_planned(tmp_path, values):
    desk = waiting(tmp_path, 2)
    change(desk, cases, 1, **values)
    found = take(desk, ANY)
    assert found.task.request == 2
    assert found.notes[0].startswith("R-1 is not to be filed any more: C-1")
    assert column(desk, "state") == ["withdrawn", "operator"]
    assert delivered(desk) == ["draft", "operator"]


def test_a_stale_plan_does_not_hold_up_another(tmp_path):
    desk = waiting(tmp_path, 1)
    write_config(
        tmp_path,
        {"facebook": {**PORTAL, "cases_per_request": 1}, "x": {**PORTAL, "cases_per_request": 1, "first_step_waived": "sample"}},
        extra="[smtp]\nport = 2525\n",
    )
    desk = again(desk, "asma")
    add_cases(desk, "x", range(500, 501))
    plan = hand_in(desk)
    change(desk, plans, 1, inputs="another policy")
    found = take(desk, ANY)
    assert row(desk, found.task.request)["plan"] == plan
    with pytest.raises(StalePlan):
        take(desk, ANY)


def test_given_back_unopened_or_with_a_word(tmp_path):
    desk = waiting(tmp_path, 2)
    release(desk, 2)
    assert column(desk, "state") == ["operator", "approved"]
    take(desk, ANY)
    with pytest.raises(NothingFiled, match="it was opened"):
        release(desk, 1)
    release(desk, 1, not_filed=True)
    assert column(desk, "state") == ["approved", "operator"]
    hand_over(desk, 1)
    assert column(desk, "state") == ["operator", "operator"]
    assert [taken(desk), taken(desk)] == [1, 2]
    assert [task.check_first for task in open_tasks(desk.ledger, 0.0)] == [False, False]


def test_the_number_follows(tmp_path):
    desk = waiting(tmp_path, 1)
    take(desk, ANY)
    done(desk, 1, Filed(Number.LATER))
    assert [task.request for task in to_follow(desk.ledger)] == [1]
    done(desk, 1, Filed(Number.GIVEN, "NUMBER-1"))
    done(desk, 1, Filed(Number.GIVEN, "NUMBER-1"))
    assert to_follow(desk.ledger) == []
    assert told(desk).count("receipt.recorded") == 1
    assert (row(desk, 1)["receipt"], row(desk, 1)["state"]) == ("NUMBER-1", "sent")
    with pytest.raises(AlreadyFiled, match="under the number NUMBER-1"):
        done(desk, 1, Filed(Number.GIVEN, "NUMBER-2"))
    assert not audit(desk.ledger).problems


def test_a_number_is_mended_by_whoever_entered_it(tmp_path):
    desk = waiting(tmp_path, 1)
    with pytest.raises(NotToFile):
        correct(desk, 1, "NUMBER-0")
    done(take_first(desk), 1, Filed(Number.GIVEN, "NUMBER-1"))
    with pytest.raises(AlreadyFiled):
        correct(again(desk, "bilal"), 1, "NUMBER-2")
    correct(desk, 1, "NUMBER-2")
    assert row(desk, 1)["receipt"] == "NUMBER-2"
    assert "receipt.corrected" in told(desk)


def take_first(desk):
    take(desk, ANY)
    return desk


@pytest.mark.parametrize("text", ["", "  ", "A\x1b[2JB", "one\ntwo", "9" * 201])
def test_what_cannot_be_a_number(tmp_path, text):
    desk = waiting(tmp_path, 1)
    with pytest.raises(NotANumber):
        done(desk, 1, Filed(Number.GIVEN, text))
    assert column(desk, "state") == ["operator"]


def test_excepted_cases_can_be_planned_again(tmp_path):
    desk = waiting(tmp_path, 1, per_request=3)
    done(take_first(desk), 1, Filed(Number.GIVEN, "NUMBER-1", excepted={2: "no such account"}))
    assert delivered(desk) == ["sent", "draft", "sent"]
    assert excepted(desk, 1)[2] == "no such account"
    plan = hand_in(desk)
    assert delivered(desk) == ["sent", "operator", "sent"]
    numbers = [number for number, of in zip(column(desk, "id"), column(desk, "plan"), strict=True) if of == plan]
    done(desk, numbers[0], Filed(Number.GIVEN, "NUMBER-2"))
    assert delivered(desk) == ["sent", "sent", "sent"]
    assert not audit(desk.ledger).problems


def test_what_cannot_be_excepted(tmp_path):
    desk = waiting(tmp_path, 1, per_request=2)
    with pytest.raises(NothingFiled, match="C-9 is not in it"):
        done(desk, 1, Filed(Number.GIVEN, "NUMBER-1", excepted={9: "x"}))
    with pytest.raises(NothingFiled, match="every case is excepted"):
        done(desk, 1, Filed(Number.GIVEN, "NUMBER-1", excepted={1: "x", 2: "x"}))
    assert (column(desk, "state"), excepted(desk, 1)) == (["operator"], {1: "", 2: ""})


def test_a_file_name_that_fits_everywhere():
    assert file_name(1, "../../etc/passwd") == "1-passwd"
    assert file_name(2, "C:\\files\\حکم نامہ.pdf") == "2-حکم_نامہ.pdf"
    assert file_name(3, "\x1b]0;x\x07.pdf") == "3-0_x_.pdf"
    assert file_name(4, "...") == "4-file"
    assert len(file_name(5, "a" * 300 + "." + "b" * 300)) < 100


def test_an_attachment_that_is_not_what_was_imported_is_not_handed_out(tmp_path):
    sha256 = evidence(tmp_path)
    desk = waiting(tmp_path, 1, evidence="order.pdf")
    task = take(desk, ANY).task
    folder = gather(desk.ledger, 1, task.attachments)
    assert [one.read_bytes() for one in folder.iterdir()] == [b"%PDF stand-in"]
    stored = desk.ledger.folder / "evidence" / sha256
    stored.chmod(0o600)
    stored.write_bytes(b"something else")
    with pytest.raises(EvidenceLost, match=r"order\.pdf"):
        gather(desk.ledger, 1, task.attachments)
    stored.unlink()
    with pytest.raises(EvidenceLost):
        gather(desk.ledger, 1, task.attachments)


def test_proof_is_kept_by_its_sha256(tmp_path):
    desk = waiting(tmp_path, 1)
    sha256 = evidence(tmp_path, "proof.png")
    assert keep(desk.ledger, tmp_path / "proof.png") == sha256
    assert (desk.ledger.folder / "evidence" / sha256).exists()
    with pytest.raises(NoEvidence):
        keep(desk.ledger, tmp_path / "missing.png")
