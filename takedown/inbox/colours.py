"""Whether words can be seen: by the colours that they may have, and those that may be behind them. In doubt they cannot."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product

FAINT = 1.5
"""Words whose contrast to what is behind them is less (WCAG 2, from 1 to 21) are not seen: light grey on white, navy on black."""
MAX_SHADES = 20
"""So many colours of words, and so many behind them, are compared; where more are inside each other, nothing is seen."""

_NAMED = """
    aliceblue:f0f8ff antiquewhite:faebd7 aqua:00ffff aquamarine:7fffd4 azure:f0ffff beige:f5f5dc bisque:ffe4c4 black:000000
    blanchedalmond:ffebcd blue:0000ff blueviolet:8a2be2 brown:a52a2a burlywood:deb887 cadetblue:5f9ea0 chartreuse:7fff00
    chocolate:d2691e coral:ff7f50 cornflowerblue:6495ed cornsilk:fff8dc crimson:dc143c cyan:00ffff darkblue:00008b
    darkcyan:008b8b darkgoldenrod:b8860b darkgray:a9a9a9 darkgreen:006400 darkgrey:a9a9a9 darkkhaki:bdb76b darkmagenta:8b008b
    darkolivegreen:556b2f darkorange:ff8c00 darkorchid:9932cc darkred:8b0000 darksalmon:e9967a darkseagreen:8fbc8f
    darkslateblue:483d8b darkslategray:2f4f4f darkslategrey:2f4f4f darkturquoise:00ced1 darkviolet:9400d3 deeppink:ff1493
    deepskyblue:00bfff dimgray:696969 dimgrey:696969 dodgerblue:1e90ff firebrick:b22222 floralwhite:fffaf0 forestgreen:228b22
    fuchsia:ff00ff gainsboro:dcdcdc ghostwhite:f8f8ff gold:ffd700 goldenrod:daa520 gray:808080 green:008000 greenyellow:adff2f
    grey:808080 honeydew:f0fff0 hotpink:ff69b4 indianred:cd5c5c indigo:4b0082 ivory:fffff0 khaki:f0e68c lavender:e6e6fa
    lavenderblush:fff0f5 lawngreen:7cfc00 lemonchiffon:fffacd lightblue:add8e6 lightcoral:f08080 lightcyan:e0ffff
    lightgoldenrodyellow:fafad2 lightgray:d3d3d3 lightgreen:90ee90 lightgrey:d3d3d3 lightpink:ffb6c1 lightsalmon:ffa07a
    lightseagreen:20b2aa lightskyblue:87cefa lightslategray:778899 lightslategrey:778899 lightsteelblue:b0c4de
    lightyellow:ffffe0 lime:00ff00 limegreen:32cd32 linen:faf0e6 magenta:ff00ff maroon:800000 mediumaquamarine:66cdaa
    mediumblue:0000cd mediumorchid:ba55d3 mediumpurple:9370db mediumseagreen:3cb371 mediumslateblue:7b68ee
    mediumspringgreen:00fa9a mediumturquoise:48d1cc mediumvioletred:c71585 midnightblue:191970 mintcream:f5fffa
    mistyrose:ffe4e1 moccasin:ffe4b5 navajowhite:ffdead navy:000080 oldlace:fdf5e6 olive:808000 olivedrab:6b8e23 orange:ffa500
    orangered:ff4500 orchid:da70d6 palegoldenrod:eee8aa palegreen:98fb98 paleturquoise:afeeee palevioletred:db7093
    papayawhip:ffefd5 peachpuff:ffdab9 peru:cd853f pink:ffc0cb plum:dda0dd powderblue:b0e0e6 purple:800080
    rebeccapurple:663399 red:ff0000 rosybrown:bc8f8f royalblue:4169e1 saddlebrown:8b4513 salmon:fa8072 sandybrown:f4a460
    seagreen:2e8b57 seashell:fff5ee sienna:a0522d silver:c0c0c0 skyblue:87ceeb slateblue:6a5acd slategray:708090
    slategrey:708090 snow:fffafa springgreen:00ff7f steelblue:4682b4 tan:d2b48c teal:008080 thistle:d8bfd8 tomato:ff6347
    turquoise:40e0d0 violet:ee82ee wheat:f5deb3 white:ffffff whitesmoke:f5f5f5 yellow:ffff00 yellowgreen:9acd32
