"""Rows that planning and delivery tests look at."""

from sqlalchemy import select

from takedown.ledger.tables import requests


def requests_of(desk, plan):
    with desk.ledger.read() as db:
        query = select(requests).where(requests.c.plan == plan).order_by(requests.c.position)
        return [dict(row) for row in db.execute(query).mappings()]
