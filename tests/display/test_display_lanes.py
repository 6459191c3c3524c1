import io
import time

import pytest
from rich.console import Console
from screens import Terminal, screen, steering

from takedown.delivery.budget import Progress
from takedown.display.lanes import BarLanes, Lanes, LineLanes, NoLanes

NOW = time.mktime((2026, 3, 4, 14, 0, 0, 0, 0, -1))
UNTIL = NOW + 32 * 60


def lines() -> tuple[LineLanes, list[str]]:
    told: list[str] = []
    return LineLanes(told.append, now=lambda: NOW, every=3600), told


def test_a_line_says_how_far_what_it_waits_for_and_what_went_astray() -> None:
    lanes, told = lines()
    lanes.start("X", 20)
    lanes.start("TikTok", 5)
    for outcome in ("sent", "sent", "unknown"):
        lanes.advance("X", outcome)
    lanes.waiting("TikTok", UNTIL, "Retry-After")
    lanes.tell()
    lanes.advance("TikTok", "sent")
    lanes.done()
    lanes.done()
    assert told == [
        "X: 3 of 20, 1 sending uncertain; TikTok: 0 of 5, waiting 14:32, Retry-After",
        "X: 3 of 20, 1 sending uncertain; TikTok: 1 of 5",
    ]


def test_a_run_without_lanes_says_nothing() -> None:
    lanes, told = lines()
    lanes.done()
    assert told == []


def test_bars_name_the_lane_the_count_and_the_wait() -> None:
    out = Terminal()
    console = Console(file=out, width=100, color_system=None, force_terminal=True, force_interactive=False)
    lanes = BarLanes(console, now=lambda: NOW)
    lanes.start("X [/foo] \x1b[2J", 20)
    lanes.advance("X [/foo] \x1b[2J", "sent")
    lanes.waiting("X [/foo] \x1b[2J", UNTIL, "[bold]Retry-After\x1b")
    with console.capture() as shown:
        console.print(lanes._progress)  # pyright: ignore[reportPrivateUsage] - the frame that the terminal is showing
    lanes.done()
    lanes.done()
    text = shown.get()
    assert r"X [/foo] \x1b[2J" in text
    assert "1/20" in text
    assert r"waiting 14:32, [bold]Retry-After\x1b" in text
    assert not steering(text)


@pytest.mark.parametrize(("mode", "kind"), [({"quiet": True}, NoLanes), ({"json": True}, NoLanes), ({}, LineLanes)])
def test_a_pipe_gets_lines_and_silence_is_silence(mode: dict[str, bool], kind: type[Lanes]) -> None:
    display, _, _ = screen(**mode)
    assert type(display.lanes()) is kind


@pytest.mark.parametrize(("term", "kind"), [("xterm", BarLanes), ("dumb", LineLanes)])
def test_a_terminal_gets_bars_if_it_can_draw_them(monkeypatch: pytest.MonkeyPatch, term: str, kind: type[Lanes]) -> None:
    monkeypatch.setenv("TERM", term)
    display, _, _ = screen(terminal=True)
    assert type(display.lanes()) is kind


def test_lanes_are_what_a_run_reports_to() -> None:
    lanes: Progress = LineLanes(io.StringIO().write)  # mypy and pyright check the shape
    lanes.start("X", 1)
    lanes.advance("X", "sent")
    lanes.waiting("X", UNTIL, "")
