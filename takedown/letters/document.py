"""The text of a letter read as what its lines are: headings, items, boxes, lists, words. Every line comes out in one block.

The same text goes by mail, so it is plain; its shape is the only markup. A line that follows none of the rules is a paragraph.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Literal

Kind = Literal["title", "heading", "label", "text", "quote", "list", "box", "items", "blank", "signature", "cut"]
CUT = re.compile(r"-{5,}")
_MARKS = "\u2066\u2068\u2069"
_ITEM = re.compile(rf"\d{{1,4}}\. [{_MARKS}]?\S+")
_BOX = re.compile(r"\[([x ])\] ")
_SECTION = re.compile(r"(?:SECTION|ANNEX|Section) [A-Z]{1,3}\b")
_ENDS = ".:،۔,;؛"
LONGEST_HEADING = 90


@dataclass(frozen=True, slots=True)
class Block:
    """`lines` without indentation and marks; of `items`, `rows` has the lines of each. level: 1 where the line was set in."""

    kind: Kind
    lines: tuple[str, ...] = ()
    level: int = 0
    marked: bool = False
    rows: tuple[tuple[str, ...], ...] = ()

    def as_data(self) -> dict[str, Any]:
        rows = [{"lines": list(row)} for row in self.rows]
        return {"kind": self.kind, "lines": list(self.lines), "level": self.level, "marked": self.marked, "rows": rows}


@dataclass(frozen=True, slots=True)
class Document:
    """`head` are the letterhead's lines: who, what office, whom to ask. `facts` are those beneath it: reference, date."""

    head: tuple[str, ...]
    facts: tuple[str, ...]
    blocks: tuple[Block, ...]

    def as_data(self) -> dict[str, Any]:
        return {"head": list(self.head), "facts": list(self.facts), "blocks": [one.as_data() for one in self.blocks]}

    @property
    def title(self) -> str:
        return next((one.lines[0] for one in self.blocks if one.kind == "title"), "")


def read_document(text: str) -> Document:
    """Its first paragraph is the letterhead, its second the facts; the signature ends with the reference line."""
    paragraphs = [part.split("\n") for part in re.split(r"\n{2,}", text.strip("\n"))]
    head, facts, rest = paragraphs[0], paragraphs[1] if len(paragraphs) > 1 else [], paragraphs[2:]
    return Document(tuple(head), tuple(facts), tuple(_blocks(rest)))


def _blocks(parts: list[list[str]]) -> Iterator[Block]:
    titled, in_form, signed = False, False, _signature(parts)
    for at, part in enumerate(parts):
        if at == signed:
            yield Block("signature", (*part, *parts[at + 1]))
        elif signed is not None and at == signed + 1:
            continue
        elif len(part) == 1 and CUT.fullmatch(part[0]):
            yield Block("cut")
            titled, in_form = False, True
        else:
            for block in _part(part, titled):
                blank = in_form and block.kind == "text" and block.lines[0].endswith(":")
                yield replace(block, kind="blank") if blank else block
            titled = True


def _signature(parts: list[list[str]]) -> int | None:
    """The paragraph before the one that is the reference line alone."""
    alone = (at for at, part in enumerate(parts) if at and len(part) == 1 and part[0].startswith("Takedown-Reference: "))
    found = next(alone, None)
    return None if found is None else found - 1


def _part(part: list[str], titled: bool) -> Iterator[Block]:
    """One paragraph. What is set in under an item belongs to it; a line above something set in is its label."""
    rows: list[list[str]] = []
    for at, line in enumerate(part):
        bare, deep = line.strip(), line.startswith("   ")
        if not deep and _ITEM.fullmatch(bare):
            rows.append([bare])
        elif rows and deep:
            rows[-1].append(bare)
        else:
            if rows:
                yield Block("items", rows=tuple(map(tuple, rows)))
                rows = []
            above = at + 1 < len(part) and part[at + 1].startswith("    ")
            yield _line(bare, 1 if deep else 0, first=at == 0, alone=len(part) == 1, above=above, titled=titled or at > 0)
    if rows:
        yield Block("items", rows=tuple(map(tuple, rows)))


def _line(bare: str, level: int, *, first: bool, alone: bool, above: bool, titled: bool) -> Block:
    if not titled:
        return Block("title", (bare,))
    if found := _BOX.match(bare):
        return Block("box", (bare[found.end() :],), level, marked=found[1] == "x")
    if bare.startswith("- "):
        return Block("list", (bare[2:],), level)
    if level:
        return Block("quote", (bare,), level)
    if _SECTION.match(bare) or (first and not alone and not above and len(bare) <= LONGEST_HEADING and bare[-1:] not in _ENDS):
        return Block("heading", (bare,))
    if above and len(bare) <= 2 * LONGEST_HEADING and bare[-1:] not in "۔.":
        return Block("heading" if first and len(bare) <= LONGEST_HEADING // 2 else "label", (bare,))
    return Block("text", (bare,))
