"""From raw mail to claim: matched, proven, counted once, whatever dies in between."""

from itertools import product

import pytest
from desks import again
from inbox_desk import office
from mails import PASS, SERVER, bounce, mail
from sqlalchemy import select, update

from takedown.audit import verify
from takedown.inbox.classify import classify
from takedown.inbox.store import Place, apply, check, judge_new, listed, store
from takedown.ledger.tables import messages

FORGED = {"results": f"{SERVER}; dkim=fail header.d=telegram.example"}
ELSEWHERE = {"in_reply_to": "<other@authority.example>", "references": ""}
STRANGER = {"from": "legal@evil.test", "results": f"{SERVER}; dkim=pass header.d=evil.test"}


@pytest.mark.parametrize(("proven", "threaded", "own"), list(product([True, False], repeat=3)))
def test_only_a_proven_mail_in_our_thread_from_the_platform_makes_a_claim(tmp_path, proven, threaded, own):
    at = office(tmp_path, 1)
    (row,) = at.add(at.reply(**({} if own else STRANGER) | ({} if proven else FORGED) | ({} if threaded else ELSEWHERE)))
    good = proven and threaded and own
    assert at.claimed() == ["removed" if good else "none"]
    assert (row["state"], bool(row["verified"])) == ("done" if good else "person", proven and own)
    assert verify(at.desk.ledger).problems == []


def test_a_claim_says_where_it_comes_from(tmp_path):
    at = office(tmp_path, 1)
    (row,) = at.add(at.reply("We have restricted access to the account in Pakistan under local law."))
    (claim,) = at.claims()
    told = {name: claim[name] for name in ("value", "ground", "territory", "source", "request", "evidence")}
    assert told == {
        "value": "restricted",
        "ground": "local_law",
        "territory": "PK",
        "source": "mail",
        "request": row["request"],
        "evidence": row["sha256"],
    }
    assert claim["decided_at"] == 1_799_920_800.0
    assert claim["reason"].startswith("We have restricted access")


def test_adding_the_same_mail_again_changes_nothing(tmp_path):
    at = office(tmp_path, 1)
    first, again = at.add(at.reply()), at.add(at.reply())
    assert first == again
    assert len(at.claims()) == 1


def test_a_mail_that_was_sent_on_once_more_is_not_counted_twice(tmp_path):
    at = office(tmp_path, 1)
    at.add(at.reply("We have removed the account."))
    at.add(
        at.reply(
            "We have not removed the account.", message_id="<later@telegram.example>", date="Thu, 14 Jan 2027 12:00:00 +0000"
        )
    )
    (copy,) = at.add(b"Received: from somewhere\r\n" + at.reply("We have removed the account."))
    assert copy["reasons"] == "the same mail as M-1"
    assert at.claimed() == ["declined"]


def test_what_is_read_late_does_not_undo_what_was_said_after_it(tmp_path):
    at = office(tmp_path, 1)
    at.add(at.reply("We have removed the account.", date="Thu, 14 Jan 2027 12:00:00 +0000"))
    (late,) = at.add(
        at.reply(
            "We have not removed the account.", message_id="<early@telegram.example>", date="Wed, 13 Jan 2027 12:00:00 +0000"
        )
    )
    assert late["state"] == "person"
    at.add(at.reply("Your request has been received.", message_id="<receipt@telegram.example>"))
    assert at.claimed() == ["removed"]


def test_a_process_that_dies_between_storing_and_judging_loses_and_doubles_nothing(tmp_path):
    at = office(tmp_path, 2)
    store(at.desk, [(Place(), at.reply(to=0)), (Place(), at.reply(to=1))])
    assert at.claimed() == ["none", "none"]
    assert judge_new(at.desk, None) == [1, 2]
    assert judge_new(at.desk, None) == []
    assert at.claimed() == ["removed", "removed"]
    assert len(at.claims()) == 2


def test_two_processes_that_judge_the_same_mail_count_it_once(tmp_path):
    at = office(tmp_path, 1)
    store(at.desk, [(Place(), at.reply())])
    (judged,) = check(at.desk, [at.reply()], None)
    counted = [at.desk.ledger.write(lambda book: apply(book, 1, judged)) for _ in range(2)]
    assert counted == [1, 0]
    assert len(at.claims()) == 1


def test_checking_stores_nothing(tmp_path):
    at = office(tmp_path, 1)
    (judged,) = check(at.desk, [at.reply()], None)
    assert [claim.value for claim in judged.claims] == ["removed"]
    assert listed(at.desk) == []


