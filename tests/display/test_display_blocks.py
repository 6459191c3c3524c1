import pytest
from hypothesis import given
from hypothesis import strategies as st
from screens import HOSTILE, screen, steering

from takedown.display import Answer, Column, Facts, Lines, Prose, Styled, Table
from takedown.display.blocks import fit

COLUMNS = [Column("reference"), Column("account"), Column("tries", 1, number=True), Column("source", 2)]
ROWS = [["FILE-1", "standin_0042", 3, "Chirp rights policy, section 4"], ["FILE-20", "standin_7", 12, None]]


def drawn(monkeypatch: pytest.MonkeyPatch, wide: int, *blocks: Table | Facts | Prose | Lines, color: bool = False) -> str:
    monkeypatch.setenv("COLUMNS", str(wide))
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    display, out, _ = screen(terminal=True, color=color)
    display.show(Answer(), *blocks)
    return out.getvalue()


def test_a_pipe_gets_aligned_columns_uncut() -> None:
    display, out, _ = screen()
    display.show(Answer(), Table(COLUMNS, ROWS))
    assert out.getvalue().splitlines() == [
        "reference  account       tries  source",
        "FILE-1     standin_0042      3  Chirp rights policy, section 4",
        "FILE-20    standin_7        12",
    ]


def test_wide_letters_count_twice() -> None:
    display, out, _ = screen()
    display.show(Answer(), Table([Column("a"), Column("b")], [["名前", "x"], ["abcd", "y"]]))
    assert out.getvalue().splitlines()[1:] == ["名前  x", "abcd  y"]


@pytest.mark.parametrize("wide", [24, 30, 40, 50, 60, 80, 120])
def test_a_terminal_shows_every_essential_cell_within_its_width(monkeypatch: pytest.MonkeyPatch, wide: int) -> None:
    text = drawn(monkeypatch, wide, Table(COLUMNS, ROWS))
    assert all(len(line.rstrip()) <= wide for line in text.splitlines())
    assert all(essential in text for essential in ("FILE-1", "FILE-20", "standin_0042", "standin_7"))


def test_a_narrow_terminal_drops_the_least_first_then_stacks() -> None:
    table = Table(COLUMNS, ROWS)
    assert fit(table, 80) == [0, 1, 2, 3]
    assert fit(table, 40) == [0, 1, 2]
    assert fit(table, 25) == [0, 1]
    assert fit(table, 20) is None


def test_a_stack_names_each_value(monkeypatch: pytest.MonkeyPatch) -> None:
    text = drawn(monkeypatch, 22, Table([Column("reference"), Column("case"), Column("account")], [["F-1", "C-1", "standin"]]))
    shown = [line.split() for line in text.splitlines() if line.strip()]
    assert shown == [["reference", "F-1"], ["case", "C-1"], ["account", "standin"]]


@given(st.lists(st.text(max_size=30), min_size=3, max_size=3), st.integers(min_value=1, max_value=200))
def test_fit_never_drops_what_is_essential(cells: list[str], room: int) -> None:
    columns = [Column("a"), Column("b", 2), Column("c", 1)]
    kept = fit(Table(columns, [cells]), room)
    assert kept is None or kept in ([0], [0, 2], [0, 1, 2])


@pytest.mark.parametrize("terminal", [True, False])
@pytest.mark.parametrize("payload", HOSTILE)
def test_hostile_text_is_shown_and_never_obeyed(monkeypatch: pytest.MonkeyPatch, payload: str, terminal: bool) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    display, out, err = screen(terminal=terminal)
    table = Table([Column("a"), Column("b")], [[payload, Styled(payload, "red")]], title=payload)
    display.show(Answer(), table, Facts([(payload, payload)], title=payload), Prose(payload), Lines([payload]))
    display.say(payload)
    display.warn(payload)
    assert not steering(out.getvalue() + err.getvalue())
    for markup in ("[/foo]", "[bold red]APPROVED[/]", "[link=https://evil.example]standin[/link]", ":skull:"):
        if payload == markup:
            assert out.getvalue().count(markup) == 8
            assert err.getvalue().count(markup) == 2


def test_colour_is_ours_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    table = Table([Column("a")], [[Styled("\x1b[31mstandin", "green")]])
    assert "\x1b[32m\\x1b[31mstandin\x1b[0m" in drawn(monkeypatch, 80, table, color=True)
    assert "\x1b" not in drawn(monkeypatch, 80, table, color=False)
