"""No more than the rate in any window at the sender, whatever the connections do; and little time lost."""

import asyncio
from itertools import pairwise

import pytest
from desks import TurnedClock
from hypothesis import given
from hypothesis import strategies as st

from takedown.delivery.pace import Pace


def walk(interval, delays, first=0.0):
    """Slots and writes with the given delay between the two; returns the times of the writes."""
    clock = TurnedClock(1000.0)
    pace = Pace(clock, interval, 1000.0 + first)
    writes = []

    async def run():
        for delay in delays:
            await pace.slot()
            clock.at += delay
            await pace.write()
            writes.append(clock.now())

    asyncio.run(run())
    return writes, pace


@given(st.lists(st.floats(0, 0.3), min_size=2, max_size=60), st.sampled_from([0.01, 0.05, 1.0, 60.0]))
def test_writes_are_never_closer_than_the_interval(delays, interval):
    writes, pace = walk(interval, delays)
    assert all(later - earlier >= interval - 1e-6 for earlier, later in pairwise(writes))
    assert pace.free_at >= writes[-1] + interval - 1e-6


class StoodStill(TurnedClock):
    """A machine that is away for five seconds while everybody waits."""

    async def sleep(self, seconds):
        until = self.at + seconds
        await asyncio.sleep(0)
        self.at = max(self.at, until, 1005.0)


def test_writes_that_waited_while_the_machine_stood_still_do_not_leave_at_once():
    clock = StoodStill(1000.0)
    pace, writes = Pace(clock, 1.0, 1000.0), []

    async def one():
        await pace.write()
        writes.append(clock.now())

    async def run():
        await asyncio.gather(*(one() for _ in range(4)))

    asyncio.run(run())
    assert writes == [1000.0, 1005.0, 1006.0, 1007.0]


def test_no_time_is_lost_to_small_delays():
    writes, _ = walk(0.05, [0.004, 0.011, 0.002, 0.007] * 50)
    assert writes[-1] - writes[0] <= 199 * 0.05 + 0.011


def test_a_missed_slot_is_not_caught_up():
    writes, _ = walk(1.0, [0, 5.0, 0, 0, 0])
    assert all(later - earlier >= 1.0 for earlier, later in pairwise(writes))


def test_the_first_write_waits_for_its_turn():
    writes, _ = walk(1.0, [0.0], first=30.0)
    assert writes == [1030.0]


def test_a_slot_that_was_not_used_is_given_back():
    clock = TurnedClock(0.0)
    pace = Pace(clock, 10.0, 0.0)
    asyncio.run(pace.slot())
    pace.give_back()
    asyncio.run(pace.slot())
    assert clock.now() == pytest.approx(0.0)
