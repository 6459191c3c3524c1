"""What the law of each basis asks an order to contain, found in its letter; and what no case may leave vague."""

from __future__ import annotations

import pytest
from notice_samples import OWN_VALUES, PACKS, case, request, write

from takedown.contract import Measure
from takedown.notices import Happened, case_values, render_reminder


def refused(pack: str, column: str, value: str) -> bool:
    """Whether the value is refused, and nothing else of the case is."""
    one = case(fields={**OWN_VALUES, column: value})
    problems = PACKS[pack].missing(case_values(one), one.measure)
    assert {problem.field for problem in problems} <= {column}
    assert all(problem.why and problem.fix for problem in problems)
    return bool(problems)


def section(letter: str, name: str) -> str:
    return letter.partition(f"\nSECTION {name}")[2].partition("\nSECTION ")[0]


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
        "Time and date of transmission",
        "in sections E and F",
    ):
        assert said in section(letter, "A"), said
    for said in ("standin_0001\n", "standin_0002\n", OWN_VALUES["further_identification"], "Article 2, point (7)", case().reason):
        assert said in section(letter, "B"), said
    assert "[ ] For reasons of public security" in section(letter, "C")
    assert "[x] A copy of this order is sent" in section(letter, "D")
    assert OWN_VALUES["copy_to"] in section(letter, "D")
    assert "[x] law enforcement authority" in section(letter, "E")
    assert "[ ] judge, court or investigating judge" in section(letter, "E")
    for said in (OWN_VALUES["certified_by"], OWN_VALUES["issuing_address"], "Example Authority, Online Safety Desk"):
        assert said in section(letter, "E"), said
    for said in ("Annex II;", "Annex III", "The hour then starts when", "desk@authority.example", "sent to this provider"):
        assert said in section(letter, "F"), said
    for said in (OWN_VALUES["redress_body"], OWN_VALUES["redress_deadline"], OWN_VALUES["redress_provisions"], "(Article 4)"):
        assert said in section(letter, "G"), said


def test_the_forms_for_the_answer_come_with_the_order_and_name_it() -> None:
    letter, *forms = write(PACKS["eu-tco-3"]).letter.split("\n-----\n")
    assert "Takedown-Reference: TD-ABC123" in letter
    assert [form.strip().partition(":")[0] for form in forms] == ["ANNEX II", "ANNEX III"]
    for form in forms:
        assert "File reference of the competent authority: TD-ABC123\n" in form
        assert "[x]" not in form
    assert "-----" not in write(PACKS["pk-peca-37"]).letter


def test_a_copy_is_named_where_the_states_differ_and_only_there() -> None:
    at_home = {**OWN_VALUES, "issuing_state": "IE", "copy_to": ""}
    assert not PACKS["eu-tco-3"].missing(case_values(case(fields=at_home)), Measure.REMOVE_ACCOUNT)
    assert "[ ] A copy of this order" in section(write(PACKS["eu-tco-3"], case(fields=at_home)).letter, "D")
    assert refused("eu-tco-3", "copy_to", "")


def test_the_hour_is_counted_and_starts_anew() -> None:
    clock = PACKS["eu-tco-3"].clocks[0]
    assert (clock.verified, clock.length, clock.starts) == (True, "1h", Happened.RECEIVED)
    assert {(pause.stops, pause.restarts, pause.anew) for pause in clock.pauses} == {
        (Happened.IMPOSSIBLE, Happened.POSSIBLE, True),
        (Happened.ASKED, Happened.ANSWERED, True),
    }


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


@pytest.mark.safeguard("S12")
def test_silence_towards_the_user_is_said_with_its_reason_and_nothing_says_the_contrary() -> None:
    silent = case(fields={**OWN_VALUES, "non_disclosure": "Public security, until 2026-02-01."})
    pack = PACKS["eu-tco-3"]
    for letter in (write(pack, silent).letter, render_reminder(pack, request(pack, silent), reference="TD-R").letter):
        assert "[x] For reasons of public security" in letter
        assert "Public security, until 2026-02-01." in letter
        assert "We do not object" not in letter
        assert "[ ] For reasons of public security" not in letter


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


@pytest.mark.parametrize("named", ["another.pdf", "decision", "evidence/decision.pdf", "cd" * 32])
def test_the_certified_copy_is_a_file_of_the_case(named: str) -> None:
    assert refused("court-order", "certified_copy", named)
    assert not refused("court-order", "certified_copy", "decision.pdf")


def test_an_order_under_section_37_tells_of_review_and_tribunal_within_thirty_days() -> None:
    for language, said in (
        ("en", ("thirty days", "section 37 (4)", "Tribunal", "37 (5)")),
        ("ur", ("تیس دن", "نظرثانی", "ٹربیونل")),
    ):
        letter = write(PACKS["pk-peca-37"], language=language).letter
        assert all(one in letter for one in said), language
        assert "High Court" not in letter
        assert "ہائی کورٹ" not in letter
