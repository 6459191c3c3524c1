"""The list entry that a case rests on comes in with its row, is checked by its pack, and reaches the letter's values."""

from __future__ import annotations

from intake_desk import Desk, row

from takedown.ledger.rows import to_case

LISTED = {
    "legal_basis": "un-1267",
    "designation": "QDe.999",
    "list_version": "2026-01-01",
    "national_law": "Section 3 of the Invented Sanctions Act",
    "account_link": "The entity's own site names the account, see the annex.",
    "evidence": "page.txt",
}


def test_an_entry_of_the_list_is_kept_with_the_case(desk: Desk) -> None:
    desk.write("seen", "page.txt")
    assert desk.run([row(1, **LISTED)]).exit == 0
    (kept,) = desk.cases
    assert to_case(kept).fields["designation"] == "QDe.999"


def test_a_headline_claim_is_refused_by_name(desk: Desk) -> None:
    desk.write("seen", "page.txt")
    done = desk.run([row(1, **{**LISTED, "designation": "on the UN list"}), row(2, **{**LISTED, "designation": ""})])
    assert done.exit == 6
    assert [problem.column for problem in done.problems] == ["designation", "designation"]
    assert "QDi.001" in done.problems[0].fix
    assert desk.cases == []


def test_other_packs_take_a_designation_as_it_is(desk: Desk) -> None:
    assert desk.run([row(1, designation="Schedule 1, entry 7")]).exit == 0
    assert to_case(desk.cases[0]).fields["designation"] == "Schedule 1, entry 7"
