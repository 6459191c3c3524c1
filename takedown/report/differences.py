"""What a person must decide because a target is not what it was: another's name, a new name, a return."""

from __future__ import annotations

from collections.abc import Iterator

from takedown.report.differing import DIFFERING
from takedown.report.matters import Matter, View

COUNT = "SELECT count(*) FROM cases WHERE closed = '' AND {which} {{mine}}"
PROPOSED = "SELECT count(*) FROM returns WHERE state = 'open' {mine}"


def differences(view: View) -> Iterator[Matter]:
    """Held cases, renamed ones, and returns that are proposed."""
    listed = f"takedown case list --differs {{}}{view.in_batch}"
    if count := _count(view, "held"):
        why = "another account has the name, or the address leads elsewhere; nothing is sent"
        yield Matter("held", "held", count, "case", why, listed.format("held"))
    if count := _count(view, "renamed"):
        why = "its lasting id was seen under another address"
        yield Matter("renamed", "renamed", count, "case", why, listed.format("renamed"))
    if count := next(view.of_cases(PROPOSED))[0]:
        do = "takedown case list --proposed" + view.in_batch
        yield Matter("contradiction", "gone, back again", count, "case", "a return is filed by a person only", do)


def _count(view: View, word: str) -> int:
    return int(next(view.cases(COUNT.format(which=DIFFERING[word])))[0])
