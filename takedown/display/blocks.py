"""What a screen is made of, as values: tables, facts, prose, lines. Foreign text goes in as it is and comes out safe."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Literal, NamedTuple

from takedown.display.safe import safe, safe_lines

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.text import Text

GAP = 2
NARROWEST = (24, 10)  # a column that wraps, essential or not: handles and references should stay on one line


class Styled(NamedTuple):
    """A cell with a rich style, such as "red"; our own words only decide the style."""

    text: str
    style: str


Cell = str | int | float | Styled | None


@dataclass(frozen=True, slots=True)
class Column:
    """priority 0 is never dropped; on a narrow terminal the highest go first. Numbers stand right and never wrap."""

    title: str
    priority: int = 0
    number: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    title: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """Names and values, one pair a line."""

    pairs: Sequence[tuple[str, Cell]]
    title: str = ""


@dataclass(frozen=True, slots=True)
class Prose:
    """A paragraph or a document; its line breaks stay."""

    text: str


@dataclass(frozen=True, slots=True)
class Lines:
    """Lines that are printed as they come, never wrapped: for long streams."""

    lines: Iterable[str]


Block = Table | Facts | Prose | Lines


def text_of(cell: Cell) -> str:
    match cell:
        case None:
            return ""
        case Styled(text, _):
            return safe(text)
        case float():
            return f"{cell:g}"
        case _:
            return safe(str(cell))


def plain(block: Block) -> Iterator[str]:
    """For pipes and files: nothing cut, nothing wrapped, no drawing."""
    match block:
        case Table():
            yield from _title(block.title)
            yield from _aligned(block)
        case Facts():
            yield from _title(block.title)
            wide = max((width(safe(name)) for name, _ in block.pairs), default=0)
            yield from (f"{_pad(safe(name), wide)}{' ' * GAP}{text_of(value)}".rstrip() for name, value in block.pairs)
        case Prose():
            yield safe_lines(block.text)
        case Lines():
            yield from (safe(line) for line in block.lines)


def drawn(block: Table | Facts | Prose, room: int) -> Iterator[RenderableType]:
    """For a terminal `room` columns wide: cells wrap, then columns are dropped, then rows become stacks of facts."""
    from rich.text import Text

    match block:
        case Prose():
            yield Text(safe_lines(block.text))
        case Facts():
            yield from (Text(line, "bold") for line in _title(block.title))
            yield _pairs(block.pairs, room)
        case Table():
            yield from (Text(line, "bold") for line in _title(block.title))
            kept = fit(block, room)
            if kept is None:
                for row in block.rows:
                    yield _pairs([(c.title, v) for c, v in zip(block.columns, row, strict=True) if text_of(v)], room)
                    yield Text("")
            else:
                yield _grid(block, kept)


def fit(table: Table, room: int) -> list[int] | None:
    """Which columns are shown in so many terminal columns; None when even those of priority 0 have no room."""
    needed = [_least(table, index) for index in range(len(table.columns))]
    kept = list(range(len(table.columns)))
    while sum(needed[i] + GAP for i in kept) - GAP > room:
        last = max(kept, key=lambda i: (table.columns[i].priority, i))
        if not table.columns[last].priority:
            return None
        kept.remove(last)
    return kept


@lru_cache(maxsize=4096)
def width(text: str) -> int:
    """Terminal columns of safe text."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)


def _least(table: Table, index: int) -> int:
    column = table.columns[index]
    widest = max((width(text_of(row[index])) for row in table.rows), default=0)
    return max(width(column.title), widest if column.number else min(widest, NARROWEST[column.priority > 0]))


def _title(title: str) -> Iterator[str]:
    if title:
        yield safe(title)


def _pad(text: str, wide: int, right: bool = False) -> str:
    space = " " * (wide - width(text))
    return space + text if right else text + space


def _aligned(table: Table) -> Iterator[str]:
    lines = [[column.title for column in table.columns], *([text_of(cell) for cell in row] for row in table.rows)]
    wide = [max(width(line[i]) for line in lines) for i in range(len(table.columns))]
    for line in lines:
        cells = (_pad(text, w, c.number) for text, w, c in zip(line, wide, table.columns, strict=True))
        yield (" " * GAP).join(cells).rstrip()


def _rich(cell: Cell) -> Text:
    from rich.text import Text

    return Text(text_of(cell), style=cell.style if isinstance(cell, Styled) else "", overflow="fold")


def _grid(table: Table, kept: Sequence[int]) -> RenderableType:
    from rich.table import Table as Grid
    from rich.text import Text

    grid = Grid(box=None, pad_edge=False, padding=(0, GAP, 0, 0), header_style="bold")
    for index in kept:
        column, least = table.columns[index], _least(table, index)
        side: Literal["left", "right"] = "right" if column.number else "left"
        grid.add_column(Text(column.title), justify=side, overflow="fold", no_wrap=column.number, min_width=least)
    for row in table.rows:
        grid.add_row(*(_rich(row[i]) for i in kept))
    return grid


def _pairs(pairs: Sequence[tuple[str, Cell]], room: int) -> RenderableType:
    from rich.table import Table as Grid
    from rich.text import Text

    grid = Grid.grid(padding=(0, GAP, 0, 0))
    grid.add_column(style="dim", overflow="fold", max_width=max(room // 2, NARROWEST[1]))
    grid.add_column(overflow="fold")
    for name, value in pairs:
        grid.add_row(Text(safe(name)), _rich(value))
    return grid
