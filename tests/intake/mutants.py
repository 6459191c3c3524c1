"""Files as offices send them, and the ways in which a spreadsheet or a careless hand spoils them (faults.md, W6)."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from random import Random

Grid = list[list[str]]
"""A header and its rows, as cells."""

PROPORTION = "Every item seen on it is of the same kind, and a single one would be posted anew within the hour."
GROUNDS = ("public order", "incitement to an offence under this Act (section 11)", "security of Pakistan")


def full(rows: int = 8) -> Grid:
    """Every column that an office may fill: accounts on three platforms, some by handle too, each with a reason of its own."""
    grid = [[
        "url", "platform", "handle", "legal_basis", "reason", "reference", "measure", "proportionality", "organisation",
        "territory", "platform_id", "followers", "language", "first_seen", "section_37_ground",
    ]]  # fmt: skip
    for n in range(1, rows + 1):
        name = f"standin_{n:04}"
        platform, place = (("x", "x.com/"), ("tiktok", "www.tiktok.com/@"), ("telegram", "t.me/"))[n % 3]
        url = f"https://{place}{name}"
        reason = f"The account @{name} publishes calls to violence; item {n} of the annex shows the {n}th of them."
        grid.append([
            url, platform, name, "pk-peca-37", reason, f"FIA/CTW/{2026 + n % 2}/{100 + 7 * n}", "remove_account",
            f"{PROPORTION} Seen {n + 2} times.", f"Wing {n % 3 + 1}", ("PK", "PK;AE", "DE;FR")[n % 3], str(10**15 + 97 * n),
            str(1000 + 311 * n), ("ur", "en", "ps")[n % 3], f"2026-0{n % 9 + 1}-1{n % 9}", GROUNDS[n % 3],
        ])  # fmt: skip
    return grid


def plain(rows: int = 8) -> Grid:
    """What most lists are: a link, the basis, a reason, a number."""
    return [[row[n] for n in (0, 3, 4, 5, 6, 7)] for row in full(rows)]


def links(rows: int = 8) -> Grid:
    """Posts, whose reasons quote the link."""
    grid = [["url", "legal_basis", "reason", "reference"]]
    for n in range(1, rows + 1):
        url = f"https://x.com/standin_{n:04}/status/{17 * 10**17 + n}"
        reason = f"The post {url} incites to violence against a procession, see annex {n}."
        grid.append([url, "pk-peca-37", reason, f"OSD-{n:03}"])
    return grid


FILES: dict[str, Callable[[], Grid]] = {"full": full, "plain": plain, "links": links}


def text(grid: Sequence[Sequence[str]], delimiter: str = ",", quoting: int = csv.QUOTE_MINIMAL) -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator="\n", quoting=quoting).writerows(grid)  # pyright: ignore[reportArgumentType]
    return out.getvalue()


def copy(grid: Grid) -> Grid:
    return [list(row) for row in grid]


def mutants(grid: Grid, random: Random) -> Iterator[tuple[str, str]]:
    """Spoiled copies of a file: what was done to it, and its text."""
    head, rows = grid[0], grid[1:]
    width, at = len(head), random.randrange(1, len(rows) - 1)
    for column, name in enumerate(head):
        for how, moved in (
            ("down a row", lambda cells: ["", *cells[:-1]]),
            ("up a row", lambda cells: [*cells[1:], ""]),
            ("round, down", lambda cells: [cells[-1], *cells[:-1]]),
            ("round, up", lambda cells: [*cells[1:], cells[0]]),
            ("sorted", sorted),
            ("sorted back", lambda cells: sorted(cells, reverse=True)),
            ("shuffled", lambda cells: random.sample(cells, len(cells))),
        ):
            spoiled = copy(grid)
            for row, cell in zip(spoiled[1:], moved([row[column] for row in rows]), strict=True):
                row[column] = cell
            yield f"{name}: {how}", text(spoiled)
        spoiled = copy(grid)
        spoiled[at][column], spoiled[at + 1][column] = spoiled[at + 1][column], spoiled[at][column]
        yield f"{name}: two cells swapped", text(spoiled)
        for other in range(column + 1, width):
            spoiled = copy(grid)
            spoiled[0][column], spoiled[0][other] = head[other], head[column]
            yield f"{name}, {head[other]}: names swapped", text(spoiled)
            spoiled = copy(grid)
            spoiled[at][column], spoiled[at][other] = spoiled[at][other], spoiled[at][column]
            yield f"{name}, {head[other]}: swapped in one row", text(spoiled)
        for how, cells in (
            ("a cell lost", lambda row, n: row[:n] + row[n + 1 :]),
            ("a cell lost, one added at the end", lambda row, n: [*row[:n], *row[n + 1 :], ""]),
            ("an empty cell before it", lambda row, n: [*row[:n], "", *row[n:]]),
            ("an empty cell before it, the last one lost", lambda row, n: [*row[:n], "", *row[n:-1]]),
        ):
            yield f"{name}: {how}, one row", text([*grid[:at], cells(grid[at], column), *grid[at + 1 :]])
            yield f"{name}: {how}, all rows", text([head, *(cells(row, column) for row in rows)])
            yield f"{name}: {how}, header only", text([cells(head, column), *rows])
    yield "header lost", text(rows)
    yield "header twice", text([head, *grid])
    yield "header again in the middle", text([*grid[:at], head, *grid[at:]])
    yield "header without its first letter", text([[head[0][1:], *head[1:]], *rows])
    yield "two headers run together", text([[head[0] + head[1], *head[2:]], *rows])
    yield "a title above", text([["Cases of March", *[""] * (width - 1)], *grid])
    for delimiter in ";\t|":
        whole = text(grid, delimiter)
        yield f"delimiter {delimiter!r}", whole
        yield f"header with {delimiter!r}, rows with commas", text(grid[:1], delimiter) + text(rows)
        yield f"header with commas, rows with {delimiter!r}", text(grid[:1]) + text(rows, delimiter)
        yield f"one row with {delimiter!r}", text(grid[:at]) + text([grid[at]], delimiter) + text(grid[at + 1 :])
    quoted = text(grid, quoting=csv.QUOTE_ALL)
    lines = quoted.splitlines(keepends=True)
    yield "quotes lost", quoted.replace('"', "")
    yield "quotes lost, semicolons", text(grid, ";").replace('"', "")
    yield "quotes lost in one row", "".join([*lines[:at], lines[at].replace('"', ""), *lines[at + 1 :]])
    for cut in sorted(random.sample(range(len(quoted)), 40)):
        yield f"cut off after {cut} characters", quoted[:cut]
        yield f"cut off after {cut} bytes, without quotes", text(grid)[: cut * len(text(grid)) // len(quoted)]
        yield f"a quote more at {cut}", quoted[:cut] + '"' + quoted[cut:]
        bare = text(grid)
        spot = cut * len(bare) // len(quoted)
        if bare[:spot].count('"') % 2 == 0:  # within quotes it is a cell's text that is edited
            yield f"a line break more at {spot}", bare[:spot] + "\n" + bare[spot:]
            yield f"a comma more at {spot}", bare[:spot] + "," + bare[spot:]
    for number in range(1, len(lines)):
        yield f"line {number} joined with the next", "".join([*lines[:number], lines[number].rstrip("\n"), *lines[number + 1 :]])
    if "followers" in head:
        for written in ("1,5", "1.5", "12.345", "12,345", "1e4", "1 234", "1'234", "١٢٣", "12k", "-3", "0x1F"):
            spoiled = copy(grid)
            spoiled[at][head.index("followers")] = written
            yield f"followers {written}", text(spoiled)
        for written in ("03/04/2026", "3.4.2026", "45000", "2026-13-01", "2026-1-5", "Jan 2026", "26-01-05"):
            spoiled = copy(grid)
            spoiled[at][head.index("first_seen")] = written
            yield f"first_seen {written}", text(spoiled)
        for written in ("1.00000000000097E+15", "1,00E+15", "1000000000000097.0"):
            spoiled = copy(grid)
            spoiled[at][head.index("platform_id")] = written
            yield f"platform_id {written}", text(spoiled)
