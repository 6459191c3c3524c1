import pytest
from hypothesis import given
from hypothesis import strategies as st

from takedown.proportions import wilson
from takedown.report.figures import CLAIMED, DELIVERY, OBSERVED, Cell, tally, total
from takedown.report.rates import Rate, percent

CELLS = st.lists(
    st.builds(
        Cell,
        st.sampled_from(["chirp", "wren"]),
        st.sampled_from(DELIVERY),
        st.sampled_from(CLAIMED),
        st.sampled_from(["", *OBSERVED[1:]]),
        st.sampled_from(["", "done", "unverifiable", "duplicate", "out_of_scope", "mistake"]),
        st.sampled_from(["", "own_rules", "local_law", "said nowhere"]),
        st.integers(1, 500),
    ),
    max_size=30,
)


@pytest.mark.parametrize(
    ("successes", "trials", "low", "high"),
    # Newcombe 1998, Statistics in Medicine 17(8), table I, method 3.
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_agrees_with_published_figures(successes: int, trials: int, low: float, high: float) -> None:
    found = wilson(successes, trials)
    assert (round(found.low, 4), round(found.high, 4)) == (low, high)


def test_wilson_of_nothing_is_everything_and_of_nonsense_an_error() -> None:
    assert wilson(0, 0) == (0.0, 1.0)
    with pytest.raises(ValueError, match="5 successes of 4"):
        wilson(5, 4)


@given(st.integers(1, 10_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_a_share_lies_within_its_interval(pair: tuple[int, int]) -> None:
    low, high = wilson(*pair)
    assert 0 <= low <= pair[0] / pair[1] <= high <= 1


def test_a_rate_says_what_it_is_made_of() -> None:
    assert str(Rate(27, 143)) == "27 of 143 (19 %; Wilson 13-26 %)"
    assert Rate(5, 100, not_looked=9).words == "5 %"
    assert Rate(5, 100, not_looked=10).words == "at least 5 %"
    assert str(Rate(43, 143, 51)) == "43 of 143 (30 % so far, 51 pending; Wilson 23-38 %)"
    assert str(Rate(0, 0)) == "0 of 0"
    assert Rate(0, 0).as_dict()["rate"] is None


def test_nearly_all_is_not_all() -> None:
    assert [percent(x) for x in (0, 0.001, 0.999, 1)] == ["0 %", "<1 %", ">99 %", "100 %"]


@given(CELLS)
def test_the_three_truths_are_counted_apart_and_each_counts_every_open_case(cells: list[Cell]) -> None:
    whole = total(tally(cells).values())
    open_cases = sum(cell.count for cell in cells if not cell.closed)
    assert whole.delivery.total() == whole.claimed.total() == whole.observed.total() == open_cases
    assert whole.cases == open_cases + whole.closed.total() == sum(cell.count for cell in cells)


@given(CELLS)
def test_rates_never_exceed_what_was_delivered_and_both_never_exceeds_either(cells: list[Cell]) -> None:
    whole = total(tally(cells).values())
    assert whole.acted_both <= min(whole.acted_claims, whole.acted_seen) <= whole.asked
    assert whole.said.total() == whole.seen.total() == whole.asked
    assert whole.asked + whole.left_out == sum(cell.count for cell in cells if cell.delivered == "sent")
    assert whole.pending <= whole.asked


def one(claimed: str, observed: str, closed: str = "", delivered: str = "sent") -> Cell:
    return Cell("chirp", delivered, claimed, observed, closed, "", 1)


@pytest.mark.parametrize(
    ("cell", "pending"),
    [
        (one("none", ""), 1),
        (one("received", "unknown"), 1),
        (one("needs_information", "available"), 1),
        (one("not_found", ""), 1),
        (one("none", "gone"), 0),
        (one("declined", ""), 0),
        (one("removed", "available"), 0),
        (one("none", "", closed="done"), 0),
        (one("none", "", delivered="unknown"), 0),
    ],
)
def test_pending_is_open_delivered_unanswered_and_not_seen_gone(cell: Cell, pending: int) -> None:
    assert tally([cell])["chirp"].pending == pending


def test_could_not_check_is_never_in_a_numerator() -> None:
    whole = total(tally([one("removed", "unknown"), one("removed", ""), one("removed", "gone")]).values())
    assert (whole.acted_claims, whole.acted_seen, whole.acted_both, whole.asked) == (3, 1, 1, 3)


def test_contradictions_are_told_by_their_kind() -> None:
    whole = total(tally([one("removed", "available"), one("declined", "gone"), one("removed", "gone")]).values())
    assert whole.contradictions == {"says_acted_still_up": 1, "declined_yet_gone": 1}


def test_what_should_not_have_been_asked_is_in_no_rate_but_told() -> None:
    whole = total(tally([one("removed", "", "mistake"), one("removed", "", "done"), one("none", "", "unverifiable")]).values())
    assert (whole.asked, whole.left_out, whole.acted_claims) == (2, 1, 1)
