"""In live who acts is a key: what the record says that a person did is signed by that person, and nobody else's word passes."""

import hashlib
import json
from dataclasses import dataclass, replace

import pytest
from desks import TurnedClock, acting, add_cases, again, live_desk, make_key, sign_policy, write_policy
from sqlalchemy import select, update

from takedown.acting import SeveralKeys, UnknownKey, act, chosen, owner
from takedown.approval import Approver, NoKey, NotAnApprover, StrangeKey, new_key, open_key
from takedown.audit import verify
from takedown.ledger.acts import ACTED, LASTS, Actor, MandateOver, Unsigned
from takedown.ledger.cases import close, note
from takedown.ledger.tables import events, openings
from takedown.policy.signed import NAMESPACE, signers


@pytest.fixture
def live(tmp_path):
    desk = live_desk(tmp_path, clock=TurnedClock())
    add_cases(desk, "facebook", [1, 2])
    yield desk
    desk.ledger.close()


def problems(desk):
    return [what for _, what in verify(desk.ledger).problems]


def acts(desk):
    with desk.ledger.read() as db:
        return [
            (seq, json.loads(data)) for seq, data in db.execute(select(events.c.seq, events.c.data).where(events.c.kind == ACTED))
        ]


def test_each_transaction_of_a_person_ends_with_their_key(live):
    desk = acting(again(live), "alice", "case note")
    note(desk.ledger, 1, "seen by two colleagues", desk.who)
    seq, told = acts(live)[-1]
    assert told["what"] == "case note"
    assert told["first"] == seq - 1
    assert told["key"] in (live.config.folder / "alice.pub").read_text()
    assert problems(live) == []


@pytest.mark.safeguard("S5")
@pytest.mark.figure("attacks on four eyes", unit="attacks", how="refused; nothing may be sent")
def test_a_typed_name_decides_nothing(live):
    with pytest.raises(Unsigned, match=r"Nobody's key stands behind this: case\.closed") as refused:
        close(again(live).ledger, 1, "mistake", "alice")
    assert refused.value.exit == 7
    with live.ledger.read() as db:
        assert db.execute(select(events.c.seq).where(events.c.kind == "case.closed")).first() is None


def test_the_policy_that_says_whose_keys_they_are_is_on_record_once(live):
    for who in ("alice", "bilal"):
        note(acting(again(live), who).ledger, 1, "looked", who)
    with live.ledger.read() as db:
        query = select(openings.c.value).join(events, events.c.seq == openings.c.seq).where(events.c.kind == "policy.seen")
        texts = list(db.execute(query.where(openings.c.name == "text")).scalars())
    assert texts == [(live.config.folder / "policy.toml").read_text()]


def forged(live, name, key, what="case note", **changes):
    """Somebody with a key of their own who writes into the ledger past the tool."""
    pair = open_key(live.config.folder / key, lambda: "")
    desk = act(again(live), Approver(name, pair.key), what, pair.sign)
    signing = desk.ledger.signing
    assert isinstance(signing, Actor)
    desk.ledger.signing = replace(signing, **changes)
    note(desk.ledger, 1, "all is well", name)
    return problems(live)


@pytest.mark.figure("attacks on the record of who acted", unit="attacks", how="found by audit verify")
def test_another_approvers_key_under_a_name_is_found(live):
    assert any("is by a key that no policy gave to alice" in one for one in forged(live, "alice", "bilal"))


@pytest.mark.figure("attacks on the record of who acted", unit="attacks", how="found by audit verify")
def test_a_key_of_ones_own_making_is_found(live):
    make_key(live.config.folder, "mallory")
    assert any("is by a key that no policy gave to alice" in one for one in forged(live, "alice", "mallory"))


@pytest.mark.figure("attacks on the record of who acted", unit="attacks", how="found by audit verify")
def test_a_policy_of_ones_own_making_names_nobody(live):
    folder, true = live.config.folder, live.in_force
    make_key(folder, "mallory")
    file = write_policy(folder, strangers=["oversight"])
    sign_policy(file, folder / "mallory")
    held = again(live)
    pair, text = open_key(folder / "mallory", lambda: ""), file.read_text()
    own = {"hash": hashlib.sha256(text.encode()).hexdigest(), "text": text, "signature": pair.sign(text, NAMESPACE)}
    held.__dict__["in_force"] = replace(true, **own)
    desk = act(held, Approver("mallory", pair.key), "case note", pair.sign)
    note(desk.ledger, 1, "all is well", "mallory")
    assert any("is by a key that no policy gave to mallory" in one for one in problems(live))


