"""Whether letters of one colour can be seen on another. In doubt they cannot."""

from __future__ import annotations

import re

LIGHT = 0xE0
"""From this value of all three channels on, a letter is taken for white."""
NEAR = 0x18
"""Two colours that differ by less than this in each channel are taken for one."""

_NAMES = {
    name: bytes.fromhex(value)
    for name, _, value in (
        one.partition(":")
        for one in [
            "black:000000",
            "white:ffffff",
            "red:ff0000",
            "green:008000",
            "blue:0000ff",
            "gray:808080",
            "grey:808080",
            "silver:c0c0c0",
            "maroon:800000",
            "navy:000080",
            "olive:808000",
            "purple:800080",
            "teal:008080",
            "lime:00ff00",
            "aqua:00ffff",
            "cyan:00ffff",
            "fuchsia:ff00ff",
            "magenta:ff00ff",
            "yellow:ffff00",
            "orange:ffa500",
            "snow:fffafa",
            "ivory:fffff0",
            "whitesmoke:f5f5f5",
            "ghostwhite:f8f8ff",
            "floralwhite:fffaf0",
            "azure:f0ffff",
            "mintcream:f5fffa",
            "aliceblue:f0f8ff",
            "honeydew:f0fff0",
            "seashell:fff5ee",
            "lavenderblush:fff0f5",
        ]
    )
}
_UNKNOWN = ("transparent", "hsl", "hwb", "lab", "lch", "ok", "color(", "var(", "rgb")
"""Ways of writing a colour that are not worked out here, or not to the end."""


def vanishes(colour: str, ground: str) -> bool:
    """Whether a colour is that of the ground behind it, white, or not known; both in lower case, without white space."""
    if not colour:
        return False
    seen, behind = channels(colour), channels(ground)
    if seen is None:
        return colour == ground or colour.startswith(_UNKNOWN)
    if all(one >= LIGHT for one in seen):
        return True
    return behind is not None and all(abs(one - other) < NEAR for one, other in zip(seen, behind, strict=True))


def channels(colour: str) -> tuple[int, int, int] | None:
    """Red, green and blue from 0 to 255; None for what is not understood."""
    named = _NAMES.get(colour)
    if found := re.match(r"#?([0-9a-f]{3})[0-9a-f]?$", colour):
        named = bytes.fromhex("".join(one * 2 for one in found[1]))
    elif found := re.match(r"#?([0-9a-f]{6})(?:[0-9a-f]{2})?$", colour):
        named = bytes.fromhex(found[1])
    if named is not None:
        return named[0], named[1], named[2]
    if found := re.match(r"rgba?\((\d{1,3}),?(\d{1,3}),?(\d{1,3})(?:[,/]1(?:\.0+)?|[,/]100%)?\)", colour):
        return min(int(found[1]), 255), min(int(found[2]), 255), min(int(found[3]), 255)
    return None
