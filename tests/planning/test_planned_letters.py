"""Letters as files: part of the mail or of the packet that is signed, made again byte for byte, never another letter."""

import email
import email.policy
import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from desks import add_cases, again, make_desk, write_config
from notice_samples import OWN_VALUES, PACKS
from planning_facts import requests_of
from sqlalchemy import select, update

from takedown.cli import run
from takedown.contract import MissingExtra
from takedown.delivery.deliver import hand_over
from takedown.ledger.tables import requests
from takedown.letters import typeset
from takedown.planning.approving import verify
from takedown.planning.letters import LetterLost, letter_of, letters
from takedown.planning.making import make_plan
from takedown.planning.selection import Selection
from takedown.planning.showing import NotInPlan

pytest.importorskip("typst")
MAIL = {"channel": "email", "to": "orders@instagram.example"}
X_PORTAL = {"channel": "portal", "first_step_waived": "sample"}


@pytest.fixture
def make(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TAKEDOWN_AS", "asma")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "none"))
    made = []

    def make(platform, terms, **columns):
        desk = make_desk(tmp_path, {platform: terms})
        add_cases(desk, platform, [1], **columns)
        made.append(desk)
        return desk

    yield make
    for desk in made:
        desk.ledger.close()


def only(desk, plan):
    (row,) = [row for row in requests_of(desk, plan) if row["purpose"] != "reminder"]
    return row


def test_a_mail_is_plain_text_unless_the_operator_asks_for_the_pdf(make):
    desk = make("instagram", MAIL)
    told = email.message_from_bytes(only(desk, make_plan(desk, Selection()).plan)["body"], policy=email.policy.default)
    assert told.get_content_type() == "text/plain"


@pytest.mark.parametrize("language", ["en", "ur"])
def test_a_mail_with_pdf_holds_the_text_and_the_very_same_letter(make, language):
    desk = make("instagram", {**MAIL, "letter": "pdf"}, language=language)
    plan = make_plan(desk, Selection()).plan
    row = only(desk, plan)
    told = email.message_from_bytes(row["body"], policy=email.policy.default)
    assert told.get_content_type() == "multipart/mixed"
    text, pdf = told.iter_parts()
    assert (text.get_content_type(), pdf.get_content_type()) == ("text/plain", "application/pdf")
    assert pdf.get_filename() == f"{row['reference']}.pdf"
    assert pdf.get_content().startswith(b"%PDF-")
    assert max(map(len, row["body"].split(b"\r\n"))) <= 998
    (letter,) = letters(desk, plan)
    assert letter.pdf() == pdf.get_content()
    assert letter.text.strip() == text.get_content().replace("\r\n", "\n").strip()
    assert row["reference"] in letter.text


def test_a_packet_names_the_letter_by_its_hash_and_the_file_is_there_to_upload(make, tmp_path, capsys):
    desk = make("x", X_PORTAL)
    plan = make_plan(desk, Selection()).plan
    packet = json.loads(only(desk, plan)["body"])
    sha256 = packet["letter"]["sha256"]
    assert packet["attachments"][0] == sha256
    kept = tmp_path / "evidence" / sha256
    assert hashlib.sha256(kept.read_bytes()).hexdigest() == sha256
    (letter,) = letters(desk, plan)
    assert letter.pdf() == kept.read_bytes()
    verify(desk, plan)
    hand_over(desk, plan)
    assert run(["portal", "next", "--json"]) == 0
    (item,) = json.loads(capsys.readouterr().out)["items"]
    assert item["attachments"][0]["sha256"] == sha256
    assert item["folder"]
    assert list(Path(item["folder"]).glob("*.pdf"))


def test_a_portal_that_takes_no_files_and_a_setting_that_wants_none_get_none(make, tmp_path):
    desk = make("facebook", {"channel": "portal"})
    assert "letter" not in json.loads(only(desk, make_plan(desk, Selection()).plan)["body"])
    desk.ledger.close()
    write_config(tmp_path, {"x": {**X_PORTAL, "letter": "text"}})
    desk = again(desk)
    add_cases(desk, "x", [2])
    assert "letter" not in json.loads(only(desk, make_plan(desk, Selection()).plan)["body"])
    desk.ledger.close()


def test_without_the_extra_only_what_was_asked_for_is_an_error(make, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "typst", None)
    monkeypatch.setattr(typeset, "_compiler", typeset._compiler.__wrapped__)
    desk = make("x", X_PORTAL)
    made = make_plan(desk, Selection())
    assert "letter" not in json.loads(only(desk, made.plan)["body"])
    assert [one for one in made.warnings if "pip install 'takedown-desk[pdf]'" in one]
    desk.ledger.close()
    write_config(tmp_path, {"x": {**X_PORTAL, "letter": "pdf"}})
    desk = again(desk)
    add_cases(desk, "x", [2])
    with pytest.raises(MissingExtra):
        make_plan(desk, Selection())
    desk.ledger.close()


def test_the_command_writes_the_same_bytes_in_any_process_and_zone(make, tmp_path):
    desk = make("instagram", MAIL, language="ur")
    plan = make_plan(desk, Selection()).plan
    code = "import sys; from takedown.cli import run; sys.exit(run(sys.argv[1:]))"
    seen = []
    for zone in ("UTC", "Asia/Karachi", "Pacific/Kiritimati"):
        out = tmp_path / zone.replace("/", "-")
        words = [sys.executable, "-c", code, "plan", "letters", f"P-{plan}", "-o", str(out)]
        subprocess.run(words, check=True, capture_output=True, env={**os.environ, "TZ": zone}, cwd=tmp_path)
        seen.append({file.name: file.read_bytes() for file in out.iterdir()})
    assert seen[0] == seen[1] == seen[2]
    assert {name.rpartition(".")[2] for name in seen[0]} == {"pdf", "txt"}
    (text,) = [content.decode() for name, content in seen[0].items() if name.endswith(".txt")]
    assert "1. https://www.instagram.com/standin_0001/\n" in text
    (name,) = [name for name in seen[0] if name.endswith(".pdf")]
    words = [sys.executable, "-c", code, "plan", "show", f"P-{plan}", "--pdf", name.partition(".")[0]]
    assert subprocess.run(words, check=True, capture_output=True, cwd=tmp_path).stdout == seen[0][name]


def test_a_letter_of_a_request_in_another_plan_is_not_shown(make, capsys):
    desk = make("instagram", MAIL)
    plan = make_plan(desk, Selection()).plan
    assert run(["plan", "show", f"P-{plan}", "--letter", "R-99"]) == NotInPlan.exit
    assert "R-99" in capsys.readouterr().err


def test_a_letter_whose_pack_or_authority_changed_is_lost_not_another_letter(make, tmp_path):
    desk = make("facebook", {"channel": "portal"})
    row = only(desk, make_plan(desk, Selection()).plan)
    assert "Example Authority" in letter_of(desk, row).text
    file = tmp_path / "takedown.toml"
    file.write_text(file.read_text().replace("Example Authority", "Example Ministry"))
    with pytest.raises(LetterLost):
        letter_of(again(desk), row)


def test_a_mails_letter_is_what_was_frozen_whatever_changed_since(make, tmp_path):
    desk = make("instagram", MAIL)
    row = only(desk, make_plan(desk, Selection()).plan)
    before = letter_of(desk, row).text
    file = tmp_path / "takedown.toml"
    file.write_text(file.read_text().replace("Example Authority", "Example Ministry"))
    assert letter_of(again(desk), row).text == before


def test_a_changed_letter_setting_makes_the_plan_stale(make, tmp_path):
    desk = make("instagram", MAIL)
    make_plan(desk, Selection())
    write_config(tmp_path, {"instagram": {**MAIL, "letter": "pdf"}})
    assert again(desk).inputs_hash(["instagram"], []) != desk.inputs_hash(["instagram"], [])


def test_a_first_removal_order_to_a_provider_is_warned_of_and_a_second_is_not(make):
    own = {name: OWN_VALUES[name] for name in PACKS["eu-tco-3"].own_columns}
    desk = make("instagram", MAIL, basis="eu-tco-3", territory="worldwide", language="en", **own)
    made = make_plan(desk, Selection())
    (warning,) = [one for one in made.warnings if "eu-tco-3" in one]
    assert "Instagram" in warning
    assert "12" in warning
    with desk.ledger.read() as db:
        ident = db.execute(select(requests.c.id).where(requests.c.plan == made.plan).order_by(requests.c.id)).scalars().first()
    desk.ledger.write(lambda book: book.db.execute(update(requests).where(requests.c.id == ident).values(state="sent")))
    add_cases(desk, "instagram", [2], basis="eu-tco-3", territory="worldwide", language="en", **own)
    assert not make_plan(desk, Selection()).warnings
