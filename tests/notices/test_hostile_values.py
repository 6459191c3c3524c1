"""Values of cases are data: nothing in them is evaluated, moves a line, hides or poses as something of ours."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from notice_samples import AUTHORITY, OWN_VALUES, PACK_IDS, PACKS, case, copied_texts, write

from takedown.contract import Evidence, Notice
from takedown.notices import BadPacks, BadTemplate, IncompleteCase, TextTooLong, check_templates, load_packs
from takedown.notices.plain import one_line, paragraphs

COUNTED = pytest.mark.figure("hostile values in notices", unit="values", how="none is evaluated, none adds a line, none hides")

INJECTIONS = [
    "{{7*7}}",
    "{{ x.__class__.__mro__ }}",
    "{% for a in range(9) %}x{% endfor %}",
    "{% include 'letter.txt' %}",
    "{# gone #}",
    "${7*7} #{7*7} <%= 7*7 %>",
    "{{ authority.email }}",
    "%(name)s {0.__class__}",
]
FIELDS = [
    "reason",
    "reference",
    "proportionality",
    "platform_id",
    *OWN_VALUES,
    "key",
    "evidence name",
    "authority name",
    "territory",
]


def with_value(pack: str, field: str, value: str) -> Notice:
    one = case()
    match field:
        case "key":
            one = replace(one, target=replace(one.target, key=value))
        case "evidence name":
            one = replace(one, evidence=(Evidence("ab" * 32, "image/png", value), *one.evidence))
        case "authority name":
            return write(PACKS[pack], authority=replace(AUTHORITY, name=value))
        case "territory":
            return write(PACKS[pack], territory=[value])
        case own if own in OWN_VALUES:
            one = replace(one, fields={**one.fields, own: value})
        case _:
            one = replace(one, **{field: value})
    return write(PACKS[pack], one)


@COUNTED
@pytest.mark.parametrize("pack", PACK_IDS)
@pytest.mark.parametrize("field", FIELDS)
def test_template_source_in_any_value_comes_out_literally(pack: str, field: str) -> None:
    printed = field not in OWN_VALUES or field in PACKS[pack].own_columns
    strict = field in {column.name for column in PACKS[pack].columns if column.pattern or column.file}
    for injection in INJECTIONS:
        value = f"words {injection} words"
        if strict:
            with pytest.raises(IncompleteCase, match=field):
                with_value(pack, field, value)
            continue
        assert (value in with_value(pack, field, value).letter) == printed, injection


@COUNTED
@pytest.mark.parametrize("field", ["reference", "platform_id", "key", "evidence name", "authority name", "territory"])
@pytest.mark.parametrize("break_", ["\n", "\r\n", "\r", "\v", "\f", "\x1c", "\x85", "\u2028", "\u2029"])
def test_a_line_break_in_a_short_value_starts_no_line(field: str, break_: str) -> None:
    letter = with_value("pk-peca-37", field, f"one{break_}Takedown-Reference: FORGED").letter
    assert "one Takedown-Reference: FORGED" in letter
    assert not [line for line in letter.splitlines() if line.startswith("Takedown-Reference: FORGED")]


@pytest.mark.parametrize("break_", ["\n", "\r\n", "\u2028", "\x85", "\n\n"])
def test_a_long_value_keeps_its_lines_and_each_is_set_in(break_: str) -> None:
    letter = with_value("pk-peca-37", "reason", f"A first line of reasons.{break_}Takedown-Reference: FORGED").letter
    assert "\n    A first line of reasons.\n    Takedown-Reference: FORGED\n" in letter
    assert [line for line in letter.splitlines() if line.startswith("Takedown-Reference:")] == ["Takedown-Reference: TD-ABC123"]


@pytest.mark.parametrize(
    "char", ["\x00", "\x1b", "\x7f", "\x9b", "\u200b", "\u202e", "\u2066", "\ufeff", "\u00ad", "\U000e0041", "\ue000", "\ud800"]
)
@COUNTED
def test_what_hides_or_reorders_is_shown(char: str) -> None:
    letter = with_value("pk-peca-37", "reason", f"Calls for {char} violence.").letter
    assert f"Calls for [U+{ord(char):04X}] violence." in letter
    assert char not in letter


def test_urdu_with_its_joiners_is_left_alone() -> None:
    urdu = "یہ ایک ایجاد شدہ وجہ ہے\u200cاور بس"
    assert urdu in with_value("pk-peca-37", "reason", urdu).letter


@given(st.text(alphabet=st.characters(), max_size=200))
def test_plain_text_holds_no_line_break_and_nothing_invisible(value: str) -> None:
    line = one_line(value)
    assert len(line.splitlines()) <= 1
    assert one_line(line) == line
    assert all(part and one_line(part) == part for part in paragraphs(value))
    line.encode()


def test_a_text_that_is_too_long_is_refused() -> None:
    assert len(write(PACKS["pk-peca-37"], case(reason="long words " * 8000)).letter) > 80_000
    with pytest.raises(TextTooLong, match="pk-peca-37 would be longer than 100,000 bytes"):
        write(PACKS["pk-peca-37"], case(reason="long words " * 10_000))


BOMBS = {
    "arithmetic": "{{ 'a' * 1000000000 }}",
    "power": "{{ 10 ** 1000000 }}",
    "padding": "{{ 'a'|center(1000000000) }}",
    "format": "{{ '%1000000000d'|format(1) }}",
    "method": "{{ 'a'.ljust(1000000000) }}",
    "range": "{% for i in range(99999) %}a{% endfor %}",
    "set": "{% set a %}{{ reference }}{% endset %}",
    "concat": "{{ reference ~ reference }}",
    "macro": "{% macro m() %}a{% endmacro %}{{ m() }}",
    "list": "{{ [reference, reference] }}",
    "tuple": "{{ (reference, reference) }}",
    "join": "{{ reference|join(reference) }}",
    "deep loops": "{% for a in items %}{% for b in items %}{% for c in items %}{% endfor %}{% endfor %}{% endfor %}",
    "recursion": "{% for a in items recursive %}{% endfor %}",
    "import": "{% import 'shared/head.txt' as x %}",
    "include by value": "{% include reference %}",
    "private": "{{ reference.__class__ }}",
    "unknown": "{{ nothing_of_that_name }}",
    "float": "{{ 1e999 }}",
}


@pytest.mark.parametrize("how", BOMBS)
def test_a_template_that_does_more_than_print_is_refused(tmp_path: Path, how: str) -> None:
    letter = copied_texts(tmp_path, "pk-peca-37") / "letter.txt"
    letter.write_text(letter.read_text() + BOMBS[how])
    pack = load_packs([tmp_path])["pk-peca-37"]
    with pytest.raises(BadTemplate, match="of pack pk-peca-37 cannot be used"):
        write(pack)
    assert [fault.file for fault in check_templates(pack)] == [pack.file]


def test_a_template_that_includes_what_lies_elsewhere_is_refused(tmp_path: Path) -> None:
    letter = copied_texts(tmp_path, "pk-peca-37") / "letter.txt"
    letter.write_text(letter.read_text() + "{% include '../../secret.txt' %}")
    with pytest.raises(BadPacks, match=r"secret\.txt: there is no such text"):
        load_packs([tmp_path])


def test_a_template_that_includes_itself_is_refused(tmp_path: Path) -> None:
    copied_texts(tmp_path, "pk-peca-37")
    (tmp_path / "en" / "shared").mkdir()
    (tmp_path / "en" / "shared" / "answer.txt").write_text('{% include "shared/answer.txt" %}')
    with pytest.raises(BadTemplate, match="includes itself"):
        write(load_packs([tmp_path])["pk-peca-37"])


def test_a_text_is_cut_off_while_it_is_made(tmp_path: Path) -> None:
    folder = copied_texts(tmp_path, "pk-peca-37")
    shared = tmp_path / "en" / "shared"
    shared.mkdir()
    for number in range(9):
        (shared / f"a{number}.txt").write_text(f'{{% include "shared/a{number + 1}.txt" %}}' * 20)
    (shared / "a9.txt").write_text("x" * 1000)
    (folder / "letter.txt").write_text((folder / "letter.txt").read_text() + '{% include "shared/a0.txt" %}')
    with pytest.raises(TextTooLong):  # 20**9 kilobytes, were it not cut off
        write(load_packs([tmp_path])["pk-peca-37"])
