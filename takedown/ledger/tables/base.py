"""What all tables share, and the ledger's own settings."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Integer, MetaData, Table, Text, select

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Id = BigInteger().with_variant(Integer, "sqlite")
"""SQLite numbers rows by itself only in a column of the very type INTEGER."""

Whole = BigInteger().with_variant(Integer, "sqlite")
"""Numbers beyond two thousand million; SQLite's INTEGER holds them anyway."""


def for_server() -> None:
    """Give PostgreSQL the conditions of the indexes; said with the tables, they would load its drivers in every command."""
    for table in metadata.tables.values():
        for index in table.indexes:
            where = index.dialect_kwargs.get("sqlite_where")
            if where is not None:
                index.dialect_kwargs["postgresql_where"] = where


meta = Table("meta", metadata, Column("name", Text, primary_key=True), Column("value", Text, nullable=False))
HALTED = select(meta.c.value).where(meta.c.name == "halted")
"""The kill switch: who turned it, when and why; empty while sending goes on."""
