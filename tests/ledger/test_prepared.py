"""Statements of the sending path: on either ledger they do what SQLAlchemy would."""

import pytest
from servers import ledger_url
from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError

from takedown.ledger.prepared import Prepared
from takedown.ledger.setup import create
from takedown.ledger.tables import openings

COLUMNS = ("seq", "name", "salt", "value")
ROWS = [{"seq": n, "name": "sender", "salt": bytes([n, 0, 255]), "value": f"standin_{n:04} '\u202e"} for n in (1, 2, 3)]
AMONG = select(*openings.c).where(openings.c.seq.in_(bindparam("ids", expanding=True))).order_by(openings.c.seq)


@pytest.fixture
def book(tmp_path):
    """Does something in a transaction of a ledger that holds three rows."""
    ledger = create(ledger_url(tmp_path), tmp_path, "sandbox")
    ledger.write(lambda book: Prepared(insert(openings), names=COLUMNS).each(book.db, ROWS))
    yield ledger.write
    ledger.close()


@pytest.mark.parametrize("ids", [[], [2], [3, 1, 1, 99]])
def test_rows_are_those_of_sqlalchemy(book, ids):
    found = book(lambda book: [tuple(row) for row in Prepared(AMONG, many="ids").rows(book.db, {"ids": ids})])
    assert found == book(lambda book: [tuple(row) for row in book.db.execute(AMONG, {"ids": ids})])
    assert found == [tuple(row.values()) for row in ROWS if row["seq"] in ids]


def test_what_stands_in_a_statement_goes_with_what_is_given(book):
    renamed = update(openings).where(openings.c.seq == bindparam("a_seq"), openings.c.name == "sender").values(value="erased")
    book(lambda book: Prepared(renamed).changed(book.db, {"a_seq": 1}))
    book(lambda book: Prepared(renamed).each(book.db, [{"a_seq": 2}, {"a_seq": 99}]))
    values = select(openings.c.value).order_by(openings.c.seq)
    assert book(lambda book: [row[0] for row in Prepared(values).rows(book.db, {})]) == ["erased", "erased", ROWS[2]["value"]]


def test_a_failure_is_sqlalchemys_and_takes_the_transaction_back(book):
    again = {**ROWS[0], "value": "standin_9999"}

    def two(book):
        once = Prepared(insert(openings), names=COLUMNS)
        once.each(book.db, [{**ROWS[0], "seq": 4}])
        once.each(book.db, [again])

    with pytest.raises(IntegrityError) as told:
        book(two)
    assert "standin" not in str(told.value)
    assert len(book(lambda book: Prepared(AMONG, many="ids").rows(book.db, {"ids": [1, 2, 3, 4]}))) == 3


@pytest.mark.parametrize("count", [1, 3, 4, 21, 150])
def test_many_rows_are_written_and_changed_each_for_itself(book, count):
    many = [{**ROWS[0], "seq": n, "value": f"standin_{n:04} ?"} for n in range(10, 10 + count)]
    renamed = Prepared(
        update(openings)
        .where(openings.c.seq == bindparam("a_seq"), openings.c.name == "sender")
        .values(value=bindparam("a_value"), name="VALUES ?")
    )
    book(lambda book: Prepared(insert(openings), names=COLUMNS).each(book.db, many))
    book(lambda book: renamed.each(book.db, [{"a_seq": row["seq"], "a_value": f"{row['value']}!"} for row in reversed(many)]))
    found = book(lambda book: [tuple(row) for row in Prepared(AMONG, many="ids").rows(book.db, {"ids": [*range(10, 200)]})])
    assert found == [(row["seq"], "VALUES ?", row["salt"], f"{row['value']}!") for row in many]


def test_whole_numbers_and_text_come_back_in_one_piece(book):
    among = select(openings.c.seq, openings.c.value).where(openings.c.seq.in_(bindparam("ids", expanding=True)))
    found = book(lambda book: Prepared(among, many="ids").rows(book.db, {"ids": [3, 1, 99]}))
    assert sorted(map(tuple, found)) == [(row["seq"], row["value"]) for row in ROWS if row["seq"] != 2]
    assert not list(book(lambda book: Prepared(among, many="ids").rows(book.db, {"ids": []})))


def test_how_many_rows_were_changed_is_told(book):
    erased = update(openings).where(openings.c.seq.in_(bindparam("ids", expanding=True))).values(value="erased")
    assert book(lambda book: Prepared(erased, many="ids").changed(book.db, {"ids": [1, 3, 99]})) == 2
