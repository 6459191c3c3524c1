"""Somebody with write access to the database edits the record: what `audit verify` finds, and what no chain alone can find."""

import json

import pytest
from desks import QuickClock, TurnedClock, add_cases, make_desk, make_key, signed
from sqlalchemy import delete, insert, select, text, update
from tampering import edit, sent_desk

from takedown.audit import verify
from takedown.audit.chain import read_chain, told_of_rows
from takedown.audit.rows import of_rows
from takedown.comparing import problems
from takedown.delivery.unknowns import settle_sent
from takedown.heads import write_head
from takedown.ledger.book import GENESIS, event_hash
from takedown.ledger.canonical import canonical
from takedown.ledger.seals import claim_seal
from takedown.ledger.tables import approvals, attempts, cases, claims, events, openings, requests, sightings
from takedown.ledger.truths import Claim, Sighting, add_claims, add_sightings
from takedown.planning.making import make_plan
from takedown.planning.selection import Selection


@pytest.fixture
def desk(tmp_path):
    """Four requests, approved by alice and sent, over a chain of some twenty events."""
    with sent_desk(tmp_path, QuickClock()) as desk:
        yield desk


def chain(desk):
    with desk.ledger.read() as db:
        return [dict(row) for row in db.execute(select(events).order_by(events.c.seq)).mappings()]


def rewrite(desk, rows, since=0):
    """Write the chain anew, with fresh hashes from position `since` on."""
    for at, row in enumerate(rows):
        row["seq"] = at + 1
        if at >= since:
            row["prev"] = rows[at - 1]["hash"] if at else GENESIS
            row["hash"] = event_hash(row["prev"], *(row[name] for name in ("seq", "at", "kind", "subject", "data")))
    edit(
        desk, delete(openings).where(openings.c.seq > len(rows)), delete(events), *(insert(events).values(**row) for row in rows)
    )


def found(desk):
    with desk.ledger.read() as db:  # a second process that reads the rows of a big ledger finds the same in them
        assert [*of_rows(db, told_of_rows(db))] == [*of_rows(db, read_chain(db))]
    return " / ".join(what for _, what in verify(desk.ledger).problems)


def of_kind(desk, kind):
    return next(row["seq"] for row in chain(desk) if row["kind"] == kind)


def test_an_honest_record_has_no_problems(desk):
    checked = verify(desk.ledger)
    assert checked.problems == []
    assert checked.events == len(chain(desk)) > 8
    assert checked.head == chain(desk)[-1]["hash"]


@pytest.mark.parametrize("column", ["at", "kind", "subject", "data", "prev", "hash"])
def test_an_edited_event(desk, column):
    seq = of_kind(desk, "plan.approved")
    value = json.dumps({"digest": "0" * 64}) if column == "data" else "0" * 64
    edit(desk, update(events).where(events.c.seq == seq).values({column: value}))
    assert (seq, "its contents are not those that were recorded") in verify(desk.ledger).problems


def test_a_deleted_event(desk):
    seq = of_kind(desk, "plan.signed")
    edit(desk, delete(events).where(events.c.seq == seq))
    assert f"event {seq} is missing" in found(desk)
    assert "does not follow" in found(desk)


def test_a_deleted_event_with_the_rest_moved_up(desk):
    rows = chain(desk)
    del rows[4]
    rewrite(desk, rows, since=len(rows))
    assert "does not follow" in found(desk)
    assert "not those that were recorded" in found(desk)


def test_two_swapped_events(desk):
    rows = chain(desk)
    rows[3], rows[4] = rows[4], rows[3]
    rewrite(desk, rows, since=len(rows))
    assert {seq for seq, _ in verify(desk.ledger).problems} >= {4, 5}


def test_an_inserted_event(desk):
    rows = chain(desk)
    rows.insert(5, {**rows[4]})
    rewrite(desk, rows, since=len(rows))
    assert {seq for seq, _ in verify(desk.ledger).problems} >= {6, 7}


def test_an_appended_event_that_nobody_made(desk):
    rows = chain(desk)
    edit(desk, insert(events).values({**rows[-1], "seq": len(rows) + 1}))
    assert "does not follow" in found(desk)


