"""What a link or a name in a mail points to, as far as the request that it answers is about it."""

from __future__ import annotations

from collections.abc import Mapping

from takedown.contract import Platform, Target, Url, parse_url, refang


class Identified:
    """Called with a link, or with a handle or number as platforms name targets beside their links (`@standin_0042`).

    keys: the keys of the targets that the request carries, with their identities. Gives an identity; empty for what is neither.
    """

    def __init__(self, platform: Platform, keys: Mapping[str, str]) -> None:
        self._platform = platform
        self._names = _names(keys)
        self._known: dict[str, str] = {}

    def __call__(self, word: str) -> str:
        if word not in self._known:
            self._known[word] = self._names.get(_plain(word), "") or self._of_link(word)
        return self._known[word]

    def _of_link(self, link: str) -> str:
        if "/" not in link:
            return ""
        url = parse_url(refang(link))
        target = self._platform.recognise(url) if isinstance(url, Url) and self._platform.owns(url) else None
        return target.identity if isinstance(target, Target) else ""


def _plain(word: str) -> str:
    return word.strip("@.+").casefold()


def _names(keys: Mapping[str, str]) -> dict[str, str]:
    """Each whole key, and its last part (`id:N`, `name/N`) where only one target has it."""
    found: dict[str, set[str]] = {}
    for key, identity in keys.items():
        for name in {key, key.rpartition("/")[2], key.rpartition(":")[2]}:
            found.setdefault(_plain(name), set()).add(identity)
    return {name: identities.pop() for name, identities in found.items() if len(identities) == 1}