@pytest.mark.figure("attacks on the record of who acted", unit="attacks", how="found by audit verify")
def test_an_event_in_somebody_elses_name_is_found(live):
    desk = acting(again(live), "alice")
    note(desk.ledger, 1, "all is well", "bilal")
    assert any("names another person than the one whose key acted" in one for one in problems(live))


@pytest.mark.figure("attacks on the record of who acted", unit="attacks", how="found by audit verify")
def test_an_unsigned_event_written_past_the_tool_is_found(live):
    desk = again(live)
    desk.ledger.signing = None
    note(desk.ledger, 1, "all is well", "alice")
    assert any("(case.noted) names a person, and nobody's key stands behind it" in one for one in problems(live))


@pytest.mark.figure("attacks on the record of who acted", unit="attacks", how="found by audit verify")
def test_a_signature_of_another_process_is_found(live):
    """A true mandate, copied out of the record, is worth nothing without the key that it names."""
    assert any("is for other events than those before it" in one for one in forged(live, "alice", "alice", once=new_key()))


@pytest.mark.figure("attacks on the record of who acted", unit="attacks", how="found by audit verify")
def test_a_mandate_for_something_else_is_found(live):
    of = acting(again(live), "alice", "case note").ledger.signing
    found = forged(live, "alice", "alice", mandate=replace(of.mandate, what="evidence erase"))
    assert any("has a signature that does not hold" in one for one in found)


@dataclass(frozen=True, slots=True)
class Further(Actor):
    """Whose process signs for an event more than its transaction wrote."""

    def closing(self, told, first, last, head, now):
        return super(Further, self).closing(told, first - 1, last, head, now)


@pytest.mark.figure("attacks on the record of who acted", unit="attacks", how="found by audit verify")
def test_an_act_that_reaches_over_what_somebody_else_wrote_is_found(live):
    """An unsigned event, and the next person's process made to answer for it."""
    desk = again(live)
    desk.ledger.signing = None
    note(desk.ledger, 1, "all is well", "alice")
    held = acting(again(live), "alice")
    held.ledger.signing = Further(*(getattr(held.ledger.signing, name) for name in Actor.__slots__))
    note(held.ledger, 2, "seen", "alice")
    assert any("reaches over what was recorded before it began" in one for one in problems(live))


def test_the_kind_of_ledger_cannot_be_said_away(live):
    desk = again(live)
    desk.ledger.signing = None
    desk.ledger.write(
        lambda book: book.db.execute(update(events).where(events.c.seq == 1).values(data='{"environment":"sandbox"}'))
    )
    assert "its contents are not those that were recorded" in problems(live)


def test_a_word_for_a_process_ends_after_a_day_at_the_desk(live):
    desk = acting(again(live), "alice")
    live.clock.at += LASTS + 1
    with pytest.raises(MandateOver):
        note(desk.ledger, 1, "looked", desk.who)


def test_whose_a_key_is_and_which_of_an_agent_acts(live):
    people = signers(live.policy)
    keys = {one.name: one.key for one in people}
    assert owner(people, keys["alice"], None).name == "alice"
    with pytest.raises(StrangeKey):
        owner(people, keys["alice"], "bilal")
    with pytest.raises(UnknownKey, match="The policy gives the key SHA256:"):
        owner(people, new_key().key, None)
    both = [keys["alice"], keys["bilal"], new_key().key]
    assert chosen(people, [keys["alice"]], None, "root").name == "alice"
    assert chosen(people, both, "bilal", "root").name == "bilal"
    assert chosen(people, both, None, "alice").name == "alice"
    with pytest.raises(SeveralKeys, match="alice, bilal"):
        chosen(people, both, None, "root")
    with pytest.raises(NoKey):
        chosen(people, [new_key().key], "alice", "alice")
    with pytest.raises(NotAnApprover):
        chosen(people, both, "mallory", "root")
