"""Orders, notices and referrals are never worded alike."""

from __future__ import annotations

from pathlib import Path

import pytest
from notice_samples import PACK_IDS, PACKS, copied_texts, request, write

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
