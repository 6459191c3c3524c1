"""Reading what a person wrote: the addresses in a letter or a typed form, and our reference."""

from __future__ import annotations

import re

_LINK = re.compile(r"\b(?:https?://|tg:|whatsapp:)[^\s<>\"'|]+", re.I)
_MARK = re.compile(r"\[([!-Z^-~]{1,200})\]\s*$")


def links(text: str, hosts: frozenset[str]) -> list[str]:
    """The addresses in a text, each once, in their order; only those on `hosts` when any are given."""
    found = dict.fromkeys(link.rstrip(".,;:!?)]}") for link in _LINK.findall(text))
    return [link for link in found if not hosts or _host(link) in hosts]


def _host(link: str) -> str:
    return re.sub(r"^[a-z]+:(//)?", "", link.lower()).partition("/")[0].partition("?")[0].removeprefix("www.").removeprefix("m.")


def reference_in(subject: str) -> str:
    """The `[REFERENCE]` at the end of a subject; empty when there is none."""
    found = _MARK.search(subject)
    return found[1] if found else ""