class TestMatching:
    def test_by_references_alone(self, tmp_path):
        at = office(tmp_path, 1)
        assert at.add(at.reply(in_reply_to="<ticket-1@telegram.example>"))[0]["matched_by"] == "references"

    def test_by_the_reference_in_the_subject(self, tmp_path):
        at = office(tmp_path, 1)
        reference = at.requests()[0]["reference"]
        (row,) = at.add(mail(subject=f"[CASE 1] Re: request [{reference}]"))
        assert (row["matched_by"], at.claimed()) == ("subject", ["removed"])

    def test_by_the_address_it_was_sent_to(self, tmp_path):
        at = office(tmp_path, 1)
        reference = at.requests()[0]["reference"]
        assert at.add(mail(to=f"desk+{reference.lower()}@authority.example"))[0]["matched_by"] == "to"

    def test_never_by_text_alone(self, tmp_path):
        at = office(tmp_path, 1)
        reference = at.requests()[0]["reference"]
        (row,) = at.add(mail(f"We have removed the account.\n\n> Takedown-Reference: {reference}"))
        assert (row["request"], row["hint"], row["state"]) == (None, reference, "person")
        assert at.claimed() == ["none"]

    def test_never_when_its_headers_name_two_requests(self, tmp_path):
        at = office(tmp_path, 2)
        (row,) = at.add(at.reply(to=0, subject=f"Re: [{at.requests()[1]['reference']}]"))
        assert row["request"] is None
        assert at.claimed() == ["none", "none"]

    def test_a_thread_answers_its_nearest_mail(self, tmp_path):
        at = office(tmp_path, 2)
        first, second = (row["message_id"] for row in at.requests())
        (row,) = at.add(mail(references=f"{first} <x@y.example> {second}"))
        assert row["request"] == at.requests()[1]["id"]

    def test_a_signature_must_cover_the_header_that_matches(self, tmp_path):
        at = office(tmp_path, 1)
        seal = "v=1; a=rsa-sha256; d=telegram.example; s=s; h=from:to:subject:date; bh=x; b=x"
        (row,) = at.add(at.reply(dkim_signature=seal))
        assert (row["verified"], at.claimed()) == ("", ["none"])
        reference = at.requests()[0]["reference"]
        (row,) = at.add(at.reply(dkim_signature=seal, subject=f"Re: [{reference}]", message_id="<b@telegram.example>"))
        assert (row["matched_by"], at.claimed()) == ("subject", ["removed"])


class TestSeveralCases:
    LINKS = ("https://t.me/standin_0001", "https://t.me/standin_0002", "https://t.me/standin_0003")

    def claimed(self, tmp_path, text):
        at = office(tmp_path, 3, per_request=3)
        at.add(at.reply(text))
        return at.claimed()

    def test_one_decision_for_all(self, tmp_path):
        assert self.claimed(tmp_path, "We have removed the reported accounts.") == ["removed"] * 3

    def test_a_list_under_a_heading(self, tmp_path):
        a, b, c = self.LINKS
        text = f"We have removed the following accounts:\n{a}\n{b}\n\nWe have not removed the following accounts:\n{c}\n"
        assert self.claimed(tmp_path, text) == ["removed", "removed", "declined"]

    def test_a_word_beside_each_link(self, tmp_path):
        a, b, c = self.LINKS
        text = f"Dear desk,\n\n- {a}: removed\n- {b} - withheld in Pakistan\n- {c}: no action taken\n"
        assert self.claimed(tmp_path, text) == ["removed", "restricted", "declined"]

    def test_links_as_they_are_written_elsewhere(self, tmp_path):
        assert self.claimed(tmp_path, "We have removed hxxps://telegram[.]me/Standin_0001") == ["removed", "none", "none"]

    def test_what_is_not_listed_has_no_claim(self, tmp_path):
        assert self.claimed(tmp_path, f"We have removed {self.LINKS[1]}.") == ["none", "removed", "none"]

    def test_a_decision_on_another_target_is_none_on_ours(self, tmp_path):
        assert self.claimed(tmp_path, "We have removed https://t.me/standin_0099") == ["none"] * 3

    def test_two_decisions_on_one_target_are_none(self, tmp_path):
        a, *_ = self.LINKS
        assert self.claimed(tmp_path, f"{a}: removed\n{a}: declined\n") == ["none"] * 3

    def test_a_mixed_answer_without_links_is_for_a_person(self, tmp_path):
        assert (
            self.claimed(tmp_path, "We have removed the first account. We have not removed the second account.") == ["none"] * 3
        )


