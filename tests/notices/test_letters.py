"""What the texts say, for one case and for many, and the reminder."""

from __future__ import annotations

import re

import pytest
from notice_samples import OWN_VALUES, PACK_IDS, PACKS, case, request, write

from takedown.contract import Evidence, Measure, mail
from takedown.notices import render_reminder


@pytest.mark.parametrize("pack", PACK_IDS)
@pytest.mark.parametrize("count", [1, 20])
def test_every_shipped_pack_says_all_that_a_request_needs(pack: str, count: int) -> None:
    cases = [case(number) for number in range(1, count + 1)]
    notice = write(PACKS[pack], *cases)
    for one in cases:
        assert f"{one.target.url}\n   account: {one.target.key}\n   our file number: {one.reference}\n" in notice.letter
    for fact in (
        "Example Authority", "Online Safety Desk", "Duty officer, +44 7700 900123", "desk@authority.example",
        "TD-ABC123", "2026-01-02 03:04 UTC", "PK", "removal of the account", "ab" * 32, *notice.redress.splitlines(),
    ):  # fmt: skip
        assert fact in notice.letter, fact
    for said in (cases[0].reason, cases[0].proportionality):
        assert notice.letter.count(said) == 1, "the same reason is given once"
        assert notice.statement.count(said) == 1
    if PACKS[pack].status != "no_law":
        assert PACKS[pack].law in notice.letter
        assert PACKS[pack].provision in notice.letter
    assert notice.letter.partition("\n-----\n")[0].endswith("\nTakedown-Reference: TD-ABC123\n")
    assert "\n\n\n" not in notice.letter + notice.statement
    assert "\n" not in notice.subject


def test_reasons_that_differ_are_given_for_their_items() -> None:
    other = "A video that shows an invented offence."
    cases = [case(1), case(2, reason=other, measure=Measure.REMOVE_ITEM), case(3), case(4), case(5, reason=other)]
    letter = write(PACKS["pk-peca-37"], *cases).letter
    assert f"For items 1, 3-4:\n    {case().reason}\nFor items 2, 5:\n    {other}\n" in letter
    assert "- removal of the account (items 1, 3-5)\n- removal of the item (item 2)\n" in letter


def test_a_stable_id_evidence_and_own_columns_are_told_where_they_are_known() -> None:
    shown = case(1, platform_id="4242", evidence=(Evidence("cd" * 32, "video/mp4", "clip.mp4"),))
    bare = case(2, evidence=(), fields={})
    letter = write(PACKS["pk-peca-37"], shown, bare).letter
    assert "account: standin_0001; stable id: 4242\n" in letter
    assert f"- {'cd' * 32} (video/mp4) clip.mp4, item 1\n" in letter
    assert f"Ground in section 37 (1)\nFor item 1:\n    {OWN_VALUES['section_37_ground']}\n" in letter
    alone = write(PACKS["pk-peca-37"], bare).letter
    assert "Evidence" not in alone
    assert "Ground in section" not in alone


def test_a_dsa_notice_has_the_elements_of_article_16_2() -> None:
    notice = write(PACKS["eu-dsa-16"])
    for text in (notice.letter, notice.statement):
        assert case().reason in text
        assert "in the bona fide belief that the information and allegations in" in text
        assert "Example Authority" in text
        assert "desk@authority.example" in text
    assert "https://chirp.example/standin_0001\n" in notice.letter


@pytest.mark.parametrize(("told", "sentence"), [("yes", "do not object"), ("no", "do not tell"), ("not_before", "ask us before")])
def test_whether_the_user_may_be_told_is_said(told: str, sentence: str) -> None:
    assert sentence in write(PACKS["pk-peca-37"].model_copy(update={"user_may_be_told": told})).letter


@pytest.mark.parametrize("pack", PACK_IDS)
def test_a_reminder_cites_the_request_and_its_message_and_differs_from_it(pack: str) -> None:
    first = request(PACKS[pack], case(1), case(2))
    reminder = render_reminder(PACKS[pack], first, reference="TD-REM456")
    assert reminder.letter != first.notice.letter
    assert reminder.subject != first.notice.subject
    assert reminder.basis == first.notice.basis
    for fact in ("TD-ABC123", "<td-1@authority.example>", "2026-01-02 03:04 UTC", "standin_0001\n", "standin_0002\n"):
        assert fact in reminder.letter
    assert reminder.letter.endswith("\nTakedown-Reference: TD-REM456\n")


def test_a_second_reminder_is_not_the_first_again() -> None:
    pack = PACKS["pk-peca-37"].model_copy(update={"reminders": 2})
    first = request(pack)
    letters = {render_reminder(pack, first, reference="TD-R", number=number).letter for number in (1, 2)}
    assert len(letters) == 2


def test_a_language_that_the_pack_lacks_is_the_packs_first() -> None:
    assert write(PACKS["pk-peca-37"], language="fr").language == "en"


def test_the_same_request_is_the_same_text() -> None:
    assert write(PACKS["pk-peca-37"], case(1), case(2)) == write(PACKS["pk-peca-37"], case(1), case(2))


def test_a_letter_goes_through_the_mail_unharmed() -> None:
    first = request(PACKS["eu-dsa-16"], case(reason="Ein Beitrag mit Aufruf zu Gewalt – گواہی"))
    assert re.search(rb"^Subject: .*\[TD-ABC123\]", mail(first, "orders@chirp.example").body, re.M)
