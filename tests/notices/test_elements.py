"""What the law of each basis asks an order to contain, found in its letter; and what no case may leave vague."""

from __future__ import annotations

import pytest
from notice_samples import OWN_VALUES, PACKS, case, request, write

from takedown.contract import Measure
from takedown.notices import case_values, render_reminder


def refused(pack: str, column: str, value: str) -> bool:
    """Whether the value is refused, and nothing else of the case is."""
    one = case(fields={**OWN_VALUES, column: value})
    problems = PACKS[pack].missing(case_values(one), one.measure)
    assert {problem.field for problem in problems} <= {column}
    assert all(problem.why and problem.fix for problem in problems)
    return bool(problems)


def section(letter: str, name: str) -> str:
    return letter.partition(f"SECTION {name}:")[2].partition("\nSECTION ")[0]


def test_a_removal_order_has_the_sections_of_annex_i() -> None:
    letter = write(PACKS["eu-tco-3"], case(1), case(2)).letter
    assert "hereby orders" in letter.partition("SECTION A")[0]
    assert "within one hour of receipt" in letter.partition("SECTION A")[0]
    assert "for six months" in letter.partition("SECTION A")[0]
    for said in (
        "DE",
        "IE",
        "Chirp Limited",
        "orders@chirp.example",
        "2026-01-02 03:04 UTC",
        "TD-ABC123",
        "sent to this provider",
    ):
        assert said in section(letter, "A"), said
    for said in ("standin_0001\n", "standin_0002\n", OWN_VALUES["further_identification"], "Article 2 (7)", case().reason):
        assert said in section(letter, "B"), said
    assert "[ ] The content provider may not be informed" in section(letter, "C")
    assert "courts of the Member State" in section(letter, "D")
    assert "Annex II," in section(letter, "E")
    assert "Annex III" in section(letter, "E")
    assert "The hour then starts when" in section(letter, "E")
    assert "desk@authority.example" in section(letter, "F")


@pytest.mark.parametrize(("grounds", "marked"), [("a", "a"), ("e", "e"), ("a, d", "ad"), ("a,b,c,d,e", "abcde")])
def test_the_grounds_that_a_case_names_are_marked_and_no_others(grounds: str, marked: str) -> None:
    notice = write(PACKS["eu-tco-3"], case(fields={**OWN_VALUES, "tco_ground": grounds}))
    for text in (notice.letter, notice.statement):
        assert [letter for letter in "abcde" if f"[x] ({letter})" in text] == list(marked)
        assert [letter for letter in "abcde" if f"[ ] ({letter})" in text] == [one for one in "abcde" if one not in marked]


def test_grounds_that_differ_are_marked_for_their_items() -> None:
    letter = write(PACKS["eu-tco-3"], case(1), case(2, fields={**OWN_VALUES, "tco_ground": "e"})).letter
    first, second = section(letter, "B").partition("For item 2:")[::2]
    assert "For item 1:\n    [x] (a)" in first
    assert "[x] (e)" not in first
    assert "[x] (e)" in second


def test_silence_towards_the_user_is_said_with_its_reason_and_nothing_says_the_contrary() -> None:
    silent = case(fields={**OWN_VALUES, "non_disclosure": "Public security, until 2026-02-01."})
    pack = PACKS["eu-tco-3"]
    for letter in (write(pack, silent).letter, render_reminder(pack, request(pack, silent), reference="TD-R").letter):
        assert "[x] The content provider may not be informed" in letter
        assert "Public security, until 2026-02-01." in letter
        assert "We do not object" not in letter
        assert "[ ] The content provider" not in letter


@pytest.mark.parametrize("value", ["f", "a;b", "all", "A", "a, b, c, d, e, a", "incitement"])
def test_a_ground_is_one_of_the_five(value: str) -> None:
    assert refused("eu-tco-3", "tco_ground", value)


def test_a_dsa_order_has_the_elements_of_article_9_2() -> None:
    letter = write(PACKS["eu-dsa-9"]).letter
    for column in ("national_basis", "infringed_law", "further_identification", "territory_reason", "redress_available",
                   "effect_report_to"):  # fmt: skip
        assert f"    {OWN_VALUES[column]}\n" in letter
    assert "without undue delay whether and when you gave effect" in letter
    assert "https://chirp.example/standin_0001\n" in letter


def test_a_dsa_order_names_its_territory_and_language_itself() -> None:
    lacking = PACKS["eu-dsa-9"].missing(case_values(case(territory=(), language="")), Measure.REMOVE_ITEM)
    assert [problem.field for problem in lacking] == ["territory", "language"]


@pytest.mark.parametrize("value", ["QDi.001", "QDe.137", "QDi.1000"])
def test_an_entry_of_the_list_is_named_by_its_number(value: str) -> None:
    assert not refused("un-1267", "designation", value)


@pytest.mark.parametrize(
    "value",
    ["on the UN list", "Invented Organisation", "banned organisation", "1267", "QDi", "QDi.1", "QDx.001", "QDi.001, QDi.002"],
)
def test_a_headline_claim_is_no_entry_of_the_list(value: str) -> None:
    assert refused("un-1267", "designation", value)


@pytest.mark.parametrize("value", ["2026-13-01", "January 2026", "latest", "01.02.2026", "2026-01-32"])
def test_a_version_of_the_list_is_a_date(value: str) -> None:
    assert refused("un-1267", "list_version", value)


def test_the_list_alone_orders_nothing() -> None:
    letter = write(PACKS["un-1267"]).letter
    assert OWN_VALUES["national_law"] in letter
    assert "QDe.999" in letter
    assert "2026-01-01" in letter
    assert "what is ordered here rests on the national law" in letter


def test_a_courts_order_is_transmitted_as_the_courts() -> None:
    letter = write(PACKS["court-order"]).letter
    for column in ("court", "case_number", "decision_date", "certified_copy", "decision_force", "remedies"):
        assert f"    {OWN_VALUES[column]}\n" in letter
    assert "hereby orders" not in letter
    assert "our order" not in letter
    assert "an order of the court. It is not ours" in letter


def test_a_courts_order_needs_its_copy() -> None:
    lacking = PACKS["court-order"].missing(case_values(case(evidence=())), Measure.REMOVE_ACCOUNT)
    assert [problem.field for problem in lacking] == ["evidence"]
