"""What styles keep from a reader's eyes. In doubt it is hidden: then it must say the same as what is seen, or nothing counts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from takedown.inbox.colours import vanishes
from takedown.inbox.patterns import words

MAX_SHEETS, MAX_RULES, MAX_ALIKE = 10, 300, 20
MAX_SHEET = 20_000

_HIDDEN = words(
    r"""display:none|visibility:(?:hidden|collapse)|content-visibility:hidden|opacity:0*(?:\.0+)?%?(?:;|!|$)
|font-size:0*(?:\.\d+)?(?:px|pt|em|rem|%)?(?:;|!|$)|font-size:[01]px|font:0|(?:max-)?(?:height|width):[0-2](?:px)?(?:;|!|$)
|(?:text-indent|margin(?:-(?:left|top|right|bottom))?|left|top|right|bottom):-(?:\d{3}|\d{2,}(?:em|rem|ch|%|vw|vh))|mso-hide:all
|clip:rect\(|clip-path:|scale[xy]?\(0|zoom:0|opacity\(0|line-through|\\
|(?:^|;)(?:display|visibility|opacity|font(?:-size)?|(?:max-)?(?:height|width)|position|transform):[^;]*var\("""
)
"""For a style without white space. A backslash may spell any of these words."""
_COLOUR = re.compile(r"(?:^|;)(?:-webkit-text-fill-)?color:([^;!]{1,60})")
_GROUND = re.compile(r"(?:^|;)background(?:-color)?:([^;!]{1,60})")
_NO_GROUND = frozenset({"none", "transparent", "inherit", "initial", "unset"})
_MARKS = {("class", "~"), ("id", "=")}
_DOUBTFUL = frozenset(
    """s strike del noscript object svg math select textarea datalist audio video canvas iframe noframes noembed applet map rp
    progress meter""".split()  # noqa: SIM905
)
"""Struck out, or shown by some readers and not by others."""
_SELECTOR = re.compile(r"([a-z][a-z0-9]*|\*)?((?:[.#][\w-]{1,80}|\[[^\]]{1,120}\])*)", re.I)
_PIECE = re.compile(r"([.#])([\w-]+)|\[\s*([\w-]+)\s*(?:([~|^$*]?)=\s*[\"']?([^\"'\]]*)[\"']?\s*)?\]")
_STATES = re.compile(
    r":(?:hover|focus|active|visited|checked|target)|::?(?:before|after|marker|selection|placeholder|first-l)", re.I
)
"""What concerns no words, or only what a reader does."""
_BEGINS, _ENDS = re.compile(r"<style(?:\s[^>]{0,200})?>", re.I), re.compile("</style", re.I)
_PSEUDO = re.compile(r":{1,2}[\w-]+(?:\([^()]{0,200}\))?")
_WRITES = re.compile(r"content:[\"'][^\"']*[a-z]{2}", re.I)


def bare(style: str) -> str:
    """A style's declarations in lower case, without white space and comments."""
    return re.sub(r"\s|/\*.*?\*/", "", style[:2000]).lower()


@dataclass(frozen=True, slots=True)
class Rule:
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
class Sheet:
    """The style sheets of a mail, as far as they hide: rules by what an element must have for them. `writes`: they put words of
    their own before or after others."""

    rules: Mapping[str, Sequence[Rule]]
    writes: bool = False

    def hides(self, tag: str, given: Mapping[str, str]) -> bool:
        if not self.rules:
            return False
        classes = given.get("class", "").lower().split()[:20]
        keys = ["<", f"<{tag}", f"#{given.get('id', '').lower()}", *(f".{name}" for name in classes)]
        return any(rule.fits(tag, given) for key in keys for rule in self.rules.get(key, ()))


def read_sheets(html: str) -> Sheet:
    """The sheets inside a mail; conditions (`@media`) are taken as fulfilled."""
    rules: dict[str, list[Rule]] = {}
    writes = False
    for sheet in _sheets(html):
        plain = re.sub(r"/\*.*?\*/|<!--|-->", "", sheet, flags=re.S)
        for selectors, body in islice(re.findall(r"([^{}]{1,500})\{([^{}]{0,1000})\}", plain), MAX_RULES):
            style = bare(body)
            writes = writes or bool(_WRITES.search(style))
            if hidden_style(style):
                for rule in (rule for one in selectors.split(",") for rule in _rule(one)):
                    rules.setdefault(_key(rule), []).append(rule)
    return Sheet({key: same[:MAX_ALIKE] for key, same in rules.items()}, writes)


def _sheets(html: str) -> Iterator[str]:
    at = 0
    for _ in range(MAX_SHEETS):
        begins = _BEGINS.search(html, at)
        ends = _ENDS.search(html, begins.end()) if begins else None
        if begins is None:
            return
        at = ends.start() if ends else len(html)
        yield html[begins.end() : min(at, begins.end() + MAX_SHEET)]


def _key(rule: Rule) -> str:
    """A class or an id that it asks for, else its tag, so that few rules are held against each element."""
    marks = (f".{value}" if how == "~" else f"#{value}" for name, how, value in rule.tests if (name, how) in _MARKS)
    return next(marks, f"<{rule.tag}")


def _rule(selector: str) -> Iterator[Rule]:
    """Of `p:not(.y)` and the like its `p`; none for what concerns no words (`a:hover`, `p::before`) or is not understood."""
    if _STATES.search(selector):
        return
    last = re.split(r"[\s>+~](?![^\[]*\])", _PSEUDO.sub("", selector.strip().lower()) or "*")[-1]
    found = _SELECTOR.fullmatch(last or "*")
    if found:
        tag = (found[1] or "*").replace("*", "")
        yield Rule(tag, tuple(_test(piece) for piece in _PIECE.finditer(found[2])))


def _test(piece: re.Match[str]) -> tuple[str, str, str]:
    if piece[1]:
        return ("class", "~", piece[2]) if piece[1] == "." else ("id", "=", piece[2])
    given = piece[5] is not None
    return piece[3].lower(), (piece[4] or "=") if given else "", piece[5] or ""


def hidden_style(style: str, ground: str = "") -> bool:
    """Whether a bare style hides; `ground` is the colour behind it, empty where none is known."""
    return bool(_HIDDEN.search(style)) or any(vanishes(one, ground) for one in _COLOUR.findall(style))


def ground_of(style: str, above: str) -> str:
    """The colour behind a style's words; `above`: the one behind the element that it stands in."""
    found = [one for one in _GROUND.findall(style) if one not in _NO_GROUND]
    return found[-1] if found else above


def hidden_element(tag: str, given: Mapping[str, str], ground: str) -> bool:
    """By its attributes alone. `given`: they, with names in lower case."""
    return (
        tag in _DOUBTFUL
        or "hidden" in given
        or given.get("size") == "0"
        or (tag in {"details", "dialog"} and "open" not in given)
        or vanishes(given.get("text" if tag == "body" else "color", "").strip().lower(), ground)
        or hidden_style(bare(given.get("style", "")), ground)
    )
