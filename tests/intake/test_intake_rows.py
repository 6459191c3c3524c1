"""What makes a row a case, and how everything that is wrong with it is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from intake_desk import Desk, row, url

from takedown.intake import Refanged
from takedown.intake.territories import CODES

COUNTED = pytest.mark.figure("hostile cells", unit="cells", how="refused by name")

LINE_BREAKERS = ["\r\nX: y", "\n", "\r", "\x0b", "\x0c", "\x1c", "\x1d", "\x1e", "\x85", "\u2028", "\u2029"]


def problems(desk: Desk, **changed: str) -> dict[str, str]:
    done = desk.run([row(1, **changed)])
    assert done.exit == 6
    assert desk.untouched
    told: dict[str, str] = {}
    for problem in done.problems:
        told[problem.column] = f"{told.get(problem.column, '')} {problem.what}; {problem.why}; {problem.fix}"
    return told


@COUNTED
@pytest.mark.parametrize("breaker", LINE_BREAKERS)
@pytest.mark.parametrize("column", ["reference", "organisation", "designation", "language", "platform_id", "url"])
def test_nothing_that_ends_a_header_line_is_taken(desk: Desk, column: str, breaker: str) -> None:
    assert f"U+{ord(breaker[0]):04X}" in problems(desk, **{column: f"a{breaker}b"})[column]


@COUNTED
@pytest.mark.parametrize("char", ["\u202e", "\u200b", "\u2066", "\ufeff", "\u200f", "\ue000"])
@pytest.mark.parametrize("column", ["reference", "url"])
def test_codes_hold_nothing_that_cannot_be_seen(desk: Desk, column: str, char: str) -> None:
    assert column in problems(desk, **{column: f"{row(1)[column]}{char}x"})


@COUNTED
@pytest.mark.parametrize("char", ["\x01", "\x1b", "\x7f", "\x9b", "\u202e", "\r"])
def test_a_reason_holds_no_control_character_but_line_ends_and_tabs(desk: Desk, char: str) -> None:
    assert "reason" in problems(desk, reason=f"Calls to{char} violence")


def test_a_reason_in_urdu_with_joiners_and_paragraphs_is_taken_as_it_is(desk: Desk) -> None:
    reason = "\u062a\u0634\u062f\u062f \u06a9\u06cc\u200c \u062a\u0631\u063a\u06cc\u0628\u200f\n\tsee annex \U0001f4ce"
    assert desk.run([row(1, reason=reason)]).imported == 1
    assert desk.cases[0]["reason"] == reason


def test_everything_wrong_with_a_file_is_told_at_once(desk: Desk) -> None:
    done = desk.run([
        row(1, legal_basis="no-such-law", measure="delete", territory="XX", language="english!", first_seen="03/04/2026"),
        row(2, reason="", reference=" "), row(3), row(4, url="https://evil.example/@a", followers="1.2k"),
    ])  # fmt: skip
    told = {(problem.row, problem.column) for problem in done.problems}
    assert told == {
        (2, "legal_basis"), (2, "measure"), (2, "territory"), (2, "language"), (2, "first_seen"),
        (3, "reason"), (3, "reference"), (5, "url"), (5, "followers"),
    }  # fmt: skip
    assert (done.rows, done.imported, done.rejected, done.duplicates, done.faulty) == (4, 0, 4, 0, 3)
    assert all(problem.what and problem.why and problem.fix and problem.code.startswith("TD-") for problem in done.problems)


def test_a_link_that_is_no_target_keeps_its_own_code(desk: Desk) -> None:
    done = desk.run([row(1, url="https://nest.example@evil.example/@a")])
    assert done.problems[0].code == "TD-0113"


@pytest.mark.parametrize(
    ("column", "length"), [("reference", 201), ("reason", 10_001), ("organisation", 201), ("designation", 501), ("notes", 5001)]
)
def test_a_text_that_is_too_long_is_refused(desk: Desk, column: str, length: int) -> None:
    assert "at most" in problems(desk, **{column: "a" * length})[column]
    assert desk.run([row(1, **{column: "a" * (length - 1)})]).imported == 1


def test_the_measure_follows_from_what_is_named(desk: Desk) -> None:
    post = row(2, url="https://nest.example/p/77", measure="", proportionality="")
    desk.run([row(1, measure=""), post, row(3, measure="restrict")])
    assert [case["measure"] for case in desk.cases] == ["remove_account", "remove_item", "restrict"]


def test_an_account_is_not_removed_without_saying_why_nothing_less_serves(desk: Desk) -> None:
    assert "remove_account" in problems(desk, proportionality="")["proportionality"]


def test_the_territory_is_the_authoritys_unless_the_row_says_more(desk: Desk) -> None:
    desk.run([row(1), row(2, territory="de; fr,DE"), row(3, territory="worldwide")])
    assert [case["territory"] for case in desk.cases] == ["PK", "DE,FR", "WORLDWIDE"]
    nowhere = Desk(desk.folder, desk.ledger, replace(desk.setting, country=""))
    assert [problem.column for problem in nowhere.run([row(4)]).problems] == ["territory"]


def test_a_worldwide_measure_needs_its_reason(desk: Desk) -> None:
    assert "worldwide" in problems(desk, territory="worldwide", measure="restrict", proportionality="")["proportionality"]


def test_the_list_of_countries_is_whole() -> None:
    from phonenumbers import SUPPORTED_REGIONS

    assert set(SUPPORTED_REGIONS) - CODES == {"AC", "TA", "XK"}  # dialled, but not in ISO 3166-1
    assert len(CODES) == 249 + 1


def test_platform_and_handle_stand_for_a_link(desk: Desk) -> None:
    handles = [row(n, url="", platform="Nest", handle=handle) for n, handle in enumerate(["Standin_0001", "@standin_0002"])]
    assert desk.run(handles).imported == 2
    assert [case["url"] for case in desk.cases] == [url(1), url(2)]


@pytest.mark.parametrize("handle", ["a/b", "p/77", "https://nest.example/@a", "no spaces allowed", "a?b", "..", "%40a"])
def test_a_handle_is_never_a_path(desk: Desk, handle: str) -> None:
    assert "handle" in problems(desk, url="", platform="nest", handle=handle)


def test_a_handle_without_a_known_platform_names_the_known_ones(desk: Desk) -> None:
    assert "known are nest" in problems(desk, url="", platform="nset", handle="standin_0001")["handle"]


def test_a_column_that_was_shifted_shows_in_the_platform(desk: Desk) -> None:
    assert "shifted" in problems(desk, platform="chirp")["platform"]


def test_a_defanged_link_is_read_and_shown(desk: Desk) -> None:
    done = desk.run([row(1, url="hxxps://nest[.]example/@Standin_0001"), row(2, url="nest.example/@standin_0002")])
    assert done.notes == (Refanged(2, "hxxps://nest[.]example/@Standin_0001", "https://nest.example/@Standin_0001"),)
    assert [case["url"] for case in desk.cases] == [url(1), url(2)]


def test_a_packs_own_columns_and_the_list_entry_are_kept_with_the_case(desk: Desk) -> None:
    fields = {"designation": "QDe.000", "section_37_ground": "Incitement", "followers": "42", "first_seen": "2026-01-31",
              "language": "UR", "platform_id": "9007199254740993", "organisation": "Unit 4", "notes": "seen twice"}  # fmt: skip
    assert desk.run([row(1, **fields)]).problems == ()
    (case,) = desk.cases
    assert case["fields"] == {"designation": "QDe.000", "section_37_ground": "Incitement"}
    assert (case["followers"], case["first_seen"], case["language"]) == (42, "2026-01-31", "ur")
    assert (case["platform_id"], case["organisation"], case["notes"]) == ("9007199254740993", "Unit 4", "seen twice")


HOSTILE = ["{{7*7}}", "{{x.__class__}}", "{% raw %}", "'; DROP TABLE cases; --", "%(reason)s", "[bold]x[/]", "=1+1"]


@pytest.mark.parametrize("payload", HOSTILE)
def test_values_are_data_and_stay_as_they_are(desk: Desk, payload: str) -> None:
    columns = ("reason", "reference", "proportionality", "organisation", "designation", "notes")
    done = desk.run([row(1, **dict.fromkeys(columns, f"{payload} and more"))])
    assert done.problems == ()
    (case,) = desk.cases
    stored = [case[name] for name in columns if name != "designation"] + [case["fields"]["designation"]]
    assert stored == [f"{payload} and more"] * len(columns)


def test_cases_are_numbered_in_the_order_of_the_file(desk: Desk) -> None:
    assert desk.run([row(n) for n in range(2500)]).imported == 2500
    assert [(case["id"], case["reference"]) for case in desk.cases] == [(n + 1, f"FILE-{n}") for n in range(2500)]


@pytest.mark.parametrize(("day", "taken"), [("2026-11-25", True), ("2026-11-27", False), ("2062-11-24", False)])
def test_nothing_was_first_seen_on_a_day_to_come(desk: Desk, day: str, taken: bool) -> None:
    late = replace(desk, setting=replace(desk.setting, today=date(2026, 11, 24)))
    assert (late.run([row(1, first_seen=day)]).exit == 0) is taken
