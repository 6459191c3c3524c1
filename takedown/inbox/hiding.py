"""What styles keep from a reader's eyes. In doubt it is hidden: then it must say the same as what is seen, or nothing counts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from takedown.inbox.patterns import words

MAX_SHEETS, MAX_RULES, MAX_ALIKE = 10, 300, 20
LIGHT = 0xE0
"""From this value of all three channels on, a letter is taken for white."""

_HIDDEN = words(
    r"""display:none|visibility:(?:hidden|collapse)|opacity:0*(?:\.0+)?(?:;|!|$)|font-size:0*(?:\.\d+)?(?:px|pt|em|rem|%)?(?:;|!
|$)|font-size:[01]px|font:0|(?:max-)?(?:height|width):0(?:px)?(?:;|!|$)|text-indent:-\d{3}|(?:left|top):-\d{3}|mso-hide:all
|clip:rect\(0|clip-path:|scale\(0|zoom:0|opacity\(0|line-through|\\"""
)
"""For a style without white space. A backslash may spell any of these words."""
_COLOUR = re.compile(r"(?:^|;)color:([^;!]{1,60})")
_GROUND = re.compile(r"(?:^|;)background(?:-color)?:([^;!]{1,60})")
_UNKNOWN = ("transparent", "hsl", "hwb", "lab", "lch", "ok", "color(", "var(")
"""Colours in ways of writing that are not worked out here."""
_MARKS = {("class", "~"), ("id", "=")}
_STRUCK = frozenset({"s", "strike", "del"})
_SELECTOR = re.compile(r"([a-z][a-z0-9]*|\*)?((?:[.#][\w-]{1,80}|\[[^\]]{1,120}\])*)", re.I)
_PIECE = re.compile(r"([.#])([\w-]+)|\[\s*([\w-]+)\s*(?:([~|^$*]?)=\s*[\"']?([^\"'\]]*)[\"']?\s*)?\]")
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
        return self.tag in {"", tag} and all(_passes(given.get(name), how, value) for name, how, value in self.tests)


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
        keys = ["<", f"<{tag}", f"#{given.get('id', '')}", *(f".{name}" for name in given.get("class", "").split()[:20])]
        return any(rule.fits(tag, given) for key in keys for rule in self.rules.get(key, ()))


def read_sheets(html: str) -> Sheet:
    """The sheets inside a mail; conditions (`@media`) are taken as fulfilled."""
    rules: dict[str, list[Rule]] = {}
    writes = False
    for sheet in islice(re.findall(r"<style[^>]{0,200}>([^<]{0,20000})", html, re.I), MAX_SHEETS):
        plain = re.sub(r"/\*.*?\*/", "", sheet, flags=re.S)
        for selectors, body in islice(re.findall(r"([^{}]{1,500})\{([^{}]{0,1000})\}", plain), MAX_RULES):
            style = bare(body)
            writes = writes or bool(_WRITES.search(style))
            if hidden_style(style):
                for rule in (rule for one in selectors.split(",") for rule in _rule(one)):
                    rules.setdefault(_key(rule), []).append(rule)
    return Sheet({key: same[:MAX_ALIKE] for key, same in rules.items()}, writes)


def _key(rule: Rule) -> str:
    """A class or an id that it asks for, else its tag, so that few rules are held against each element."""
    marks = (f".{value}" if how == "~" else f"#{value}" for name, how, value in rule.tests if (name, how) in _MARKS)
    return next(marks, f"<{rule.tag}")


def _rule(selector: str) -> Iterator[Rule]:
    """None for what concerns no words (`a:hover`, `p::before`) or is not understood."""
    last = re.split(r"[\s>+~](?![^\[]*\])", selector.strip())[-1]
    found = _SELECTOR.fullmatch(last)
    if found and last:
        tag = (found[1] or "*").lower().replace("*", "")
        yield Rule(tag, tuple(_test(piece) for piece in _PIECE.finditer(found[2])))


def _test(piece: re.Match[str]) -> tuple[str, str, str]:
    if piece[1]:
        return ("class", "~", piece[2]) if piece[1] == "." else ("id", "=", piece[2])
    given = piece[5] is not None
    return piece[3].lower(), (piece[4] or "=") if given else "", piece[5] or ""


def hidden_style(style: str, ground: str = "") -> bool:
    """Whether a bare style hides; `ground` is the colour behind it, empty where none is known."""
    colour = _COLOUR.search(style)
    return bool(_HIDDEN.search(style)) or (bool(colour) and _vanishes(colour[1] if colour else "", ground))


def ground_of(style: str, above: str) -> str:
    found = _GROUND.search(style)
    return found[1] if found else above


def hidden_element(tag: str, given: Mapping[str, str], ground: str) -> bool:
    """By its attributes alone. `given`: they, with names in lower case."""
    return (
        tag in _STRUCK
        or "hidden" in given
        or given.get("size") == "0"
        or (tag == "details" and "open" not in given)
        or _vanishes(given.get("color", "").strip().lower(), ground)
        or hidden_style(bare(given.get("style", "")), ground)
    )


def _vanishes(colour: str, ground: str) -> bool:
    if not colour:
        return False
    return (
        colour == ground
        or colour.startswith(("transparent", "hsl", "hwb", "lab", "lch", "ok", "color(", "var("))
        or _light(colour)
    )


def _light(colour: str) -> bool:
    if colour in {"white", "snow", "ivory", "whitesmoke", "ghostwhite", "floralwhite", "azure", "mintcream"}:
        return True
    if re.fullmatch(r"#[0-9a-f]{3,4}", colour):
        return all(int(one * 2, 16) >= LIGHT for one in colour[1:4])
    if re.fullmatch(r"#[0-9a-f]{6}(?:[0-9a-f]{2})?", colour):
        return all(int(colour[at : at + 2], 16) >= LIGHT for at in (1, 3, 5))
    shares = re.match(r"rgba?\((\d{1,3}),?(\d{1,3}),?(\d{1,3})", colour)
    return bool(shares) and all(int(one) >= LIGHT for one in (shares.groups() if shares else ()))
