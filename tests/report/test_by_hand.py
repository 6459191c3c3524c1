"""The report's figures against the same figures worked out by hand from raw rows, now and at past times."""

from collections.abc import Iterator
from pathlib import Path

import naive
import pytest
from busy import busy
from ledger_scenes import Scene, scene
from naive import Life

from takedown.report.cells import week_name
from takedown.report.figures import Figures
from takedown.report.outcomes import Asked, Report, report
from takedown.report.spans import EVIDENCE
from takedown.report.survival import Times
from takedown.report.terms import HORIZONS

SEEDS = (1, 2, 3)


@pytest.fixture(scope="module", params=SEEDS)
def lived(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Scene, list[float]]]:
    with scene(tmp_path_factory.mktemp("busy")) as at_desk:
        yield at_desk, busy(at_desk, request.param, 320)


def by_hand(at_desk: Scene, found: Report) -> list[Life]:
    with at_desk.desk.ledger.read() as db:
        return naive.lives(db, found.at)


def held(figures: Figures) -> dict[str, tuple[int, int, int]]:
    return {name: (rate.numerator, rate.denominator, rate.pending) for name, rate in figures.rates.items()}


def agree(found: Times, told: list[tuple[float, str]]) -> None:
    """Counts to the case, times to the millisecond, shares to what a float holds."""
    counts = [sum(how == one for _, how in told) for one in ("acted", "declined", "unended")]
    assert [found.acted, found.declined, found.unended] == counts
    for curve, expected in ((found.incidence, naive.incidence(told)), (found.kaplan_meier, naive.kaplan_meier(told))):
        assert [point.seconds for point in curve] == [time for time, _ in expected]
        assert [point.share for point in curve] == pytest.approx([float(share) for _, share in expected], abs=1e-12)
    assert found.median.seconds == naive.reached(naive.incidence(told))
    assert found.median_kaplan_meier.seconds == naive.reached(naive.kaplan_meier(told))
    for seconds in HORIZONS.values():
        share, expected_share = found.within(seconds).share, naive.within(told, seconds)
        assert (share is None) == (expected_share is None)
        assert share is None or share == pytest.approx(float(expected_share or 0), abs=1e-12)
        assert found.within(seconds).at_risk == sum(when >= seconds for when, _ in told)


def compare(at_desk: Scene, found: Report) -> None:
    cases = by_hand(at_desk, found)
    for name, figures in found.groups.items():
        mine = [one for one in cases if one["platform"] == name]
        assert figures.cases == len(mine)
        assert held(figures) == naive.rates(mine)
        assert figures.not_looked == sum(one["observed"] == "" for one in naive.asked(mine))
        assert +figures.grounds == naive.grounds(mine)
        assert +figures.contradictions == naive.contradictory(mine)
        for way, times in found.times.get(name, {}).items():
            agree(times, naive.ends(mine, way, found.at))
    for way in EVIDENCE:
        agree(found.whole_times[way], naive.ends(cases, way, found.at))
    weeks = {week_name(number): vars(week) for number, week in found.weeks}
    assert weeks == {name: dict(counts) for name, counts in naive.weeks(cases).items()}


def test_a_lived_ledger_is_worth_comparing(lived: tuple[Scene, list[float]]) -> None:
    found = report(lived[0].desk)
    first = found.whole_times["first"]
    assert first.acted > 5
    assert first.declined > 2
    assert first.unended > 5
    assert found.whole.left_out > 2
    assert found.whole.contradictions.total() > 2
    assert len(found.weeks) > 3
    assert {ground for _, ground in +found.whole.grounds} == {"own_rules", "local_law", "not_said"}


def test_the_figures_of_now(lived: tuple[Scene, list[float]]) -> None:
    compare(lived[0], report(lived[0].desk))


def test_the_figures_of_past_times(lived: tuple[Scene, list[float]]) -> None:
    at_desk, times = lived
    for at in times[20::37]:
        compare(at_desk, report(at_desk.desk, Asked(as_of=at)))


@pytest.mark.parametrize("unit", ["request", "account"])
def test_requests_and_accounts(lived: tuple[Scene, list[float]], unit: str) -> None:
    at_desk, times = lived
    for as_of in (None, *times[60::120]):
        found = report(at_desk.desk, Asked(unit=unit, as_of=as_of))
        cases = by_hand(at_desk, found)
        for name, mine in [("", cases), *((name, [one for one in cases if one["platform"] == name]) for name in found.groups)]:
            figures = found.rated(name) if name else found.whole_rated
            expected = naive.units(mine, unit)
            got = {rate: figures.rates[rate].numerator for rate in figures.rates}
            more = {"asked": figures.asked, "pending": figures.pending, "not_looked": figures.not_looked}
            assert {**got, **more} == expected
            assert figures.by_claim.unit == unit


@pytest.mark.parametrize("by", ["basis", "kind", "organisation", "week"])
def test_every_grouping_holds_the_same_cases(lived: tuple[Scene, list[float]], by: str) -> None:
    at_desk, times = lived
    for as_of in (None, times[200]):
        whole, found = report(at_desk.desk, Asked(as_of=as_of)), report(at_desk.desk, Asked(by, as_of=as_of))
        assert found.whole == whole.whole
        assert found.course.weeks == whole.course.weeks
        assert found.whole_times == whole.whole_times
        assert set(found.times) == {name for name, figures in found.groups.items() if figures.asked}
        for name, figures in found.groups.items():
            mine = [one for one in by_hand(at_desk, found) if by == "week" or one[by] == name]
            if by == "week":
                mine = [one for one in mine if _week(one) == name]
            assert held(figures) == naive.rates(mine)
            for way, times_of in found.times.get(name, {}).items():
                agree(times_of, naive.ends(mine, way, found.at))


def _week(one: Life) -> str:
    return next(iter(naive.weeks([{**one, "closed": ""}])), "")


def test_the_sandbox_shows_times_as_they_would_pass_outside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with scene(tmp_path) as at_desk:
        case = at_desk.case()
        at_desk.sent(case)
        at_desk.clock.at += 15
        at_desk.claim(case, "removed")
        monkeypatch.setitem(at_desk.desk.settings.sandbox.__dict__, "time_scale", 3600.0)
        assert report(at_desk.desk).whole_times["first"].median.seconds == 15 * 3600
