"""Urdu letters: complete, in Urdu, without a character that steers, and unharmed in a terminal and in a mail."""

from __future__ import annotations

import email
import email.policy
import re
import unicodedata
from dataclasses import replace
from pathlib import Path

import pytest
from notice_samples import AUTHORITY, OWN_VALUES, PACKS, WHEN, case, copied_texts, write

from takedown.contract import Channel, Evidence, Measure, Notice, Request, mail
from takedown.display import safe_lines
from takedown.notices import read_packs, render_reminder

PECA = PACKS["pk-peca-37"]
IN_URDU = [name for name in PACKS if "ur" in PACKS[name].languages]
LRI, FSI, PDI = "\u2066", "\u2068", "\u2069"


def plain(text: str) -> str:
    return text.translate({ord(mark): None for mark in (LRI, FSI, PDI)})


REASON = "یہ اکاؤنٹ ایک فرضی تنظیم کے لیے تشدد پر اکساتا ہے۔"
WHY = "اکاؤنٹ کا ہر اندراج اسی نوعیت کا ہے۔"


def urdu(**changes: str) -> Notice:
    shown = case(1, reason=REASON, proportionality=WHY, platform_id="4242")
    other = case(2, reason=REASON, proportionality=WHY, measure=Measure.RESTRICT, evidence=(), fields={})
    return write(PECA, shown, other, **{"language": "ur", **changes})


def request() -> Request:
    return Request("TD-ABC123", "chirp", Channel.EMAIL, (case(1), case(2)), urdu(), AUTHORITY, ("PK",), WHEN,
                   message_id="<td-1@authority.example>")  # fmt: skip


def texts() -> list[str]:
    notice, reminder = urdu(), render_reminder(PECA, request(), reference="TD-REM456")
    return [notice.subject, notice.statement, notice.letter, notice.redress, reminder.subject, reminder.letter]


def test_an_urdu_letter_says_all_that_the_english_one_says() -> None:
    notice = urdu()
    assert notice.language == "ur"
    for fact in (
        "Example Authority", "Online Safety Desk", "Duty officer, +44 7700 900123", "desk@authority.example", "TD-ABC123",
        "2026-01-02 03:04 UTC", "PK", "ab" * 32, "FILE-0001", "FILE-0002", PECA.law, PECA.provision, REASON, WHY, "4242",
        OWN_VALUES["section_37_ground"], "https://chirp.example/standin_0001\n", "https://chirp.example/standin_0002\n",
        *notice.redress.splitlines(),
    ):  # fmt: skip
        assert fact in plain(notice.letter), fact
    assert "- اکاؤنٹ کو ہٹانا (نمبر 1)\n- مذکورہ علاقے میں رسائی کو محدود کرنا (نمبر 2)\n" in notice.letter
    assert notice.letter.endswith("\nTakedown-Reference: TD-ABC123\n")
    assert "حکم دیتا ہے" in notice.letter
    assert "حکم دیتا ہے" in notice.statement
    assert "\n\n\n" not in notice.letter + notice.statement


def test_no_english_sentence_is_left_in_it() -> None:
    words = {word for text in texts() for word in re.findall(r"[A-Za-z]{4,}", text)}
    ours = " ".join([*OWN_VALUES.values(), PECA.law, PECA.provision, str(AUTHORITY), str(case(1))])
    known = set(re.findall(r"[A-Za-z]+", ours))
    known |= {"Takedown", "Reference", "https", "chirp", "example", "standin", "FILE"}
    assert words <= known, words - known


def every_text(name: str) -> list[str]:
    pack = PACKS[name]
    notice = write(pack, case(1), case(2, measure=Measure.RESTRICT, evidence=case().evidence), language="ur")
    asked = Request("TD-ABC123", "chirp", Channel.EMAIL, (case(1),), notice, AUTHORITY, ("PK",), WHEN, message_id="<1@a.example>")
    reminder = render_reminder(pack, asked, reference="TD-REM456")
    return [notice.letter, reminder.letter, notice.subject, notice.statement, notice.redress, reminder.subject]


@pytest.mark.parametrize("name", IN_URDU)
def test_only_isolates_steer_a_line_and_each_is_closed_on_it(name: str) -> None:
    letter, reminder, *others = every_text(name)
    for line in (letter + reminder).splitlines():
        marks = "".join(char for char in line if unicodedata.category(char) == "Cf")
        assert re.fullmatch(f"([{LRI}{FSI}]{PDI})*", marks), line
    for text in others:
        assert not [char for char in text if unicodedata.category(char) == "Cf"], "no running text: a header, a box, a machine's"
        assert safe_lines(text) == text


@pytest.mark.parametrize("name", IN_URDU)
def test_references_and_dates_are_isolated(name: str) -> None:
    letter = every_text(name)[0]
    for value in (
        "TD-ABC123",
        "FILE-0001",
        "2026-01-02 03:04 UTC",
        "desk@authority.example",
    ):
        assert f"{LRI}{value}{PDI}" in letter, value


