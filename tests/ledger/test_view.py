"""A ledger that is open for everything gives the view that commands without SQLAlchemy have, on a file and on a server."""

import pytest
from desks import add_cases, make_desk, reading

from takedown.ledger.reader import numbered

CASES = "SELECT id, platform, key FROM cases WHERE platform = :platform ORDER BY id"


@pytest.fixture
def desk(tmp_path):
    made = make_desk(tmp_path, {})
    add_cases(made, "telegram", range(3))
    yield made
    made.ledger.close()


def test_both_views_tell_the_same(desk):
    with desk.ledger.view() as ours, reading(desk).ledger() as theirs:
        assert ours.whole("n") == theirs.whole("n")
        for view in (ours, theirs):
            assert next(view.rows(CASES, platform="telegram")) == (1, "telegram", "standin_0000")
            assert [key for *_, key in view.stream(CASES, platform="telegram")] == [f"standin_{n:04}" for n in range(3)]
            assert view.value("SELECT count(*) FROM cases") == 3
            assert view.records(CASES, platform="telegram")[1] == {"id": 2, "platform": "telegram", "key": "standin_0001"}


def test_a_view_of_a_view_is_itself(desk):
    with desk.ledger.view() as view, view.view() as again:
        assert again is view
    with reading(desk).ledger() as view, view.view() as again:
        assert again is view


def test_a_change_is_seen_by_who_makes_it_before_others_see_it(desk):
    def change(book):
        book.record("test", "R-1", {})
        book.flush()
        with book.view() as view:
            return view.value("SELECT count(*) FROM events WHERE kind = 'test'")

    assert desk.ledger.write(change) == 1


def test_numbers_of_rows_as_sql():
    assert numbered([3, 12]) == "(3, 12)"
    assert numbered([]) == "(0)"
