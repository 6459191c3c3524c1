"""Letters as PDF/A: the same bytes everywhere, data and never markup, Urdu from the right."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
import zlib
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from notice_samples import PACKS, WHEN, case, write

from takedown.letters import typeset as module
from takedown.letters.typeset import Layout, typeset

EN = Layout("en", "ltr", "Page {page} of {pages}", "Signature and stamp")
UR = Layout("ur", "rtl", "صفحہ {page} از {pages}", "دستخط اور مہر")
TEXT = write(PACKS["court-order"], case(1), case(2)).letter
META = "#*_`$\\@<>=-+/~[]{}()\"'|^&%;:.,!?"
"""What means something in the typesetter's own language."""


def pdf(text: str = TEXT, layout: Layout = EN, when: datetime = WHEN) -> bytes:
    return typeset(text, "TD-ABC123", when, layout)


def streams(document: bytes) -> bytes:
    """Everything that is packed in a PDF, unpacked."""
    packed = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", document, re.S)
    opened = []
    for one in packed:
        try:
            opened.append(zlib.decompress(one))
        except zlib.error:
            opened.append(one)
    return document + b"\n".join(opened)


def test_it_is_pdf_a_with_the_date_of_issue_and_a_title() -> None:
    whole = streams(pdf())
    assert whole.startswith(b"%PDF-1.7")
    assert b"<pdfaid:part>2</pdfaid:part>" in whole
    assert b"<pdfaid:conformance>A</pdfaid:conformance>" in whole
    assert b"2026-01-02T03:04:05" in whole
    assert b"TRANSMISSION OF AN ORDER OF THE COURT" in whole


def test_two_processes_in_two_time_zones_make_the_same_bytes(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text(write(PACKS["pk-peca-37"], case(1), language="ur").letter, encoding="utf-8")
    code = (
        "import hashlib, sys, datetime as d; from takedown.letters.typeset import *; "
        "text = open('letter.txt', encoding='utf-8').read(); "
        f"print(hashlib.sha256(typeset(text, 'TD-1', d.datetime(2026, 1, 2, tzinfo=d.UTC), {UR!r})).hexdigest())"
    )
    made = set()
    for zone, hash_seed in (("UTC", "1"), ("Asia/Karachi", "2"), ("America/St_Johns", "3")):
        around = {**os.environ, "TZ": zone, "PYTHONHASHSEED": hash_seed, "SOURCE_DATE_EPOCH": hash_seed, "LANG": "C"}
        done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=around, capture_output=True, text=True, check=True)
        made.add(done.stdout)
    assert len(made) == 1


def test_a_letter_before_it_leaves_no_trace_in_the_next() -> None:
    alone = hashlib.sha256(pdf()).hexdigest()
    pdf(TEXT.replace("Court", "Bench"), UR)
    assert hashlib.sha256(pdf()).hexdigest() == alone


def test_another_text_or_date_is_another_document() -> None:
    assert len({pdf(), pdf(TEXT + "\nOne more line.\n"), pdf(when=datetime(2026, 1, 3, tzinfo=UTC)), pdf(layout=UR)}) == 4


INJECTIONS = [
    "#panic(1)", "#let x = 1", "#import \"@preview/x:1.0.0\"", "#read(\"letter.typ\")", "$ x^2 $", "= Heading", "*bold*", "_it_",
    "`raw`",
    "<label>", "@label", "\\u{41}", "// comment", "/* comment */", "#{", "]", "[", "```\n#panic(2)\n```", "https://x.example/#a_b*c*",
    "- - -", "~", "\"", "sys.inputs", "#eval(\"1\")",
]  # fmt: skip


@pytest.mark.parametrize("value", INJECTIONS)
def test_markup_in_a_value_is_printed(value: str) -> None:
    one = case(1, reason=f"The account says: {value}", reference=f"F {' '.join(value.split())}")
    assert pdf(write(PACKS["pk-peca-37"], one).letter).startswith(b"%PDF")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(alphabet=st.sampled_from(META + "ab \n"), max_size=80))
def test_no_sign_of_the_typesetters_language_means_anything(value: str) -> None:
    assert pdf(f"{value}\n\n{value}\n\n{value}\n{value}\n\n1. {value}\n   {value}\n    [x] {value}\n").startswith(b"%PDF")


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(alphabet=st.characters(blacklist_categories=["Cs", "Cn", "Co"]), max_size=60))
def test_any_letter_in_any_script_is_set(value: str) -> None:
    from takedown.notices.plain import one_line

    assert pdf(f"Head\n\nOur reference: 1\n\nTITLE\n\n{one_line(value)}\n").startswith(b"%PDF")


@pytest.mark.parametrize(
    "value", ["中文 name", "emoji 😀 ok", "\u0e01\u0e02", "family 👨\u200d👩\u200d👧", "x\ufeff", "\u200b", "a\u20dd", "b🏽"]
)
def test_a_letter_that_no_face_has_is_shown_as_its_code_point(value: str) -> None:
    spelled = "".join(char if char.isascii() else f"[U+{ord(char):04X}]" for char in value)
    text = "Head\n\nOur reference: 1\n\nTITLE\n\n{}\n"
    assert pdf(text.format(value)).startswith(b"%PDF")
    if "\u200d" not in value and "\u200b" not in value:
        assert pdf(text.format(value)) == pdf(text.format(spelled))


def test_a_sign_that_no_face_has_leaves_the_letters_as_they_are() -> None:
    """Else whoever is named could choose a name that no letter can hold, or that makes an Urdu one unreadable."""
    text = "Head\n\nOur reference: 1\n\nTITLE\n\n{}\n"
    assert pdf(text.format("صاب\u20dd")) == pdf(text.format("صاب[U+20DD]"))
    assert pdf(text.format("e\u0301\u20dd e\u0302\u1ddc")).startswith(b"%PDF")


def test_urdu_is_shaped_with_the_faces_that_come_with_it() -> None:
    whole = streams(pdf(write(PACKS["terms-referral"], case(1), language="ur").letter, UR))
    assert b"NotoNaskhArabic" in whole
    assert b"/Lang" in whole
    assert b"(ur" in whole


def test_without_the_extra_the_line_to_install_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    from takedown.contract import MissingExtra

    monkeypatch.setitem(sys.modules, "typst", None)
    module._compiler.cache_clear()
    with pytest.raises(MissingExtra) as caught:
        pdf()
    assert "pip install 'takedown-desk[pdf]'" in str(caught.value.as_dict()["do"])
    module._compiler.cache_clear()
