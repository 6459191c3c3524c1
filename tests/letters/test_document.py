"""A letter's text read back as headings, items, boxes and words: nothing is lost, and what is no markup stays words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from notice_samples import PACK_IDS, PACKS, case, write

from takedown.letters.document import Document, read_document

IN_EACH = [(pack, language) for pack in PACK_IDS for language in PACKS[pack].languages]


def words(document: Document) -> str:
    lines = [*document.head, *document.facts]
    for block in document.blocks:
        lines += [*block.lines, *(line for row in block.rows for line in row)]
    return " ".join(" ".join(lines).split())


def stripped(text: str) -> str:
    """The text's words without what became a mark of its own: boxes, bullets, the line between a letter and a form."""
    kept = []
    for line in text.splitlines():
        bare = line.strip()
        for mark in ("[x] ", "[ ] ", "- "):
            bare = bare.removeprefix(mark)
        kept.append("" if set(bare) == {"-"} and len(bare) > 4 else bare)
    return " ".join(" ".join(kept).split())


@pytest.mark.parametrize(("pack", "language"), IN_EACH)
def test_every_word_of_a_letter_is_in_its_document_and_no_other(pack: str, language: str) -> None:
    text = write(PACKS[pack], case(1), case(2), language=language).letter
    assert words(read_document(text)) == stripped(text)


@pytest.mark.parametrize(("pack", "language"), IN_EACH)
def test_a_letter_has_its_parts(pack: str, language: str) -> None:
    document = read_document(write(PACKS[pack], case(1), case(2), language=language).letter)
    kinds = [block.kind for block in document.blocks]
    assert kinds[0] == "title"
    assert kinds.count("signature") == 1
    (items,) = (block for block in document.blocks if block.kind == "items")
    assert [row[0] for row in items.rows] == [
        "1. https://chirp.example/standin_0001",
        "2. https://chirp.example/standin_0002",
    ]
    assert all(len(row) == 3 for row in items.rows)
    assert len(document.facts) == 3


def test_an_order_of_annex_i_has_its_boxes_and_forms() -> None:
    document = read_document(write(PACKS["eu-tco-3"]).letter)
    boxes = {block.lines[0][:3]: block.marked for block in document.blocks if block.kind == "box" and block.lines[0][0] == "("}
    assert boxes == {"(a)": True, "(b)": False, "(c)": False, "(d)": True, "(e)": False}
    headings = [block.lines[0] for block in document.blocks if block.kind in {"heading", "title"}]
    for name in (
        "SECTION A",
        "SECTION B",
        "SECTION C",
        "SECTION D",
        "SECTION E",
        "SECTION F",
        "SECTION G",
        "ANNEX II",
        "ANNEX III",
    ):
        assert any(one.startswith(name) for one in headings), name
    assert [block.kind for block in document.blocks].count("cut") == 2
    blanks = [block.lines[0] for block in document.blocks if block.kind == "blank"]
    assert "Time and date of the measure:" in blanks


@given(st.text(max_size=400))
def test_any_text_is_some_document(text: str) -> None:
    document = read_document(text)
    assert set(words(document)) <= set(" ".join(text.split())) | {" "}
