"""Notices for a public archive: in the shape that it takes, and without what the legal basis keeps."""

import json
from pathlib import Path

import pytest
from ledger_scenes import Scene, scene
from pydantic import ValidationError
from sqlalchemy import insert

from takedown.ledger.cases import close
from takedown.ledger.keeping import erase
from takedown.ledger.tables import notifications
from takedown.notices import Pack, Packs, load_packs
from takedown.report.public.document import year
from takedown.report.public.lumen import LumenNotice
from takedown.report.public.notices import Chosen, without_addresses, write_lumen

SECRETS = ("standin_canary", "Canary Person", "FILE-CANARY", "canary@person.example", "+44 7700 900123", "Annex canary")
PACKS = load_packs()
FIELDS = {"court": "Example Court", "case_number": "12 X 345/26", "platform_rule": "Violence, section 2",
          "why_no_order": "Outside the reach of an order of ours.", "further_identification": "Annex canary"}  # fmt: skip


@pytest.fixture
def desk(tmp_path: Path):
    with scene(tmp_path) as found:
        found.desk.__dict__["packs"] = PACKS
        yield found


def with_pack(desk: Scene, pack: Pack) -> None:
    desk.desk.__dict__["packs"] = Packs({**PACKS, pack.id: pack})


def sent(desk: Scene, basis: str, *, platform: str = "chirp", **more: object) -> int:
    secret = {
        "key": "standin_canary", "identity": f"account:{desk.made}", "url": "https://chirp.example/standin_canary",
        "reference": "FILE-CANARY", "territory": "PK", "fields": FIELDS,
        "reason": "Canary Person, canary@person.example, +44 7700 900123, calls for violence.",
    }  # fmt: skip
    case = desk.case(platform, basis=basis, **{**secret, **more})
    desk.sent(case, platform=platform)
    return case


def written(desk: Scene, tmp_path: Path) -> list[dict[str, object]]:
    write_lumen(desk.desk, tmp_path / "out.json")
    return [one["notice"] for one in json.loads((tmp_path / "out.json").read_text())]


@pytest.mark.safeguard("S17")
@pytest.mark.figure("notices for a public archive under a redacting rule", unit="legal bases", how="tell nothing of the case")
@pytest.mark.parametrize("basis", sorted(name for name, pack in PACKS.items() if pack.publication.rule == "redacted"))
def test_a_redacted_notice_tells_nothing_of_the_case(desk: Scene, tmp_path: Path, basis: str) -> None:
    sent(desk, basis)
    (found,) = written(desk, tmp_path)
    text = json.dumps(found)
    assert [secret for secret in SECRETS if secret in text] == []
    assert "chirp.example" not in text
    assert found["works_attributes"] == [
        {"description": "[redacted]: removal of the account, 1", "kind": "account", "infringing_urls_attributes": []}
    ]


def test_a_public_notice_tells_the_link_and_the_statement_but_no_address_and_no_number(desk: Scene, tmp_path: Path) -> None:
    sent(desk, "terms-referral")
    (found,) = written(desk, tmp_path)
    assert (found["title"], found["type"]) == ("PRACTICE, not real: Voluntary referral, not an order to Chirp", "Other")
    (work,) = found["works_attributes"]  # type: ignore[misc]  # JSON
    assert work["infringing_urls_attributes"] == [{"url": "https://chirp.example/standin_canary"}]
    assert work["description"].splitlines() == [
        "removal of the account",
        "Canary Person, [redacted], [redacted], calls for violence.",
        "The rule of yours that we believe is broken: Violence, section 2",
        "Why no order is sought: Outside the reach of an order of ours.",
    ]


def test_a_telephone_number_is_no_link_to_publish(desk: Scene, tmp_path: Path) -> None:
    sent(desk, "terms-referral", kind="phone", url="https://wa.me/447700900123")
    assert "900123" not in json.dumps(written(desk, tmp_path))


@pytest.mark.safeguard("S17")
def test_what_the_pack_keeps_is_only_counted(desk: Scene, tmp_path: Path) -> None:
    rule = PACKS["un-1267"].publication.model_copy(update={"rule": "never"})
    with_pack(desk, PACKS["un-1267"].model_copy(update={"publication": rule}))
    sent(desk, "un-1267")
    sent(desk, "gone-pack")
    sent(desk, "eu-tco-3", fields={**FIELDS, "non_disclosure": "An investigation is under way, until 2026-02-01."})
    done = write_lumen(desk.desk, tmp_path / "out.json")
    assert json.loads((tmp_path / "out.json").read_text()) == []
    assert dict(done.left_out) == {
        "un-1267: its pack says that it is counted only": 1,
        "gone-pack: no such pack, so nothing allows it": 1,
        "eu-tco-3: confidential by its own column non_disclosure": 1,
    }


def test_while_the_user_is_not_told_the_public_is_not(desk: Scene, tmp_path: Path) -> None:
    case = sent(desk, "eu-dsa-9")
    row = {"case": case, "value": "withheld", "until": desk.clock.at + 60, "by": "alice", "at": desk.clock.at}
    desk.write(lambda book: book.db.execute(insert(notifications).values(**row)) and None)
    done = write_lumen(desk.desk, tmp_path / "out.json")
    assert dict(done.left_out) == {"eu-dsa-9: its user is not told for now": 1}
    desk.clock.at += 61
    assert write_lumen(desk.desk, tmp_path / "out.json").notices == 1