"""
"""The names of CSS Color 4."""
_NAMES = {name: bytes.fromhex(value) for name, _, value in (one.partition(":") for one in _NAMED.split())}
_SYSTEM = {"canvas": "#fff", "window": "#fff", "canvastext": "#000", "windowtext": "#000"}
"""The few of a system's colours that every mail reader has alike."""
_RGB = re.compile(r"rgba?\((?:(\d{1,3}),(\d{1,3}),(\d{1,3})|(\d{3})(\d{3})(\d{3})|(\d)(\d)(\d))(?:[,/]1(?:\.0+)?|[,/]100%)?\)")
"""Without commas and white space numbers can be told apart only where all are as long as can be, or as short."""
_AS_AROUND = frozenset({"inherit", "initial", "unset", "revert", "revert-layer"})
_NO_INK, _NO_GROUND = _AS_AROUND | {"currentcolor"}, _AS_AROUND | {"", "none", "transparent"}
_CLEAR = re.compile(r"rgba\(\d{1,3},\d{1,3},\d{1,3},0(?:\.0+)?\)|#[0-9a-f]{3}0|#[0-9a-f]{6}00")
_INK = re.compile(r"(?:^|;)\s*(?:-webkit-text-fill-)?color\s*:([^;!]*)")
_GROUND = re.compile(r"(?:^|;)\s*background(?:-color|-image)?\s*:([^;!]*)")
_BESIDE = re.compile(
    r"left|right|top|bottom|center|(?:no-)?repeat(?:-[xy])?|scroll|fixed|local|none|cover|contain|auto|/|[a-z]+-box|[\d.]+(?:px|em|%)?"
)
"""What stands beside the colour in `background` and paints nothing."""

Shades = frozenset["float | None"]
"""Luminances from 0 for black to 1 for white, as WCAG 2 defines them; None for a colour that is not understood."""


@dataclass(frozen=True, slots=True)
class Paint:
    """`inks`: the colours that words may have. `grounds`: those that may be behind them.

    None is ever taken away: a word can run out of its own box, an element may end elsewhere than it seems to, and a rule of a
    style sheet may not apply.
    """

    inks: Shades = frozenset()
    grounds: Shades = frozenset()

    def with_all(self, *others: Paint) -> Paint:
        return Paint(self.inks.union(*(one.inks for one in others)), self.grounds.union(*(one.grounds for one in others)))

    def hides(self) -> bool:
        """Whether one of the inks may not be seen on one of the grounds."""
        if max(len(self.inks), len(self.grounds)) > MAX_SHADES:
            return True
        return any(_faint(ink, ground) for ink, ground in product(self.inks, self.grounds))


PAPER = Paint(frozenset({0.0}), frozenset({1.0}))
"""Black on white: a mail before it says anything of colours."""
_LINK = "#0000ee"


def painted(style: str) -> Paint:
    """The colours that a style names; it is in lower case, without comments."""
    inks = ("".join(one.split()) for one in _INK.findall(style))
    grounds = (_without_places(one) for one in _GROUND.findall(style))
    return Paint(
        frozenset(luminance(one) for one in inks if one not in _NO_INK),
        frozenset(luminance(one) for one in grounds if one not in _NO_GROUND and not _CLEAR.fullmatch(one)),
    )


def painted_by(tag: str, given: Mapping[str, str]) -> Paint:
    """The colours that an element's attributes name, and that of a link. `given`: attributes, with names in lower case."""
    inks = [given[name] for name in ("color", "text", "link", "vlink") if given.get(name)]
    grounds = [given[name] for name in ("bgcolor", "background") if given.get(name)]
    if tag == "a" and "href" in given:
        inks.append(_LINK)
    return Paint(frozenset(map(_of_attribute, inks)), frozenset(map(_of_attribute, grounds)))


def _without_places(value: str) -> str:
    """Of a `background` its colour alone, or what cannot be taken for one."""
    words = re.sub(r"\([^()]*\)", lambda found: "".join(found[0].split()), value).replace("/", " / ").split()
    return " ".join(one for one in words if not _BESIDE.fullmatch(one))


def _of_attribute(value: str) -> float | None:
    """Any letters are a colour there, by rules of old browsers; what is not plain is not understood."""
    value = value.strip().lower()
    if value in _NAMES or re.fullmatch("#(?:[0-9a-f]{3}){1,2}", value):
        return luminance(value)
    return luminance(f"#{value}") if re.fullmatch("[0-9a-f]{6}", value) else None


def _faint(ink: float | None, ground: float | None) -> bool:
    if ink is None or ground is None:
        return True
    return (max(ink, ground) + 0.05) / (min(ink, ground) + 0.05) < FAINT


def luminance(colour: str) -> float | None:
    """From 0 for black to 1 for white, as WCAG 2 defines it; None for what is not understood, and for what shines through."""
    channels = _channels(_SYSTEM.get(colour, colour))
    if channels is None:
        return None
    red, green, blue = ((one / 255 / 12.92) if one <= 10 else ((one / 255 + 0.055) / 1.055) ** 2.4 for one in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _channels(colour: str) -> tuple[int, int, int] | None:
    """Red, green and blue from 0 to 255."""
    named = _NAMES.get(colour)
    if found := re.fullmatch(r"#([0-9a-f]{3})f?", colour):
        named = bytes.fromhex("".join(one * 2 for one in found[1]))
    elif found := re.fullmatch(r"#([0-9a-f]{6})(?:ff)?", colour):
        named = bytes.fromhex(found[1])
    if named is not None:
        return named[0], named[1], named[2]
    if found := _RGB.fullmatch(colour):
        red, green, blue = (min(int(one), 255) for one in filter(None, found.groups()))
        return red, green, blue
    return None
