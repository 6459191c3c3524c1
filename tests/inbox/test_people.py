"""What people decide about mails, and what they write down by hand."""

import pytest
from desks import again, make_key, signed
from inbox_desk import office
from mails import SERVER

from takedown.approval import OwnPlan, StrangeKey
from takedown.audit import verify
from takedown.inbox.by_hand import BadClaim, BadList, NotAList, add, read_list, record, said
from takedown.inbox.people import CountedAlready, NeverSent, NotMatched, SaysNothing, Unsigned, accept, match, statement
from takedown.inbox.store import get
from takedown.ledger.errors import NoSuchCase

STRANGER = {"from": "officer@elsewhere.example", "results": f"{SERVER}; dkim=pass header.d=elsewhere.example"}
WHY = "We spoke to the officer on the phone."


@pytest.fixture
def at(tmp_path):
    keys = {name: make_key(tmp_path, name) for name in ("alice", "bilal")}
    made = office(tmp_path, 2, approvals=1, who="alice")
    made.keys = keys
    return made


def as_(at, name):
    return again(at.desk, name)


def test_a_proven_mail_counts_as_soon_as_one_person_says_what_it_answers(at):
    (row,) = at.add(at.reply(in_reply_to="", references=""))
    assert row["state"] == "person"
    told = match(at.desk, row["id"], at.carried(at.requests()[1]["id"])[0], None)
    assert (told.claims, told.proven) == (1, True)
    assert at.claimed() == ["none", "removed"]
    assert at.claims()[0]["source"] == "by_hand"
    assert get(at.desk, row["id"])["state"] == "done"


class TestUnproven:
    def stored(self, at):
        (row,) = at.add(at.reply(in_reply_to="", references="", **STRANGER))
        return row["id"]

    def test_needs_two_people(self, at):
        message, case = self.stored(at), at.carried(at.requests()[0]["id"])[0]
        with pytest.raises(NotMatched):
            accept(as_(at, "bilal"), message, WHY, signed(at.keys["bilal"], statement(at.desk, message, WHY)))
        assert match(at.desk, message, case, None).proven is False
        assert at.claimed() == ["none", "none"]
        with pytest.raises(OwnPlan):
            accept(at.desk, message, WHY, signed(at.keys["alice"], statement(at.desk, message, WHY)))
        with pytest.raises(Unsigned):
            accept(as_(at, "bilal"), message, WHY, None)
        with pytest.raises(StrangeKey):
            accept(as_(at, "bilal"), message, WHY, signed(at.keys["alice"], statement(at.desk, message, WHY)))
        assert at.claimed() == ["none", "none"]
        told = accept(as_(at, "bilal"), message, WHY, signed(at.keys["bilal"], statement(at.desk, message, WHY)))
        assert (told.claims, at.claimed()) == (1, ["removed", "none"])
        claim, row = at.claims()[0], get(at.desk, message)
        assert (claim["source"], claim["by"], row["verified"]) == ("by_hand", "bilal", "by hand: alice, bilal")
        assert [what for _, what in verify(at.desk.ledger).problems if "approv" not in what] == []

    def test_is_not_accepted_with_a_signature_for_another_reason(self, at):
        message = self.stored(at)
        match(at.desk, message, 1, None)
        with pytest.raises(Exception, match="does not fit"):
            accept(as_(at, "bilal"), message, WHY, signed(at.keys["bilal"], statement(at.desk, message, "other")))
        assert at.claims() == []

    def test_counts_once(self, at):
        message = self.stored(at)
        match(at.desk, message, 1, None)
        seal = signed(at.keys["bilal"], statement(at.desk, message, WHY))
        accept(as_(at, "bilal"), message, WHY, seal)
        with pytest.raises(CountedAlready):
            accept(as_(at, "bilal"), message, WHY, seal)
        with pytest.raises(CountedAlready):
            match(at.desk, message, 2, None)
        assert len(at.claims()) == 1

    def test_that_says_nothing_cannot_be_accepted(self, at):
        (row,) = at.add(at.reply("We have looked at it with great interest.", in_reply_to="", references="", **STRANGER))
        match(at.desk, row["id"], 1, None)
        with pytest.raises(SaysNothing):
            accept(as_(at, "bilal"), row["id"], WHY, signed(at.keys["bilal"], statement(at.desk, row["id"], WHY)))