@pytest.mark.parametrize("name", IN_URDU)
def test_a_targets_address_is_copied_with_nothing_behind_it(name: str) -> None:
    assert "1. https://chirp.example/standin_0001" in every_text(name)[0].splitlines()


@pytest.mark.parametrize("name", IN_URDU)
def test_a_screen_shows_isolates_as_code_points(name: str) -> None:
    shown = safe_lines(every_text(name)[0])
    assert "\\u2066TD-ABC123\\u2069" in shown
    assert not [char for char in shown if unicodedata.category(char) == "Cf"]


def test_a_value_with_isolates_of_its_own_is_shown_and_isolated() -> None:
    letter = write(PECA, case(1, reference=f"A{PDI}B{LRI}C"), language="ur").letter
    assert f"{LRI}A[U+2069]B[U+2066]C{PDI}" in letter


def test_a_name_in_urdu_takes_its_own_direction() -> None:
    authority = replace(AUTHORITY, name="مثالی ادارہ")
    assert f"{FSI}مثالی ادارہ{PDI}" in write(PECA, case(1), language="ur", authority=authority).letter


@pytest.mark.parametrize("name", IN_URDU)
def test_every_pack_in_urdu_is_in_urdu(name: str) -> None:
    for text in every_text(name):
        words = set(re.findall(r"[A-Za-z]{4,}", plain(text)))
        ours = " ".join(
            [
                *OWN_VALUES.values(),
                PACKS[name].law,
                PACKS[name].provision,
                str(AUTHORITY),
                str(case(1)),
                PACKS[name].redress["ur"],
            ]
        )
        assert words <= set(re.findall(r"[A-Za-z]+", ours)) | {
            "Takedown",
            "Reference",
            "https",
            "chirp",
            "example",
            "standin",
            "FILE",
            "section",
        }


def test_every_urdu_line_begins_in_urdu_so_that_it_runs_from_the_right() -> None:
    """A line's direction is that of its first letter (UAX 9, rule P2); addresses and names stand on lines of their own."""
    mixed = [line for text in texts() for line in text.splitlines() if re.search(r"[\u0600-\u06ff]", line)]
    assert mixed
    for line in mixed:
        outside = re.sub(f"[{LRI}{FSI}][^{PDI}]*{PDI}", "", line)  # rule P2 passes over isolates
        first = next((char for char in outside if unicodedata.bidirectional(char) in {"L", "R", "AL"}), "")
        assert not first or unicodedata.bidirectional(first) == "AL", line


def test_a_mail_carries_it_unharmed() -> None:
    first = request()
    draft = mail(first, "orders@chirp.example")
    assert draft.body.isascii()
    assert max(map(len, draft.body.split(b"\r\n"))) <= 200
    read = email.message_from_bytes(draft.body, policy=email.policy.default)
    assert (read.get_content_charset(), read["Content-Transfer-Encoding"]) == ("utf-8", "quoted-printable")
    assert read.get_content().replace("\r\n", "\n") == first.notice.letter
    assert read["Subject"] == f"{first.notice.subject} [TD-ABC123]"
    assert read["Content-Type"].params["charset"] == "utf-8"


def test_a_regional_code_is_its_language() -> None:
    assert urdu(language="ur-pk") == urdu()
    assert write(PECA, language="en-gb") == write(PECA)


def test_silence_is_asked_for_in_urdu_too() -> None:
    told = {
        how: write(PECA.model_copy(update={"user_may_be_told": how}), language="ur").letter for how in ("yes", "no", "not_before")
    }
    assert len(set(told.values())) == 3
    assert "اعتراض نہیں" in told["yes"]
    assert "آگاہ نہ کریں" in told["no"]
    assert "ہم سے پوچھیں" in told["not_before"]


def test_the_pack_says_that_nobody_has_reviewed_the_translation() -> None:
    for name in IN_URDU:
        assert any("Urdu texts are a translation" in text and "native reader" in text for text in PACKS[name].unverified)


@pytest.mark.parametrize("wrong", ["یہ رضاکارانہ ہے۔", "ہماری گزارش ہے۔"])
def test_an_order_in_urdu_is_not_worded_as_a_request(tmp_path: Path, wrong: str) -> None:
    folder = copied_texts(tmp_path, "pk-peca-37", "ur")
    letter = folder / "letter.txt"
    letter.write_text(letter.read_text(encoding="utf-8") + wrong, encoding="utf-8")
    assert [fault.field for fault in read_packs([tmp_path])[1]] == ["ur/letter.txt"]


def test_an_evidence_name_in_urdu_is_printed_as_it_is() -> None:
    one = replace(case(1), evidence=(Evidence("cd" * 32, "image/png", "صفحہ.png"),))
    assert "صفحہ.png" in write(PECA, one, language="ur").letter
