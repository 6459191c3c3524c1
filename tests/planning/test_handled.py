"""Who imported a case, or changed it last, does not approve it: neither by the tool nor by a row in the ledger."""

import pytest
from desks import TurnedClock, acting, add_cases, again, live_desk, make_key, signed, write_policy
from sqlalchemy import insert, update

from takedown.approval import open_key
from takedown.cli.import_ import setting_of
from takedown.intake import ImportOptions, import_file
from takedown.ledger.cases import close, reopen
from takedown.ledger.doubting import keep_back
from takedown.ledger.keeping import hold, release
from takedown.ledger.tables import approvals, plans
from takedown.outcomes.differences import clear
from takedown.planning.approving import approve, verify
from takedown.planning.digest import planner_statement
from takedown.planning.handled import Handled, OwnCase, handled
from takedown.planning.listing import get_plan
from takedown.planning.making import make_plan
from takedown.planning.planner import sign_as_planner
from takedown.planning.reviewed_packs import review_text, sign_pack
from takedown.planning.selection import Selection


def planned(desk, **chosen):
    return make_plan(again(desk), Selection(**chosen)).plan


def sign_as(desk, plan, name):
    row = get_plan(desk.ledger, plan)
    return approve(again(desk, name), plan, row["cases"], signed(desk.config.folder / name, row["digest"]))


def by(desk, plan):
    with desk.ledger.read() as db:
        return handled(db, plan)


@pytest.mark.safeguard("S5")
@pytest.mark.figure("attacks on four eyes", unit="attacks", how="refused; nothing may be sent")
def test_who_imported_a_case_does_not_approve_it(desk):
    add_cases(again(desk, "alice"), "facebook", [11, 12])
    plan = planned(desk, platform="facebook")
    with pytest.raises(OwnCase, match="alice imported B-3 and cannot approve P-1") as refused:
        sign_as(desk, plan, "alice")
    assert refused.value.as_dict()["do"] == "ask one of: bilal"
    assert refused.value.exit == 7
    assert sign_as(desk, plan, "bilal") == 0


@pytest.mark.safeguard("S5")
@pytest.mark.figure("attacks on four eyes", unit="attacks", how="refused; nothing may be sent")
def test_who_changed_a_case_last_does_not_approve_it(desk):
    for who in ("bilal", "alice"):
        close(desk.ledger, 2, "mistake", who)
        reopen(desk.ledger, 2, who)
    plan = planned(desk)
    assert Handled("alice", "changed C-2 last") in by(desk, plan)
    with pytest.raises(OwnCase, match="alice changed C-2 last"):
        sign_as(desk, plan, "alice")
    assert sign_as(desk, plan, "bilal") == 0


@pytest.mark.safeguard("S5")
@pytest.mark.figure("attacks on four eyes", unit="attacks", how="refused; nothing may be sent")
@pytest.mark.parametrize("case", [2, None], ids=["of one case", "of all"])
def test_who_says_after_a_restore_that_it_was_not_sent_does_not_approve_it(desk, case):
    desk.ledger.write(keep_back)
    clear(again(desk, "alice"), case, None, "The platform's own list has none of them.")
    plan = planned(desk)
    with pytest.raises(OwnCase, match=r"alice said that C-\d was not sent and cannot approve P-1") as refused:
        sign_as(desk, plan, "alice")
    assert refused.value.as_dict()["do"] == "ask one of: bilal"
    assert sign_as(desk, plan, "bilal") == 0


def test_a_desk_of_two_goes_on_after_a_restore(desk):
    """Whoever plans says what was not sent, and the other approves; where the other said it, the planner takes the case over."""
    desk.ledger.write(keep_back)
    clear(again(desk), None, "instagram", "The sent folder has none of them.")
    assert sign_as(desk, planned(desk, platform="instagram"), "alice") == 0
    clear(again(desk, "alice"), 1, None, "Not on its list.")
    close(desk.ledger, 1, "mistake", "planner")
    reopen(desk.ledger, 1, "planner")
    assert sign_as(desk, planned(desk), "alice") == 0


def test_who_said_it_of_other_cases_is_free(desk):
    desk.ledger.write(keep_back)
    clear(again(desk, "alice"), None, "instagram", "None.")
    clear(again(desk, "bilal"), None, "facebook", "None.")
    assert sign_as(desk, planned(desk, platform="facebook"), "alice") == 0


def test_a_plan_without_their_cases_is_for_anybody(desk):
    add_cases(again(desk, "alice"), "facebook", [11, 12])
    assert sign_as(desk, planned(desk, platform="instagram"), "alice") == 0


