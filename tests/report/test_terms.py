import pytest

from takedown.report.survival import Point
from takedown.report.terms import length
from takedown.report.told import thinned


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 s"), (45.4, "45 s"), (119, "119 s"), (120, "2 min"), (7140, "119 min"), (7200, "2 h"), (31.4 * 3600, "31 h"),
        (95 * 3600, "95 h"), (96 * 3600, "4 d"), (5.68 * 86_400, "5.7 d"), (41 * 86_400, "41 d"),
    ],
)  # fmt: skip
def test_a_length_of_time_is_read_in_its_largest_fitting_unit(seconds: float, words: str) -> None:
    assert length(seconds) == words


def test_a_thinned_curve_still_stands_where_it_stood() -> None:
    curve = [Point(float(at), 1000 - at, at / 1000, 0.0, 1.0) for at in range(1, 1000)]
    found = thinned(curve, 50)
    assert len(found) <= 50
    assert found[-1] == curve[-1]
    assert set(found) <= set(curve)
    assert [point.seconds for point in found] == sorted(point.seconds for point in found)
    assert thinned(curve[:50], 50) == curve[:50]
