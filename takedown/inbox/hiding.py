"""What elements and styles keep from a reader's eyes, colours apart. In doubt it is hidden: then it must say the same as what is
seen, or nothing counts."""

from __future__ import annotations

import re
from collections.abc import Mapping

from takedown.inbox.patterns import words

_HIDDEN = words(
    r"""display:none|visibility:(?:hidden|collapse)|content-visibility:hidden|opacity:0*(?:\.[0-2]\d*)?(?:;|!|$)|opacity:[0-2]?\d(?:\.\d+)?%
|font-size:0*(?:\.\d+)?(?:px|pt|em|rem|%)?(?:;|!|$)|font-size:[01]px|font:0|(?:max-)?(?:height|width):[0-2](?:px)?(?:;|!|$)
|(?:text-indent|margin(?:-(?:left|top|right|bottom))?|left|top|right|bottom):-(?:\d{3}|\d{2,}(?:em|rem|ch|%|vw|vh))|mso-hide:all
|clip:rect\(|clip-path:|scale[xy]?\(0|zoom:0|opacity\(0|line-through|\\
|(?:^|;)(?:-webkit-)?(?:filter:[^;]*(?:brightness|contrast|invert)|mask|mix-blend-mode:(?!normal)|box-shadow:[^;]*inset)
|(?:^|;)(?:display|visibility|opacity|font(?:-size)?|(?:max-)?(?:height|width)|position|transform):[^;]*var\("""
)
"""For a bare style. A backslash may spell any of these words."""
_DOUBTFUL = frozenset(
    """s strike del noscript object svg math select textarea datalist audio video canvas iframe noframes noembed applet map rp
    progress meter""".split()  # noqa: SIM905
)
"""Struck out, or shown by some readers and not by others."""


def readings(style: str) -> set[str]:
    """A style, or a whole sheet, in lower case, with its comments and without: what looks like one may stand in an address."""
    style = style.lower()
    return {style, re.sub(r"/\*.*?(?:\*/|\Z)", "", style, flags=re.S)}


def bare(style: str) -> str:
    """Without white space."""
    return "".join(style.split())


def hidden_style(style: str) -> bool:
    """Whether a style hides; it is bare and in lower case."""
    return bool(_HIDDEN.search(style))


def hidden_element(tag: str, given: Mapping[str, str]) -> bool:
    """By its attributes, apart from its style. `given`: they, with names in lower case."""
    return (
        tag in _DOUBTFUL
        or "hidden" in given
        or given.get("size") == "0"
        or (tag in {"details", "dialog"} and "open" not in given)
    )
