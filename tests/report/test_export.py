import csv
import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from takedown.contract import UsageError
from takedown.intake.formulas import guard, unguard
from takedown.report.export import COLUMNS, export

TEXTS = st.one_of(st.text(max_size=20), st.builds(str.__add__, st.sampled_from("=+-@\t\r＝＋－＠"), st.text(max_size=10)))
ITEMS = st.lists(st.fixed_dictionaries(dict.fromkeys(COLUMNS, TEXTS)), max_size=5)
LIVE = tuple("=+-@\t\r\n＝＋－＠")


@given(ITEMS)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_csv_cell_begins_like_a_formula_and_none_is_lost(tmp_path: Path, items: list[dict[str, str]]) -> None:
    items = [{name: text.encode("utf-8", "replace").decode() for name, text in item.items()} for item in items]
    assert export(items, "csv", tmp_path / "out.csv") == len(items)
    with (tmp_path / "out.csv").open(newline="", encoding="utf-8-sig") as file:
        head, *rows = csv.reader(file)
    assert head == list(COLUMNS)
    assert not [cell for row in rows for cell in row if cell.startswith(LIVE)]
    printable = [[c if c >= " " or c in "\t\r\n" else "\ufffd" for c in item[name]] for item in items for name in COLUMNS]
    assert [unguard(cell) for row in rows for cell in row] == ["".join(chars) for chars in printable]


@pytest.mark.parametrize("text", ["'", "'\n", "''\n", "'=1", "' =1", "'' '=1", "\n", "=1", " =1", "a'=1"])
def test_an_apostrophe_of_its_own_does_not_pass_for_the_guard(text: str) -> None:
    assert unguard(guard(text)) == text


def item(**more: object) -> dict[str, object]:
    return {**dict.fromkeys(COLUMNS, ""), **more}


def test_an_xlsx_holds_strings_only(tmp_path: Path) -> None:
    rows = [
        item(key="=cmd|' /C calc'!A0", url="https://chirp.example/a", receipt="123456789012345678", attempts=3, reference="\x01x")
    ]
    assert export(rows, "xlsx", tmp_path / "out.xlsx") == 1
    head, row = CalamineWorkbook.from_path(str(tmp_path / "out.xlsx")).get_sheet_by_index(0).to_python()
    found = dict(zip(head, row, strict=True))
    assert found["key"] == "'=cmd|' /C calc'!A0"
    assert (found["receipt"], found["attempts"], found["reference"]) == ("123456789012345678", "3", "\ufffdx")


def test_json_lines_keep_values_as_they_are(tmp_path: Path) -> None:
    export([item(key="=1", attempts=2, receipt=None)], "jsonl", tmp_path / "out.jsonl")
    (line,) = (tmp_path / "out.jsonl").read_text().splitlines()
    assert json.loads(line) == item(key="=1", attempts=2, receipt=None)


def test_a_file_that_fails_half_way_leaves_the_old_one(tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    out.write_text("old")

    def broken() -> object:
        yield item()
        raise RuntimeError("the ledger went away")

    with pytest.raises(RuntimeError):
        export(broken(), "csv", out)  # type: ignore[arg-type] # a generator that fails
    assert (out.read_text(), [p.name for p in tmp_path.iterdir()]) == ("old", ["out.csv"])


def test_what_cannot_be_written_is_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be written"):
        export([], "csv", tmp_path / "nowhere" / "out.csv")
    with pytest.raises(UsageError, match="'pdf' is not known"):
        export([], "pdf", tmp_path / "out.pdf")