def test_the_last_events_cut_off(desk):
    """The chain that is left is whole; the states of the requests and the head outside tell."""
    rows = chain(desk)
    last = max(row["seq"] for row in rows if row["kind"] == "request.sent")
    edit(desk, delete(openings).where(openings.c.seq >= last), delete(events).where(events.c.seq >= last))
    assert "is sent, but its last event says sending" in found(desk)
    assert any("an event that is gone" in what for _, what in problems(desk))


def test_a_tail_written_anew_that_tells_another_story_of_a_request(desk):
    rows = chain(desk)
    at = next(i for i, row in enumerate(rows) if row["kind"] == "request.sent")
    told = json.loads(rows[at]["data"])
    rows[at]["kind"], rows[at]["data"] = "request.refused", json.dumps({**told, "to": "refused"}, sort_keys=True)
    rewrite(desk, rows, since=at)
    assert "is sent, but its last event says refused" in found(desk)


def test_a_tail_written_anew_under_the_old_commitments(desk):
    rows = chain(desk)
    at = next(i for i, row in enumerate(rows) if "committed" in row["data"])
    rows[at]["data"] = "{}"
    rewrite(desk, rows, since=at)
    assert "it commits to no" in found(desk)


def test_a_chain_that_is_written_anew_altogether_is_found_from_outside_only(desk):
    """A plain chain cannot tell: whoever can write the database can compute every hash. The heads kept elsewhere can."""
    rows = chain(desk)
    rows[0]["at"] = "2001-01-01T00:00:00.000Z"
    rewrite(desk, rows)
    assert found(desk) == ""
    assert any("knows another event" in what for _, what in problems(desk))


def test_an_edited_commitment(desk):
    edit(desk, update(openings).values(value="somebody else"))
    assert "is not what was committed to" in found(desk)


def test_a_commitment_that_was_taken_away(desk):
    edit(desk, delete(openings))
    assert "by was taken away, and no erasure tells of it" in found(desk)


@pytest.mark.parametrize("state", ["approved", "unknown", "refused", "withdrawn", "returned"])
def test_a_request_moved_without_an_event(desk, state):
    edit(desk, update(requests).where(requests.c.id == 2).values(state=state))
    assert f"R-2 is {state}, but its last event says sent" in found(desk)


def test_sent_without_an_attempt(desk):
    edit(desk, delete(attempts).where(attempts.c.request == 3))
    assert "R-3 is sent, but no attempt is recorded" in found(desk)


def test_sent_although_no_attempt_was(desk):
    edit(desk, update(attempts).where(attempts.c.request == 3).values(outcome="unknown"))
    assert "R-3 is sent, but no attempt is recorded" in found(desk)


def test_sent_by_a_person_s_word_is_no_problem(tmp_path):
    from takedown.delivery.claims import recover
    from takedown.delivery.lanes import lane_for
    from takedown.ledger.moves import State, move
    from takedown.planning.approving import verify as check

    desk = make_desk(tmp_path, {"telegram": {"channel": "api", "base_url": "http://127.0.0.1:9/tg"}}, clock=TurnedClock())
    add_cases(desk, "telegram", [1])
    plan = make_plan(desk, Selection()).plan
    check(desk, plan)
    desk.ledger.write(lambda book: move(book, [1], State.APPROVED, State.SENDING, attempts=1))
    desk.ledger.write(lambda book: recover(book, lane_for(desk, "telegram:api")))
    settle_sent(desk, 1, "TG-1", "ab" * 32)
    assert found(desk) == ""


def test_left_without_an_approved_plan(desk):
    rewrite(desk, [row for row in chain(desk) if row["kind"] != "plan.approved"])
    assert "R-1 left without an approved plan" in found(desk)


def test_an_approval_that_was_taken_away_or_made_up(desk):
    with desk.ledger.read() as db:
        row = dict(db.execute(select(approvals)).mappings().one())
    edit(desk, insert(approvals).values({**row, "id": 99, "name": "bilal"}))
    assert "P-1 has 2 approvals, but 1 were recorded" in found(desk)
    edit(desk, delete(approvals))
    assert "P-1 has 0 approvals, but 1 were recorded" in found(desk)


