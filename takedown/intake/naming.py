"""Which target a text names. A reason that names another one than its row's may belong to a neighbour: a column was shifted."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

NAMED = re.compile(r"(?<![\w@./+-])@([A-Za-z0-9_][\w.]{2,29})")
LINK = re.compile(r"https?://[^\s<>\"')\]]+", re.I)
SHORTEST = 4
"""Characters of a part of a key that can be told apart from a word."""


def names_another(text: str, key: str, url: str) -> str:
    """The first other target that a text names, as it stands there; empty when there is none or the row's own is named too.

    `key` and `url`: the row's own target. Only `@names` and links to the same host are known as names.
    """
    if "@" not in text and "://" not in text:
        return ""
    low = text.casefold()
    if url.casefold() in low or any(part in low for part in re.split(r"[/:@]", key.casefold()) if len(part) >= SHORTEST):
        return ""
    own = _host(url)
    links = (link.rstrip(".,;:") for link in LINK.findall(text))
    return next((link for link in links if _host(link) == own), "") or next(iter(f"@{name}" for name in NAMED.findall(text)), "")


def _host(link: str) -> str:
    try:
        return (urlsplit(link).hostname or "").removeprefix("www.")
    except ValueError:
        return ""
