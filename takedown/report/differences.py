"""What a person must decide because a target is not what it was, by another name or back again; and who says nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from takedown.report.differing import DIFFERING
from takedown.report.figures import Figures
from takedown.report.matters import Matter, View

COUNT = "SELECT count(*) FROM cases WHERE closed = '' AND {which} {{mine}}"
FIRST = "SELECT min(sent_at) FROM cases WHERE platform = :platform AND delivered = 'sent' AND claimed = 'none' {mine}"
QUIET = 72 * 3600.0
"""Seconds after which silence is worth a look, whatever patience a pack has."""
PROPOSED = "SELECT count(*) FROM returns WHERE state = 'open' {mine}"


def differences(view: View) -> Iterator[Matter]:
    """Cases in doubt, held ones, renamed ones, and returns that are proposed."""
    listed = f"takedown case list --differs {{}}{view.in_batch}"
    if count := _count(view, DIFFERING["doubted"]):
        why = "the ledger was taken back in time: compare with the platforms' own lists and the sent folder"
        yield Matter("doubted", "in doubt, may have been sent since", count, "case", why, listed.format("doubted"))
    if count := _count(view, DIFFERING["held"]):
        why = "another account has the name, or the address leads elsewhere; nothing is sent"
        yield Matter("held", "held", count, "case", why, listed.format("held"))
    if count := _count(view, DIFFERING["renamed"]):
        why = "its lasting id was seen under another address"
        yield Matter("renamed", "renamed", count, "case", why, listed.format("renamed"))
    if count := next(view.of_cases(PROPOSED))[0]:
        do = "takedown case list --proposed" + view.in_batch
        yield Matter("contradiction", "gone, back again", count, "case", "a return is filed by a person only", do)


def silent(view: View, platforms: Mapping[str, Figures]) -> Iterator[Matter]:
    """Platforms of which nobody ever heard anything, not even a receipt, of whatever was delivered to them."""
    for name, figures in platforms.items():
        if not figures.asked or figures.said["none"] < figures.asked:
            continue
        since = next(view.cases(FIRST, platform=name))[0]
        if since is not None and since < view.now - QUIET:
            days = (view.now - since) / 86_400
            why = f"not even a receipt since the first was delivered {days:.0f} days ago; is its channel right?"
            yield Matter("silent", f"{name} has answered nothing", figures.asked, "case", why, f"takedown platforms {name}")


def _count(view: View, which: str) -> int:
    return int(next(view.cases(COUNT.format(which=which)))[0])