def test_an_approval_of_another_digest(desk):
    edit(desk, update(approvals).values(digest="0" * 64))
    assert "an approval of P-1 is for another digest" in found(desk)


def test_events_that_cannot_be_read_are_reported_and_break_nothing(desk):
    for data in ("", "[]", "{", '{"requests": 7, "to": "sent"}', '{"requests": [[1]], "to": "sent"}', "\\u0000"):
        edit(desk, update(events).where(events.c.kind == "request.sent").values(data=data))
        assert "not those that were recorded" in found(desk)
    edit(desk, text("UPDATE openings SET value = x'ff00'"))
    assert found(desk)


def recount(desk, change=lambda rows: None):
    """Every hash from the first changed event on, as somebody does who knows how the chain is made."""
    rows = chain(desk)
    change(rows)
    rewrite(desk, rows)


def shifted(desk, change):
    """Events moved about, with the hashes that they had."""
    rows = chain(desk)
    change(rows)
    rewrite(desk, rows, since=len(rows))


def swap(rows):
    rows[3], rows[4] = rows[4], rows[3]


def without(rows, kind):
    rows.remove(next(row for row in rows if row["kind"] == kind))


def told_otherwise(desk, kind, old, new):
    """An event that says something else, with the chain made anew after it."""

    def change(rows):
        row = next(row for row in rows if row["kind"] == kind and old in row["data"])
        row["data"] = row["data"].replace(old, new)

    recount(desk, change)


def change_places(desk):
    """Each of two cases has what the other was told."""
    with desk.ledger.read() as db:
        first, second = db.execute(select(claims.c.id, claims.c.case).order_by(claims.c.id)).all()[:2]
    edit(
        desk,
        update(claims).where(claims.c.id == first.id).values(case=second.case),
        update(claims).where(claims.c.id == second.id).values(case=first.case),
    )


def forge(desk):
    """An approval by a key of the attacker's own, and an event that tells of it."""
    key = make_key(desk.config.folder, "mallory")
    with desk.ledger.read() as db:
        told = json.loads(db.execute(select(events.c.data).where(events.c.kind == "plan.signed")).scalar())
    seal = signed(key, "another text")
    edit(desk, update(approvals).values(key=seal.key, signature=seal.signature))
    told_otherwise(desk, "plan.signed", told["key"], seal.key)


def turn_round(desk):
    """A claim turned round, its seal too, and every hash after it: whoever can write everything can do that."""
    with desk.ledger.read() as db:
        row = dict(db.execute(select(claims).order_by(claims.c.id.desc()).limit(1)).mappings().one())
    edit(
        desk,
        update(claims).where(claims.c.id == row["id"]).values(value="removed"),
        update(cases).where(cases.c.id == row["case"]).values(claimed="removed", acted_at=row["recorded_at"]),
    )
    told_otherwise(desk, "claims.recorded", claim_seal(row), claim_seal({**row, "value": "removed"}))


def cut(desk):
    last = len(chain(desk)) - 2
    edit(desk, delete(openings).where(openings.c.seq > last), delete(events).where(events.c.seq > last))


