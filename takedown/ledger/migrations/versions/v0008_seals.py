"""Salts of the rows that the chain commits to. What was there before has none: the event of the upgrade says how far it goes."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    for table in ("cases", "claims", "sightings"):
        op.add_column(table, sa.Column("salt", sa.LargeBinary(), nullable=True))
    op.create_table(
        "past_seals",
        sa.Column("case", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("seal", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("case", name=op.f("pk_past_seals")),
    )
