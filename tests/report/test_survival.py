"""Curves against figures worked by hand or printed in books, and against the same thing done the slow way."""

from collections import Counter
from fractions import Fraction
from itertools import pairwise

import naive
import pytest
from hypothesis import given
from hypothesis import strategies as st

from takedown.proportions import wilson
from takedown.report.survival import Spans, estimate

Told = list[tuple[float, str]]
TOLD = st.lists(
    st.tuples(st.integers(0, 12).map(float), st.sampled_from(["acted", "acted", "declined", "unended"])), min_size=1, max_size=40
)


def spans(told: Told) -> Spans:
    found = Spans()
    for when, how in told:
        getattr(found, how)[when] += 1
    return found


# Remission of leukaemia under 6-mercaptopurine, in weeks; + was still in remission: Freireich et al. 1963, Blood 21.
REMISSION = "6 6 6 6+ 7 9+ 10 10+ 11+ 13 16 17+ 19+ 20+ 22 23 25+ 32+ 32+ 34+ 35+"


def remission() -> Told:
    return [(float(one.rstrip("+")), "unended" if one.endswith("+") else "acted") for one in REMISSION.split()]


def test_kaplan_meier_and_greenwood_agree_with_the_textbook() -> None:
    """Survival and its log-log interval as printed by `sts list` in Stata's manual and by survfit(conf.type="log-log") in R."""
    found = estimate(spans(remission()))
    printed = [
        (6, 21, 0.8571, 0.6197, 0.9516), (7, 17, 0.8067, 0.5631, 0.9228), (10, 15, 0.7529, 0.5032, 0.8894),
        (13, 12, 0.6902, 0.4316, 0.8491), (16, 11, 0.6275, 0.3675, 0.8049), (22, 7, 0.5378, 0.2678, 0.7468),
        (23, 6, 0.4482, 0.1881, 0.6801),
    ]  # fmt: skip
    assert len(found.incidence) == len(printed)
    for point, (weeks, at_risk, survival, low, high) in zip(found.incidence, printed, strict=True):
        assert (point.seconds, point.at_risk) == (weeks, at_risk)
        assert (1 - point.share, 1 - point.high, 1 - point.low) == pytest.approx((survival, low, high), abs=1.5e-4)
    assert found.median == (23.0, 13.0, None)
    assert found.incidence == found.kaplan_meier


def test_competing_refusals_worked_by_hand() -> None:
    """Five cases: acted at 1, declined at 2, lost at 3, acted at 4 and 5.

    Undecided just before each: 1, 4/5, 3/5, 3/5, 3/10. Incidence: 1/5; 1/5 + 3/5 * 1/2 = 1/2; 1/2 + 3/10 * 1 = 4/5.
    Kaplan-Meier, the refusal lost from sight: 4/5; 4/5 * 1/2 = 2/5; 0.
    """
    found = estimate(spans([(1, "acted"), (2, "declined"), (3, "unended"), (4, "acted"), (5, "acted")]))
    assert [point.share for point in found.incidence] == pytest.approx([0.2, 0.5, 0.8])
    assert [1 - point.share for point in found.kaplan_meier] == pytest.approx([0.8, 0.4, 0.0])
    assert (found.median.seconds, found.median_kaplan_meier.seconds) == (4.0, 4.0)
    assert (found.acted, found.declined, found.unended, found.cases) == (3, 1, 1, 5)
    assert [found.at_risk(when) for when in (0, 1, 2, 2.5, 5, 6)] == [5, 5, 4, 3, 1, 0]


def test_a_refusal_is_neither_awaited_nor_out_of_sight() -> None:
    """Nine of ten decline at once: half is never acted on, though Kaplan-Meier has it at the one that was."""
    found = estimate(spans([(1.0, "declined")] * 9 + [(2.0, "acted")]))
    assert found.median.seconds is None
    assert found.median_kaplan_meier.seconds == 2.0
    assert found.within(3).share == pytest.approx(0.1)


