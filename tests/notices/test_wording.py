"""Orders, notices and referrals are never worded alike."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from notice_samples import AUTHORITY, OWN_VALUES, PACK_IDS, PACKS, case, copied_texts, operators_folder, request, write

from takedown.contract import Instrument
from takedown.notices import read_packs, render_reminder

WRONG = [
    ("terms-referral", "You must remove these items.", "must"),
    ("terms-referral", "This is an order.", "order"),
    ("terms-referral", "These items are illegal.", "illegal"),
    ("terms-referral", "Please act\nbefore the dead\u006cine.", "deadline"),
    ("terms-referral", '{{ "You are required to act." }}', "required"),
    ("eu-dsa-16", "We hereby direct you to remove these items.", "hereby"),
    ("eu-dsa-16", "You shall comply.", "shall"),
    ("eu-dsa-16", "This is a voluntary request.", "voluntary"),
    ("pk-peca-37", "You may act at your\n discretion, this is voluntary.", "voluntary"),
]


@pytest.mark.parametrize(("pack", "sentence", "word"), WRONG)
@pytest.mark.parametrize("name", ["letter", "statement", "reminder", "subject"])
def test_a_word_of_another_instrument_is_a_fault(tmp_path: Path, pack: str, sentence: str, word: str, name: str) -> None:
    file = copied_texts(tmp_path, pack) / f"{name}.txt"
    file.write_text(file.read_text() + f"\n{sentence}\n")
    packs, faults = read_packs([tmp_path])
    assert any(fault.field == f"en/{name}.txt" and repr(word) in fault.what for fault in faults), faults
    assert pack not in packs


def test_a_referral_may_say_that_it_is_no_order_and_comments_are_free(tmp_path: Path) -> None:
    file = copied_texts(tmp_path, "terms-referral") / "letter.txt"
    file.write_text(file.read_text() + "\nAgain: this is not an order. {# never write: you must #}\n")
    assert read_packs([tmp_path])[1] == ()


@pytest.mark.parametrize(
    "lost", ["{{ authority.name }}", '{% include "shared/items.txt" %}', '{% include "shared/redress.txt" %}']
)
def test_a_letter_says_all_that_it_must(tmp_path: Path, lost: str) -> None:
    folder = copied_texts(tmp_path, "pk-peca-37")
    (tmp_path / "en" / "shared").mkdir()
    if "authority" in lost:
        for name in ("head", "foot"):
            (tmp_path / "en" / "shared" / f"{name}.txt").write_text("{{ authority.unit }} {{ reference }}\n")
    letter = folder / "letter.txt"
    letter.write_text(letter.read_text().replace(lost, ""))
    faults = [fault for fault in read_packs([tmp_path])[1] if fault.field == "en/pk-peca-37/letter.txt"]
    assert any("it does not print" in fault.what for fault in faults), faults


def test_an_order_that_does_not_say_so_is_a_fault(tmp_path: Path) -> None:
    letter = copied_texts(tmp_path, "pk-peca-37") / "letter.txt"
    letter.write_text(letter.read_text().replace("hereby orders", "asks for"))
    assert any("does not say that it is a" in fault.what for fault in read_packs([tmp_path])[1])


@pytest.mark.parametrize("pack", PACK_IDS)
def test_only_an_order_orders(pack: str) -> None:
    made = PACKS[pack]
    reminder = render_reminder(made, request(made), reference="TD-R")
    for notice in (write(made), reminder):
        orders = any(phrase in notice.letter for phrase in ("hereby orders", "our order", "an order of the court"))
        assert orders == (made.instrument is Instrument.ORDER)
        assert notice.instrument is made.instrument


def test_a_referral_claims_no_law_and_says_why_no_order_is_sought() -> None:
    notice = write(PACKS["terms-referral"])
    assert notice.basis.law.startswith("none")
    for text in (notice.letter, notice.statement):
        assert "voluntary referral" in text
        assert "Why no order is sought\n    The account is outside the reach of an order of ours." in text


def test_the_texts_of_the_instruments_differ() -> None:
    texts = [write(PACKS[name]) for name in ("pk-peca-37", "eu-dsa-16", "terms-referral")]
    for part in ("subject", "statement", "letter", "redress"):
        assert len({getattr(text, part) for text in texts}) == 3, part


def printed(pack: str, language: str) -> list[str]:
    """All that a request of the pack says in a language, with what its cases brought taken out again."""
    made = PACKS[pack]
    notice = write(made, language=language)
    asked = request(made)
    reminder = render_reminder(made, replace(asked, notice=notice), reference="TD-R")
    brought = sorted([*OWN_VALUES.values(), case().reason, case().proportionality, str(AUTHORITY.contact)], key=len, reverse=True)
    texts = [notice.subject, notice.statement, notice.letter, notice.redress, reminder.subject, reminder.letter]
    for value in filter(None, brought):
        texts = [text.replace(value, " ") for text in texts]
    return [" ".join(text.lower().split()) for text in texts]


IN_EACH = [(pack, language) for pack in PACK_IDS for language in PACKS[pack].languages]
OF_POWER = {
    "en": r"\b(orders?|ordered|hereby|must|shall|oblig\w+|required?|comply|compliance|demands?|powers?|empowered|enforce\w*)\b",
    "ur": r"(?<!\w)(حکم|حکم نامہ|لازم|لازمی|لازماً|پابند|تعمیل|مطالبہ|سزا|جرمانہ)(?!\w)",
}


@pytest.mark.safeguard("S3")
@pytest.mark.parametrize(("pack", "language"), [pair for pair in IN_EACH if PACKS[pair[0]].instrument is not Instrument.ORDER])
def test_neither_a_referral_nor_a_notice_claims_a_power(pack: str, language: str) -> None:
    for text in printed(pack, language):
        for said in ("not an order", "no order", "حکم نہیں"):
            text = text.replace(said, " ")
        assert not re.search(OF_POWER[language], text), re.search(f".{{30}}{OF_POWER[language]}.{{30}}", text)


@pytest.mark.parametrize(("pack", "language"), [pair for pair in IN_EACH if PACKS[pair[0]].instrument is Instrument.ORDER])
def test_an_order_says_so_and_asks_no_favour(pack: str, language: str) -> None:
    subject, statement, letter, *_ = printed(pack, language)
    for text in (statement, letter):
        assert re.search(r"order" if language == "en" else "حکم", text)
        assert not re.search(r"voluntar|kindly|grateful|رضاکارانہ|نشاندہی|ممنون", text)
    assert re.search(r"order|حکم", subject)


@pytest.mark.parametrize(("pack", "label", "word"), [
    ("terms-referral", "Why you must act", "must"),
    ("terms-referral", "Our powers in this matter", "powers"),
    ("eu-dsa-16", "Penalty for failing to act", "penalty"),
])  # fmt: skip
def test_the_label_of_a_column_is_worded_as_the_letter_that_prints_it(tmp_path: Path, pack: str, label: str, word: str) -> None:
    file = operators_folder(tmp_path, pack) / "packs" / f"{pack}.toml"
    file.write_text(re.sub(r'label\.en = ".*"', f'label.en = "{label}"', file.read_text(), count=1))
    faults = read_packs([tmp_path])[1]
    assert any(fault.field.startswith("columns.") and repr(word) in fault.what for fault in faults), faults
