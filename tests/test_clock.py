from hypothesis import example, given
from hypothesis import strategies as st

from takedown.clock import iso, whole


@given(st.floats(1.6e9, 4e9))
@example(1_767_268_800.009)
@example(1_767_268_800.0009999)
def test_a_whole_millisecond_is_never_later_and_stays_what_it_is(seconds: float) -> None:
    found = whole(seconds)
    assert found <= seconds < found + 0.001001
    assert whole(found) == found
    assert iso(found) == iso(whole(found))


@given(st.integers(1_600_000_000_000, 4_000_000_000_000))
def test_text_and_number_are_the_same_moment(count: int) -> None:
    from datetime import datetime

    assert datetime.fromisoformat(iso(whole(count / 1000))).timestamp() == count / 1000
