"""A provider that never had an order of ours may have to be told of the procedure before: said when a plan is made."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select

from takedown.desk import Desk
from takedown.ledger.tables import cases, request_cases, requests

CARRIED = requests.join(request_cases, request_cases.c.request == requests.c.id).join(cases, cases.c.id == request_cases.c.case)
LEFT = ("sent", "unknown", "returned")
"""States of requests that left, or may have."""


def first_orders(desk: Desk, plan: int) -> Iterator[str]:
    """A warning for each platform and pack of the plan that asks for notice before a first order, where none is on record."""
    asking = {name: pack.first_order_notice for name, pack in desk.packs.items() if pack.first_order_notice}
    pair = (requests.c.platform, cases.c.basis)
    planned = select(*pair).select_from(CARRIED).where(requests.c.plan == plan, cases.c.basis.in_(asking)).distinct()
    with desk.ledger.read() as db:
        if not asking:
            return
        for platform, basis in sorted(tuple(row) for row in db.execute(planned)):
            before = select(requests.c.id).select_from(CARRIED).where(requests.c.state.in_(LEFT), requests.c.purpose == "removal")
            if db.execute(before.where(pair[0] == platform, pair[1] == basis).limit(1)).first() is None:
                title = desk.platform(platform).title
                yield (
                    f"this ledger knows of no order under {basis} to {title} before: the law asks that it be told of the"
                    f" procedures and time limits {asking[basis]} before its first one, save in an emergency; each case says how"
                )
