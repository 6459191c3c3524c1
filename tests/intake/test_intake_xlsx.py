"""XLSX: what a reader of values does not tell. Hidden rows, link addresses, formulas, lost digits, sheets, dates."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from intake_desk import HEAD, Desk, row, url
from workbooks import cell, members, sheet_rows, workbook, zipped

from takedown.intake import EmptyFile, HiddenContent, Imported, Linked, NotAWorkbook, SheetUnclear

URL, REFERENCE = HEAD.index("url"), HEAD.index("reference")
THREE = [row(1), row(2), row(3)]


def run(desk: Desk, raw: bytes, **options: Any) -> Imported:
    return desk.run(raw, name="batch.xlsx", **options)


def test_rows_of_a_workbook_become_cases(desk: Desk) -> None:
    done = run(desk, workbook(THREE))
    assert (done.rows, done.imported, done.problems) == (3, 3, ())
    assert [case["url"] for case in desk.cases] == [url(1), url(2), url(3)]


def test_the_header_may_stand_lower_and_rows_keep_the_sheets_numbers(desk: Desk) -> None:
    done = run(desk, workbook([row(1), row(2, reason="")], top=4))
    assert [problem.at(done.file) for problem in done.problems] == ["batch.xlsx:7:reason"]
    titled = workbook(THREE, lambda _, page: page.write_string(0, 0, "A register"), top=2)
    assert run(desk, titled, header_row=3).imported == 3


def test_blank_rows_are_no_rows(desk: Desk) -> None:
    assert run(desk, workbook([row(1), {}, row(2), {}, {"url": "  "}])).rows == 2


def hide_row(_: Any, page: Any) -> None:
    page.set_row(2, None, None, {"hidden": True})


def hide_column(_: Any, page: Any) -> None:
    page.set_column(6, 6, None, None, {"hidden": True})


def filter_rows(_: Any, page: Any) -> None:
    page.autofilter(0, 0, 3, 5)
    page.filter_column(0, f"x == {url(1)}")
    hide_row(_, page)


def flatten_row(_: Any, page: Any) -> None:
    page.set_row(2, 0)


HIDDEN = {"row": hide_row, "column": hide_column, "filter": filter_rows, "height 0": flatten_row}
NOTED = [row(1, notes="a"), row(2, notes="b"), row(3, notes="c")]


@pytest.mark.parametrize("name", HIDDEN)
def test_what_is_hidden_stops_the_import_until_it_is_said_what_it_is(desk: Desk, name: str) -> None:
    raw = workbook(NOTED, HIDDEN[name])
    with pytest.raises(HiddenContent) as caught:
        run(desk, raw)
    assert "1 column is" in caught.value.message if name == "column" else "1 row is" in caught.value.message
    assert "--hidden" in str(caught.value.as_dict()["do"])
    assert desk.untouched
    skipped = run(desk, raw, hidden="skip")
    assert skipped.imported == (3 if name == "column" else 2)
    assert {case["notes"] for case in desk.cases} == ({""} if name == "column" else {"a", "c"})
    desk.ledger.write(lambda book: book.db.exec_driver_sql("UPDATE cases SET closed = 'done'"))
    assert run(desk, raw, hidden="include").imported == 3
    assert [case["notes"] for case in desk.cases[-3:]] == ["a", "b", "c"]


def test_rows_that_are_hidden_by_default_are_hidden(desk: Desk) -> None:
    raw = zipped(members(sheet_rows([1, 2]), before='<sheetFormatPr defaultRowHeight="15" zeroHeight="1"/>'))
    with pytest.raises(HiddenContent):
        run(desk, raw)


def test_hidden_rows_below_and_columns_beside_the_data_do_not_matter(desk: Desk) -> None:
    def beyond(_: Any, page: Any) -> None:
        page.set_row(50, None, None, {"hidden": True})
        page.set_column(10, 16_383, None, None, {"hidden": True})

    assert run(desk, workbook(THREE, beyond)).imported == 3


@pytest.mark.parametrize("how", ["hide", "very_hidden"])
def test_a_hidden_sheet_with_rows_is_asked_about(desk: Desk, how: str) -> None:
    def second(book: Any, _: Any) -> None:
        page = book.add_worksheet("Old")
        page.write_row(0, 0, ["url", "reason"])
        getattr(page, how)()

    raw = workbook(THREE, second)
    with pytest.raises(HiddenContent, match="Old"):
        run(desk, raw)
    with pytest.raises(SheetUnclear, match="2 sheets"):
        run(desk, raw, hidden="include")
    assert run(desk, raw, hidden="skip", check=True).imported == 3
    assert run(desk, raw, sheet="Cases").imported == 3


def test_of_several_sheets_with_rows_one_must_be_named(desk: Desk) -> None:
    def second(book: Any, _: Any) -> None:
        book.add_worksheet("Empty")
        book.add_worksheet("Notes").write_row(0, 0, ["anything"])

    raw = workbook(THREE, second)
    with pytest.raises(SheetUnclear) as caught:
        run(desk, raw)
    assert "Cases, Notes" in str(caught.value.as_dict()["why"])
    with pytest.raises(SheetUnclear, match="no sheet 'Case'"):
        run(desk, raw, sheet="Case")
    assert run(desk, raw, sheet="Cases").imported == 3


def test_an_empty_sheet_beside_is_passed_over(desk: Desk) -> None:
    assert run(desk, workbook(THREE, lambda book, _: book.add_worksheet("Empty"))).imported == 3


@pytest.mark.parametrize("rows", [[], [{}, {}]])
def test_a_sheet_with_only_a_header_is_empty(desk: Desk, rows: list[dict[str, str]]) -> None:
    with pytest.raises(EmptyFile):
        run(desk, workbook(rows))


def test_a_link_cell_gives_its_address_and_shows_its_label(desk: Desk) -> None:
    def link(_: Any, page: Any) -> None:
        page.write_url(1, URL, url(1), string="the account")
        page.write_url(2, URL, f"{url(2)}#part", string="part of it")
        page.write_url(3, URL, url(3), string=url(3))

    done = run(desk, workbook([row(1, url="x"), row(2, url="x"), row(3, url="x")], link))
    assert done.problems == ()
    assert [case["url"] for case in desk.cases] == [url(1), url(2), url(3)]
    assert done.notes == (Linked(2, "the account", url(1)), Linked(3, "part of it", url(2)))


def test_a_link_over_several_cells_is_the_link_of_each(desk: Desk) -> None:
    parts = members(sheet_rows([1, 1]), after='<hyperlinks><hyperlink ref="A2:A3" r:id="rId9"/></hyperlinks>')
    parts["xl/worksheets/_rels/sheet1.xml.rels"] = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId9" '
        f'Type="x/hyperlink" Target="{url(1)}" TargetMode="External"/></Relationships>'
    )
    done = run(desk, zipped(parts))
    assert (done.imported, done.duplicates) == (1, 1)


def test_a_label_that_shows_another_account_than_its_link_is_a_problem(desk: Desk) -> None:
    raw = workbook([row(1)], lambda _, page: page.write_url(1, URL, url(2), string=url(1)))
    (problem,) = run(desk, raw).problems
    assert problem.column == "url"
    assert url(1) in problem.what
    assert url(2) in problem.what


def test_a_link_in_another_column_keeps_its_text(desk: Desk) -> None:
    raw = workbook([row(1)], lambda _, page: page.write_url(1, REFERENCE, "https://files.example/1", string="FILE-1"))
    assert run(desk, raw).imported == 1
    assert desk.cases[0]["reference"] == "FILE-1"


def test_a_hyperlink_formula_of_constants_is_a_link(desk: Desk) -> None:
    raw = workbook(
        [row(1)], lambda _, page: page.write_formula(1, URL, f'=HYPERLINK("{url(5)}","the account")', None, "the account")
    )
    assert run(desk, raw).imported == 1
    assert desk.cases[0]["url"] == url(5)


FORMULAS = ['="https://nest.example/"&"@standin_0001"', '=HYPERLINK("https://nest.example/"&A3,"x")', "=HYPERLINK(B9)", "=Z1"]


@pytest.mark.parametrize("formula", FORMULAS)
@pytest.mark.parametrize("column", [URL, REFERENCE])
def test_a_formula_is_refused_in_every_column_that_is_read(desk: Desk, formula: str, column: int) -> None:
    raw = workbook([row(1), row(2)], lambda _, page: page.write_formula(1, column, formula, None, url(1)))
    done = run(desk, raw)
    told = [problem for problem in done.problems if "formula" in problem.what]
    assert [(problem.row, problem.column) for problem in told] == [(2, HEAD[column])]
    assert "paste it as values" in told[0].fix


def test_a_formula_without_a_value_makes_no_blank_row(desk: Desk) -> None:
    raw = workbook([{}, row(2)], lambda _, page: page.write_formula(1, URL, "=Z1", None, ""))
    assert run(desk, raw).rows == 2


def test_a_spreadsheet_error_is_no_value(desk: Desk) -> None:
    broken = sheet_rows([1]).replace(cell("C2", row(1)["reason"]), '<c r="C2" t="e"><v>#N/A</v></c>')
    assert "spreadsheet error" in " ".join(problem.what for problem in run(desk, zipped(members(broken))).problems)


@pytest.mark.parametrize(
    ("number", "kept"), [(123_456_789_012_345, "123456789012345"), (42.0, "42"), (1.5, "1.5"), (True, "true")]
)
def test_numbers_are_read_as_they_are_shown(desk: Desk, number: float, kept: str) -> None:
    raw = workbook([row(1)], lambda _, page: page.write(1, REFERENCE, number))
    assert run(desk, raw).problems == ()
    assert desk.cases[0]["reference"] == kept


@pytest.mark.parametrize("number", [10**15, 1234567890123456, 100058251872436099, -(10**16)])
def test_a_number_of_more_than_15_digits_has_lost_some(desk: Desk, number: int) -> None:
    raw = workbook([row(1)], lambda _, page: page.write_number(1, REFERENCE, number))
    (problem,) = run(desk, raw).problems
    assert (problem.column, problem.code) == ("reference", "TD-0242")
    assert "text" in problem.fix


def test_such_a_number_written_as_text_is_whole(desk: Desk) -> None:
    assert run(desk, workbook([row(1, platform_id="100058251872436099")])).imported == 1
    assert desk.cases[0]["platform_id"] == "100058251872436099"


def test_dates_are_dates(desk: Desk) -> None:
    def dated(book: Any, page: Any) -> None:
        page.write_datetime(1, 6, datetime(2026, 3, 4), book.add_format({"num_format": "dd/mm/yyyy"}))
        page.write_datetime(2, 6, datetime(2026, 3, 4, 5, 6, 7), book.add_format({"num_format": "dd/mm/yyyy hh:mm"}))

    assert run(desk, workbook([row(1, first_seen="x"), row(2, first_seen="x")], dated)).problems == ()
    assert [case["first_seen"] for case in desk.cases] == ["2026-03-04", "2026-03-04T05:06:07"]
    assert datetime.fromisoformat(desk.cases[1]["first_seen"]).replace(tzinfo=UTC).day == 4


def test_a_cell_beside_the_headers_is_not_dropped(desk: Desk) -> None:
    raw = workbook([row(1)], lambda _, page: page.write_string(1, 9, "but not this one"))
    assert "right of the header" in run(desk, raw).problems[0].what


def test_rejected_rows_of_a_workbook_come_back_as_csv_with_their_addresses(desk: Desk) -> None:
    rejects = desk.folder / "rejects.csv"

    def link(_: Any, page: Any) -> None:
        page.write_url(1, URL, url(7), string="the account")

    assert run(desk, workbook([row(1, reason=""), row(2)], link), rejects=rejects).exit == 3
    corrected = rejects.read_text(encoding="utf-8-sig").replace('"pk-peca-37",""', '"pk-peca-37","Calls to violence"')
    assert desk.run(corrected, name="again.csv", batch=1).imported == 1
    assert desk.cases[1]["url"] == url(7)


def test_a_workbook_without_cell_references_is_read_by_position(desk: Desk) -> None:
    assert run(desk, zipped(members(sheet_rows([1, 2], references=False)))).imported == 2


def test_a_password_or_an_old_format_is_named(desk: Desk) -> None:
    with pytest.raises(NotAWorkbook, match="encrypted, or an old"):
        run(desk, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))
