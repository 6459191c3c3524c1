"""`platform` and `handle` instead of a link: the adapter's own grammar is asked which link leads to that handle."""

from __future__ import annotations

import re
from collections.abc import Mapping

from takedown.contract import NotATarget, Platform, Reason, Target
from takedown.registry import Recogniser

HANDLE = re.compile(r"@?([\w.+ ()-]{1,100})")


class Handles:
    """Reads handles; remembers for each platform the form of link that fitted last."""

    def __init__(self, platforms: Mapping[str, Platform]) -> None:
        self._platforms = platforms
        self._readers = {name: Recogniser({name: platform}) for name, platform in platforms.items()}
        self._forms: dict[str, list[str]] = {}

    def read(self, platform: str, handle: str) -> Target | NotATarget:
        name = platform.strip().lower()
        if name not in self._platforms:
            return NotATarget(
                Reason.HOST, f"There is no platform {platform[:60]!r}; known are {', '.join(sorted(self._platforms))}."
            )
        if not (found := HANDLE.fullmatch(handle)):
            return NotATarget(Reason.GRAMMAR, "A handle is the bare name, without slashes or a link.")
        bare = re.sub(r"[ ()-]", "", found[1]) if found[1].startswith("+") else found[1]
        forms = self._forms.setdefault(name, self._all_forms(self._platforms[name]))
        for form in forms:
            target = self._readers[name](form.format(bare))
            if isinstance(target, Target) and target.key in {bare.lower(), bare, f"+{bare}"}:
                forms.remove(form)
                forms.insert(0, form)
                return target
        return NotATarget(Reason.GRAMMAR, f"{handle[:60]!r} is not a handle on {self._platforms[name].title}.")

    @staticmethod
    def _all_forms(platform: Platform) -> list[str]:
        hosts = sorted(platform.hosts, key=lambda host: (len(host), host))
        return [f"https://{host}/{sign}{{}}" for sign in ("", "@") for host in hosts]