def test_who_joins_a_batch_with_corrected_rows_imported_them(desk, tmp_path):
    file = tmp_path / "mended.csv"
    file.write_text(
        "url,legal_basis,reason,reference,measure,proportionality\n"
        "https://www.facebook.com/standin.0099,pk-peca-37,Calls to violence for a banned organisation.,F-99,remove_account,All.\n"
    )
    assert import_file(desk.ledger, file, ImportOptions(batch=1), setting_of(again(desk, "alice"))).exit == 0
    assert by(desk, planned(desk, platform="instagram")) == [Handled("planner", "imported B-2")]
    with pytest.raises(OwnCase, match="alice imported B-1"):
        sign_as(desk, planned(desk, platform="facebook"), "alice")


@pytest.mark.safeguard("S5")
def test_where_nobody_is_left_the_refusal_says_what_to_do(desk):
    for who, number in (("alice", 11), ("bilal", 12)):
        add_cases(again(desk, who), "facebook", [number])
    with pytest.raises(OwnCase) as refused:
        sign_as(desk, planned(desk), "alice")
    assert "nobody is left who may: have the policy list another approver" in refused.value.as_dict()["do"]


@pytest.mark.safeguard("S5")
@pytest.mark.figure("attacks on four eyes", unit="attacks", how="refused; nothing may be sent")
def test_their_own_signature_in_a_row_is_no_approval(desk):
    add_cases(again(desk, "alice"), "facebook", [11])
    plan = planned(desk, platform="facebook")
    row = get_plan(desk.ledger, plan)
    own = signed(desk.config.folder / "alice", row["digest"])
    held = {"plan": plan, "name": "alice", "key": own.key, "digest": row["digest"], "signature": own.signature, "at": 0.0}
    desk.ledger.write(lambda book: book.db.execute(insert(approvals).values(**held)))
    desk.ledger.write(lambda book: book.db.execute(update(plans).values(state="approved")))
    with pytest.raises(OwnCase):
        verify(again(desk), plan)


@pytest.fixture
def live(tmp_path):
    """Alice brought two cases in; a policy that came later calls her key by another name."""
    desk = live_desk(tmp_path, clock=TurnedClock())
    add_cases(again(desk, "alice"), "facebook", [1, 2])
    pack = desk.packs["pk-peca-37"]
    sign_pack(acting(again(desk), "bilal"), pack, signed(tmp_path / "bilal", review_text(pack)))
    yield desk
    desk.ledger.close()


def renamed(folder, old, new):
    for suffix in ("", ".pub"):
        (folder / f"{old}{suffix}").rename(folder / f"{new}{suffix}")


def refusal(desk, who):
    """Planner plans, and `who` is kept from approving it."""
    pair = open_key(desk.config.folder / "planner", lambda: "")
    made = make_plan(again(desk), Selection())
    sign_as_planner(again(desk), made.plan, pair.sign(planner_statement(made.digest)))
    with pytest.raises(OwnCase) as refused:
        sign_as(desk, made.plan, who)
    return refused.value


@pytest.mark.safeguard("S5")
@pytest.mark.figure("attacks on four eyes", unit="attacks", how="refused; nothing may be sent")
def test_one_key_under_two_names_is_one_person(live):
    renamed(live.config.folder, "alice", "carla")
    write_policy(live.config.folder)
    refused = refusal(live, "carla")
    assert "carla, whose key acted as alice, imported B-1 and cannot approve P-1" in str(refused)
    assert refused.as_dict()["do"] == "ask one of: bilal"


@pytest.mark.safeguard("S5")
@pytest.mark.figure("attacks on four eyes", unit="attacks", how="refused; nothing may be sent")
def test_one_name_with_two_keys_is_one_person(live):
    make_key(live.config.folder, "alice")
    write_policy(live.config.folder)
    assert "alice imported B-1" in str(refusal(live, "alice"))


def test_the_key_of_an_act_is_of_those_whom_it_covers(live):
    key = open_key(live.config.folder / "alice", lambda: "").key
    pair = open_key(live.config.folder / "planner", lambda: "")
    plan = make_plan(again(live), Selection()).plan
    assert pair.key != key
    with live.ledger.read() as db:
        assert handled(db, plan) == [Handled("alice", "imported B-1", key)]


def test_a_legal_hold_that_ends_is_no_change_of_the_case(desk):
    close(desk.ledger, 2, "mistake", "alice")
    reopen(desk.ledger, 2, "alice")
    hold(desk.ledger, 2, "a court asked", "bilal")
    release(desk.ledger, 2, "the court is done", "bilal")
    plan = planned(desk)
    with pytest.raises(OwnCase, match="alice changed C-2 last"):
        sign_as(desk, plan, "alice")
    assert sign_as(desk, plan, "bilal") == 0
