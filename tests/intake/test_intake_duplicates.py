"""One open case for a target, a basis and an authority; every row is counted once."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from intake_desk import Desk, Nest, as_csv, row, url
from servers import ledger_url
from sqlalchemy import event

from takedown.intake import Met, SeenBefore, Setting
from takedown.intake.spool import CHUNK
from takedown.ledger.ids import case_id
from takedown.ledger.setup import create
from takedown.ledger.tables import batches, case_references, cases, events
from takedown.notices import load_packs


def test_a_duplicate_in_the_file_is_named_with_the_row_and_the_case_that_it_meets(desk: Desk) -> None:
    done = desk.run([row(1), row(2), row(1, url="http://www.nest.example/@STANDIN_0001", reference="FILE-1"), row(3)])
    assert (done.rows, done.imported, done.rejected, done.duplicates, done.exit) == (4, 3, 0, 1, 0)
    assert done.notes == (Met(4, "C-1", url(1), same_as=2),)
    assert [case["key"] for case in desk.cases] == ["standin_0001", "standin_0002", "standin_0003"]


class Roost(Nest):
    name, title = "roost", "Roost"
    hosts = frozenset({"roost.example"})


@pytest.mark.sqlite("its query plan")
def test_open_cases_are_found_by_their_index_on_every_platform(desk: Desk) -> None:
    both = Desk(desk.folder, desk.ledger, replace(desk.setting, platforms={"nest": Nest(), "roost": Roost()}))
    rows = [row(n, url=f"https://{name}.example/p/{n}") for n in range(5) for name in ("nest", "roost")]
    both.run(rows)
    asked: list[tuple[str, Any]] = []

    def listen(_c: object, _cursor: object, statement: str, parameters: Any, _context: object, _many: object) -> None:
        if statement.startswith("SELECT cases.identity"):
            asked.append((statement, parameters))

    event.listen(desk.ledger.engine, "before_cursor_execute", listen)
    assert both.run(rows).duplicates == 10
    event.remove(desk.ledger.engine, "before_cursor_execute", listen)
    assert len(asked) == 2
    with desk.ledger.read() as db:
        plans = [str(db.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", parameters).all()) for text, parameters in asked]
    assert all("uq_cases_open (authority=? AND platform=? AND identity=?" in plan for plan in plans)


def test_a_duplicate_far_down_the_file_still_names_its_row(desk: Desk) -> None:
    last = 2 * CHUNK + 5
    done = desk.run([*(row(n) for n in range(last)), row(3), row(CHUNK + 1), row(last - 1)])
    met = [note for note in done.notes if isinstance(note, Met)]
    assert [(note.row, note.same_as) for note in met] == [(last + 2, 5), (last + 3, CHUNK + 3), (last + 4, last + 1)]
    assert [note.case for note in met] == ["C-4", case_id(CHUNK + 2), case_id(last)]
    assert done.imported == last


def test_the_same_file_again_is_all_duplicates_and_says_so(desk: Desk) -> None:
    first, second = desk.run([row(1), row(2)]), desk.run([row(1), row(2)])
    assert (second.imported, second.duplicates, second.batch, second.exit) == (0, 2, "", 0)
    before = second.notes[0]
    assert isinstance(before, SeenBefore)
    assert before.batch == first.batch == "B-1"
    assert len(desk.rows(batches)) == 1
    assert desk.rows(events)[-1]["kind"] == "batch.repeated"
    assert second.file_sha256 in desk.rows(events)[-1]["data"]


@pytest.mark.parametrize("changed", [{"legal_basis": "eu-dsa-16", "territory": "DE"}, {"url": "https://nest.example/p/1"}])
def test_another_basis_or_target_is_another_case(desk: Desk, changed: dict[str, str]) -> None:
    desk.run([row(1)])
    assert desk.run([row(1, **changed)]).imported == 1


def test_another_authority_has_cases_of_its_own(desk: Desk) -> None:
    desk.run([row(1)])
    other = Desk(desk.folder, desk.ledger, replace(desk.setting, authority="Another Authority"))
    assert other.run([row(1)]).imported == 1


def test_a_closed_case_is_met_by_nobody(desk: Desk) -> None:
    desk.run([row(1)])
    desk.ledger.write(lambda book: book.db.execute(cases.update().values(closed="done")))
    done = desk.run([row(1)])
    assert (done.imported, done.duplicates) == (1, 0)
    assert [case["closed"] for case in desk.cases] == ["done", ""]


def test_of_two_cases_of_a_target_the_open_one_is_met(desk: Desk) -> None:
    for _ in range(3):
        desk.run([row(1)])
        desk.ledger.write(lambda book: book.db.execute(cases.update().values(closed="done")))
    desk.ledger.write(lambda book: book.db.execute(cases.update().where(cases.c.id == 2).values(closed="")))
    assert desk.run([row(1)]).notes[-1] == Met(2, "C-2", url(1))


def test_a_second_agencys_reference_joins_the_open_case(desk: Desk) -> None:
    (desk.folder / "page.png").write_bytes(b"picture")
    desk.run([row(1, organisation="Unit 1")])
    done = desk.run(
        [row(1, organisation="Unit 2", reference="U2/7", evidence="page.png"), row(1, organisation="Unit 2", reference="U2/7")]
    )
    assert (done.duplicates, done.attached) == (2, 1)
    assert [note.attached for note in done.notes if isinstance(note, Met)] == [True, False]
    (held,) = desk.rows(case_references)
    assert (held["case"], held["organisation"], held["reference"]) == (1, "Unit 2", "U2/7")
    assert [one["name"] for one in held["evidence"]] == ["page.png"]
    assert desk.cases[0]["organisation"] == "Unit 1"


def test_a_second_agency_in_the_same_file_joins_too_and_once_only(desk: Desk) -> None:
    rows = [row(1), row(1, reference="OTHER-1"), row(1, reference="OTHER-1"), row(1)]
    done = desk.run(rows)
    assert (done.imported, done.duplicates, done.attached) == (1, 3, 1)
    assert desk.run([*rows, row(2)]).attached == 0
    assert len(desk.rows(case_references)) == 1


LINES = st.sampled_from([
    "good", "good", "good", "same", "bad", "blank", "commas", "shifted", "unicode",
])  # fmt: skip


def _line(kind: str, number: int) -> str:
    match kind:
        case "good" | "unicode":
            return as_csv([row(number, organisation="\u0627\u06cc" * (kind == "unicode"))]).splitlines()[1]
        case "same":
            return as_csv([row(1, organisation="")]).splitlines()[1]
        case "bad":
            return as_csv([row(number, reference="", organisation="")]).splitlines()[1]
        case "shifted":
            return "a,b"
        case "commas":
            return ",,,,,,"
        case _:
            return ""


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(kinds=st.lists(LINES, min_size=1, max_size=30), reject=st.booleans())
def test_every_row_is_imported_rejected_or_a_duplicate(kinds: list[str], reject: bool) -> None:
    with TemporaryDirectory() as name:
        folder = Path(name)
        ledger = create(ledger_url(folder), folder, "sandbox")
        desk = Desk(folder, ledger, Setting({"nest": Nest()}, load_packs(), "Example Authority", "PK", "Clerk"))
        header = as_csv([row(1, organisation="")]).splitlines()[0]
        lines = [_line(kind, number) for number, kind in enumerate(kinds, 2)]
        rows = [kind for kind in kinds if kind not in {"blank", "commas"}]
        done = desk.run("\n".join([header, _line("same", 1), *lines]) + "\n", rejects=folder / "r.csv" if reject else None)
        bad = sum(kind in {"bad", "shifted"} for kind in rows)
        assert done.rows == 1 + len(rows) == done.imported + done.rejected + done.duplicates
        if reject or not bad:
            same = rows.count("same")
            assert (done.imported, done.rejected, done.duplicates) == (1 + len(rows) - bad - same, bad, same)
            assert len(desk.cases) == done.imported
        else:
            assert (done.imported, done.exit) == (0, 6)
            assert desk.untouched
        ledger.close()
