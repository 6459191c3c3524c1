"""The benchmark measures what it says and tells the truth about targets. Nothing here depends on how fast a machine is."""

import json
from pathlib import Path

import pytest
from desks import status_of

import bench.__main__ as program
from bench.chart import chart, margin
from bench.crowd import grow
from bench.desks import new_desk, write_config
from bench.figures import Figure, Sizes, rounds
from bench.pacing import worst
from bench.simulation import BOUNDED, COUNTED, RETRY_AFTER, Weather, queues, run

TINY = Sizes(
    sends=6, rounds=1, paced=0.1, rows=20, memory=6, crowd=(6, 12), crowd_sends=3, events=6, starts=1, answers=6,
    lanes=20, horizon=20.0,
)  # fmt: skip
KEYS = {"name", "value", "bound", "target", "holds", "unit", "how"}
FIGURES = {
    "sending": 4, "pacing": 2, "importing": 2, "answers": 2, "memory": 1, "crowded": 5, "startup": 7, "chain": 1,
    "simulation": 3, "storage": 2, "fleet": 1, "portal": 1,
}  # fmt: skip


@pytest.mark.parametrize("group", program.GROUPS)
def test_every_group_measures(group: str) -> None:
    figures = list(program.GROUPS[group](TINY, 3))
    assert len(figures) == FIGURES[group]
    for figure in figures:
        told = json.loads(json.dumps(figure.as_dict()))
        assert set(told) == KEYS
        assert isinstance(told["value"], float | int)
        assert told["holds"] is figure.holds
        assert told["how"]


@pytest.mark.parametrize(
    ("value", "bound", "holds"),
    [(1.0, ">=", True), (0.9, ">=", False), (1.1, ">=", True), (1.0, "<=", True), (0.9, "<=", True), (1.1, "<=", False)],
)
def test_a_figure_holds_on_its_side_of_the_target(value: float, bound: str, holds: bool) -> None:
    figure = Figure("f", value, bound, 1.0, "x", "how")
    assert figure.holds is holds
    assert (margin(figure) >= 1) is holds


@pytest.mark.parametrize(("value", "code"), [(1.0, 0), (3.0, 1)])
def test_the_exit_code_says_whether_all_hold(value: float, code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(program, "QUICK_SECONDS", {"one": 1})
    monkeypatch.setattr(program, "GROUPS", {"one": lambda sizes, seed: iter([Figure("f", value, "<=", 2.0, "s", "how")])})
    out, drawn = tmp_path / "figures.json", tmp_path / "figures.svg"
    assert program.main(["--quick", "--seed", "5", "--json", str(out), "--chart", str(drawn)]) == code
    document = json.loads(out.read_text())
    assert {"seed", "commit", "figures"} <= set(document)
    assert document["seed"] == 5
    assert document["figures"][0]["holds"] is (code == 0)
    assert drawn.read_text().startswith("<svg ")


def test_the_chart_escapes_and_shows_the_miss() -> None:
    drawn = chart([Figure("a < b", 3.0, "<=", 2.0, "s", "how"), Figure("c", 0.0, "<=", 0.0, "requests", "how")], "caption")
    assert "a &lt; b" in drawn
    assert drawn.count("#b3392f") == 2, "one bar and its words"


def test_bounded_chunks_starve_no_lane_and_chunks_that_only_count_do() -> None:
    bounded, counted = (run(queues(60, 60.0, 3), 24, chunk) for chunk in (BOUNDED, COUNTED))
    assert bounded.makespan == pytest.approx(bounded.floor, rel=0.05)
    assert bounded.longest_wait < 10 < counted.longest_wait
    assert bounded.jain > 0.95 > counted.jain


def test_a_lane_that_is_out_waits_and_is_not_asked_at_once() -> None:
    """A request at a time of its pace: taken at 0 s, none while it is out from 1 s to 31 s, the rest as soon as it says so."""
    weather = Weather((1.0, 31.0), True, [(0.0, 1.0)])
    assert weather.floor(3) == 32.0
    lane = queues(1, 10.0, 1)[0]
    lane.weather, lane.left, lane.total = weather, 3, 3
    course = run([lane], 1, BOUNDED)
    assert 32.0 <= course.makespan <= 31.0 + RETRY_AFTER + 2


def test_a_quick_run_has_a_minute_and_each_group_its_part() -> None:
    assert program.QUICK_SECONDS.keys() == program.GROUPS.keys()
    assert sum(program.QUICK_SECONDS.values()) <= 60


def test_a_busy_moment_costs_a_round_and_not_the_figure() -> None:
    taken = iter([(9.0, 1.0), (8.0, 2.0), (3.0, 2.0), (1.0, 1.0)])
    found = rounds(lambda: next(taken), lambda best: best[0] / best[1] <= 3, least=2)
    assert (found.values, found.of) == ((3.0, 1.0), 3)


def test_rounds_that_never_reach_the_target_end() -> None:
    found = rounds(lambda: (5.0,), lambda best: best[0] < 5, least=1)
    assert (found.values, found.of) == ((5.0,), 3)


def test_what_tells_no_time_is_measured_side_by_side() -> None:
    found = dict(program.figures_of(["storage", "simulation"], TINY, 3))
    assert list(found) == ["storage", "simulation"]
    assert [len(list(figures)) for figures in found.values()] == [FIGURES["storage"], FIGURES["simulation"]]


def test_the_worst_window_is_half_open() -> None:
    assert worst([0.0, 0.5, 1.0, 1.4, 1.5], 1.0) == 3
    assert worst([], 1.0) == 0


def test_a_crowd_is_what_sending_would_have_left(tmp_path: Path) -> None:
    write_config(tmp_path, {})
    desk = new_desk(tmp_path)
    grow(desk, 7)
    grow(desk, 5)
    assert status_of(desk).whole.delivery == {"sent": 12}
    desk.ledger.close()