NEW_CLAIM = {"case": 3, "value": "removed", "source": "by_hand", "recorded_at": 1.0}
ATTACKS = {
    # what somebody does who may write the ledger: how, what finds it, in which words
    "edit an event": (lambda d: edit(d, update(events).where(events.c.seq == 5).values(data="{}")), "chain", "not those that"),
    "delete an event": (lambda d: edit(d, delete(events).where(events.c.seq == 5)), "chain", "event 5 is missing"),
    "swap two events": (lambda d: shifted(d, swap), "chain", "does not follow"),
    "insert an event": (lambda d: shifted(d, lambda rows: rows.insert(5, {**rows[4]})), "chain", "does not follow"),
    "swap two events, hash anew": (lambda d: recount(d, swap), "meaning", "commit"),
    "delete a sending, hash anew": (lambda d: recount(d, lambda r: without(r, "request.sent")), "meaning", "is sent, but"),
    "cut off the end": (cut, "outside", "an event that is gone"),
    "edit a claim": (lambda d: edit(d, update(claims).where(claims.c.id == 1).values(value="none")), "meaning", "a claim of C-1"),
    "delete a claim": (
        lambda d: edit(d, delete(claims).where(claims.c.id == 2)),
        "meaning",
        "1 claims that were recorded",
    ),
    "insert a claim": (lambda d: edit(d, insert(claims).values(**NEW_CLAIM)), "meaning", "that nobody recorded"),
    "swap two claims": (change_places, "meaning", "is not what was recorded"),
    "turn a case round": (lambda d: edit(d, update(cases).values(claimed="removed")), "meaning", "claims otherwise than it did"),
    "edit a case": (lambda d: edit(d, update(cases).where(cases.c.id == 2).values(key="x")), "meaning", "not what was imported"),
    "delete a sighting": (lambda d: edit(d, delete(sightings)), "meaning", "1 sightings that were recorded are gone"),
    "edit the bytes that left": (lambda d: edit(d, update(requests).values(body=b"?")), "meaning", "is not what was planned"),
    "edit a receipt": (
        lambda d: edit(d, update(requests).values(receipt="FB-9")),
        "meaning",
        "another receipt than was recorded",
    ),
    "edit an answer": (lambda d: edit(d, update(attempts).values(reply=b"{}")), "meaning", "an attempt of R-1 is not"),
    "forge an approval": (forge, "meaning", "a signature that does not hold"),
    "turn a claim round, hash anew": (turn_round, "outside", "knows another event"),
    "write text for bytes": (lambda d: edit(d, text("UPDATE requests SET body = 'x'")), "meaning", "is not what was planned"),
    "write bytes for text": (lambda d: edit(d, text("UPDATE claims SET reason = x'ff'")), "meaning", "a claim of C-1"),
    "hash everything anew": (lambda d: recount(d, lambda rows: rows[0].update(at="2001")), "outside", "knows another event"),
}


@pytest.fixture
def followed(desk):
    """The desk after claims and sightings, with a head outside that knows all of it."""
    said = [Claim(one, "declined", "by_hand", one, by="planner") for one in (1, 2)]
    seen = [Sighting(1, "available", "page", "high", "PK")]
    desk.ledger.write(lambda book: (add_claims(book, said), add_sightings(book, seen)))
    write_head(desk)
    assert found(desk) == ""
    assert list(problems(desk)) == []
    return desk


@pytest.mark.figure("attacks on the ledger", unit="attacks", how="found by the chain, by meaning, or by the head outside")
@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_is_found(followed, name):
    attack, by, words = ATTACKS[name]
    attack(followed)
    outside = " / ".join(what for _, what in problems(followed))
    assert words in (outside if by == "outside" else found(followed))


@pytest.mark.parametrize("name", ["turn a claim round, hash anew", "hash everything anew"])
def test_no_chain_alone_can_tell(followed, name):
    ATTACKS[name][0](followed)
    assert found(followed) == ""


def test_after_the_last_head_outside_nothing_finds_what_is_made_anew_with_its_hashes(followed):
    """The limit that no program can remove: what nobody outside has seen yet."""
    followed.ledger.write(lambda book: add_claims(book, [Claim(3, "declined", "by_hand", 3)]))
    turn_round(followed)
    assert found(followed) == ""
    assert list(problems(followed)) == []


def test_rows_from_before_they_were_sealed_are_believed_up_to_the_upgrade(followed):
    rows = chain(followed)
    for row in rows:
        told = json.loads(row["data"])
        told.pop("seals_sha256", None)
        for name in ("claims", "sightings"):
            if name in told:
                told[name] = [one[:3] for one in told[name]]
        row["kind"], row["data"] = row["kind"].replace("attempts.recorded", "old"), canonical(told)
    newest = {"cases": 4, "claims": 2, "sightings": 1, "attempts": 4}
    upgraded = {"kind": "ledger.upgraded", "subject": "ledger", "data": canonical({"unsealed": newest})}
    edit(followed, *(update(table).values(salt=None) for table in (cases, claims, sightings)))
    rewrite(followed, [*rows, {**rows[-1], **upgraded}])
    assert found(followed) == ""
    edit(followed, insert(claims).values(**NEW_CLAIM))
    assert "a claim of C-3 is there that nobody recorded" in found(followed)
