"""A plan on a reviewer's screen: what it asks for, everything that is looked at by itself first, counts, a sample."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from takedown.cli.wording import plural
from takedown.clock import iso
from takedown.display import Block, Cell, Column, Facts, Styled, Table
from takedown.ledger.ids import plan_id
from takedown.planning.comparing import Difference
from takedown.planning.looking import Shown
from takedown.planning.showing import Review

ALIKE = 20
"""So many cases may say the same without a word about it."""
COUNTS = (
    Column("platform"),
    Column("channel"),
    Column("basis", 1),
    Column("measure", 2),
    Column("requests", number=True),
    Column("cases", number=True),
)


def review_blocks(seen: Review) -> list[Block]:
    """The whole screen of `plan show`."""
    blocks: list[Block] = [_head(seen)]
    if seen.flags:
        blocks.append(_flags(seen))
    blocks.append(Table(COUNTS, [[*one] for one in seen.counts], "What would be sent"))
    sample = [Column("case"), Column("reference", 1), Column("url"), Column("reason", 2)]
    rows: list[list[Cell]] = [[one.case, one.reference, one.url, one.reason] for one in seen.sample]
    blocks.append(Table(sample, rows, "The sample to be walked" if seen.demands.sample else "A sample"))
    if seen.same_reasons > ALIKE and seen.same_reasons == seen.plan["cases"]:
        blocks.append(Facts([("note", f"all {seen.same_reasons} cases give the same reason, word for word")]))
    return blocks


def _head(seen: Review) -> Facts:
    row, demands = seen.plan, seen.demands
    facts: list[tuple[str, Cell]] = [
        ("plan", f"{plan_id(row['id'])} ({row['state']}), made by {row['planner']} in the {row['environment']}"),
        ("holds", f"{row['cases']} cases in {row['requests']} requests, {seen.reminders} frozen reminders"),
        ("valid until", iso(row["valid_until"])),
        ("approved by", ", ".join(seen.approved_by) or "nobody yet"),
        *_vouched(row),
        ("asks for", f"{plural(demands.approvals, 'approval')} by others than {row['planner']}"),
        *(("because", why) for why in demands.why),
        *(("protected list", one) for one in seen.lists or ("none is configured",)),
    ]
    if demands.emergency:
        facts.insert(1, ("emergency", Styled(demands.emergency, "red")))
    return Facts([*facts, ("digest", row["digest"])])


def _vouched(row: Mapping[str, Any]) -> list[tuple[str, Cell]]:
    """Whether the planner signed, where that is asked for."""
    if row["planner_signature"]:
        return [("signed by", row["planner"])]
    name = plan_id(row["id"])
    missing = Styled(f"not by {row['planner']} yet: takedown plan sign {name} --as {row['planner']} --key FILE", "yellow")
    return [("signed by", missing)] if row["environment"] == "live" else []


def _flags(seen: Review) -> Table:
    rows: list[list[Cell]] = [[one.case, one.url, Styled(one.what, "yellow")] for one in seen.flags]
    flagged = len(seen.demands.flagged)
    title = f"{plural(flagged, 'case')} to approve one by one, with --flagged CASE=yes"
    return Table([Column("case"), Column("url"), Column("look at this first")], rows, title)


def difference(found: Sequence[Difference], old: str, new: str) -> Table:
    """What one plan has that another had not."""
    columns = [Column(""), Column("case"), Column("url"), Column("what", 1)]
    return Table(columns, [[one.change, one.case, one.url, one.what] for one in found], f"{old} to {new}")


def one_case(found: Shown, why: Sequence[str] = ()) -> Facts:
    """A case by itself, with why it is looked at by itself."""
    facts: list[tuple[str, Cell]] = [
        ("file number", found.reference),
        ("target", found.url),
        ("asks to", f"{found.measure.replace('_', ' ')} in {found.territory}, under {found.basis}"),
        ("reason", found.reason),
        ("why no less", found.proportionality or "(not said)"),
    ]
    return Facts([*facts, *(("look", Styled(one, "yellow")) for one in why)], found.case)