def test_nothing_answers_what_was_never_sent(tmp_path):
    at = office(tmp_path, 1, sent=False)
    (row,) = at.add(at.reply())
    assert (row["request"], at.claimed()) == (None, ["none"])
    with pytest.raises(NeverSent):
        match(at.desk, 1, 1, None)
    with pytest.raises(NoSuchCase):
        match(at.desk, 1, 99, None)


class TestByHand:
    def say(self, at, /, **given):
        return said(given, at.desk.clock.now())

    def test_a_claim_says_who(self, at):
        told = self.say(at, value="Restricted", ground="local law", territory="pk", at="2027-01-10", reason="As told by phone.")
        assert add(at.desk, [1], told, "e" * 64) == 1
        assert add(at.desk, [1], told, "e" * 64) == 0
        (claim,) = at.claims()
        kept = {name: claim[name] for name in ("value", "ground", "territory", "source", "by", "evidence", "decided_at")}
        assert kept == {
            "value": "restricted", "ground": "local_law", "territory": "PK", "source": "by_hand", "by": "alice", "evidence": "e" * 64,
            "decided_at": 1_799_539_200.0,
        }  # fmt: skip

    @pytest.mark.parametrize(
        "given",
        [{"value": "gone"}, {"value": ""}, {"value": "removed", "ground": "law"}, {"value": "removed", "territory": "Pakistan"},
         {"value": "removed", "at": "yesterday"}, {"value": "removed", "at": "2999-01-01"}, {"value": "removed", "reason": "x" * 3000}],
    )  # fmt: skip
    def test_what_is_no_claim_is_refused(self, at, given):
        with pytest.raises(BadClaim):
            self.say(at, **given)

    def test_nothing_is_claimed_of_what_was_never_sent(self, tmp_path):
        at = office(tmp_path, 1, sent=False)
        with pytest.raises(NeverSent):
            add(at.desk, [1], self.say(at, value="removed"), "")

    def write(self, tmp_path, text):
        path = tmp_path / "portal.csv"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    def test_a_list_names_cases_by_link_reference_or_number(self, at, tmp_path):
        reference = at.requests()[1]["reference"]
        rows = f"url,reference,case,value,territory\nhttps://t.me/Standin_0001,,,restricted,PK\n,{reference},,declined,\n"
        found = read_list(at.desk, self.write(tmp_path, rows))
        assert [(case, told.value) for case, told in found] == [(1, "restricted"), (2, "declined")]
        assert record(at.desk, found, "") == 2
        assert at.claimed() == ["restricted", "declined"]
        assert [case for case, _ in read_list(at.desk, self.write(tmp_path, "reference,value\nFILE-2,removed\n"))] == [2]

    def test_all_problems_are_told_and_nothing_is_taken(self, at, tmp_path):
        rows = "case,value\nC-1,removed\nC-x,removed\nC-2,vanished\n"
        with pytest.raises(BadList) as told:
            read_list(at.desk, self.write(tmp_path, rows))
        assert told.value.facts["count"] == 2
        assert "line 3" in str(told.value.as_dict()["why"])
        assert "line 4" in str(told.value.as_dict()["why"])

    @pytest.mark.parametrize(
        "text",
        ["", "value\nremoved\n", "case\nC-1\n", "case,value,else\nC-1,removed,x\n", "case,case,value\n1,1,removed\n",
         "case,value\nC-1\n", "case,value\nC-1,removed,x\n", 'case,value\n"C-1,removed\n', "case,value\n", b"case,value\n\xff,removed\n"],
    )  # fmt: skip
    def test_what_is_no_list_is_refused(self, at, tmp_path, text):
        with pytest.raises(NotAList):
            read_list(at.desk, self.write(tmp_path, text))
