"""Rows of the ledger as the values that adapters know."""

from __future__ import annotations

from typing import Any

from sqlalchemy import RowMapping

from takedown.contract import Case, Evidence, Kind, Measure, Target
from takedown.ledger.ids import case_id


def to_case(row: RowMapping) -> Case:
    """A row of `cases` as a Case."""
    held: list[dict[str, Any]] = row["evidence"] or []
    return Case(
        id=case_id(row["id"]),
        target=Target(row["platform"], Kind(row["kind"]), row["key"], row["url"], row["identity"]),
        basis=row["basis"],
        reason=row["reason"],
        reference=row["reference"],
        measure=Measure(row["measure"]),
        proportionality=row["proportionality"],
        organisation=row["organisation"],
        territory=tuple(row["territory"].split(",")) if row["territory"] else (),
        evidence=tuple(Evidence(e["sha256"], e["media_type"], e["name"]) for e in held),
        platform_id=row["platform_id"],
        language=row["language"],
        fields=row["fields"] or {},
    )
