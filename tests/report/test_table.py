import csv
from pathlib import Path

from busy import busy
from ledger_scenes import Scene
from python_calamine import CalamineWorkbook

from takedown.report.outcomes import Asked, report
from takedown.report.table import COLUMNS, write_table


def read(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8-sig") as file:
        return list(csv.DictReader(file))


def test_every_figure_is_a_row_with_all_that_it_is_made_of(at_desk: Scene, tmp_path: Path) -> None:
    busy(at_desk, 2, 120)
    found = report(at_desk.desk)
    assert write_table(found, tmp_path / "r.csv", "csv") == len(read(tmp_path / "r.csv"))
    rows = {(row["figure"], row["detail"], row["group"]): row for row in read(tmp_path / "r.csv")}
    agreed, rate = rows["rate", "agreed", "all"], found.whole.agreed
    assert (int(agreed["numerator"]), int(agreed["denominator"]), int(agreed["pending"])) == (
        rate.numerator, rate.denominator, rate.pending,
    )  # fmt: skip
    assert (agreed["unit"], agreed["window"], agreed["report"]) == ("case", found.window, found.id)
    assert int(agreed["contradictions"]) == found.whole.contradictions.total()
    within = rows["acted on within 7d", "first", "all"]
    assert float(within["rate"]) == found.whole_times["first"].within(7 * 86_400).share
    grounds = [int(rows[f"rate under {ground}", "claim", "all"]["numerator"]) for ground in found.whole.by_ground]
    assert sum(grounds) == found.whole.acted_claims


def test_no_cell_runs_and_numbers_are_numbers(at_desk: Scene, tmp_path: Path) -> None:
    evil = "=cmd|' /C calc'!A0"
    at_desk.sent(at_desk.case(organisation=evil), at_desk.case(organisation="+1"))
    found = report(at_desk.desk, Asked("organisation"))
    write_table(found, tmp_path / "r.csv", "csv")
    write_table(found, tmp_path / "r.xlsx", "xlsx")
    assert {row["group"] for row in read(tmp_path / "r.csv")} >= {f"'{evil}", "'+1"}
    head, *rows = CalamineWorkbook.from_path(str(tmp_path / "r.xlsx")).get_sheet_by_index(0).to_python()
    assert tuple(head) == COLUMNS
    assert f"'{evil}" in {row[3] for row in rows}
    (rate,) = [row for row in rows if row[:4] == ["rate", "claim", "organisation", "all"]]
    assert rate[5:7] == [0.0, 2.0]
