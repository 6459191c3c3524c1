"""Alembic's scripts, run by `takedown.ledger.setup` with a connection of its own."""
