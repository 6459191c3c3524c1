"""When a clock runs out, stands still, or is not known: the hour of a removal order, and rules that hold for every clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from notice_samples import PACKS

from takedown.clocks.hands import Event, Hand, Reading, read_clocks
from takedown.notices import Clock, Happened
from takedown.notices.pack_file import Pause

NOON = datetime(2026, 1, 2, 12, 0, tzinfo=UTC)
HOUR = PACKS["eu-tco-3"].clocks[0]
R, ASKED, ANSWERED = Happened.RECEIVED, Happened.ASKED, Happened.ANSWERED
IMPOSSIBLE, POSSIBLE, ACTED = Happened.IMPOSSIBLE, Happened.POSSIBLE, Happened.ACTED


def at(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


def hour(*told: tuple[Happened, float], now: float) -> Reading:
    (read,) = read_clocks([HOUR], [Event(what, at(when)) for what, when in told], at(now))
    return read


def test_the_hour_runs_from_receipt_and_not_from_issue() -> None:
    assert hour((Happened.ISSUED, 0), now=90).hand is Hand.WAITING
    running = hour((Happened.ISSUED, 0), (R, 10), now=30)
    assert (running.hand, running.until) == (Hand.RUNNING, at(70))
    assert hour((R, 10), now=70).hand is Hand.RUNNING
    assert hour((R, 10), now=70.1).hand is Hand.OUT


def test_it_stands_still_while_acting_is_impossible_and_starts_anew_when_that_ends() -> None:
    standing = hour((R, 0), (IMPOSSIBLE, 20), now=500)
    assert (standing.hand, standing.since, standing.until) == (Hand.STANDING, at(20), None)
    assert "force majeure" in standing.why
    again = hour((R, 0), (IMPOSSIBLE, 20), (POSSIBLE, 300), now=310)
    assert (again.hand, again.until) == (Hand.RUNNING, at(360))


def test_it_starts_anew_when_the_clarification_arrives() -> None:
    assert hour((R, 0), (ASKED, 59), now=600).hand is Hand.STANDING
    assert hour((R, 0), (ASKED, 59), (ANSWERED, 600), now=601).until == at(660)


def test_two_obstacles_hold_it_until_both_are_gone() -> None:
    told = ((R, 0), (ASKED, 10), (IMPOSSIBLE, 20), (ANSWERED, 30))
    assert hour(*told, now=200).hand is Hand.STANDING
    assert hour(*told, (POSSIBLE, 90), now=100).until == at(150)


def test_an_obstacle_told_before_receipt_holds_it_from_receipt_on() -> None:
    assert hour((IMPOSSIBLE, -5), (R, 0), now=200).hand is Hand.STANDING
    assert hour((IMPOSSIBLE, -5), (R, 0), (POSSIBLE, 30), now=40).until == at(90)


def test_a_question_after_the_hour_brings_nothing_back() -> None:
    late = hour((R, 0), (ASKED, 61), (ANSWERED, 90), now=100)
    assert (late.hand, late.until) == (Hand.OUT, at(60))


@pytest.mark.parametrize(("when", "hand", "overdue"), [(59, Hand.MET, False), (60, Hand.MET, False), (61, Hand.LATE, True)])
def test_what_is_done_in_time_is_met(when: float, hand: Hand, overdue: bool) -> None:
    done = hour((R, 0), (ACTED, when), now=500)
    assert (done.hand, done.since, done.overdue) == (hand, at(when), overdue)


def test_what_is_done_while_it_stands_still_is_in_time() -> None:
    assert hour((R, 0), (ASKED, 30), (ACTED, 400), now=500).hand is Hand.MET


def test_what_has_not_happened_yet_is_not_counted() -> None:
    assert hour((R, 0), (ACTED, 30), now=20).hand is Hand.RUNNING


def test_a_clock_that_is_not_verified_is_shown_and_never_counted() -> None:
    pack = PACKS["pk-peca-37"]
    found = read_clocks(pack.clocks, [Event(Happened.ISSUED, at(0)), Event(R, at(0))], at(60 * 24 * 400))
    assert [one.clock for one in found] == [clock.name for clock in pack.clocks]
    for clock, one in zip(pack.clocks, found, strict=True):
        assert (one.hand is Hand.UNKNOWN) == (not clock.verified)
        if not clock.verified:
            assert (one.until, one.since, one.overdue) == (None, None, False)
            assert "not verified" in one.why
    assert found[1].hand is Hand.OUT, "thirty days for an application for review"


def test_what_was_left_goes_on_where_a_pause_does_not_start_anew() -> None:
    pause = Pause(stops=ASKED, restarts=ANSWERED, anew=False, says="a question")
    clock = HOUR.model_copy(update={"pauses": (pause,)})
    told = [Event(R, at(0)), Event(ASKED, at(20)), Event(ANSWERED, at(100))]
    assert read_clocks([clock], told, at(101))[0].until == at(140)


def test_a_time_without_a_zone_is_an_error() -> None:
    with pytest.raises(ValueError, match="zone"):
        read_clocks([HOUR], [Event(R, datetime(2026, 1, 2))], NOON)
    with pytest.raises(ValueError, match="zone"):
        read_clocks([HOUR], [], datetime(2026, 1, 2))


MOMENTS = st.integers(min_value=0, max_value=400)
EVENTS = st.lists(st.builds(lambda what, m: Event(what, at(m)), st.sampled_from(list(Happened)), MOMENTS), max_size=12)
PAUSES = st.lists(
    st.builds(
        lambda pair, anew: Pause(stops=pair[0], restarts=pair[1], anew=anew, says="held"),
        st.sampled_from([(ASKED, ANSWERED), (IMPOSSIBLE, POSSIBLE)]),
        st.booleans(),
    ),
    max_size=2,
    unique_by=lambda pause: pause.stops,
)


def clocks(pauses: list[Pause], minutes: int) -> list[Clock]:
    return [HOUR.model_copy(update={"pauses": tuple(pauses), "length": f"{minutes}m"})]


@given(EVENTS, PAUSES, st.integers(1, 90), MOMENTS, st.randoms())
def test_the_order_in_which_events_are_told_changes_nothing(told, pauses, minutes, now, random) -> None:
    shuffled = list(told)
    random.shuffle(shuffled)
    assert read_clocks(clocks(pauses, minutes), told, at(now)) == read_clocks(clocks(pauses, minutes), shuffled, at(now))


@given(EVENTS, PAUSES, st.integers(1, 90), MOMENTS, st.integers(-500, 500))
def test_everything_later_is_everything_later(told, pauses, minutes, now, shift) -> None:
    by = timedelta(minutes=shift)
    (one,) = read_clocks(clocks(pauses, minutes), told, at(now))
    (other,) = read_clocks(clocks(pauses, minutes), [Event(e.what, e.at + by) for e in told], at(now) + by)
    assert (other.hand, other.why) == (one.hand, one.why)
    assert other.until == (one.until + by if one.until else None)
    assert other.since == (one.since + by if one.since else None)


@given(EVENTS, PAUSES, st.integers(1, 90), MOMENTS, st.sampled_from([-11, -5, 0, 5, 9]))
def test_where_a_clock_hangs_changes_nothing(told, pauses, minutes, now, zone) -> None:
    there = timezone(timedelta(hours=zone))
    moved = [Event(e.what, e.at.astimezone(there)) for e in told]
    assert read_clocks(clocks(pauses, minutes), told, at(now)) == read_clocks(
        clocks(pauses, minutes), moved, at(now).astimezone(there)
    )


@given(EVENTS, PAUSES, st.integers(1, 90), MOMENTS)
def test_a_pause_never_brings_the_end_nearer(told, pauses, minutes, now) -> None:
    (with_pauses,) = read_clocks(clocks(pauses, minutes), told, at(now))
    (without,) = read_clocks(clocks([], minutes), told, at(now))
    if with_pauses.until and without.until:
        assert with_pauses.until >= without.until
    assert not (with_pauses.overdue and not without.overdue)
    assert (with_pauses.hand is Hand.WAITING) == (without.hand is Hand.WAITING)


@given(EVENTS, PAUSES, st.integers(1, 90), MOMENTS)
def test_a_running_clock_ends_its_length_after_something_that_happened(told, pauses, minutes, now) -> None:
    (one,) = read_clocks(clocks([pause.model_copy(update={"anew": True}) for pause in pauses], minutes), told, at(now))
    if one.hand in {Hand.RUNNING, Hand.OUT}:
        assert one.until is not None
        assert one.until - timedelta(minutes=minutes) in {event.at for event in told}
        assert (one.hand is Hand.OUT) == (at(now) > one.until)
    if one.hand is Hand.STANDING:
        assert one.until is None


@given(EVENTS, PAUSES, st.integers(1, 90), MOMENTS)
def test_what_is_not_verified_is_unknown_whatever_happened(told, pauses, minutes, now) -> None:
    unsure = [clock.model_copy(update={"verified": False}) for clock in clocks(pauses, minutes)]
    assert [(one.hand, one.until) for one in read_clocks(unsure, told, at(now))] == [(Hand.UNKNOWN, None)]
