import pytest

from takedown.cli.truths import named, section, truths_table, with_all
from takedown.report.figures import Cell, tally, total

SECTIONS = (section("our side", lambda figures: figures.delivery, named("delivery")),)
CELLS = [
    Cell(name, value, "none", "", "", "", 1000) for name in ("facebook", "instagram", "telegram") for value in ("sent", "refused")
]


@pytest.mark.parametrize(("columns", "first"), [(100, ""), (60, ""), (45, "platform")])
def test_platforms_stand_side_by_side_only_where_all_of_the_table_has_room(columns: int, first: str) -> None:
    groups = tally(CELLS)
    table = truths_table("platform", with_all(groups, total(groups.values())), SECTIONS, columns)
    assert table.columns[0].title == first
    assert "3,000" in str(table.rows)


def test_hundreds_of_groups_stand_below_each_other_and_every_one_is_shown() -> None:
    groups = tally([Cell(f"Unit {n}", "sent", "none", "", "", "", n) for n in range(1, 300)])
    table = truths_table("organisation", with_all(groups, total(groups.values())), SECTIONS, 10_000)
    assert [row[0] for row in table.rows][-1] == "all"
    assert len(table.rows) == 300