@pytest.mark.safeguard("S19")
def test_who_was_erased_is_in_no_notice(desk: Scene, tmp_path: Path) -> None:
    case = sent(desk, "terms-referral")
    close(desk.desk.ledger, case, "done", "alice")
    erase(desk.desk.ledger, case, "asked for", "alice")
    done = write_lumen(desk.desk, tmp_path / "out.json")
    assert dict(done.left_out) == {"terms-referral: a person was erased from it": 1}


def test_long_texts_are_cut_to_what_lumen_takes(desk: Scene, tmp_path: Path) -> None:
    territory = ",".join(f"{a}{b}" for a in "ABCDEFGHIJ" for b in "KLMNOPQRST")
    sent(desk, "terms-referral", territory=territory, reason="violence " * 4000)
    (found,) = written(desk, tmp_path)
    assert len(str(found["jurisdiction_list"])) == 255


def test_what_was_not_sent_or_is_no_removal_is_not_published(desk: Scene, tmp_path: Path) -> None:
    case = sent(desk, "eu-dsa-9")
    desk.plan(desk.case(basis="eu-dsa-9"))
    desk.sent(case, purpose="reminder")
    desk.sent(case, purpose="withdrawal")
    assert len(written(desk, tmp_path)) == 1


def test_a_year_is_a_year(desk: Scene, tmp_path: Path) -> None:
    sent(desk, "eu-dsa-9")
    for number, count in ((2025, 0), (2026, 1), (2027, 0)):
        assert write_lumen(desk.desk, tmp_path / "out.json", Chosen(period=year(number))).notices == count


def test_a_court_order_is_one_and_an_order_is_a_governments(desk: Scene, tmp_path: Path) -> None:
    sent(desk, "court-order")
    sent(desk, "pk-peca-37", platform="wren")
    court, order = written(desk, tmp_path)
    assert (court["type"], order["type"]) == ("CourtOrder", "GovernmentRequest")
    roles = {one["name"]: one["entity_attributes"]["name"] for one in court["entity_notice_roles_attributes"]}  # type: ignore[attr-defined]
    assert roles["issuing_court"] == "Example Court"
    assert (order["date_sent"], order["jurisdiction_list"]) == ("2026-01-01", "PK")


@pytest.mark.parametrize(
    ("said", "told"),
    [(["removed", "restricted"], "Yes"), (["declined", "declined"], "No"), (["removed", "declined"], "Partial"),
     (["removed", "none"], "Partial"), (["declined", "none"], "Unspecified"), (["none", "received"], "Unspecified")],
)  # fmt: skip
def test_what_was_done_is_what_the_platform_says(desk: Scene, tmp_path: Path, said: list[str], told: str) -> None:
    carried = [desk.case(basis="eu-dsa-9") for _ in said]
    desk.sent(*carried)
    for case, value in zip(carried, said, strict=True):
        if value != "none":
            desk.claim(case, value)
        desk.see(case, "gone")
    (found,) = written(desk, tmp_path)
    assert found["action_taken"] == told


def test_a_notice_has_the_same_seal_each_time_and_none_of_its_bytes_hash(desk: Scene, tmp_path: Path) -> None:
    sent(desk, "eu-dsa-9")
    assert written(desk, tmp_path) == written(desk, tmp_path)
    assert "0" * 16 not in json.dumps(written(desk, tmp_path))


SHAPED = {
    "title": "t", "type": "CourtOrder", "subject": "s", "body": "b", "date_sent": "2026-01-01", "action_taken": "Yes",
    "tag_list": "a, b", "works_attributes": [{"description": "d", "kind": "account"}],
    "entity_notice_roles_attributes": [{"name": n, "entity_attributes": {"name": "n"}} for n in ("recipient", "sender")],
}  # fmt: skip


ROLE = {"name": "target", "entity_attributes": {"name": "n"}}
WORK = {"description": "d", "kind": "k", "infringing_urls_attributes": [{"url": "t.me/standin"}]}


@pytest.mark.safeguard("S17")
@pytest.mark.parametrize(
    "change",
    [
        {"type": "RemovalOrder"},
        {"type": "DMCA"},
        {"type": "court_order"},
        {"action_taken": "Removed"},
        {"handle": "standin"},
        {"works_attributes": []},
        {"works_attributes": [WORK]},
        {"entity_notice_roles_attributes": [ROLE, ROLE]},
        {"date_sent": "1990-01-01"},
    ],
    ids=str,
)
def test_what_lumen_does_not_know_is_never_written(change: dict[str, object]) -> None:
    LumenNotice.model_validate(SHAPED)
    with pytest.raises(ValidationError):
        LumenNotice.model_validate({**SHAPED, **change})


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("write to a.b@c.example now", "write to [redacted] now"),
        ("+44 7700 900123", "[redacted]"),
        ("35202-1234567-1", "[redacted]"),
        ("section 37 of 2016", "section 37 of 2016"),
    ],
)
def test_addresses_and_numbers_are_taken_out(text: str, left: str) -> None:
    assert without_addresses(text) == left
