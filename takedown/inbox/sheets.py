"""A mail's style sheets, as far as they hide or colour words. In doubt a rule applies."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from functools import lru_cache

from takedown.inbox.colours import Paint, painted
from takedown.inbox.hiding import bare, hidden_style, readings

MAX_ALIKE = 40
"""Rules that are held against each element for its tag, its id or a class; where there are more, nothing decides."""
MAX_SELECTOR = 500

_MARKS = {("class", "~"), ("id", "=")}
_SELECTOR = re.compile(r"([a-z][a-z0-9]*|\*)?((?:[.#][\w-]{1,80}|\[[^\]]{1,120}\])*)", re.I)
_PIECE = re.compile(r"([.#])([\w-]+)|\[\s*([\w-]+)\s*(?:([~|^$*]?)=\s*[\"']?([^\"'\]]*)[\"']?\s*)?\]")
_STATES = re.compile(
    r":(?:hover|focus|active|visited|checked|target)|::?(?:before|after|marker|selection|placeholder|first-l)", re.I
)
"""What concerns no words, or only what a reader does."""
_BEGINS, _ENDS = re.compile(r"<style(?=[\s/>])", re.I), re.compile("</style", re.I)
_PSEUDO = re.compile(r":{1,2}[\w-]+(?:\([^()]{0,200}\))?")
_WRITES = re.compile(r"content:[\"'][^\"']*[a-z]{2}", re.I)


@dataclass(frozen=True, slots=True)
class Selector:
    """The last part of a selector: a tag, empty for any, and tests of attributes (name, operator, value)."""

    tag: str
    tests: tuple[tuple[str, str, str], ...]

    def fits(self, tag: str, given: Mapping[str, str]) -> bool:
        if self.tag not in {"", tag}:
            return False
        return all(_passes(given[name].lower() if name in given else None, how, value) for name, how, value in self.tests)


def _passes(value: str | None, how: str, wanted: str) -> bool:
    if value is None:
        return False
    match how:
        case "~":
            return wanted in value.split()
        case "^":
            return value.startswith(wanted)
        case "$":
            return value.endswith(wanted)
        case "*":
            return wanted in value
        case "|":
            return value == wanted or value.startswith(f"{wanted}-")
        case "=":
            return value == wanted
        case _:
            return True


@dataclass(frozen=True, slots=True)
class Rule:
    """What is done to the elements that a selector fits."""

    selector: Selector
    hides: bool
    paint: Paint


@dataclass(frozen=True, slots=True)
class Sheet:
    """Rules by what an element must have for them. `doubtful`: there are too many, or they put words before or after others."""

    rules: Mapping[str, Set[Rule]]
    doubtful: bool = False

    def fitting(self, tag: str, given: Mapping[str, str]) -> Iterator[Rule]:
        classes = given.get("class", "").lower().split()[:20]
        keys = ["<", f"<{tag}", f"#{given.get('id', '').lower()}", *(f".{name}" for name in classes)]
        yield from (rule for key in keys for rule in self.rules.get(key, ()) if rule.selector.fits(tag, given))


@lru_cache(maxsize=256)
def styled(style: str) -> tuple[bool, Paint]:
    """Whether an element's own style hides, and the colours that it names. A mail says the same of most of its elements."""
    both = readings(style)
    return any(hidden_style(bare(one)) for one in both), Paint().with_all(*map(painted, both))


def read_sheets(html: str) -> Sheet:
    """The sheets inside a mail; conditions (`@media`) are taken as fulfilled."""
    rules: dict[str, set[Rule]] = {}
    writes = False
    for selectors, body in (block for sheet in _sheets(html) for block in _blocks(sheet)):
        style, paint = bare(body), painted(body)
        writes = writes or bool(_WRITES.search(style))
        hides = hidden_style(style)
        if hides or paint != Paint():
            for selector in (made for one in selectors.split(",") for made in _selector(one)):
                rules.setdefault(_key(selector), set()).add(Rule(selector, hides, paint))
    few = {key: alike for key, alike in rules.items() if len(alike) <= MAX_ALIKE}
    return Sheet(few, writes or len(few) < len(rules))


def _sheets(html: str) -> Iterator[str]:
    at = 0
    while begins := _BEGINS.search(html, at):
        opened = html.find(">", begins.end()) + 1
        ends = _ENDS.search(html, opened) if opened else None
        at = ends.start() if ends else len(html)
        yield from readings(html[opened or at : at])


def _blocks(sheet: str) -> Iterator[tuple[str, str]]:
    """Selectors and declarations in lower case, of the innermost braces; the last may lack its end."""
    for piece in re.sub("<!--|-->", "", sheet).split("}"):
        before, opens, body = piece.rpartition("{")
        if opens:
            yield re.split("[{;]", before)[-1], body


def _key(selector: Selector) -> str:
    """A class or an id that it asks for, else its tag, so that few rules are held against each element."""
    marks = (f".{value}" if how == "~" else f"#{value}" for name, how, value in selector.tests if (name, how) in _MARKS)
    return next(marks, f"<{selector.tag}")


def _selector(written: str) -> Iterator[Selector]:
    """Of `p:not(.y)` and the like its `p`; none for what concerns no words (`a:hover`, `p::before`) or is not understood."""
    if _STATES.search(written):
        return
    last = re.split(r"[\s>+~](?![^\[]*\])", _PSEUDO.sub("", written.strip()[-MAX_SELECTOR:]) or "*")[-1]
    found = _SELECTOR.fullmatch(last or "*")
    if found:
        tag = (found[1] or "*").replace("*", "")
        yield Selector(tag, tuple(_test(piece) for piece in _PIECE.finditer(found[2])))


def _test(piece: re.Match[str]) -> tuple[str, str, str]:
    if piece[1]:
        return ("class", "~", piece[2]) if piece[1] == "." else ("id", "=", piece[2])
    given = piece[5] is not None
    return piece[3].lower(), (piece[4] or "=") if given else "", piece[5] or ""
