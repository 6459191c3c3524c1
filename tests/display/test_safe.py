import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from takedown.display import safe, safe_lines

ANY = st.text(st.characters(exclude_categories=()))
HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("\x1b[31mred", r"\x1b[31mred"),
        ("\x9b31m", r"\x9b31m"),
        ("\x7f", r"\x7f"),
        ("a\u202eb", r"a\u202eb"),
        ("a\u200bb\u200d\ufeff", r"a\u200bb\u200d\ufeff"),
        ("a\u2028b\u2029c", r"a\u2028b\u2029c"),
        ("one\r\ntwo\tthree", r"one\r\ntwo\tthree"),
        ("\ud800", r"\ud800"),
        ("\U000e0041", r"\U000e0041"),
        ("heart \u2764\ufe0f", "heart \u2764" + r"\ufe0f"),
        ("blank \u3164\u2800", r"blank \u3164\u2800"),
        ("اردو نام", "اردو نام"),
        ("[bold]x[/foo]", "[bold]x[/foo]"),
        ("a\u00a0b", "a\u00a0b"),
    ],
)
def test_shows(text: str, shown: str) -> None:
    assert safe(text) == shown


@given(ANY)
def test_nothing_that_hides_or_steers_is_left(text: str) -> None:
    shown = safe(text)
    assert not {unicodedata.category(char) for char in shown} & HIDDEN
    shown.encode("utf-8")


@given(ANY)
def test_twice_is_once(text: str) -> None:
    assert safe(safe(text)) == safe(text)


@given(st.text(st.characters(categories=["L", "N", "P", "S", "Zs"], exclude_characters="\u115f\u1160\u3164\uffa0\u2800")))
def test_letters_stay(text: str) -> None:
    assert safe(text) == text


@given(ANY)
def test_lines_keep_their_breaks_and_nothing_else(text: str) -> None:
    assert safe_lines(text).split("\n") == [safe(line) for line in text.replace("\r\n", "\n").split("\n")]


def test_a_lone_return_overwrites_and_is_shown() -> None:
    assert safe_lines("approved\rrefused\r\nnext") == "approved\\rrefused\nnext"