class TestOtherClasses:
    def test_a_receipt_keeps_the_platforms_number(self, tmp_path):
        at = office(tmp_path, 1)
        (row,) = at.add(at.reply("Your request has been received. Ticket number: CH-00417."))
        assert (row["class"], row["number"], row["state"], at.claimed()) == ("receipt", "CH-00417", "done", ["received"])
        assert at.claims()[0]["reason"] == "ticket CH-00417"

    def test_a_question_needs_information(self, tmp_path):
        at = office(tmp_path, 1)
        at.add(at.reply("Could you please provide the exact links of the posts?"))
        assert at.claimed() == ["needs_information"]

    def test_an_automatic_reply_is_never_an_answer(self, tmp_path):
        at = office(tmp_path, 1)
        (row,) = at.add(at.reply(auto_submitted="auto-replied"))
        assert (row["class"], row["state"], at.claimed()) == ("out_of_office", "done", ["none"])

    def test_what_cannot_be_read_is_for_a_person(self, tmp_path):
        at = office(tmp_path, 1)
        (row,) = at.add(at.reply("We have looked at it with great interest."))
        assert (row["class"], row["state"], at.claimed()) == ("other", "person", ["none"])


class TestBounces:
    def returned(self, at, **more):
        ours = at.requests()[0]
        return bounce(returned=f"Message-ID: {ours['message_id']}\nX-Takedown-Reference: {ours['reference']}", **more)

    def test_a_permanent_one_returns_the_request(self, tmp_path):
        at = office(tmp_path, 2)
        (row,) = at.add(self.returned(at))
        assert (row["class"], row["state"]) == ("bounce", "person")
        assert at.delivered() == ["returned", "sent"]
        assert at.claimed() == ["none", "none"]
        assert verify(at.desk.ledger).problems == []

    def test_a_delay_does_not(self, tmp_path):
        at = office(tmp_path, 1)
        (row,) = at.add(self.returned(at, action="delayed", status="4.4.1"))
        assert (row["class"], row["state"], at.delivered()) == ("bounce", "done", ["sent"])

    def test_of_another_address_does_not(self, tmp_path):
        at = office(tmp_path, 1)
        at.add(self.returned(at, address="somebody@telegram.example"))
        assert at.delivered() == ["sent"]

    def test_of_another_mail_does_not(self, tmp_path):
        at = office(tmp_path, 1)
        (row,) = at.add(bounce(returned="Message-ID: <other@authority.example>"))
        assert (row["request"], at.delivered()) == (None, ["sent"])

    def test_twice_moves_once(self, tmp_path):
        at = office(tmp_path, 1)
        at.add(self.returned(at), self.returned(at) + b"\r\n")
        assert at.delivered() == ["returned"]


def test_the_raw_bytes_are_kept_as_they_came(tmp_path):
    at = office(tmp_path, 1)
    raw = bytes(range(256)) * 10
    at.add(raw)
    with at.desk.ledger.read() as db:
        assert db.execute(select(messages.c.raw)).scalar_one() == raw


def test_a_platform_without_reply_domains_is_never_believed(tmp_path):
    at = office(tmp_path, 1)
    text = (tmp_path / "takedown.toml").read_text().replace('reply_domains = ["telegram.example"]', "reply_domains = []")
    (tmp_path / "takedown.toml").write_text(text)
    at.desk = again(at.desk)
    at.add(at.reply(results=PASS))
    assert at.claimed() == ["none"]


def test_a_mail_that_breaks_the_reader_waits_for_a_person_and_stops_no_other(tmp_path, monkeypatch):
    at = office(tmp_path)

    def broken(mail, *args, **named):
        if "poison" in mail.subject:
            raise ValueError
        return classify(mail, *args, **named)

    monkeypatch.setattr("takedown.inbox.judging.classify", broken)
    first, second = at.add(at.reply(subject="poison"), at.reply(to=1))
    assert (first["class"], first["state"], first["reasons"]) == ("other", "person", "it cannot be read (ValueError)")
    assert at.claimed() == ["none", "removed", "none"]
    assert second["state"] == "done"


@pytest.mark.parametrize(
    "edit", [{"class": "other"}, {"request": None}, {"verified": ""}, {"matched_by": "by hand"}, {"state": "new"}], ids=str
)
def test_the_audit_finds_a_mail_whose_judgement_was_edited(tmp_path, edit):
    at = office(tmp_path, 1)
    at.add(at.reply())
    with at.desk.ledger.engine.connect().execution_options(takedown_write=True) as db, db.begin():
        db.execute(update(messages).values(**edit))
    assert verify(at.desk.ledger).problems == [(0, "M-1 is not judged as was recorded")]
