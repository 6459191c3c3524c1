import naive
import pytest
from busy import busy
from ledger_scenes import DAY, Scene

from takedown.ledger.tables import cases
from takedown.report import spans
from takedown.report.outcomes import report

HOUR = 3600.0


def up(seconds: float) -> float:
    step = HOUR if seconds <= 7 * DAY else DAY
    return -(-round(seconds * 1000) // round(step * 1000)) * step


def watched(one: naive.Life, when: float, how: str, at: float) -> float:
    """What still waits is watched until the last full hour."""
    waits = how == "unended" and one["closed_at"] is None
    return max(0.0, when - round(at % HOUR, 3)) if waits else when


def test_of_very_many_cases_times_are_rounded_up_to_hours_and_days(at_desk: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    busy(at_desk, 4, 300)
    exact = report(at_desk.desk)
    monkeypatch.setattr(spans, "EXACT", 0)
    found = report(at_desk.desk)
    assert (exact.course.rounded, found.course.rounded) == (False, True)
    with at_desk.desk.ledger.read() as db:
        cases = naive.lives(db, found.at)
    for way, times in found.whole_times.items():
        told = [(watched(one, when, how, found.at), how) for one in cases for when, how in naive.ends([one], way, found.at)]
        for how in ("acted", "declined", "unended"):
            sums: dict[float, int] = {}
            for when, ended in told:
                if ended == how:
                    sums[up(when)] = sums.get(up(when), 0) + 1
            mine = [ways[way] for ways in found.course.groups.values()]
            got: dict[float, int] = {}
            for one in mine:
                for when, count in getattr(one, how).items():
                    got[when] = got.get(when, 0) + count
            assert got == sums
        for seconds in (DAY, 3 * DAY, 7 * DAY):
            assert times.at_risk(seconds + 1) == sum(up(when) > seconds for when, _ in told)


def test_a_case_that_was_gone_before_it_was_delivered_is_not_timed(at_desk: Scene) -> None:
    from takedown.ledger.truths import Sighting, add_sightings

    case, other = at_desk.case(), at_desk.case()
    at_desk.write(lambda book: add_sightings(book, [Sighting(case, "gone", "m", "high", "PK", source="by_hand")]))
    at_desk.clock.at += DAY
    at_desk.sent(case, other)
    at_desk.clock.at += DAY
    at_desk.claim(case, "removed")
    times = report(at_desk.desk).whole_times
    assert (times["first"].cases, times["first"].before) == (1, 1)
    assert (times["observation"].cases, times["observation"].before) == (1, 1)
    assert (times["claim"].cases, times["claim"].acted) == (2, 1)


@pytest.mark.parametrize(("second", "ends"), [("removed", "acted"), ("declined", "declined")])
def test_what_comes_after_the_closing_changes_nothing(at_desk: Scene, second: str, ends: str) -> None:
    from takedown.ledger.cases import close

    late, in_time = at_desk.case(), at_desk.case()
    at_desk.sent(late, in_time)
    at_desk.clock.at += DAY
    at_desk.claim(in_time, second)
    at_desk.clock.at += DAY
    for case in (late, in_time):
        close(at_desk.desk.ledger, case, "done", "alice")
    at_desk.clock.at += DAY
    at_desk.claim(late, second)
    found = report(at_desk.desk).course.groups["chirp"]["first"]
    assert dict(found.unended) == {2 * DAY: 1}
    assert dict(getattr(found, ends)) == {DAY: 1}


def test_action_at_the_moment_of_a_refusal_is_action(at_desk: Scene) -> None:
    case = at_desk.case()
    at_desk.sent(case)
    at_desk.clock.at += DAY
    at_desk.claim(case, "declined", request=1)
    at_desk.claim(case, "removed", request=2)
    assert report(at_desk.desk).whole_times["first"].acted == 1


@pytest.mark.parametrize(("after", "ends"), [(3 * DAY, "unended"), (DAY, "acted")])
def test_what_was_taken_back_is_watched_until_then(at_desk: Scene, after: float, ends: str) -> None:
    """Withdrawn two days after its delivery: what the platform does later is no answer to what was asked."""
    case, other = at_desk.case(), at_desk.case()
    at_desk.sent(case, other)
    sent = at_desk.clock.now()
    at_desk.clock.at += after
    at_desk.claim(case, "removed")
    at_desk.write(
        lambda book: book.db.execute(
            cases.update().where(cases.c.id == case).values(withdrawal="sent", withdrawn_at=sent + 2 * DAY)
        )
    )
    at_desk.clock.at = sent + 10 * DAY
    course = report(at_desk.desk).course
    (ways,) = course.groups.values()
    found = {how: dict(getattr(ways["claim"], how)) for how in ("acted", "unended")}
    expected = (
        {"acted": {}, "unended": {2 * DAY: 1, 10 * DAY: 1}}
        if ends == "unended"
        else {"acted": {DAY: 1}, "unended": {10 * DAY: 1}}
    )
    assert found == expected