@given(TOLD)
def test_both_curves_are_those_of_the_slow_way(told: Told) -> None:
    found = estimate(spans(told))
    for curve, expected in ((found.incidence, naive.incidence(told)), (found.kaplan_meier, naive.kaplan_meier(told))):
        assert [point.seconds for point in curve] == [when for when, _ in expected]
        assert [point.share for point in curve] == pytest.approx([float(share) for _, share in expected], abs=1e-12)
    for when in range(14):
        share, expected_share = found.within(when).share, naive.within(told, when)
        assert share is None if expected_share is None else share == pytest.approx(float(expected_share), abs=1e-12)


def variance(told: Told, until: float) -> Fraction:
    """The delta method's variance of the incidence, summed as it is printed (Choudhury 2002), in exact fractions."""
    share_at = dict(naive.incidence(told))
    total, undecided, share, now = Fraction(0), Fraction(1), Fraction(0), Fraction(0)
    now = max((value for when, value in share_at.items() if when <= until), default=Fraction(0))
    for when in sorted({when for when, _ in told if when <= until}):
        n = sum(1 for other, _ in told if other >= when)
        yes = sum(1 for other, how in told if other == when and how == "acted")
        every = yes + sum(1 for other, how in told if other == when and how == "declined")
        share += undecided * Fraction(yes, n)
        if n > every:
            total += (now - share) ** 2 * Fraction(every, n * (n - every))
        total += undecided**2 * Fraction(yes * (n - yes), n**3) - 2 * (now - share) * undecided * Fraction(yes, n * n)
        undecided *= 1 - Fraction(every, n)
    return total


@given(TOLD)
def test_intervals_are_those_of_the_printed_variance(told: Told) -> None:
    from math import exp, log, sqrt

    for point in estimate(spans(told)).incidence:
        rest = 1 - point.share
        if rest < 1e-9:
            assert (point.low, point.high) == (wilson(point.at_risk, point.at_risk).low, 1.0)
            continue
        error = 1.96 * sqrt(max(float(variance(told, point.seconds)), 0.0)) / (rest * -log(rest))
        assert (point.low, point.high) == pytest.approx((1 - rest ** exp(-error), 1 - rest ** exp(error)), abs=1e-6)


@given(TOLD)
def test_curves_only_rise_and_lie_within_their_intervals(told: Told) -> None:
    found = estimate(spans(told))
    for curve in (found.incidence, found.kaplan_meier):
        assert all(one.share < other.share and one.seconds < other.seconds for one, other in pairwise(curve))
        assert all(0 <= point.low <= point.share + 1e-9 and point.share <= point.high + 1e-9 <= 1 + 1e-8 for point in curve)
    assert not found.incidence or found.kaplan_meier[-1].share >= found.incidence[-1].share - 1e-12


@given(st.lists(st.tuples(st.integers(0, 9).map(float), st.sampled_from(["acted", "declined"])), min_size=2, max_size=60))
def test_when_every_case_is_decided_shares_are_plain_shares_and_errors_binomial(told: Told) -> None:
    for point in estimate(spans(told)).incidence:
        acted = sum(1 for when, how in told if how == "acted" and when <= point.seconds)
        assert point.share == pytest.approx(acted / len(told))
        assert variance(told, point.seconds) == Fraction(acted * (len(told) - acted), len(told) ** 3)


def test_what_nobody_watched_that_long_is_not_known() -> None:
    found = estimate(spans([(5.0, "unended"), (3.0, "acted")]))
    assert found.within(5).share == 0.5
    assert found.within(5.1).share is None
    assert estimate(Spans()).within(1).share is None
    assert estimate(spans([(5.0, "acted"), (3.0, "unended")])).within(9).share == 1.0, "the last was decided: it stays"


def test_none_of_few_is_not_none_of_many() -> None:
    """Greenwood's error of no event is nothing; an interval of 0 to 0 would be a claim."""
    few, many = (estimate(Spans(unended=Counter({9.0: n}))).within(1) for n in (5, 5000))
    assert (few.share, few.interval) == (0.0, wilson(0, 5))
    assert many.interval.high < 0.001 < few.interval.high
